package verifier

import (
	"errors"
	"fmt"
	"io"

	"golang.org/x/crypto/chacha20poly1305"
)

// sealer keeps shared keys unreadable in a store: XChaCha20-Poly1305 under the
// service's key, a random nonce in front. User and factor id are bound in as
// associated data, so that a sealed key moved to another row does not open.
type sealer struct {
	key  Secret
	rand io.Reader
}

// errKeySize means that Options.Key was not KeySize bytes.
var errKeySize = errors.New("the key that seals secrets is not 32 bytes")

func (s sealer) seal(secret Secret, userID, factorID string) ([]byte, error) {
	aead, err := chacha20poly1305.NewX(s.key.Reveal())
	if err != nil {
		return nil, errKeySize
	}
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+secret.Len()+aead.Overhead())
	if _, err := io.ReadFull(s.rand, nonce); err != nil {
		return nil, fmt.Errorf("seal secret: %w", err)
	}
	return aead.Seal(nonce, nonce, secret.Reveal(), associated(userID, factorID)), nil
}

func (s sealer) open(sealed []byte, userID, factorID string) (Secret, error) {
	aead, err := chacha20poly1305.NewX(s.key.Reveal())
	if err != nil {
		return Secret{}, errKeySize
	}
	if len(sealed) < aead.NonceSize() {
		return Secret{}, fmt.Errorf("open secret of factor %s: too short", factorID)
	}
	nonce, box := sealed[:aead.NonceSize()], sealed[aead.NonceSize():]
	plain, err := aead.Open(nil, nonce, box, associated(userID, factorID))
	if err != nil {
		return Secret{}, fmt.Errorf("open secret of factor %s: damaged, or sealed with another key", factorID)
	}
	defer clear(plain)
	return NewSecret(plain), nil
}

func associated(userID, factorID string) []byte { return []byte(userID + "\x00" + factorID) }

// totp opens the shared key of f.
func (s sealer) totp(f Factor) (TOTP, error) {
	key, err := s.open(f.Sealed, f.UserID, f.ID)
	if err != nil {
		return TOTP{}, err
	}
	return TOTP{Key: key, Algorithm: f.Algorithm, Digits: f.Digits, Period: f.Period}, nil
}
