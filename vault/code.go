package vault

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
)

// Code is what a person types. It prints as [code] whatever prints it.
type Code struct {
	text func() string
	step uint64

	// ValidFrom and ValidUntil are the first instant of the code's period and
	// the first one after it; zero for HOTP.
	ValidFrom, ValidUntil time.Time
	// Counter is the one the code was computed from; 0 unless HOTP.
	Counter uint64
}

// Reveal gives the digits, or Steam's five symbols.
func (c Code) Reveal() string {
	if c.text == nil {
		return ""
	}
	return c.text()
}

// Step is the moving factor of the code: the number of periods since 1970
// (RFC 6238 section 4.2), or the counter.
func (c Code) Step() uint64 { return c.step }

// String is always [code].
func (c Code) String() string { return "[code]" }

// GoString is always [code].
func (c Code) GoString() string { return "[code]" }

// Format writes [code] under every verb.
func (c Code) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[code]") }

// LogValue is always [code].
func (c Code) LogValue() slog.Value { return slog.StringValue("[code]") }

// MarshalJSON refuses.
func (c Code) MarshalJSON() ([]byte, error) { return nil, errPrinting }

// MarshalText refuses.
func (c Code) MarshalText() ([]byte, error) { return nil, errPrinting }

// ErrBeforeEpoch is the error for a code at a time before 1970, where RFC 6238
// counts no steps.
var ErrBeforeEpoch = errors.New("there are no codes for times before 1970")

// Code computes the code at a time, or for HOTP the one of k.Counter, which it
// leaves as it is. Errors: those of Validate, and ErrBeforeEpoch.
func (k Key) Code(at time.Time) (Code, error) {
	if err := k.Validate(); err != nil {
		return Code{}, err
	}
	var c Code
	if k.Type == HOTP {
		c.Counter, c.step = k.Counter, k.Counter
	} else {
		// Whole seconds and integers: pquerna's totp goes through a float64.
		seconds, period := at.Unix(), int64(k.Period)
		if seconds < 0 {
			return Code{}, ErrBeforeEpoch
		}
		step := seconds / period
		c.step = uint64(step)
		c.ValidFrom = time.Unix(step*period, 0).In(at.Location())
		c.ValidUntil = time.Unix((step+1)*period, 0).In(at.Location())
	}
	opts := hotp.ValidateOpts{Digits: otp.Digits(k.Digits), Algorithm: k.Algorithm.otp()}
	if k.Type == Steam {
		opts.Encoder = otp.EncoderSteam
	}
	text, err := hotp.GenerateCodeCustom(k.Secret.RevealBase32(), c.step, opts)
	if err != nil {
		return Code{}, errors.New("the code could not be computed")
	}
	c.text = func() string { return text }
	return c, nil
}

func (a Algorithm) otp() otp.Algorithm {
	switch a {
	case SHA256:
		return otp.AlgorithmSHA256
	case SHA512:
		return otp.AlgorithmSHA512
	}
	return otp.AlgorithmSHA1
}
