package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"twofold/verifier"
	"twofold/verifier/delivery"
	"twofold/verifier/rollout"
)

// KOR-9, KOR-10: a device is trusted where that is ticked, and forgotten where
// that is ticked at sign-out.
func TestTrustedDevice(t *testing.T) {
	l := newLab(t, func(r *rollout.Rollout) { r.Device.ForgetAtSignOut = true })
	b := l.browser(t)
	key := b.enrolled()
	b.post("/signout")
	signIn := func(heading string) answer {
		t.Helper()
		return b.post("/signin", "email", ada, "password", password).shows(t, 200, heading)
	}
	code := func(pairs ...string) answer {
		t.Helper()
		l.advance(t, 30*time.Second)
		return b.post("/flow/code", append(pairs, "code", l.codeFor(t, key))...).shows(t, 200, "Your account")
	}
	signIn("Enter your code").has(t, "Trust this device for 30 days", "public or shared computer")
	code().has(t, "None: every sign-in asks for a code.")
	b.post("/signout")
	signIn("Enter your code")
	b.post("/flow/code", "remember", "yes", "code", "000000").has(t, `name="remember" value="yes" aria-describedby="remember-hint" checked`)

	l.advance(t, 30*time.Second)
	res := b.do(http.MethodPost, "/flow/code", url.Values{"remember": {"yes"}, "code": {l.codeFor(t, key)}})
	found := false
	for _, c := range res.Cookies() {
		if c.Name != l.nameOf(t, "twofold_device") {
			continue
		}
		found = true
		if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/signin" || c.MaxAge != 30*24*3600 {
			t.Errorf("the device's cookie: %v", c)
		}
	}
	if !found {
		t.Fatalf("no cookie of a device: %v", res.Header["Set-Cookie"])
	}
	b.post("/signout") // the tick is not set: the trust stays
	signIn("Your account").has(t, ">Forget<span")
	b.get("/signout").shows(t, 200, "Sign out?").has(t, `name="forget"`)
	b.post("/signout", "forget", "yes")
	signIn("Enter your code")
	code("remember", "yes").has(t, ">Forget<span")
	b.post("/account/devices/forget").has(t, "None: every sign-in asks for a code.")
	b.post("/signout")
	signIn("Enter your code")
}

// KODE-7, KODE-8: a text message goes out by itself, a failure is said, and
// another one can be sent.
func TestTextMessageThatDoesNotArrive(t *testing.T) {
	l := newLabOf(t, "kode")
	b := l.browser(t)
	b.post("/signup", "email", ada, "password", password)
	b.post("/account/sms", "method", "sms", "country", "32", "phone", "475123456")
	b.post("/flow/code", "code", l.sent(t, "+32475123456"))
	b.post("/signout")
	l.outbox.SetFaults(delivery.Faults{SMS: delivery.Fault{Refused: true}})
	page := b.post("/signin", "email", ada, "password", password).shows(t, 200, "Enter your 2FA code")
	page.has(t, "could not be sent to you", `role="alert"`, "Send another code", "phone has network", "support@kode.example").hasNot(t, "+32475123456")
	if !strings.Contains(b.post("/flow/send").shows(t, 429, "Enter your 2FA code").problem(t), "in 30 seconds") {
		t.Error("it does not say when another one can be sent")
	}
	l.advance(t, 30*time.Second)
	b.post("/flow/send").shows(t, 502, "Enter your 2FA code").has(t, "could not be sent")
	l.outbox.SetFaults(delivery.Faults{})
	l.advance(t, 2*time.Minute)
	old := l.sent(t, "+32475123456")
	sent := b.post("/flow/send").shows(t, 200, "Enter your 2FA code").has(t, "Only the newest one works.")
	if sent.path != "/flow/sent" {
		t.Errorf("it is said at %s", sent.path)
	}
	if says := b.post("/flow/code", "code", old).problem(t); !strings.Contains(says, "newest message") {
		t.Errorf("an older one: %q", says)
	}
	b.post("/flow/code", "code", l.sent(t, "+32475123456")).shows(t, 200, "Manage Account")
}

func TestOtherMethodAndRecoveryCode(t *testing.T) {
	l := newLab(t)
	b := l.browser(t)
	b.enrolled()
	l.advance(t, time.Second) // the app is the older one
	b.post("/account/methods", "method", "email").shows(t, 200, "Confirm your e-mail address")
	b.post("/flow/code", "code", l.sent(t, ada)).shows(t, 200, "You are set up")
	codes := recovery.FindAllString(b.post("/account/recovery", "password", password).shows(t, 200, "Your recovery codes").body, -1)
	if len(codes) != 10 {
		t.Fatalf("%d recovery codes", len(codes))
	}
	code := anyTag.ReplaceAllString(codes[3], "")
	b.post("/signout")

	b.post("/signin", "email", ada, "password", password).shows(t, 200, "Enter your code").has(t, "Use another method: E-mail, a•••@example.com")
	b.post("/flow/choose", "factor", l.factorOf(t, verifier.MethodEmail)).has(t, "We sent a code to a•••@example.com").hasNot(t, "the entry for")
	b.post("/flow/code", "code", l.sent(t, ada)).shows(t, 200, "Your account")
	b.post("/signout")

	b.post("/signin", "email", ada, "password", password)
	b.get("/flow/recovery").shows(t, 200, "Use a recovery code")
	b.post("/flow/code", "kind", "recovery", "code", "aaaa").shows(t, 401, "Use a recovery code")
	b.post("/flow/code", "kind", "recovery", "code", " "+strings.ToUpper(code)).shows(t, 200, "Your account").has(t, "You have 9 of 10 left.")
}

