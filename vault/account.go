package vault

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Type says how the codes of an account come about.
type Type string

// The types of account.
const (
	TOTP  Type = "totp"  // by time, RFC 6238
	HOTP  Type = "hotp"  // by a counter, RFC 4226
	Steam Type = "steam" // by time, five symbols of Steam's own alphabet
)

// Algorithm is the hash function under the HMAC of RFC 4226 section 5.3.
type Algorithm string

// The algorithms of RFC 6238 section 1.2.
const (
	SHA1   Algorithm = "SHA1"
	SHA256 Algorithm = "SHA256"
	SHA512 Algorithm = "SHA512"
)

// Limits and defaults of an account.
const (
	DefaultDigits = 6
	DefaultPeriod = 30 // seconds

	minDigits, maxDigits = 4, 10
	steamDigits          = 5
	steamPeriod          = 30
	maxPeriod            = 86400 // one day, in seconds
	maxCounter           = math.MaxInt64
	maxName              = 512  // bytes of an issuer or a label
	maxNote              = 4096 // bytes
	maxTags              = 64
)

// Account is everything about an account but its secret. Its JSON form is part
// of the vault's file format.
type Account struct {
	// ID names the account within every vault; it is random and never changes.
	ID     string `json:"id"`
	Type   Type   `json:"type"`
	Issuer string `json:"issuer,omitempty"` // the service, may be empty
	Label  string `json:"label,omitempty"`  // the name of the account there, may be empty
	// Algorithm is SHA1 in nearly every account there is.
	Algorithm Algorithm `json:"algorithm"`
	// Digits is the length of a code: 4 to 10, and 5 for Steam.
	Digits int `json:"digits"`
	// Period is in seconds, 1 to 86400; 0 for HOTP.
	Period int `json:"period,omitempty"`
	// Counter is the one that the next code of an HOTP account will be computed
	// from, at most 2^63-1.
	Counter uint64   `json:"counter,omitempty"`
	Tags    []string `json:"tags,omitempty"`
	Pinned  bool     `json:"pinned,omitempty"`
	Note    string   `json:"note,omitempty"`

	Added    time.Time `json:"added,omitzero"`
	LastUsed time.Time `json:"last_used,omitzero"`
	Uses     int       `json:"uses,omitempty"`
	// Removed is when the account was put into the trash; zero when it is not there.
	Removed time.Time `json:"removed,omitzero"`
}

// Name is issuer:label, or the one of the two that is there.
func (a Account) Name() string {
	switch {
	case a.Issuer == "":
		return a.Label
	case a.Label == "":
		return a.Issuer
	}
	return a.Issuer + ":" + a.Label
}

// validate says what is wrong with the account's parameters.
func (a Account) validate() error {
	if err := validName("issuer", a.Issuer); err != nil {
		return err
	}
	if err := validName("label", a.Label); err != nil {
		return err
	}
	switch a.Algorithm {
	case SHA1, SHA256, SHA512:
	default:
		return &ParameterError{Part: "algorithm", Reason: "must be SHA1, SHA256 or SHA512"}
	}
	if len(a.Note) > maxNote || !utf8.ValidString(a.Note) {
		return &ParameterError{Part: "note", Reason: fmt.Sprintf("must be text of at most %d bytes", maxNote)}
	}
	if len(a.Tags) > maxTags {
		return &ParameterError{Part: "tags", Reason: fmt.Sprintf("must be at most %d", maxTags)}
	}
	for _, tag := range a.Tags {
		if err := validName("tag", tag); err != nil {
			return err
		}
	}
	switch a.Type {
	case TOTP:
		return cmp.Or(validDigits(a.Digits), validPeriod(a.Period))
	case HOTP:
		if a.Period != 0 {
			return &ParameterError{Part: "period", Reason: "is not for a counter-based account"}
		}
		return cmp.Or(validDigits(a.Digits), validCounter(a.Counter))
	case Steam:
		return validSteam(a)
	}
	return &ParameterError{Part: "type", Reason: "must be totp, hotp or steam"}
}

func validSteam(a Account) error {
	switch {
	case a.Algorithm != SHA1:
		return &ParameterError{Part: "algorithm", Reason: "is SHA1 for Steam"}
	case a.Digits != steamDigits:
		return &ParameterError{Part: "digits", Reason: "is 5 for Steam"}
	case a.Period != steamPeriod:
		return &ParameterError{Part: "period", Reason: "is 30 for Steam"}
	}
	return nil
}

func validName(part, s string) error {
	switch {
	case !utf8.ValidString(s):
		return &ParameterError{Part: part, Reason: "is not UTF-8 text"}
	case len(s) > maxName:
		return &ParameterError{Part: part, Reason: fmt.Sprintf("is longer than %d bytes", maxName)}
	case strings.TrimSpace(s) != s:
		return &ParameterError{Part: part, Reason: "begins or ends with a blank"}
	case strings.ContainsFunc(s, unicode.IsControl):
		return &ParameterError{Part: part, Reason: "holds a control character"}
	}
	return nil
}

func validDigits(n int) error {
	if n < minDigits || n > maxDigits {
		return &ParameterError{Part: "digits", Reason: fmt.Sprintf("must be %d to %d", minDigits, maxDigits)}
	}
	return nil
}

func validPeriod(n int) error {
	if n < 1 || n > maxPeriod {
		return &ParameterError{Part: "period", Reason: fmt.Sprintf("must be 1 to %d seconds", maxPeriod)}
	}
	return nil
}

func validCounter(n uint64) error {
	if n > maxCounter {
		return &ParameterError{Part: "counter", Reason: "must be 0 to 2^63-1"}
	}
	return nil
}

// ParameterError says which part of an account is not as it must be.
type ParameterError struct {
	Part   string // "digits", "period", "issuer" and so on
	Reason string
}

func (e *ParameterError) Error() string { return e.Part + " " + e.Reason }

// trimmed is the account with blanks around its names dropped.
func (a Account) trimmed() Account {
	a.Issuer = strings.TrimSpace(a.Issuer)
	a.Label = strings.TrimSpace(a.Label)
	return a
}

// clone shares nothing with a.
func (a Account) clone() Account {
	a.Tags = slices.Clone(a.Tags)
	return a
}

// sameParameters is true when a and b would give the same codes from the same
// secret, for the same login.
func (a Account) sameParameters(b Account) bool {
	return a.Type == b.Type && a.Issuer == b.Issuer && a.Label == b.Label &&
		a.Algorithm == b.Algorithm && a.Digits == b.Digits && a.Period == b.Period
}
