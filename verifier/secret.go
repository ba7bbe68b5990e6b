package verifier

import (
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"log/slog"
)

const redacted = "[secret]"

// Secret carries a password, code, token or shared key through the verifier.
// It prints as [secret] under every fmt verb and in slog, and refuses to be
// encoded. Reveal is the only way out.
//
// The bytes sit behind a func value, because fmt walks into a holder's
// unexported fields without asking their type.
type Secret struct{ reveal func() []byte }

// NewSecret keeps a copy of raw.
func NewSecret(raw []byte) Secret {
	kept := append([]byte(nil), raw...)
	return Secret{reveal: func() []byte { return kept }}
}

// SecretOf is NewSecret for text.
func SecretOf(text string) Secret { return NewSecret([]byte(text)) }

// randomSecret reads n bytes from rand.
func randomSecret(rand io.Reader, n int) (Secret, error) {
	raw := make([]byte, n)
	if _, err := io.ReadFull(rand, raw); err != nil {
		return Secret{}, fmt.Errorf("read random bytes: %w", err)
	}
	return NewSecret(raw), nil
}

// Reveal gives the bytes themselves; nobody may change them.
func (s Secret) Reveal() []byte {
	if s.reveal == nil {
		return nil
	}
	return s.reveal()
}

// RevealText gives the bytes as text.
func (s Secret) RevealText() string { return string(s.Reveal()) }

// RevealBase32 gives the bytes as unpadded base32, as key URIs carry them.
func (s Secret) RevealBase32() string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(s.Reveal())
}

// Len is the number of bytes.
func (s Secret) Len() int { return len(s.Reveal()) }

// IsZero reports whether there is nothing inside.
func (s Secret) IsZero() bool { return s.Len() == 0 }

// Equal compares in constant time for a given length.
func (s Secret) Equal(other Secret) bool {
	return subtle.ConstantTimeCompare(s.Reveal(), other.Reveal()) == 1
}

// Format writes [secret], whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// String is [secret].
func (s Secret) String() string { return redacted }

// GoString is [secret].
func (s Secret) GoString() string { return redacted }

// LogValue is [secret].
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

var errSecretEncoded = errors.New("a secret is not encoded; reveal it where it must be written")

// MarshalJSON refuses.
func (s Secret) MarshalJSON() ([]byte, error) { return nil, errSecretEncoded }

// MarshalText refuses.
func (s Secret) MarshalText() ([]byte, error) { return nil, errSecretEncoded }
