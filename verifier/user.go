package verifier

import (
	"net/mail"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// User is an account with everything the rules need to know of it.
type User struct {
	ID       string
	Email    string // as CleanEmail gives it; unique
	Password Secret // PHC string of argon2id; zero if the account has none
	Role     string // "user" unless somebody said otherwise
	Created  time.Time
	Guard    Guard    // failures of the second step
	Factors  []Factor // confirmed and pending ones, oldest first
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
