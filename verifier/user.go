package verifier

import (
	"net/mail"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"twofold/verifier/rollout"
)

// User is an account with everything the rules need to know of it.
type User struct {
	ID            string
	Email         string // as CleanEmail gives it; unique
	EmailVerified time.Time
	Phone         string // E.164; empty if none
	PhoneVerified time.Time
	Password      Secret // PHC string of argon2id; zero if the account has none
	Role          string // one of the roles below
	Office        string // part of the organization; empty if none
	Created       time.Time
	Disabled      time.Time  // since when nobody may sign in; zero: enabled
	Temporary     time.Time  // until when the password works, as a temporary one; zero: it is permanent
	TemporaryUsed time.Time  // when the temporary password was used, which it can be once
	Preferred     string     // id of the factor that is asked for first
	Questions     []Question // what the helpdesk asks
	Guard         Guard      // failures of the second step
	Factors       []Factor   // confirmed and pending ones, oldest first
}

// The roles.
const (
	RoleUser     = "user"
	RoleAdmin    = "admin"
	RoleHelpdesk = "helpdesk"
	RoleService  = "service" // a program; a roll-out may exempt it from the second step
)

var roles = []string{RoleUser, RoleAdmin, RoleHelpdesk, RoleService}

// Question is one that the helpdesk asks, with the keyed hash of its answer.
type Question struct {
	Ask    string
	Answer Digest
}

// State says where an account stands on its way.
type State string

// The states of an account.
const (
	StateInvited    State = "invited"
	StateMustChange State = "must_change_password"
	StateMustEnroll State = "must_enroll"
	StateActive     State = "active"
	StateLocked     State = "locked"
	StateDisabled   State = "disabled"
)

// StateAt gives the state of u under the roll-out at now.
func (u User) StateAt(r rollout.Rollout, now time.Time) State {
	switch {
	case !u.Disabled.IsZero():
		return StateDisabled
	case u.Guard.Refuses(r.Limits, now) != nil:
		return StateLocked
	case u.Password.IsZero():
		return StateInvited
	case !u.Temporary.IsZero():
		return StateMustChange
	case u.mustEnroll(r, now):
		return StateMustEnroll
	}
	return StateActive
}

// mustEnroll reports whether the roll-out lets u in with a second step only,
// and u has none.
func (u User) mustEnroll(r rollout.Rollout, now time.Time) bool {
	policy := r.At(now, u.Role, u.Office)
	return policy.Enroll == rollout.Required && !policy.Exempt && len(u.Confirmed()) == 0
}

// First gives the factor that a sign-in asks for first: the preferred one, or
// the oldest.
func (u User) First() (Factor, bool) {
	confirmed := u.Confirmed()
	for _, f := range confirmed {
		if f.ID == u.Preferred {
			return f, true
		}
	}
	if len(confirmed) == 0 {
		return Factor{}, false
	}
	return confirmed[0], true
}

// Deferred gives the factor that was chosen in the account and is set up at
// the next sign-in.
func (u User) Deferred() (Factor, bool) {
	for _, f := range u.Factors {
		if f.Pending() && f.Deferred {
			return f, true
		}
	}
	return Factor{}, false
}

// Confirmed gives the factors that a sign-in may use.
func (u User) Confirmed() []Factor {
	var out []Factor
	for _, f := range u.Factors {
		if !f.Pending() {
			out = append(out, f)
		}
	}
	return out
}

// Factor gives the factor with this id.
func (u User) Factor(id string) (Factor, bool) {
	for _, f := range u.Factors {
		if f.ID == id && id != "" {
			return f, true
		}
	}
	return Factor{}, false
}

// longestEmail is the bound of RFC 5321, 4.5.3.1.3, on a path, less its brackets.
const longestEmail = 254

// CleanEmail gives address as accounts are known by it: NFC, lower case, no
// blanks around. It refuses with CauseEmailInvalid what is not one plain
// address, or has characters in it that nobody sees. Cleaning what is clean
// changes nothing.
func CleanEmail(address string) (string, error) {
	// NFC twice: some letters are composed in lower case only.
	clean := norm.NFC.String(strings.ToLower(norm.NFC.String(strings.TrimSpace(address))))
	refuse := &Refusal{Cause: CauseEmailInvalid}
	if len(clean) > longestEmail || strings.ContainsFunc(clean, func(r rune) bool {
		return unicode.IsControl(r) || unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar
	}) {
		return "", refuse
	}
	parsed, err := mail.ParseAddress(clean)
	if err != nil || parsed.Name != "" || parsed.Address != clean {
		return "", refuse
	}
	return clean, nil
}
