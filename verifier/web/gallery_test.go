package web

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"twofold/verifier"
	"twofold/verifier/delivery"
)

// shot is a page as somebody got it.
type shot struct {
	name string // roll-out and page
	body string
	qr   string // the picture on it, if any
}

// walker goes through the pages of a roll-out and keeps them.
type walker struct {
	*browser
	rollout string
	shots   *[]shot
}

// at keeps a page, after checking its status and heading.
func (w walker) at(name string, a answer, status int, heading string) answer {
	w.t.Helper()
	a.shows(w.t, status, heading)
	one := shot{name: w.rollout + "_" + name, body: a.body}
	if strings.Contains(a.body, "/flow/qr.png") {
		one.qr = w.do(http.MethodGet, "/flow/qr.png", nil).body
	}
	*w.shots = append(*w.shots, one)
	return a
}

// as is the same walk in a browser that knows nothing.
func (w walker) as() walker { return walker{w.lab.browser(w.t), w.rollout, w.shots} }

// gallery is every page of every roll-out, errors included.
func gallery(t *testing.T) []shot {
	t.Helper()
	var shots []shot
	for name, walk := range map[string]func(w walker){
		"plain": walkPlain, "kode": walkKode, "konexus": walkKonexus, "kor": walkKor, "kore": walkKore,
		"mycodabox": walkMycodabox, "strict": walkStrict,
	} {
		walk(walker{newLabOf(t, name).browser(t), name, &shots})
	}
	slices.SortFunc(shots, func(a, b shot) int { return strings.Compare(a.name, b.name) })
	return shots
}

const bob = "bob@example.com"

