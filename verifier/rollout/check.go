package rollout

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// checker collects mistakes.
type checker struct {
	has   func(path string) bool // whether the text says anything there
	found []*FieldError
}

// Check returns every mistake in r in a *MistakesError; nil if there is none.
func (r Rollout) Check() error {
	found := r.mistakes(func(string) bool { return true })
	if len(found) == 0 {
		return nil
	}
	return newMistakes(found)
}

func (r Rollout) mistakes(has func(string) bool) []*FieldError {
	c := &checker{has: has}
	c.names(r)
	c.signUp(r)
	c.secondStep(r)
	c.calendar(r)
	c.setUp(r)
	c.codes(r)
	c.devices(r.Device)
	c.helpdesk(r.Helpdesk)
	c.apps(r.Apps)
	c.limits(r)
	c.texts(r)
	return c.found
}

func (c *checker) that(ok bool, field, reason string, args ...any) {
	if !ok {
		c.found = append(c.found, &FieldError{Field: field, Reason: fmt.Sprintf(reason, args...)})
	}
}

// value is that for what a field must hold: one that is not there is missing.
func (c *checker) value(ok bool, field, reason string, args ...any) {
	if !c.has(field) {
		reason, args = "is missing", nil
	}
	c.that(ok, field, reason, args...)
}

func (c *checker) between(field string, v, low, high int) {
	c.value(v >= low && v <= high, field, "%d is not between %d and %d", v, low, high)
}

func (c *checker) lasts(field string, d Duration, low, high time.Duration) {
	c.value(d.Std() >= low && d.Std() <= high, field, "%s is not between %s and %s", inWords(d.Std()), inWords(low), inWords(high))
}

// oneOf wants v among the names.
func oneOf[T ~string](c *checker, field string, v T, names ...T) {
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = string(name)
	}
	c.value(slices.Contains(names, v), field, "%q is not one of: %s", string(v), strings.Join(list, ", "))
}

// distinct wants every one of vs among the names, once.
func distinct[T ~string](c *checker, field string, vs, names []T) {
	for i, v := range vs {
		at := fmt.Sprintf("%s[%d]", field, i+1)
		oneOf(c, at, v, names...)
		c.that(!slices.Contains(vs[:i], v), at, "%q is there twice", string(v))
	}
}

