package transfer

import (
	"context"
	"encoding/json"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"
)

// cotp is the database of the program for terminals, and what `cotp export` makes of it.
var cotp = Format{
	Name: "cotp", Title: "cotp", Files: "JSON, encrypted or not",
	Is:   func(p *Probe) bool { return p.Has("elements", "version") || p.Has("nonce", "salt", "cipher") },
	Read: readCotp,
}

type cotpDatabase struct {
	Version  number `json:"version"`
	Elements list   `json:"elements"`

	Nonce  []byte `json:"nonce"`
	Salt   []byte `json:"salt"`
	Cipher []byte `json:"cipher"`
}

type cotpElement struct {
	parameters
	Issuer word `json:"issuer"`
}

// newestCotp is the version of the database inside; what it is sealed into has one of its own.
const newestCotp = 2

func readCotp(ctx context.Context, in Input) (Export, error) {
	var d cotpDatabase
	if err := readJSON(in.Data, &d); err != nil {
		return Export{}, err
	}
	if d.Cipher != nil {
		plain, err := d.open(ctx, in)
		if err != nil {
			return Export{}, err
		}
		defer clear(plain)
		d = cotpDatabase{}
		if err := readJSON(plain, &d); err != nil {
			return Export{}, err
		}
	}
	if d.Version.value > newestCotp {
		return Export{}, fmt.Errorf("%w: its version is %d, and %d is the newest known", ErrRefused, d.Version.value, newestCotp)
	}
	if err := fewEnough(len(d.Elements)); err != nil {
		return Export{}, err
	}
	var e Export
	for _, raw := range d.Elements {
		var one cotpElement
		if json.Unmarshal(raw, &one) != nil {
			e.refuse("", "it is no account")
			continue
		}
		account := one.entry()
		account.issuer = string(one.Issuer)
		e.take(account)
	}
	return e.done()
}

// open derives the key as cotp does, with parameters that are not in the file: 32 MiB, 4 passes, 4 lanes.
func (d cotpDatabase) open(ctx context.Context, in Input) ([]byte, error) {
	if len(d.Nonce) != chacha20poly1305.NonceSizeX || len(d.Salt) == 0 || len(d.Cipher) < chacha20poly1305.Overhead {
		return nil, fmt.Errorf("%w: it is not whole", ErrBadFile)
	}
	return unlock(ctx, in, ErrPasswordOrFile, func(password []byte) ([]byte, bool, error) {
		key, err := argon2idKey(password, d.Salt, 4, 32<<10, 4)
		if err != nil {
			return nil, false, err
		}
		defer clear(key)
		aead, err := chacha20poly1305.NewX(key)
		if err != nil {
			return nil, false, err
		}
		plain, err := aead.Open(nil, d.Nonce, d.Cipher, nil)
		return plain, err == nil, nil
	})
}