func walkPlain(w walker) {
	t, l := w.t, w.lab
	w.at("home", w.get("/"), 200, "Welcome to Twofold")
	w.at("sign_up", w.get("/signup"), 200, "Create an account")
	w.at("sign_up_refused", w.post("/signup", "email", "ada", "password", password), 422, "Create an account")
	w.at("sign_up_breached", w.post("/signup", "email", ada, "password", "password123"), 422, "Create an account")
	w.at("choose", w.post("/signup", "email", ada, "password", password), 200, "Set up two-step sign-in")
	setUp := w.at("set_up", w.post("/flow/enroll", "method", "totp"), 200, "Set up your authenticator app")
	key := setUp.key(t)
	w.at("set_up_refused", w.post("/flow/code", "name", "Phone", "code", "000000"), 401, "Set up your authenticator app")
	w.at("recovery_codes", w.post("/flow/code", "name", "Phone", "code", l.codeFor(t, key)), 200, "Your recovery codes")
	w.at("done", w.get("/flow/done"), 200, "You are set up")
	w.at("account", w.get("/account"), 200, "Your account")

	l.advance(t, time.Second) // the second factor is the younger one
	w.at("add_sms", w.post("/account/methods", "method", "sms"), 200, "Set up text messages")
	w.at("add_sms_refused", w.post("/account/sms", "method", "sms", "phone", "555 0100", "country", ""), 422, "Set up text messages")
	w.at("confirm_sms", w.post("/account/sms", "method", "sms", "phone", "(202) 555-0100", "country", "1"), 200, "Set up text messages")
	w.at("confirm_refused", w.post("/flow/code", "code", "000000"), 401, "Set up text messages")
	w.at("resend_too_soon", w.post("/flow/send"), 429, "Set up text messages")
	l.advance(t, time.Minute)
	w.at("resent", w.post("/flow/send"), 200, "Set up text messages")
	w.at("sms_done", w.post("/flow/code", "code", l.sent(t, "+12025550100")), 200, "You are set up")
	w.at("account_two", w.get("/account"), 200, "Your account")
	phone, text := l.factorOf(t, verifier.MethodTOTP), l.factorOf(t, verifier.MethodSMS)
	w.at("factor", w.get("/account/factors/"+phone), 200, "Phone")
	w.at("name_too_long", w.post("/account/factors/"+phone+"/name", "name", strings.Repeat("x", 65)), 422, "Phone")
	w.at("factor_sms", w.get("/account/factors/"+text), 200, "Text message (SMS), +12025550100")
	w.at("remove", w.get("/account/factors/"+text+"/remove"), 200, "Remove this method?")
	w.at("remove_refused", w.post("/account/factors/"+text+"/remove", "password", "not that one"), 403, "Remove this method?")
	w.at("new_recovery", w.get("/account/recovery"), 200, "Your recovery codes")
	w.at("new_recovery_refused", w.post("/account/recovery", "password", "not that one"), 403, "Your recovery codes")
	w.at("email", w.get("/account/email"), 200, "Change e-mail address")
	w.at("email_refused", w.post("/account/email", "email", "nobody", "password", password), 422, "Change e-mail address")
	w.at("email_confirm", w.post("/account/email", "email", bob, "password", password), 200, "Confirm your e-mail address")
	w.at("phone", w.get("/account/phone"), 200, "Change phone number")
	w.at("phone_refused", w.post("/account/phone", "phone", "1", "country", "1", "password", password), 422, "Change phone number")
	w.at("password", w.get("/account/password"), 200, "Change password")
	w.at("password_refused", w.post("/account/password", "password", password, "new", "one thing", "again", "another"), 422, "Change password")
	w.at("sign_out", w.get("/signout"), 200, "Sign out?")
	w.at("signed_out", w.post("/signout"), 200, "You are signed out")

	w.at("sign_in", w.get("/signin"), 200, "Sign in")
	w.at("sign_in_refused", w.post("/signin", "email", ada, "password", "not that one"), 401, "Sign in")
	w.at("code", w.post("/signin", "email", ada, "password", password), 200, "Enter your code")
	w.at("code_refused", w.post("/flow/code", "code", "000000"), 401, "Enter your code")
	w.at("recovery", w.get("/flow/recovery"), 200, "Use a recovery code")
	w.at("recovery_refused", w.post("/flow/code", "kind", "recovery", "code", "aaaa-bbbb"), 401, "Use a recovery code")
	w.at("code_sms", w.post("/flow/choose", "factor", text), 200, "Enter your code")
	l.outbox.SetFaults(delivery.Faults{SMS: delivery.Fault{Refused: true}})
	l.advance(t, 5*time.Minute)
	w.at("delivery_failed", w.post("/flow/send"), 502, "Enter your code")
	w.at("delivery_failed_after", w.get("/flow"), 200, "Enter your code")
	w.post("/flow/code", "remember", "yes", "code", l.codeFor(t, key))
	w.at("account_trusted", w.get("/account"), 200, "Your account")
	w.at("account_saved", w.get("/account/saved"), 200, "Your account")
	w.post("/signout")

	w = w.as()
	w.at("forgot", w.get("/password-reset"), 200, "Forgot your password?")
	w.at("forgot_refused", w.post("/password-reset", "email", ""), 422, "Forgot your password?")
	w.at("forgot_sent", w.post("/password-reset", "email", ada), 200, "Look in your mail")
	link := "/password-reset/" + l.waitFor(t, ada, "password-reset")
	w.at("reset", w.get(link), 200, "Choose a new password")
	w.at("reset_refused", w.post("/password-reset/set", "token", link[len("/password-reset/"):], "new", "short", "again", "short"), 422, "Choose a new password")
	w.at("reset_done", w.post("/password-reset/set", "token", link[len("/password-reset/"):], "new", "another long walk", "again", "another long walk"), 200, "Your password is set")
	w.at("link_refused", w.get(link), 410, "This link does not work")
	w.at("no_such_page", w.get("/nothing"), 404, "There is no such page")
	w.at("no_flow", w.get("/flow"), 410, "There is nothing to continue here")
	w.post("/signin", "email", ada, "password", "another long walk")
	for range 5 {
		w.post("/flow/code", "code", "000000")
	}
	w.at("locked", w.post("/flow/code", "code", "000000"), 429, "Too many attempts")
}

