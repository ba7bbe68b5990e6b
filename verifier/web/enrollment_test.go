package web

import (
	"html"
	"strings"
	"testing"
	"time"

	"twofold/verifier"
)

// has checks that a page shows texts, and hasNot that it does not.
func (a answer) has(t *testing.T, texts ...string) answer {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(a.body, text) && !strings.Contains(html.UnescapeString(a.body), text) {
			t.Errorf("%s does not show %q\n%s", a.path, text, a.body)
		}
	}
	return a
}

func (a answer) hasNot(t *testing.T, texts ...string) answer {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(a.body, text) || strings.Contains(html.UnescapeString(a.body), text) {
			t.Errorf("%s shows %q", a.path, text)
		}
	}
	return a
}

// inOrder checks that a page shows texts one after the other.
func (a answer) inOrder(t *testing.T, texts ...string) {
	t.Helper()
	rest := a.body
	for _, text := range texts {
		_, after, found := strings.Cut(rest, text)
		if !found {
			t.Fatalf("%s does not show %q at its place among %q\n%s", a.path, text, texts, a.body)
		}
		rest = after
	}
}

// KODE-1, KODE-2, KODE-3: two choices under "2FA", one page, Enable.
func TestKodeEnablesAnAppOnOnePage(t *testing.T) {
	l := newLabOf(t, "kode")
	b := l.browser(t)
	account := b.post("/signup", "email", ada, "password", password).shows(t, 200, "Manage Account")
	account.inOrder(t, ">2FA</h2>", "Authenticator App</h3>", "Text Message (SMS)</h3>")
	page := b.post("/account/methods", "method", "totp").shows(t, 200, "Authenticator App")
	page.inOrder(t, "/flow/qr.png", "setup key", `id="code"`, ">Enable</button>")
	key := page.key(t)
	b.post("/flow/code", "code", "000000").shows(t, 401, "Authenticator App").hasNot(t, "/account/factors")
	b.get("/account").hasNot(t, ">Disable")
	b.post("/flow/code", "code", l.codeFor(t, key)).shows(t, 200, "Manage Account").has(t, ">Disable", "From now on")
}

// KODE-6, KODE-9: country code and number, Get Code, code, Enable; a number
// that cannot be reached is named, and stays in its field.
func TestKodeEnablesSMS(t *testing.T) {
	l := newLabOf(t, "kode")
	b := l.browser(t)
	b.post("/signup", "email", ada, "password", password)
	b.post("/account/methods", "method", "sms").shows(t, 200, "Text Message (SMS)").has(t, ">Get Code</button>", "tel-country-code")
	for _, c := range []struct{ country, number, says, focused string }{
		{"", "0475 12 34 56", "country code", "country"},
		{"+999", "0475 12 34 56", "country code", "country"},
		{"+32", "", "Enter your phone number", "phone"},
		{"+32", "12", "not a phone number", "phone"},
	} {
		page := b.post("/account/sms", "method", "sms", "country", c.country, "phone", c.number).shows(t, 422, "Text Message (SMS)")
		if says := page.problem(t); !strings.Contains(says, c.says) {
			t.Errorf("%q %q: it says %q", c.country, c.number, says)
		}
		page.has(t, `value="`+c.number+`"`)
		if _, input, _ := strings.Cut(page.body, `id="`+c.focused+`"`); !strings.Contains(input[:strings.Index(input, ">")], "autofocus") {
			t.Errorf("%q %q: %s is not focused", c.country, c.number, c.focused)
		}
	}
	b.post("/account/sms", "method", "sms", "country", "+32", "phone", "0475 12 34 56").
		shows(t, 200, "Text Message (SMS)").has(t, "+32475123456", ">Enable</button>")
	b.post("/flow/code", "code", l.sent(t, "+32475123456")).shows(t, 200, "Manage Account").has(t, "+32475123456")
}

