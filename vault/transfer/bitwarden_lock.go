package transfer

import (
	"bytes"
	"context"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
)

// bitwardenLock is what an export under a password says of it.
type bitwardenLock struct {
	Salt        word   `json:"salt"` // used as text
	KDF         number `json:"kdfType"`
	Iterations  number `json:"kdfIterations"`
	Memory      number `json:"kdfMemory"` // MiB
	Parallelism number `json:"kdfParallelism"`
	Validation  word   `json:"encKeyValidation_DO_NOT_EDIT"`
	Data        word   `json:"data"`
}

// open gives the JSON of the export. The validation tells a wrong password from a damaged file.
func (l bitwardenLock) open(ctx context.Context, in Input) ([]byte, error) {
	data, err := bitwardenSealed(string(l.Data))
	if err != nil {
		return nil, err
	}
	validation, err := bitwardenSealed(string(l.Validation))
	if err != nil {
		return nil, err
	}
	return unlock(ctx, in, ErrWrongPassword, func(password []byte) ([]byte, bool, error) {
		in.Progress("deriving the key")
		key, err := l.key(password)
		if err != nil {
			return nil, false, err
		}
		defer clear(key)
		seal, err := hkdf.Expand(sha256.New, key, "enc", 32)
		if err != nil {
			return nil, false, err
		}
		mac, err := hkdf.Expand(sha256.New, key, "mac", 32)
		if err != nil {
			return nil, false, err
		}
		defer clear(seal)
		defer clear(mac)
		if !validation.authentic(mac) {
			return nil, false, nil
		}
		plain, ok := openCBC(seal, data.iv, data.text)
		if !ok || !data.authentic(mac) {
			clear(plain)
			return nil, false, fmt.Errorf("%w: its password is right, but its content was changed", ErrBadFile)
		}
		return plain, true, nil
	})
}

func (l bitwardenLock) key(password []byte) ([]byte, error) {
	salt := []byte(l.Salt)
	switch l.KDF.counter() {
	case 0:
		return pbkdf2Key(sha256.New, password, salt, l.Iterations.counter(), 32)
	case 1:
		hashed := sha256.Sum256(salt)
		memory := l.Memory.counter()
		if memory > maxMemory>>20 {
			return nil, tooCostly("MiB of memory", memory, maxMemory>>20)
		}
		return argon2idKey(password, hashed[:], l.Iterations.counter(), memory<<10, l.Parallelism.counter())
	}
	return nil, fmt.Errorf("%w: it is encrypted in a way that is not known", ErrRefused)
}

type bitwardenText struct{ iv, text, mac []byte }

// bitwardenSealed reads 2.IV|text|MAC.
func bitwardenSealed(s string) (t bitwardenText, err error) {
	s, known := strings.CutPrefix(strings.TrimSpace(s), "2.")
	parts := strings.Split(s, "|")
	if !known || len(parts) != 3 {
		return t, fmt.Errorf("%w: what is encrypted in it is not as Bitwarden writes it", ErrBadFile)
	}
	for i, into := range []*[]byte{&t.iv, &t.text, &t.mac} {
		if *into, err = base64.StdEncoding.DecodeString(parts[i]); err != nil {
			return t, fmt.Errorf("%w: what is encrypted in it is no base64", ErrBadFile)
		}
	}
	return t, nil
}

func (t bitwardenText) authentic(key []byte) bool {
	mac := hmac.New(sha256.New, key)
	mac.Write(bytes.Join([][]byte{t.iv, t.text}, nil))
	return hmac.Equal(mac.Sum(nil), t.mac)
}
