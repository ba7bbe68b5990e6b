package web

import (
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"twofold/verifier"
	"twofold/verifier/rollout"
)

// view is all that a page may show.
type view struct {
	Rollout     rollout.Rollout
	Style, Icon string
	Clock       *clock // where the verifier's differs from the machine's
	Problems    []problem
	Typed       typed
	Said        string // what was done just now
	Notice      string // of the roll-out's phase
	Help        bool   // whom to ask is said

	Flow    *verifier.Progress
	SetUp   *setUp
	Picture picture
	User    *verifier.User
	Account *account
	Factor  *factor // the one that the page is about
	Codes   []string
	Action  string // where the page's form goes
	Token   string // of a link that was mailed

	Heading, Text string // of a message
	Link          link

	HasLab bool // the tester's pages are there

	location *time.Location
}

// typed is what a form gets back after an error. Passwords and codes never do.
type typed struct {
	Email, Name, App, Other string
	Country, Phone          string
	Method                  verifier.Method
	Remember                bool
}

// problem is one thing to mend, in these fields of the form.
type problem struct {
	Fields []string
	Text   string
}

// clock is the verifier's, for people to compare with theirs.
type clock struct {
	Now time.Time
	Off string
}

func (h *handler) view() view {
	v := view{HasLab: !h.options.LabToken.IsZero(), Rollout: h.svc.Rollout(), Style: stylePath, Icon: iconPath, location: h.options.Location}
	if v.Rollout.TimeZone != "" { // phases begin by it
		v.location = v.Rollout.Location()
	}
	now := h.svc.Clock().Now()
	off := h.svc.Clock().Offset()
	switch {
	case off >= time.Second:
		v.Clock = &clock{Now: now, Off: lasting(off) + " ahead of"}
	case off <= -time.Second:
		v.Clock = &clock{Now: now, Off: lasting(-off) + " behind"}
	}
	v.Notice = v.Rollout.At(now, verifier.RoleUser, "").Notice // of somebody unknown yet
	return v
}

// T is the roll-out's text under key, with everything filled in that this page
// knows.
func (v view) T(key string) string { return v.Rollout.Fill(key, v.known()...) }

// Of is T for a key with a method in it: Of "done" "sms" is T "done_sms".
func (v view) Of(before string, m verifier.Method, after ...string) string {
	return v.T(strings.Join(append([]string{before, string(m)}, after...), "_"))
}

// known are the placeholders that this page can fill.
func (v view) known() []string {
	app, digits, email, phone := "", v.Rollout.TOTP.Digits, "", "your phone"
	if v.User != nil {
		email = v.User.Email
	}
	if f := v.Flow; f != nil {
		email, app = f.Email, f.Hint
		if f.Enrollment != nil {
			app = f.Enrollment.Name
		}
		if f.Sent != nil {
			digits = v.Rollout.Message.Digits
			email, phone, app = f.Sent.To, f.Sent.To, ""
		}
	}
	if v.Factor != nil {
		app = v.Factor.Name
		switch v.Factor.Method {
		case verifier.MethodEmail:
			email = v.Factor.Target
		case verifier.MethodSMS:
			phone = v.Factor.Target
		}
	}
	if app == "" {
		app = "your authenticator app"
	}
	if email == "" {
		email = "your e-mail address"
	}
	return []string{
		"app", app, "digits", strconv.Itoa(digits), "email", email, "phone", phone,
		"period", strconv.Itoa(int(v.Rollout.TOTP.Period.Std() / time.Second)),
		"minutes", strconv.Itoa(int(v.Rollout.Message.Lifetime.Std() / time.Minute)),
	}
}

// Site is what the pages call the organization.
func (v view) Site() string {
	if title := strings.TrimSpace(v.Rollout.Title); title != "" {
		return title
	}
	return v.Rollout.Issuer
}

// Mark is the letter that stands for the organization.
func (v view) Mark() string {
	first, _ := utf8.DecodeRuneInString(v.Site())
	return string(unicode.ToUpper(first))
}

// Day writes a date for people, and Instant one to the second.
func (v view) Day(t time.Time) string { return t.In(v.location).Format("2 January 2006, 15:04") }

// Instant writes a time of day with its date and zone.
func (v view) Instant(t time.Time) string {
	return t.In(v.location).Format("2 January 2006, 15:04:05 MST")
}

// Stamp writes a time for programs.
func (v view) Stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// Lasting writes a duration for people.
func (v view) Lasting(d time.Duration) string { return lasting(d) }

// Seconds writes a period of the roll-out.
func (v view) Seconds(d rollout.Duration) string { return lasting(d.Std()) }

// Few reports whether so few attempts are left that it should be said.
func (v view) Few() bool { return v.Flow.AttemptsLeft < v.Rollout.Limits.CodeFailures }

// Attempts says how many are left.
func (v view) Attempts() string { return count(v.Flow.AttemptsLeft, "attempt") }

// App reports whether codes of method come from an authenticator.
func (v view) App(m verifier.Method) bool { return verifier.Factor{Method: m}.App() }

// Groups is the shared key in groups of four, easier to type.
func (v view) Groups() []string {
	var groups []string
	for group := range slices.Chunk([]byte(v.Flow.Enrollment.Key.RevealBase32()), 4) {
		groups = append(groups, string(group))
	}
	return groups
}

// Key is the shared key in one piece, to copy.
func (v view) Key() string { return v.Flow.Enrollment.Key.RevealBase32() }

// KeyURI is the enrollment as a link. The template's list of schemes does not
// have otpauth in it; what the service writes is escaped.
func (v view) KeyURI() template.URL { return template.URL(v.Flow.Enrollment.URI.RevealText()) }

// question is one of the roll-out's questions, with its answer.
type question struct{ Ask, Answer string }

// FAQ lists the questions that the roll-out has.
func (v view) FAQ() []question {
	var list []question
	for _, key := range []string{"when", "phone", "lost", "support"} {
		if ask := v.T("faq_" + key + "_question"); ask != "" {
			list = append(list, question{ask, v.T("faq_" + key + "_answer")})
		}
	}
	return list
}

// field is the state of one input.
type field struct {
	Wrong, Focus bool
	DescribedBy  string
	Value        string
}

// Field gives the state of an input: whether it has to be mended, and what
// describes it. The first wrong field has the focus.
func (v view) Field(id string, hints ...string) field {
	var f field
	for i, p := range v.Problems {
		if at := slices.Index(p.Fields, id); at >= 0 {
			f.Wrong, f.Focus = true, f.Focus || i == 0 && at == 0
			hints = append(hints, "problem-"+strconv.Itoa(i))
		}
	}
	f.DescribedBy = strings.Join(slices.DeleteFunc(hints, func(h string) bool { return h == "" }), " ")
	return f
}

// Main is Field for the one input that a page is about: it has the focus as
// long as nothing is wrong.
func (v view) Main(id string, hints ...string) field {
	f := v.Field(id, hints...)
	f.Focus = f.Focus || len(v.Problems) == 0
	return f
}

// offering is a choice of methods on a page.
type offering struct {
	View    view
	Methods []verifier.Method
}

// Offering makes methods a choice on this page.
func (v view) Offering(methods []verifier.Method) offering { return offering{v, methods} }