// KNX-3, KNX-8, KNX-10, KNX-11: choose the method, choose the app, QR, code,
// done; the way back shows the same secret.
func TestKonexusChoosesTheAppBeforeTheQR(t *testing.T) {
	l := newLabOf(t, "konexus")
	l.at(t, "2026-06-12")
	b := l.browser(t)
	b.post("/signup", "email", ada, "password", password).shows(t, 200, "Set up multi-factor authentication").
		has(t, ">Skip</button>", `value="email" checked`, `value="totp"`, "What if I have no smartphone?")
	b.post("/flow/skip").shows(t, 200, "Your account")
	b.post("/signin", "email", ada, "password", password).shows(t, 200, "Set up multi-factor authentication")
	first := b.post("/flow/enroll", "method", "totp").has(t, "Choose your authenticator app", "Page 1 of 4").hasNot(t, "/flow/qr.png")
	if first.path != "/flow" {
		t.Errorf("the first page is at %s", first.path)
	}
	b.post("/flow/page/1", "app", "other", "other", "").has(t, "Enter the name of your app.")
	second := b.post("/flow/page/1", "app", "Microsoft Authenticator").has(t, "/flow/qr.png", `href="/flow/page/3"`, `href="/flow/page/1"`)
	b.get("/flow/page/1").has(t, `value="Microsoft Authenticator" checked`)
	if again := b.get("/flow/page/2"); again.key(t) != second.key(t) {
		t.Error("going back makes another secret")
	}
	b.post("/flow/code", "code", "12").shows(t, 401, "Set up your authenticator app").has(t, "Page 3 of 4")
	b.get("/flow/code").has(t, "Page 3 of 4")
	b.post("/flow/code", "code", l.codeFor(t, second.key(t))).shows(t, 200, "Multi-factor authentication is set up").
		has(t, "used from now on", "Microsoft Authenticator", "Page 4 of 4")
}