// factorOf gives the id of the first user's factor of a method.
func (l *lab) factorOf(t *testing.T, m verifier.Method) string {
	t.Helper()
	users, err := l.svc.Users(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range users[0].Factors {
		if f.Method == m {
			return f.ID
		}
	}
	t.Fatalf("there is no factor of method %s", m)
	return ""
}

// waitFor gives what the newest message to somebody carries, once there is one
// with a link that holds part: such messages leave in the background.
func (l *lab) waitFor(t *testing.T, to, part string) string {
	t.Helper()
	changed, stop := l.outbox.Follow()
	defer stop()
	patience := time.After(10 * time.Second)
	for {
		for _, m := range slices.Backward(l.outbox.Messages(to)) {
			if strings.Contains(m.Link, part) && m.Code != "" {
				return m.Code
			}
		}
		select {
		case <-changed:
		case <-patience:
			t.Fatalf("no message to %s has a link to %s", to, part)
		}
	}
}

func walkKode(w walker) {
	t, l := w.t, w.lab
	w.at("home", w.get("/"), 200, "Welcome to KODE OS")
	w.at("account_off", w.post("/signup", "email", ada, "password", password), 200, "Manage Account")
	key := w.at("set_up", w.post("/account/methods", "method", "totp"), 200, "Authenticator App").key(t)
	w.at("set_up_refused", w.post("/flow/code", "code", "12345"), 401, "Authenticator App")
	w.at("enabled", w.post("/flow/code", "code", l.codeFor(t, key)), 200, "Manage Account")
	w.at("account_on", w.get("/account"), 200, "Manage Account")
	w.at("sms", w.post("/account/methods", "method", "sms"), 200, "Text Message (SMS)")
	w.at("phone_missing", w.post("/account/sms", "method", "sms", "phone", "", "country", "32"), 422, "Text Message (SMS)")
	w.at("country_unknown", w.post("/account/sms", "method", "sms", "phone", "0475 12 34 56", "country", ""), 422, "Text Message (SMS)")
	w.at("sms_code", w.post("/account/sms", "method", "sms", "phone", "0475 12 34 56", "country", "+32"), 200, "Text Message (SMS)")
	w.at("sms_enabled", w.post("/flow/code", "code", l.sent(t, "+32475123456")), 200, "Manage Account")
	w.post("/signout")
	w.at("sign_in", w.get("/signin"), 200, "Log in")
	w.at("code", w.post("/signin", "email", ada, "password", password), 200, "Enter your 2FA code")
	w.post("/flow/code", "code", l.sent(t, "+32475123456")).shows(t, 200, "Manage Account")
	id := l.factorOf(t, verifier.MethodSMS)
	w.at("disable", w.get("/account/factors/"+id+"/remove"), 200, "Disable 2FA?")
	w.at("disabled", w.post("/account/factors/"+id+"/remove", "password", password), 200, "Removed")
}

func walkKonexus(w walker) {
	t, l := w.t, w.lab
	set := func(day string) {
		at, err := time.ParseInLocation(time.DateTime, day, l.svc.Rollout().Location())
		if err != nil {
			t.Fatal(err)
		}
		if err := l.svc.SetClock(t.Context(), verifier.ClockChange{Now: &at}); err != nil {
			t.Fatal(err)
		}
	}
	set("2026-05-27 09:00:00")
	w.at("home_announced", w.get("/"), 200, "Welcome to Konexus")
	w.at("account_announced", w.post("/signup", "email", ada, "password", password), 200, "Your account")
	w.post("/signout")
	set("2026-06-12 09:00:00")
	w.at("prompt", w.post("/signin", "email", ada, "password", password), 200, "Set up multi-factor authentication")
	w.at("skipped", w.post("/flow/skip"), 200, "Your account")
	w.post("/signout")
	w.post("/signin", "email", ada, "password", password)
	key := func() string {
		w.at("app", w.post("/flow/enroll", "method", "totp"), 200, "Set up your authenticator app")
		w.at("app_refused", w.post("/flow/page/1"), 422, "Set up your authenticator app")
		return w.at("scan", w.post("/flow/page/1", "app", "Google Authenticator"), 200, "Set up your authenticator app").key(t)
	}()
	w.at("app_chosen", w.get("/flow/page/1"), 200, "Set up your authenticator app")
	w.at("confirm", w.get("/flow/page/3"), 200, "Set up your authenticator app")
	w.at("confirm_refused", w.post("/flow/code", "code", ""), 422, "Set up your authenticator app")
	w.at("done_app", w.post("/flow/code", "code", l.codeFor(t, key)), 200, "Multi-factor authentication is set up")
	w.at("account_app", w.get("/account"), 200, "Your account")
	w.post("/signout")
	w.at("code_app", w.post("/signin", "email", ada, "password", password), 200, "Verify it is you")

	w = w.as()
	set("2026-07-13 00:00:00")
	w.at("automatic_email", w.post("/signup", "email", bob, "password", password), 200, "Email verification")
	w.at("done_email", w.post("/flow/code", "code", l.sent(t, bob)), 200, "Multi-factor authentication is set up")
	w.at("account_email", w.get("/account"), 200, "Your account")
	w.post("/signout")
	w.at("code_email", w.post("/signin", "email", bob, "password", password), 200, "Verify it is you")
	w.at("code_email_refused", w.post("/flow/code", "code", "000000"), 401, "Verify it is you")
	w.at("too_late_to_skip", w.post("/flow/skip"), 403, "This cannot be skipped")
}

func walkKor(w walker) {
	t, l := w.t, w.lab
	w.at("home", w.get("/"), 200, "Welcome to KOR")
	w.at("no_sign_up", w.get("/signup"), 403, "You cannot sign up here")
	w.at("no_reset", w.get("/password-reset"), 403, "Your password is set by somebody else")
	w.at("link_refused", w.get("/password-reset/unknown"), 410, "This link does not work").has(t, `href="/signin">Log in</a>`)
	if _, _, err := l.svc.AddUser(t.Context(), verifier.NewUser{Email: ada, Temporary: true}); err != nil {
		t.Fatal(err)
	}
	temporary := l.waitFor(t, ada, "")
	w.at("first_password", w.post("/signin", "email", ada, "password", temporary), 200, "Choose a new password")
	w.at("breached", w.post("/flow/password", "new", "password1234", "again", "password1234"), 422, "Choose a new password")
	w.at("kept", w.post("/flow/password", "new", temporary, "again", temporary), 409, "Choose a new password")
	key := w.at("set_up", w.post("/flow/password", "new", password, "again", password), 200, "MFA Setup").key(t)
	w.at("set_up_refused", w.post("/flow/code", "name", "Phone", "code", "000000"), 401, "MFA Setup")
	w.at("enabled", w.post("/flow/code", "name", "Phone", "code", l.codeFor(t, key)), 200, "Your account")
	w.post("/signout")
	w.at("used_temporary", w.post("/signin", "email", ada, "password", temporary), 401, "Log in")
	w.at("code", w.post("/signin", "email", ada, "password", password), 200, "MFA code")
	l.advance(t, 30*time.Second)
	w.post("/flow/code", "remember", "yes", "code", l.codeFor(t, key)).shows(t, 200, "Your account")
	w.at("account", w.get("/account"), 200, "Your account")
	w.at("sign_out", w.get("/signout"), 200, "Logout")
}

func walkKore(w walker) {
	t, l := w.t, w.lab
	w.at("sign_up", w.get("/signup"), 200, "Register")
	w.at("sign_up_no_phone", w.post("/signup", "email", ada, "password", password, "method", "sms", "phone", ""), 422, "Register")
	w.at("confirm_email", w.post("/signup", "email", ada, "password", password, "method", "email", "phone", ""), 200, "Confirm your e-mail address")
	w.at("profile_said", w.post("/flow/code", "code", l.sent(t, ada)), 200, "My profile")
	w.at("profile_no_phone", w.post("/account/profile", "method", "sms", "email", ada, "phone", ""), 422, "My profile")
	w.at("deferred", w.post("/account/profile", "method", "totp", "email", ada, "phone", ""), 200, "My profile")
	w.at("profile", w.get("/account"), 200, "My profile")
	w.at("change_email", w.post("/account/profile", "method", "totp", "email", bob, "phone", "", "password", ""), 422, "My profile")
	w.post("/signout")
	w.at("code_email", w.post("/signin", "email", ada, "password", password), 200, "Enter your OTP pin")
	w.at("pending", w.post("/flow/code", "code", l.sent(t, ada)), 200, "Set up your authenticator app")
}

func walkMycodabox(w walker) {
	t, l := w.t, w.lab
	w.at("account_off", w.post("/signup", "email", ada, "password", password), 200, "Your account")
	w.at("manage_off", w.get("/account/second-step"), 200, "Manage 2FA")
	key := w.at("wizard_1", w.post("/account/methods", "method", "totp"), 200, "Enable 2FA").key(t)
	w.at("wizard_2", w.get("/flow/page/2"), 200, "Enable 2FA")
	w.at("wizard_2_refused", w.post("/flow/code", "code", "000000"), 401, "Enable 2FA")
	w.at("wizard_3", w.post("/flow/code", "code", l.codeFor(t, key)), 200, "2FA is enabled")
	w.at("account_on", w.get("/account"), 200, "Your account")
	w.at("manage_on", w.get("/account/second-step"), 200, "Manage 2FA")
	w.post("/signout")
	w.at("code", w.post("/signin", "email", ada, "password", password), 200, "Verification")
	w.at("code_refused", w.post("/flow/code", "code", "000000"), 401, "Verification")
	l.advance(t, 30*time.Second)
	w.post("/flow/code", "code", l.codeFor(t, key)).shows(t, 200, "Your account")
	id := l.factorOf(t, verifier.MethodTOTP)
	w.at("disable", w.get("/account/factors/"+id+"/remove"), 200, "Disable 2FA")
	w.at("disable_refused", w.post("/account/factors/"+id+"/remove", "password", "not that one"), 403, "Disable 2FA")
	w.at("disabled", w.post("/account/factors/"+id+"/remove", "password", password), 200, "2FA is disabled")
}

func walkStrict(w walker) {
	t, l := w.t, w.lab
	key := w.post("/signup", "email", ada, "password", password).shows(t, 200, "Set up your authenticator app").key(t)
	w.at("recovery_codes", w.post("/flow/code", "code", l.codeFor(t, key)), 200, "Your recovery codes")
	w.at("account", w.get("/account"), 200, "Your account")
	id := l.factorOf(t, verifier.MethodTOTP)
	w.at("remove", w.get("/account/factors/"+id+"/remove"), 200, "Remove this method?")
	w.at("remove_last", w.post("/account/factors/"+id+"/remove", "password", password, "code", "123456"), 403, "Remove this method?")
}
