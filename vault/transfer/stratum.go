package transfer

import (
	"bytes"
	"context"
	"crypto/sha1" //nolint:gosec // the format's
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// stratum is the backup of Stratum, which was Authenticator Pro: JSON, encrypted in one of two ways or not at all.
var stratum = Format{
	Name: "stratum", Title: "Stratum (Authenticator Pro)", Files: ".authpro or JSON, encrypted or not",
	Is: func(p *Probe) bool {
		return p.Begins(stratumStrong) || p.Begins(stratumLegacy) || p.Has("Authenticators")
	},
	Read: readStratum,
}

// What the encrypted ones begin with.
const (
	stratumStrong = "AUTHENTICATORPRO"
	stratumLegacy = "AuthenticatorPro"
)

type stratumFile struct {
	Authenticators list `json:"Authenticators"`
	Categories     list `json:"Categories"`
	Bindings       list `json:"AuthenticatorCategories"`
}

type stratumAuthenticator struct {
	Type      number `json:"Type"`
	Issuer    word   `json:"Issuer"`
	Username  word   `json:"Username"`
	Secret    word   `json:"Secret"`
	Algorithm number `json:"Algorithm"`
	Digits    number `json:"Digits"`
	Period    number `json:"Period"`
	Counter   number `json:"Counter"`
	Copies    number `json:"CopyCount"`
}

type stratumCategory struct {
	ID   word `json:"Id"`
	Name word `json:"Name"`
}

type stratumBinding struct {
	Category word `json:"CategoryId"`
	Secret   word `json:"AuthenticatorSecret"` // which names the account
}

// stratumKinds and stratumAlgorithms are its enums.
var (
	stratumKinds      = map[uint64]string{1: "hotp", 2: "totp", 3: "motp", 4: "steam", 5: "yandex"}
	stratumAlgorithms = map[uint64]string{0: "SHA1", 1: "SHA256", 2: "SHA512"}
)

func readStratum(ctx context.Context, in Input) (Export, error) {
	data := in.Data
	if bytes.HasPrefix(data, []byte(stratumStrong)) || bytes.HasPrefix(data, []byte(stratumLegacy)) {
		plain, err := openStratum(ctx, in)
		if err != nil {
			return Export{}, err
		}
		defer clear(plain)
		data = plain
	}
	var file stratumFile
	if err := readJSON(data, &file); err != nil {
		return Export{}, err
	}
	tags := file.tags()
	var e Export
	each(&e, file.Authenticators, func(a stratumAuthenticator) {
		in := entry{
			kind: enum(a.Type, stratumKinds, 2), issuer: string(a.Issuer), label: string(a.Username), secret: string(a.Secret),
			algorithm: enum(a.Algorithm, stratumAlgorithms, 0), digits: a.Digits.orUsual(), period: a.Period.orUsual(),
			counter: a.Counter.counter(), tags: tags[plainSecret(a.Secret)], uses: a.Copies.count(),
		}
		if a.Type.value == 1 || a.Type.value == 4 {
			in.period = 0 // it has no meaning there
		}
		e.take(in)
	})
	return e.done()
}

// tags are the names of the categories by the secret of the account that is in them.
func (file stratumFile) tags() map[string][]string {
	var none Export
	names, tags := map[string]string{}, map[string][]string{}
	each(&none, file.Categories, func(c stratumCategory) { names[string(c.ID)] = string(c.Name) })
	each(&none, file.Bindings, func(b stratumBinding) {
		secret := plainSecret(b.Secret)
		tags[secret] = append(tags[secret], names[string(b.Category)])
	})
	return tags
}

// plainSecret is a secret's text as it is compared.
func plainSecret(secret word) string {
	return strings.ToUpper(strings.TrimRight(strings.TrimSpace(string(secret)), "="))
}

// enum is the name of a number, the usual one's when there is none, and the number itself when it has no name.
func enum(n number, names map[uint64]string, usual uint64) string {
	if !n.given {
		return names[usual]
	}
	if name, known := names[n.value]; known && !n.wrong {
		return name
	}
	return "number " + strconv.FormatUint(n.value, 10)
}

func openStratum(ctx context.Context, in Input) ([]byte, error) {
	if bytes.HasPrefix(in.Data, []byte(stratumStrong)) {
		return openStrong(ctx, in, in.Data[len(stratumStrong):])
	}
	return openLegacy(ctx, in, in.Data[len(stratumLegacy):])
}

// openStrong opens what is written since 2022: salt, nonce and AES-GCM under Argon2id.
func openStrong(ctx context.Context, in Input, data []byte) ([]byte, error) {
	const salt, nonce, tag = 16, 12, 16
	const passes, memory, lanes = 3, 64 << 10, 4
	if len(data) < salt+nonce+tag {
		return nil, fmt.Errorf("%w: it is cut off", ErrBadFile)
	}
	return unlock(ctx, in, ErrPasswordOrFile, func(password []byte) ([]byte, bool, error) {
		in.Progress("deriving the key, 64 MiB of memory")
		key, err := argon2idKey(password, data[:salt], passes, memory, lanes)
		if err != nil {
			return nil, false, err
		}
		defer clear(key)
		plain, ok := openGCM(key, data[salt:salt+nonce], data[salt+nonce:], nil)
		return plain, ok, nil
	})
}

// openLegacy opens what was written before: salt, IV and AES-CBC under PBKDF2, without a MAC. One wrong password in 256
// leaves what looks padded, and hardly ever what looks like JSON.
func openLegacy(ctx context.Context, in Input, data []byte) ([]byte, error) {
	const salt, iv, block, iterations = 20, 16, 16, 64_000
	if len(data) < salt+iv+block || (len(data)-salt-iv)%block != 0 {
		return nil, fmt.Errorf("%w: it is cut off", ErrBadFile)
	}
	return unlock(ctx, in, ErrPasswordOrFile, func(password []byte) ([]byte, bool, error) {
		key, err := pbkdf2Key(sha1.New, password, data[:salt], iterations, 32)
		if err != nil {
			return nil, false, err
		}
		defer clear(key)
		plain, ok := openCBC(key, data[salt:salt+iv], data[salt+iv:])
		return plain, ok && json.Valid(withoutBOM(plain)), nil
	})
}