// at sets the clock to the beginning of a day of the roll-out.
func (l *lab) at(t *testing.T, day string) {
	t.Helper()
	at, err := time.ParseInLocation(time.DateOnly, day, l.svc.Rollout().Location())
	if err == nil {
		err = l.svc.SetClock(t.Context(), verifier.ClockChange{Now: &at})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// KNX-4, KNX-9: e-mail by itself, with the app still offered.
func TestKonexusVerifiesEmailByItself(t *testing.T) {
	l := newLabOf(t, "konexus")
	l.at(t, "2026-07-14")
	b := l.browser(t)
	b.post("/signup", "email", ada, "password", password).shows(t, 200, "Email verification").
		has(t, ada, "Use another method: Authenticator App").hasNot(t, ">Skip<")
	b.post("/flow/enroll", "method", "totp").has(t, "Choose your authenticator app", "Use another method: Email")
	b.post("/flow/enroll", "method", "email").shows(t, 200, "Email verification")
	b.post("/flow/code", "code", l.sent(t, ada)).shows(t, 200, "Multi-factor authentication is set up").has(t, "we send a code to "+ada)
}

// KNX-2: the notice of the phase is on home, sign-in and account.
func TestNoticeOfThePhase(t *testing.T) {
	l := newLabOf(t, "konexus")
	const notice = "Multi-factor authentication is coming."
	b := l.browser(t)
	l.at(t, "2026-05-25")
	b.get("/").hasNot(t, notice)
	l.at(t, "2026-05-26")
	b.get("/").has(t, notice)
	b.get("/signin").has(t, notice)
	b.post("/signup", "email", ada, "password", password).shows(t, 200, "Your account").has(t, notice)
}

// KOR-2, KOR-4, KOR-5, KOR-7, KOR-11: temporary password, own password, then
// name, QR with the secret below it, code.
func TestKorLeadsFromTheTemporaryPasswordIn(t *testing.T) {
	l := newLabOf(t, "kor")
	if _, _, err := l.svc.AddUser(t.Context(), verifier.NewUser{Email: ada, Temporary: true}); err != nil {
		t.Fatal(err)
	}
	temporary := l.waitFor(t, ada, "")
	b := l.browser(t)
	b.post("/signin", "email", ada, "password", temporary).shows(t, 200, "Choose a new password")
	for _, c := range []struct{ fresh, again, says string }{
		{"", "", "Enter a new password."},
		{password, "something else", "differ"},
		{"x7!kq", "x7!kq", "at least 12 characters"},
		{"password1234", "password1234", "well known"},
		{temporary, temporary, "cannot be kept"},
	} {
		page := b.post("/flow/password", "new", c.fresh, "again", c.again)
		if says := page.problem(t); !strings.Contains(says, c.says) {
			t.Errorf("%q: it says %q", c.fresh, says)
		}
		if c.fresh != "" && strings.Contains(page.body, c.fresh) {
			t.Errorf("%q comes back", c.fresh)
		}
	}
	page := b.post("/flow/password", "new", password, "again", password).shows(t, 200, "MFA Setup")
	page.inOrder(t, `name="name"`, "/flow/qr.png", ">Secret</h3>", "choose “time-based”", "iOS", "Android", "untested", `name="code"`)
	b.get("/account").shows(t, 200, "Log in")
	b.post("/flow/code", "name", "<b>My phone", "code", l.codeFor(t, page.key(t))).shows(t, 200, "Your account")
	b.post("/signout")
	b.post("/signin", "email", ada, "password", password).shows(t, 200, "MFA code").has(t, "Enter the code from &lt;b&gt;My phone.") // KOR-6
}

// KORE-1, KORE-3, KORE-4: e-mail preselected; the app waits for the next
// login, which the old method opens.
func TestKoreDefersTheApp(t *testing.T) {
	l := newLabOf(t, "kore")
	b := l.browser(t)
	b.get("/signup").shows(t, 200, "Register").has(t, `value="email" checked`, "SMS charges may apply", `name="phone"`)
	b.post("/signup", "email", ada, "password", password, "method", "email", "phone", "").shows(t, 200, "Confirm your e-mail address")
	b.post("/flow/code", "code", l.sent(t, ada)).shows(t, 200, "My profile").has(t, `value="email" checked`)
	b.post("/account/profile", "method", "totp", "email", ada, "phone", "").shows(t, 200, "My profile").
		has(t, `value="totp" checked`, "You scan the barcode at your next login").hasNot(t, "/flow/qr.png")
	b.post("/signout")
	for _, walksAway := range []bool{true, false} {
		b.post("/signin", "email", ada, "password", password).shows(t, 200, "Enter your OTP pin")
		page := b.post("/flow/code", "code", l.sent(t, ada)).shows(t, 200, "Set up your authenticator app").has(t, "Scan the barcode")
		if walksAway {
			b.post("/flow/skip").shows(t, 200, "My profile")
			b.post("/signout")
			continue
		}
		b.post("/flow/code", "code", l.codeFor(t, page.key(t))).shows(t, 200, "My profile")
	}
	b.post("/signout")
	b.post("/signin", "email", ada, "password", password).shows(t, 200, "Enter your OTP pin").hasNot(t, "We sent")
}

// KORE-9: SMS without a number is refused at the number.
func TestKoreRefusesSMSWithoutANumber(t *testing.T) {
	l := newLabOf(t, "kore")
	b := l.browser(t)
	page := b.post("/signup", "email", ada, "password", password, "method", "sms", "phone", "").shows(t, 422, "Register")
	if says := page.problem(t); !strings.HasPrefix(says, "Enter your phone number.") {
		t.Errorf("it says %q", says)
	}
	page.has(t, `value="sms" checked`)
	b.post("/signup", "email", ada, "password", password, "method", "email", "phone", "")
	b.post("/flow/code", "code", l.sent(t, ada)).shows(t, 200, "My profile")
	b.post("/account/profile", "method", "sms", "email", ada, "phone", "").shows(t, 422, "My profile").has(t, "Enter your phone number.")
	b.post("/account/profile", "method", "sms", "email", ada, "phone", "+32 475 12 34 56").shows(t, 200, "Set up text messages")
	b.post("/flow/code", "code", l.sent(t, "+32475123456")).shows(t, 200, "My profile").has(t, `value="sms" checked`, "+32475123456")
}

// CODA-1, CODA-2, CODA-4: Manage 2FA under the address, three pages, off again
// with the password, on again with a new secret.
func TestMycodaboxWizard(t *testing.T) {
	l := newLabOf(t, "mycodabox")
	b := l.browser(t)
	b.post("/signup", "email", ada, "password", password).shows(t, 200, "Your account").
		inOrder(t, ada, `href="/account/second-step">Manage 2FA</a>`)
	b.get("/account/second-step").shows(t, 200, "Manage 2FA").has(t, ">Enable 2FA</button>")
	first := b.post("/account/methods", "method", "totp").shows(t, 200, "Enable 2FA").has(t, "Page 1 of 3", "2FA key").hasNot(t, `id="code"`)
	b.get("/flow/page/2").has(t, "Page 2 of 3", ">Enable 2FA</button>").hasNot(t, "/flow/qr.png")
	if b.get("/flow/page/1").key(t) != first.key(t) {
		t.Error("going back makes another secret")
	}
	b.post("/flow/code", "code", "000000").shows(t, 401, "Enable 2FA").has(t, "Page 2 of 3", "helpdesk@mycodabox.example") // CODA-9
	b.post("/flow/code", "code", l.codeFor(t, first.key(t))).shows(t, 200, "2FA is enabled").has(t, "Page 3 of 3", ">Close</a>")
	b.get("/account/second-step").has(t, ">Disable 2FA</a>")

	id := l.factorOf(t, verifier.MethodTOTP)
	page := b.post("/account/factors/"+id+"/remove", "password", "not that one").shows(t, 403, "Disable 2FA")
	if says := page.problem(t); says != "That password is not right. Nothing was changed." {
		t.Errorf("it says %q", says)
	}
	b.post("/account/factors/"+id+"/remove", "password", password).shows(t, 200, "2FA is disabled")
	if b.post("/account/methods", "method", "totp").key(t) == first.key(t) {
		t.Error("enabled again, it has the old secret")
	}
	b.post("/flow/cancel").shows(t, 200, "Your account")
	b.get("/flow").shows(t, 410, "There is nothing to continue here")
}