var (
	wellNamed = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,31}$`)
	methods   = []Method{TOTP, HOTP, Email, SMS}
	enrolls   = []Enroll{Optional, Prompted, Required}
)

func (c *checker) names(r Rollout) {
	c.value(wellNamed.MatchString(r.Name), "name", "%q is not up to 32 small letters, digits and dashes", r.Name)
	c.value(strings.TrimSpace(r.Issuer) != "", "issuer", "is empty")
	c.that(!strings.Contains(r.Issuer, ":"), "issuer", "may not hold a colon: it ends the issuer in a key URI")
	_, err := location(r.TimeZone)
	c.that(err == nil, "time_zone", "%q is no time zone: write one like America/New_York or Europe/Brussels", r.TimeZone)
}

func (c *checker) signUp(r Rollout) {
	s := r.SignUp
	c.that(s.Allowed || !s.ChooseMethod, "sign_up.choose_method", "needs sign_up.allowed")
	c.that(s.Allowed || !s.Phone, "sign_up.phone", "needs sign_up.allowed")
	c.that(!s.ChooseMethod || s.Phone || !slices.Contains(r.SecondStep.Methods, SMS), "sign_up.phone",
		"has to be true: sms can be chosen at registration, and needs a number")
	c.between("password.min_length", r.Password.MinLength, 8, 64)    // SP 800-63B-4, 3.1.1.2
	c.between("password.max_length", r.Password.MaxLength, 64, 1024) // the same, and a bound on the work of hashing
}

func (c *checker) secondStep(r Rollout) {
	step := r.SecondStep
	oneOf(c, "second_step.enroll", step.Enroll, enrolls...)
	c.value(len(step.Methods) > 0, "second_step.methods", "is empty")
	distinct(c, "second_step.methods", step.Methods, methods)
	if len(step.Methods) > 0 {
		oneOf(c, "second_step.default", step.Default, step.Methods...)
	}
	c.automatic("second_step", step.Enroll, step.Automatic, step.Methods)
	c.between("second_step.max_factors", step.MaxFactors, 1, 10)
	c.that(step.Several || step.MaxFactors <= 1, "second_step.max_factors", "has to be 1 where several is false")
	c.that(step.Enroll != Required || len(r.Phases) > 0 || !step.Removable, "second_step.removable",
		"has to be false: the second step is always required")
	distinct(c, "second_step.exempt", step.Exempt, Roles)
}

func (c *checker) automatic(table string, enroll Enroll, automatic Method, among []Method) {
	if automatic == "" {
		return
	}
	c.that(slices.Contains(among, automatic), table+".automatic", "%q is not among the methods", string(automatic))
	c.that(enroll == Required, table+".automatic", "does nothing where enroll is not required")
}

func (c *checker) setUp(r Rollout) {
	s := r.SetUp
	distinct(c, "set_up.deferred", s.Deferred, r.SecondStep.Methods)
	if !slices.Contains(r.SecondStep.Methods, TOTP) && !slices.Contains(r.SecondStep.Methods, HOTP) {
		return // nobody sees these pages
	}
	c.value(len(s.Pages) > 0, "set_up.pages", "is empty")
	var blocks []Block
	for i, page := range s.Pages {
		at := fmt.Sprintf("set_up.pages[%d]", i+1)
		c.that(len(page) > 0, at, "is a page with nothing on it")
		for _, b := range page {
			oneOf(c, at, b, BlockApp, BlockName, BlockScan, BlockCode)
			c.that(!slices.Contains(blocks, b), at, "%q is there twice", string(b))
			blocks = append(blocks, b)
		}
	}
	if len(s.Pages) == 0 {
		return
	}
	scan, code := slices.Index(blocks, BlockScan), slices.Index(blocks, BlockCode)
	c.that(scan >= 0, "set_up.pages", "has no scan: the QR is never shown")
	c.that(code >= 0, "set_up.pages", "has no code: nothing would be confirmed")
	c.that(scan < 0 || code < 0 || scan < code, "set_up.pages", "asks for the code before the QR is shown")
	last := s.Pages[len(s.Pages)-1]
	c.that(code < 0 || slices.Contains(last, BlockCode), "set_up.pages", "has a page after the code, which ends the set-up")
	c.that(!slices.Contains(blocks, BlockApp) || len(r.Apps) > 0, "set_up.pages", "asks for the app, but there is no [[app]]")
}

func (c *checker) codes(r Rollout) {
	oneOf(c, "totp.algorithm", r.TOTP.Algorithm, "SHA1", "SHA256", "SHA512")
	c.between("totp.digits", r.TOTP.Digits, 6, 8)
	c.lasts("totp.period", r.TOTP.Period, time.Second, 5*time.Minute)
	c.that(r.TOTP.Period.Std()%time.Second == 0, "totp.period", "%s is not in whole seconds", r.TOTP.Period.Std())
	c.between("totp.skew", r.TOTP.Skew, 0, 5)
	if slices.Contains(r.SecondStep.Methods, HOTP) {
		c.between("hotp.look_ahead", r.HOTP.LookAhead, 1, 50)
	}
	c.between("message.digits", r.Message.Digits, 6, 8)
	c.lasts("message.lifetime", r.Message.Lifetime, 30*time.Second, 10*time.Minute) // SP 800-63B-4, 3.1.3.2
	c.lasts("message.resend_after", r.Message.ResendAfter, time.Second, 10*time.Minute)
	c.between("message.per_day", r.Message.PerDay, 1, 1000)
	c.between("recovery.codes", r.Recovery.Codes, 0, 20)
}

func (c *checker) devices(d Device) {
	if d.Remember {
		c.lasts("device.lifetime", d.Lifetime, time.Minute, 365*24*time.Hour)
	}
	c.that(d.Remember || !d.Automatic, "device.automatic", "needs device.remember")
	c.that(d.Remember || !d.ForgetAtSignOut, "device.forget_at_sign_out", "needs device.remember")
}

func (c *checker) helpdesk(h Helpdesk) {
	c.that(!h.Reset || len(h.Questions) > 0, "helpdesk.reset", "needs helpdesk.questions: nothing else says who is calling")
	for i, q := range h.Questions {
		at := fmt.Sprintf("helpdesk.questions[%d]", i+1)
		c.that(strings.TrimSpace(q) != "", at, "is empty")
		c.that(!slices.Contains(h.Questions[:i], q), at, "is there twice")
	}
}

func (c *checker) apps(apps []App) {
	for i, a := range apps {
		at := fmt.Sprintf("app[%d].name", i+1)
		c.value(strings.TrimSpace(a.Name) != "", at, "is empty")
		c.that(!slices.ContainsFunc(apps[:i], func(b App) bool { return b.Name == a.Name && b.System == a.System }), at,
			"%q is there twice for the same system", a.Name)
	}
}

func (c *checker) limits(r Rollout) {
	l, t := r.Limits, r.Lifetimes
	const day = 24 * time.Hour
	c.between("limits.code_failures", l.CodeFailures, 1, 20)
	c.between("limits.password_failures", l.PasswordFailures, 1, 100)
	c.lasts("limits.first_lock", l.FirstLock, time.Second, time.Hour)
	c.lasts("limits.longest_lock", l.LongestLock, time.Second, day)
	c.that(l.LongestLock >= l.FirstLock, "limits.longest_lock", "is shorter than limits.first_lock")
	c.between("limits.hard_stop", l.HardStop, 1, 100) // SP 800-63B-4, 3.2.2
	c.that(l.HardStop >= l.CodeFailures, "limits.hard_stop", "is less than limits.code_failures")
	c.lasts("lifetimes.flow", t.Flow, time.Minute, day)
	c.lasts("lifetimes.enrollment", t.Enrollment, time.Minute, day)
	c.lasts("lifetimes.session", t.Session, time.Minute, 30*day)
	c.lasts("lifetimes.temporary_password", t.Temporary, time.Minute, 30*day)
	c.lasts("lifetimes.reset", t.Reset, time.Minute, day)
	c.lasts("lifetimes.invitation", t.Invitation, time.Minute, 90*day)
}
