package transfer

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"

	"twofold/vault"
)

// 2FAS encrypts the services, and under the same password a fixed text, which tells a wrong one from damage.
const (
	twofasIterations = 10_000
	twofasSalt       = 256 // bytes
	twofasReference  = "tRViSsLKzd86Hprh4ceC2OP7xazn4rrt4xhfEUbOjxLX8Rc3mkISXE0lWbmnWfggogbBJhtYgpK6fMl1D6mtsy92R3HkdGfwuXbz" +
		"LebqVFJsR7IZ2w58t938iymwG4824igYy1wi6n2WDpO1Q1P69zwJGs2F5a1qP4MyIiDSD7NCV2OvidXQCBnDlGfmz0f1BQySRkkt" +
		"4ryiJeCjD2o4QsveJ9uDBUn8ELyOrESv5R5DMDkD4iAF8TXU7KyoJujd"
)

// twofasSealed is what is written as base64 of the ciphertext, the salt and the nonce, with colons between them.
type twofasSealed struct{ data, salt, nonce []byte }

func parseTwofasSealed(text string) (s twofasSealed, ok bool) {
	parts := strings.Split(text, ":")
	if len(parts) != 3 {
		return s, false
	}
	for i, into := range []*[]byte{&s.data, &s.salt, &s.nonce} {
		var err error
		if *into, err = base64.StdEncoding.DecodeString(strings.TrimSpace(parts[i])); err != nil || len(*into) == 0 {
			return s, false
		}
	}
	return s, true
}

func (s twofasSealed) open(password []byte) ([]byte, bool) {
	key, err := pbkdf2Key(sha256.New, password, s.salt, twofasIterations, 32)
	if err != nil {
		return nil, false
	}
	defer clear(key)
	return openGCM(key, s.nonce, s.data, nil)
}

func openTwofas(ctx context.Context, in Input, encrypted, reference string) ([]byte, error) {
	services, ok := parseTwofasSealed(encrypted)
	if !ok {
		return nil, fmt.Errorf("%w: what is encrypted is cut off", ErrBadFile)
	}
	check, checks := parseTwofasSealed(reference)
	wrong := ErrPasswordOrFile
	if checks {
		wrong = ErrWrongPassword
	}
	return unlock(ctx, in, wrong, func(password []byte) ([]byte, bool, error) {
		if plain, ok := services.open(password); ok || !checks {
			return plain, ok, nil
		}
		if _, right := check.open(password); right {
			return nil, false, fmt.Errorf("%w: the password is right, and the accounts do not open", ErrBadFile)
		}
		return nil, false, nil
	})
}

// sealTwofas encrypts the services and the fixed text, with one salt as 2FAS does.
func sealTwofas(services []byte, secret vault.Secret) (encrypted, reference string, err error) {
	password := secret.Reveal()
	defer clear(password)
	salt := randomBytes(twofasSalt)
	key, err := pbkdf2Key(sha256.New, password, salt, twofasIterations, 32)
	if err != nil {
		return "", "", err
	}
	defer clear(key)
	text := base64.StdEncoding.EncodeToString
	seal := func(plain []byte) string {
		nonce := randomBytes(12)
		var sealed []byte
		if sealed, err = sealGCM(key, nonce, plain, nil); err != nil {
			return ""
		}
		return text(sealed) + ":" + text(salt) + ":" + text(nonce)
	}
	encrypted = seal(services)
	if err != nil {
		return "", "", err
	}
	return encrypted, seal([]byte(twofasReference)), err
}
