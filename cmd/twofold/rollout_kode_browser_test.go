package main

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// kodePages are those of KODE OS's guide: logging in, the account, and one page for each method.
var kodePages = []string{
	"Welcome to KODE OS", "Choose your own password", "Your password is set", "Manage Account",
	"Authenticator App", "Text Message (SMS)", "Enter your 2FA code",
}

func (p *person) entersKODE(heading string) {
	p.t.Helper()
	p.enters("Log in", ada, adasPassword, heading)
}

func (p *person) leavesKODE() {
	p.t.Helper()
	p.leaves("Log out")
}

// KODE-1, KODE-2, KODE-3, KODE-4, KODE-5
func TestBrowserS01_KODEAppIsEnabledAndEveryLoginTakesANewCode(t *testing.T) {
	l := openLab(t, "kode", ":memory:", monday, kodePages)
	l.added(ada)
	p := l.person(withMouse)
	p.entersKODE("Manage Account")
	p.sees("2FA", "Authenticator App", "Text Message (SMS)")
	p.misses("E-mail\n", "Counter")
	p.presses("Set up Authenticator App", "Authenticator App")

	// One page: QR, key, code, Enable.
	p.sees("Scan the QR code with your authenticator app", "setup key", "Enter the code", "6 digits", "30 seconds")
	app := l.keeps(keyOn(t, runAs(p, chromedp.FullScreenshot(100))))
	if e := app.entry; e.Label != ada || e.Issuer != "KODE OS" || e.Digits != 6 || e.Period != 30 {
		t.Errorf("the app keeps %+v", e)
	}
	p.writesCode(other(app.shows(0)))
	p.presses("Enable", "Authenticator App")
	p.told("That code didn’t work.")
	if l.methods(ada) != "" {
		t.Error("a wrong code enabled it")
	}
	l.diagnoses("code_wrong")
	code := app.shows(0)
	p.writesCode(code)
	p.presses("Enable", "Manage Account")
	p.sees("On", "From now on")
	l.mail.next(t, ada, "was changed")
	p.leavesKODE()

	// The code that enabled it is not good for the login right after; the next one is, once.
	p.entersKODE("Enter your 2FA code")
	p.writesCode(code)
	p.presses("Log in", "Enter your 2FA code")
	p.told("That code didn’t work.")
	l.diagnoses("code_already_used")
	l.step()
	code = app.shows(0)
	p.writesCode(code)
	p.presses("Log in", "Manage Account")
	p.leavesKODE()
	p.entersKODE("Enter your 2FA code")
	p.writesCode(code)
	p.presses("Log in", "Enter your 2FA code")
	p.told("That code didn’t work.")
	l.diagnoses("code_already_used")
	l.step()
	p.writesCode(app.shows(0))
	p.presses("Log in", "Manage Account")
}

// KODE-1, KODE-6, KODE-7, KODE-8, KODE-9
func TestBrowserS02_KODETextMessageNeedsANumberWithItsCountry(t *testing.T) {
	const number = "+491701234567"
	l := openLab(t, "kode", ":memory:", monday, kodePages)
	l.added(ada)
	p := l.person(withMouse)
	p.entersKODE("Manage Account")
	p.presses("Set up Text Message (SMS)", "Text Message (SMS)")
	p.sees("depend on your network")
	p.writes("Number", "0170 1234567")
	p.presses("Get Code", "Text Message (SMS)")
	p.told("Enter the country code")
	p.writes("Country code", "49")
	p.writes("Number", "17")
	p.presses("Get Code", "Text Message (SMS)")
	p.told("That is not a phone number")
	if len(l.texts.sent(number)) != 0 || l.user(ada).Phone != "" {
		t.Error("a number that was refused is used")
	}
	p.writes("Country code", "+49")
	p.writes("Number", "(0)170 123-45 67")
	p.presses("Get Code", "Text Message (SMS)")
	code := l.texted(number)
	p.writesCode(other(code))
	p.presses("Enable", "Text Message (SMS)")
	p.told("That code didn’t work.")
	if l.methods(ada) != "" || l.user(ada).PhoneVerified != nil {
		t.Error("the number counts before its code was right")
	}
	p.writesCode(code)
	p.presses("Enable", "Manage Account")
	p.sees("On, " + number)
	p.leavesKODE()

	// A new code comes by itself, at each login.
	for sent := 2; sent <= 3; sent++ {
		l.advance(time.Minute)
		p.entersKODE("Enter your 2FA code")
		if got := len(l.texts.sent(number)); got != sent {
			t.Fatalf("%d messages were sent, want %d", got, sent)
		}
		p.misses("1701234567")
		p.unfolds("Not accepted?")
		p.sees("Check that your phone has network", "another code sent")
		p.writesCode(code)
		p.presses("Log in", "Enter your 2FA code")
		p.told("That code didn’t work.")
		code = l.texted(number)
		p.writesCode(code)
		p.presses("Log in", "Manage Account")
		p.leavesKODE()
	}
}

// other is a code of the same length that is not code.
func other(code string) string {
	changed := []byte(code)
	for i, digit := range changed {
		changed[i] = '0' + (digit-'0'+1)%10
	}
	return string(changed)
}
