package verifier

import (
	"crypto/subtle"
	"encoding/base32"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"twofold/verifier/rollout"
)

// Method is a way to do the second step.
type Method = rollout.Method

// The methods.
const (
	MethodTOTP  = rollout.TOTP
	MethodHOTP  = rollout.HOTP
	MethodEmail = rollout.Email
	MethodSMS   = rollout.SMS
	// MethodRecovery is that of recovery codes, in events; nobody enrolls it.
	MethodRecovery Method = "recovery"
)

// TimeStep counts periods since 1970 (T of RFC 6238, 4.2). For a counter-based
// factor it is the counter (C of RFC 4226).
type TimeStep int64

// Factor is a user's means for the second step, as a store keeps it.
type Factor struct {
	ID        string
	UserID    string
	Method    Method
	Name      string // what the person calls their app; a hint, nothing more
	Target    string // e-mail address or number that codes go to, of those methods
	Deferred  bool   // waits for the next sign-in to be set up
	Issuer    string
	Label     string
	Sealed    []byte // the shared key, sealed to user and factor id
	Algorithm string // SHA1, SHA256, SHA512
	Digits    int
	Period    time.Duration
	Created   time.Time
	Confirmed time.Time // zero while pending
	LastStep  TimeStep  // the newest step spent; NoStep if none
	Spent     []TimeStep
	Drift     int // steps that the app's clock was ahead (+) or behind (-) when last seen (RFC 6238, 6)
}

// App reports whether the factor's codes come from an authenticator.
func (f Factor) App() bool { return f.Method == MethodTOTP || f.Method == MethodHOTP }

// NoStep is the LastStep of a factor that has accepted no code.
const NoStep TimeStep = -1

// SpentKept is how many of the last spent steps a factor remembers. They only
// serve the diagnosis: what may be accepted is decided by LastStep alone.
const SpentKept = 8

// Pending reports whether the factor still waits for its first code.
func (f Factor) Pending() bool { return f.Confirmed.IsZero() }

// TOTP computes and matches the codes of one shared key (RFC 6238).
type TOTP struct {
	Key       Secret
	Algorithm string // SHA1, SHA256, SHA512
	Digits    int    // 6 to 8
	Period    time.Duration
}

// StepAt gives the step that t lies in. It is below zero before 1970, and for
// a period shorter than a second, where there are no steps.
func (f TOTP) StepAt(t time.Time) TimeStep {
	period := int64(f.Period / time.Second)
	if period <= 0 || t.Unix() < 0 {
		return NoStep
	}
	return TimeStep(t.Unix() / period)
}

// Code computes the code of one step. It has an error for parameters that no
// code can be computed with.
func (f TOTP) Code(step TimeStep) (string, error) {
	if step < 0 || f.Key.IsZero() || f.Digits < 6 || f.Digits > 8 {
		return "", fmt.Errorf("compute code: step %d, %d digits: out of range", step, f.Digits)
	}
	algorithm, err := algorithmOf(f.Algorithm)
	if err != nil {
		return "", err
	}
	return hotp.GenerateCodeCustom(base32.StdEncoding.EncodeToString(f.Key.Reveal()), uint64(step),
		hotp.ValidateOpts{Digits: otp.Digits(f.Digits), Algorithm: algorithm})
}

// Match looks for code among the steps from skew before at to skew after it,
// and gives the step it belongs to, so that the caller can spend it. Every
// step of the window is computed and compared in constant time, whichever
// matches. Code must be as CleanCode gives it.
func (f TOTP) Match(code string, at time.Time, skew int) (TimeStep, bool) {
	now := f.StepAt(at)
	if now < 0 {
		return NoStep, false
	}
	return f.search(code, now-TimeStep(skew), now+TimeStep(skew))
}

// search is Match over the steps from first to last. Should two steps have the
// same code, the later one is given: it spends both.
func (f TOTP) search(code string, first, last TimeStep) (TimeStep, bool) {
	found, match := int64(NoStep), 0
	for step := first; step <= last; step++ {
		want, err := f.Code(max(step, 0))
		if err != nil {
			return NoStep, false // the parameters are at fault, whatever the step
		}
		same := subtle.ConstantTimeCompare([]byte(want), []byte(code))
		if step < 0 {
			same = 0
		}
		mask := -int64(same) // all ones where the step matches
		found = found&^mask | int64(step)&mask
		match |= same
	}
	return TimeStep(found), match == 1
}

func algorithmOf(name string) (otp.Algorithm, error) {
	switch name {
	case "SHA1":
		return otp.AlgorithmSHA1, nil
	case "SHA256":
		return otp.AlgorithmSHA256, nil
	case "SHA512":
		return otp.AlgorithmSHA512, nil
	}
	return 0, fmt.Errorf("compute code: unknown algorithm %q", name)
}

// RevealURI writes the key URI that authenticator apps scan. The issuer stands
// both before the label and as a parameter, and blanks are %20, never a plus:
// what apps agree on.
//
// A counter-based one has the counter to begin with in place of the period.
func (f TOTP) RevealURI(method Method, issuer, label string) Secret {
	var uri strings.Builder
	uri.WriteString("otpauth://" + string(method) + "/" + escape(issuer) + ":" + escape(label))
	uri.WriteString("?secret=" + f.Key.RevealBase32())
	uri.WriteString("&issuer=" + escape(issuer))
	uri.WriteString("&algorithm=" + f.Algorithm)
	uri.WriteString("&digits=" + strconv.Itoa(f.Digits))
	if method == MethodHOTP {
		uri.WriteString("&counter=0")
		return SecretOf(uri.String())
	}
	uri.WriteString("&period=" + strconv.FormatInt(int64(f.Period/time.Second), 10))
	return SecretOf(uri.String())
}

func escape(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }
