package vault

import (
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"unicode"
)

// maxSecret bounds a secret, in bytes. RFC 6238 knows 64 at most; an item of
// the Windows credential store ends at 2560.
const maxSecret = 1024

var errPrinting = errors.New("a secret is not written out: use Reveal where that is meant")

// Secret is key material or a passphrase. It prints as [secret] whatever prints
// it, and Reveal is the only way out. Copies of a Secret share their bytes.
//
// The bytes lie behind a func value, because fmt walks through the unexported
// fields of whatever holds a Secret without asking the type how to print.
type Secret struct {
	held func() *[]byte
}

// ErrEmptySecret is the error for a secret without a single byte.
var ErrEmptySecret = errors.New("the secret is empty")

// NewSecret takes over a copy of raw, 1 to 1024 bytes.
func NewSecret(raw []byte) (Secret, error) {
	switch {
	case len(raw) == 0:
		return Secret{}, ErrEmptySecret
	case len(raw) > maxSecret:
		return Secret{}, fmt.Errorf("the secret is longer than %d bytes", maxSecret)
	}
	return hold(append([]byte(nil), raw...)), nil
}

func hold(b []byte) Secret {
	return Secret{held: func() *[]byte { return &b }}
}

// SecretError names the character of a base32 text that cannot be in one.
type SecretError struct {
	Char  rune
	Place int // counted from 1, in characters of the text as it was given
}

func (e *SecretError) Error() string {
	why := "is not one of A to Z, 2 to 7"
	if e.Char == '=' {
		why = "may only fill up the end"
	}
	return fmt.Sprintf("the secret's character %d, %q, %s", e.Place, e.Char, why)
}

// ParseSecret reads base32 (RFC 4648 section 6) as people type it: blanks,
// dashes, lower case and padding are taken. Of a text that is no whole number
// of bytes the bits left over are ignored. A wrong character gives a
// *SecretError, an empty text or less than one byte ErrEmptySecret, and one of
// more than 1024 bytes a *ParameterError.
func ParseSecret(text string) (Secret, error) {
	tooLong := &ParameterError{Part: "secret", Reason: fmt.Sprintf("is longer than %d bytes", maxSecret)}
	if len(text) > 4*maxSecret {
		return Secret{}, tooLong
	}
	var (
		out   []byte
		acc   uint32
		bits  int
		place int
		fill  int // place of the first padding character
	)
	for _, r := range text {
		place++
		switch {
		case unicode.IsSpace(r) || strings.ContainsRune("-\u2010\u2011\u2012\u2013\u2014\u200b\ufeff", r):
			continue
		case r == '=':
			if fill == 0 {
				fill = place
			}
			continue
		}
		v, ok := base32Value(r)
		if !ok {
			clear(out)
			return Secret{}, &SecretError{Char: r, Place: place}
		}
		if fill != 0 {
			clear(out)
			return Secret{}, &SecretError{Char: '=', Place: fill}
		}
		acc = acc<<5 | v
		if bits += 5; bits >= 8 {
			bits -= 8
			out = append(out, byte(acc>>bits))
		}
	}
	if len(out) > maxSecret {
		clear(out)
		return Secret{}, tooLong
	}
	return NewSecret(out)
}

func base32Value(r rune) (uint32, bool) {
	switch {
	case 'A' <= r && r <= 'Z':
		return uint32(r - 'A'), true
	case 'a' <= r && r <= 'z':
		return uint32(r - 'a'), true
	case '2' <= r && r <= '7':
		return uint32(r-'2') + 26, true
	}
	return 0, false
}

func (s Secret) bytes() []byte {
	if s.held == nil {
		return nil
	}
	return *s.held()
}

// Reveal gives a copy of the bytes; clear it after use. Nil when there are none.
func (s Secret) Reveal() []byte { return append([]byte(nil), s.bytes()...) }

// RevealBase32 gives the bytes in upper-case base32 without padding.
func (s Secret) RevealBase32() string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(s.bytes())
}

// Grouped puts a blank behind each four characters of a key, as pages show it: it can be kept in mind while it is typed.
func Grouped(key string) string {
	var b strings.Builder
	for i, r := range key {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Len is the number of bytes.
func (s Secret) Len() int { return len(s.bytes()) }

// Equal compares in constant time; two empty secrets are equal.
func (s Secret) Equal(t Secret) bool {
	return subtle.ConstantTimeCompare(s.bytes(), t.bytes()) == 1
}

// Clear overwrites the bytes, in every copy of s; s is empty then. It does not
// reach what Reveal and RevealBase32 gave away, nor copies that the runtime or
// a library made on the way.
func (s Secret) Clear() {
	if s.held == nil {
		return
	}
	b := s.held()
	clear(*b)
	*b = nil
}

// String is always [secret].
func (s Secret) String() string { return "[secret]" }

// GoString is always [secret].
func (s Secret) GoString() string { return "[secret]" }

// Format writes [secret] under every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[secret]") }

// LogValue is always [secret].
func (s Secret) LogValue() slog.Value { return slog.StringValue("[secret]") }

// MarshalJSON refuses.
func (s Secret) MarshalJSON() ([]byte, error) { return nil, errPrinting }

// MarshalText refuses.
func (s Secret) MarshalText() ([]byte, error) { return nil, errPrinting }

// MarshalBinary refuses.
func (s Secret) MarshalBinary() ([]byte, error) { return nil, errPrinting }