// CODA-7: the questions stand on the page, and where the roll-out turns
// diagnosis on, so does the cause.
func TestHelpWithACodeThatIsNotAccepted(t *testing.T) {
	for _, diagnosis := range []bool{false, true} {
		l := newLabOf(t, "mycodabox", func(r *rollout.Rollout) { r.Diagnosis = diagnosis })
		b := l.browser(t)
		b.post("/signup", "email", ada, "password", password)
		key := b.post("/account/methods", "method", "totp").key(t)
		b.post("/flow/code", "code", l.codeFor(t, key))
		b.post("/signout")
		b.post("/signin", "email", ada, "password", password).shows(t, 200, "Verification").
			has(t, "Not accepted?", "the app that you used when you enabled 2FA", "newest code")
		used := b.post("/flow/code", "code", l.codeFor(t, key)).shows(t, 401, "Verification")
		if says := used.problem(t); diagnosis != strings.Contains(says, "was used already") {
			t.Errorf("diagnosis %t: it says %q", diagnosis, says)
		}
		used.has(t, `<details class="help" open>`, "Contact the MyCodabox helpdesk")
	}
}

// KORE-7, KORE-8: a new password, whose link is answered alike for everybody,
// and then the second step all the same.
func TestForgottenPassword(t *testing.T) {
	l := newLabOf(t, "kore")
	b := l.browser(t)
	b.post("/signup", "email", ada, "password", password, "method", "email", "phone", "")
	b.post("/flow/code", "code", l.sent(t, ada))
	b.post("/signout")
	b.get("/signin").has(t, `href="/password-reset">Forgot password?</a>`)
	known := b.post("/password-reset", "email", ada).shows(t, 200, "Look in your mail")
	unknown := b.post("/password-reset", "email", bob).shows(t, 200, "Look in your mail")
	if known.body != unknown.body {
		t.Error("the answers differ")
	}
	token := l.waitFor(t, ada, "/password-reset/")
	page := b.get("/password-reset/"+token).shows(t, 200, "Choose a new password")
	if page.Header.Get("Referrer-Policy") != "strict-origin" {
		t.Errorf("the token goes on as a referrer: %q", page.Header.Get("Referrer-Policy"))
	}
	const fresh = "quite another walk"
	b.post("/password-reset/set", "token", token, "new", "brief", "again", "brief").shows(t, 422, "Choose a new password")
	b.post("/password-reset/set", "token", token, "new", fresh, "again", fresh).shows(t, 200, "Your password is set")
	b.post("/password-reset/set", "token", token, "new", fresh, "again", fresh).shows(t, 410, "This link does not work")
	b.post("/signin", "email", ada, "password", fresh).shows(t, 200, "Enter your OTP pin")
	b.get("/account").shows(t, 200, "Login")
}

// KODE-10: an invitation's link sets the first password.
func TestInvitation(t *testing.T) {
	l := newLabOf(t, "kode")
	if _, _, err := l.svc.AddUser(t.Context(), verifier.NewUser{Email: ada, Invite: true}); err != nil {
		t.Fatal(err)
	}
	token := l.waitFor(t, ada, "/password-reset/")
	b := l.browser(t)
	b.get("/password-reset/"+token).shows(t, 200, "Choose your own password")
	b.post("/password-reset/set", "token", token, "new", password, "again", password).shows(t, 200, "Your password is set")
	b.post("/signin", "email", ada, "password", password).shows(t, 200, "Manage Account")
}

// Addresses hold no code, key, password, recovery code or token, but the one
// that was mailed as a link.
func TestNoSecretInAddresses(t *testing.T) {
	for name, walk := range map[string]func(w walker){"plain": walkPlain, "kor": walkKor, "kore": walkKore, "strict": walkStrict} {
		w := walker{newLabOf(t, name).browser(t), name, new([]shot)}
		walk(w)
		for _, address := range w.seen {
			if strings.HasPrefix(address, "/password-reset/") {
				continue
			}
			rest := idInPath.ReplaceAllString(address, "/$1/ID")
			if strings.ContainsAny(rest, "?=%") || len(rest) > 40 && !strings.HasPrefix(rest, "/static/") {
				t.Errorf("%s: %s", name, address)
			}
		}
	}
}
