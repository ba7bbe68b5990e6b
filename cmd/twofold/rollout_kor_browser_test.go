package main

import (
	"context"
	"regexp"
	"testing"

	"github.com/chromedp/chromedp"

	"twofold/verifier/api"
)

// korPages are those of KOR's guide: a new password, MFA Setup, the code, and the confirmation that Logout opens.
var korPages = []string{
	"Welcome to KOR", "Log in", "Choose a new password", "MFA Setup", "MFA code", "Your account", "Logout", "You are logged out",
}

var temporaryPassword = regexp.MustCompile(`temporary password (\S+),`)

// invited is the temporary password in the mail to an account that an administrator makes.
func (l *lab) invited(email string) string {
	l.t.Helper()
	_, err := l.AddUser(context.Background(), api.NewUser{Email: email, Temporary: true})
	l.ok(err)
	found := temporaryPassword.FindStringSubmatch(l.mail.next(l.t, email, "Sign in as "+email).text)
	if found == nil {
		l.t.Fatal("the invitation has no temporary password in it")
	}
	return l.hides(found[1])
}

func (p *person) entersKOR(password, heading string) {
	p.t.Helper()
	p.enters("Log in", ada, password, heading)
}

// choosesPassword types a new one twice.
func (p *person) choosesPassword(password, heading string) {
	p.t.Helper()
	p.lab.hides(password)
	p.writes("New password", password)
	p.writes("The same password again", password)
	p.presses("Change password", heading)
}

// KOR-1, KOR-2, KOR-3, KOR-4, KOR-5, KOR-6, KOR-8, KOR-9, KOR-10, KOR-11
func TestBrowserS05_KORFromInvitationToTrustedDevice(t *testing.T) {
	const name = `My <b>"phone"</b>`
	l := openLab(t, "kor", ":memory:", monday, korPages)
	temporary := l.invited(ada)
	p := l.person(withMouse)
	p.opens("/", "Welcome to KOR")
	p.misses("Create an account", "Register")
	p.entersKOR(temporary, "Choose a new password")
	p.sees("Your temporary password works only once", "Weak passwords, and those known from breaches, are refused")
	for password, why := range map[string]string{
		"passwordpassword": "well known", "of eleven c": "too short", temporary: "cannot be kept",
	} {
		p.choosesPassword(password, "Choose a new password")
		p.told(why)
	}
	p.opens("/account", "Log in") // nothing before all three are done
	p.opens("/flow", "Choose a new password")
	p.choosesPassword(adasPassword, "MFA Setup")

	// Name, QR and secret, code; the secret is typed by hand.
	p.opens("/account", "Log in")
	p.opens("/flow", "MFA Setup")
	p.inOrder("Name your authenticator app", "Scan the QR code", "Secret", "time-based", "Enter the code from your app")
	p.misses("Skip for now")
	p.unfolds("Tested apps")
	p.sees("iOS", "Android", "Twilio Authy", "FreeOTP (untested)", "Other apps might work too, but are untested")
	shown := runAs(p, chromedp.Text(chromedp.CSS(".key")))
	app := l.typed(shown)
	if scanned := p.scans(); scanned.secret != app.secret {
		t.Error("the QR and the text beside it are not of one secret")
	}
	p.writes("Name your authenticator app", name)
	p.writesCode(other(app.shows(0)))
	p.presses("Confirm", "MFA Setup")
	p.told("That code didn’t work.")
	p.writesCode(app.shows(0)) // the name stays
	p.presses("Confirm", "Your account")
	if f := l.user(ada).Factors; len(f) != 1 || f[0].Name != name {
		t.Errorf("the account has %+v", f)
	}
	p.logsOut(false)

	// Second login: the code, and the tick. Logging out leaves the trust.
	l.step()
	p.entersKOR(adasPassword, "MFA code")
	p.sees("Enter the code from "+name, "Do not use this on public or shared computers. It lasts 30 days.")
	if p.picked("Remember this device as trusted environment") {
		t.Error("the device is trusted unasked")
	}
	p.picks("Remember this device as trusted environment")
	p.writesCode(app.shows(0))
	p.presses("Log in", "Your account")
	p.sees("Trusted environments", "Chrome on Linux")
	p.logsOut(false)

	// Third login: no code. Another device is asked.
	l.step()
	p.entersKOR(adasPassword, "Your account")
	l.person(withMouse).entersKOR(adasPassword, "MFA code")
	p.logsOut(true)

	// Fourth login: asked again.
	p.entersKOR(adasPassword, "MFA code")
	p.writesCode(app.shows(0))
	p.presses("Log in", "Your account")
	p.misses("Chrome on Linux")
}

// logsOut goes through KOR's confirmation.
func (p *person) logsOut(forget bool) {
	p.t.Helper()
	const box = "Forget this device as trusted environment"
	p.presses("Logout", "Logout")
	if p.picked(box) {
		p.t.Error("the device is forgotten unasked")
	}
	if forget {
		p.picks(box)
	}
	p.presses("Confirm", "You are logged out")
	p.opens("/account", "Log in")
}

// KOR-7
func TestBrowserS06_KORAppSetToCounterBasedIsNamed(t *testing.T) {
	l := openLab(t, "kor", ":memory:", monday, korPages)
	p := l.person(withMouse)
	p.entersKOR(l.invited(ada), "Choose a new password")
	p.choosesPassword(adasPassword, "MFA Setup")
	p.sees("If your app asks for an algorithm or a method, choose “time-based”.")
	app := p.scans()
	wrong := app.countsInstead()
	p.writes("Name your authenticator app", "Phone")
	for range 3 { // however often its button is pressed
		p.writesCode(wrong.shows(0))
		p.presses("Confirm", "MFA Setup")
		p.told("That code didn’t work.")
		p.misses("counter-based")
		l.diagnoses("code_looks_counter_based")
	}
	tester := l.tester()
	tester.opens("/lab/events", "Events")
	tester.sees("counter-based")
	if l.methods(ada) != "" {
		t.Error("a code of a counter-based app set the app up")
	}
	p.writesCode(app.shows(0)) // the same entry, time-based
	p.presses("Confirm", "Your account")
}
