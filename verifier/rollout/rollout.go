// Package rollout holds what an organization decided about its second step:
// who must use it, by which methods, under which limits and for how long
// things live.
//
// A Rollout is data, read from TOML and checked once; the verifier only obeys
// it. The named ones are embedded and start as copies that anyone can change.
// What a rule means for a person is decided by verifier.Next, not here.
package rollout

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
)

//go:embed *.toml
var named embed.FS

// ErrUnknown is returned by Load for a name that no embedded roll-out has.
var ErrUnknown = errors.New("unknown roll-out")

// Method is a way to do the second step, by its name in the HTTP API.
type Method string

// The methods that a roll-out can name.
const (
	TOTP  Method = "totp"
	HOTP  Method = "hotp"
	Email Method = "email"
	SMS   Method = "sms"
)

// Known reports whether m is one of the methods above.
func (m Method) Known() bool {
	switch m {
	case TOTP, HOTP, Email, SMS:
		return true
	}
	return false
}

// Rollout is one organization's decisions.
type Rollout struct {
	Name       string     `toml:"name" json:"name" doc:"What --rollout calls it"`
	Title      string     `toml:"title" json:"title" doc:"What pages call it"`
	Issuer     string     `toml:"issuer" json:"issuer" doc:"What authenticator apps show"`
	SignUp     SignUp     `toml:"sign_up" json:"sign_up"`
	Password   Password   `toml:"password" json:"password"`
	SecondStep SecondStep `toml:"second_step" json:"second_step"`
	TOTP       TOTPRules  `toml:"totp" json:"totp"`
	Limits     Limits     `toml:"limits" json:"limits"`
	Lifetimes  Lifetimes  `toml:"lifetimes" json:"lifetimes"`
}

// SignUp says who may make an account.
type SignUp struct {
	Allowed bool `toml:"allowed" json:"allowed" doc:"People may sign up by themselves"`
}

// Password bounds the length of passwords, in characters.
type Password struct {
	MinLength int `toml:"min_length" json:"min_length"`
	MaxLength int `toml:"max_length" json:"max_length"`
}

// SecondStep says whether and how the second step is done.
type SecondStep struct {
	Required   bool     `toml:"required" json:"required" doc:"No sign-in ends without a second step"`
	Skippable  bool     `toml:"skippable" json:"skippable" doc:"A set-up prompt may be skipped"`
	Methods    []Method `toml:"methods" json:"methods"`
	Default    Method   `toml:"default" json:"default"`
	Several    bool     `toml:"several" json:"several" doc:"A user may have more than one factor"`
	MaxFactors int      `toml:"max_factors" json:"max_factors"`
	Removable  bool     `toml:"removable" json:"removable" doc:"The last factor may be removed"`
}

// TOTPRules are the parameters of new authenticator enrollments.
type TOTPRules struct {
	Algorithm string   `toml:"algorithm" json:"algorithm" enum:"SHA1,SHA256,SHA512"`
	Digits    int      `toml:"digits" json:"digits"`
	Period    Duration `toml:"period" json:"period"`
	Skew      int      `toml:"skew" json:"skew" doc:"Steps accepted either side"`
}

// Limits bound guessing. Counts are of consecutive failures.
type Limits struct {
	CodeFailures     int      `toml:"code_failures" json:"code_failures"`
	PasswordFailures int      `toml:"password_failures" json:"password_failures"`
	FirstLock        Duration `toml:"first_lock" json:"first_lock"`
	LongestLock      Duration `toml:"longest_lock" json:"longest_lock"`
	HardStop         int      `toml:"hard_stop" json:"hard_stop"`
}

// Lifetimes say how long things wait for their person.
type Lifetimes struct {
	Flow       Duration `toml:"flow" json:"flow"`
	Enrollment Duration `toml:"enrollment" json:"enrollment"`
	Session    Duration `toml:"session" json:"session"`
}

// Duration is a time.Duration written as "30s" in TOML and JSON.
type Duration time.Duration

// Std gives d as the standard library's type.
func (d Duration) Std() time.Duration { return time.Duration(d) }

// MarshalText writes d as time.Duration.String does.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads what time.ParseDuration reads.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil {
		return err
	}
	*d = Duration(v)
	return nil
}

// Names lists the embedded roll-outs, sorted.
func Names() []string {
	files, _ := fs.Glob(named, "*.toml") // the pattern is a constant and well-formed
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = strings.TrimSuffix(f, ".toml")
	}
	return names
}

// Load gives the embedded roll-out called name, or ErrUnknown.
func Load(name string) (Rollout, error) {
	text, err := named.ReadFile(name + ".toml")
	if err != nil {
		return Rollout{}, fmt.Errorf("%w %q (there are: %s)", ErrUnknown, name, strings.Join(Names(), ", "))
	}
	return Parse(text)
}

// Parse reads a roll-out from TOML, refuses keys it does not know, and checks
// the result.
func Parse(text []byte) (Rollout, error) {
	var r Rollout
	meta, err := toml.Decode(string(text), &r)
	if err != nil {
		var at toml.ParseError
		if errors.As(err, &at) {
			return Rollout{}, fmt.Errorf("read roll-out: line %d: %s", at.Position.Line, at.Message)
		}
		return Rollout{}, fmt.Errorf("read roll-out: %w", err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		keys := make([]string, len(unknown))
		for i, k := range unknown {
			keys[i] = k.String()
		}
		return Rollout{}, fmt.Errorf("read roll-out: unknown key %s", strings.Join(keys, ", "))
	}
	if err := r.Check(); err != nil {
		return Rollout{}, err
	}
	return r, nil
}
