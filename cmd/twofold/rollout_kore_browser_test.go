package main

import (
	"testing"
	"time"
)

// korePages are those of KORE's guide: registration, My profile, the pin, the barcode at the next login, and a password that
// was forgotten.
var korePages = []string{
	"Welcome to KORE", "Register", "Confirm your e-mail address", "My profile", "Enter your OTP pin",
	"Set up your authenticator app", "Forgot your password?", "Look in your mail", "Choose a new password", "Your password is set",
}

// registers goes through KORE's registration with what is preselected.
func (p *person) registers() {
	p.t.Helper()
	p.opens("/", "Welcome to KORE")
	p.presses("Register", "Register")
	p.sees("Preferred MFA method", "Email", "SMS charges may apply.", "Authenticator app")
	if !p.picked("Email") || p.picked("SMS") || p.picked("Authenticator app") {
		p.t.Error("e-mail is not what is preselected")
	}
	p.writes("E-mail address", ada)
	p.writes("Password", adasPassword)
	p.writes("Country code", "+1")
	p.writes("Number", "514 555-0123")
	p.presses("Register", "Confirm your e-mail address")
	p.writesCode(p.lab.mailed(ada))
	p.presses("Confirm", "My profile")
}

func (p *person) triesKORE(password, heading string) {
	p.t.Helper()
	p.signsIn("Login", ada, password, heading)
}

func (p *person) entersKORE(password, heading string) {
	p.t.Helper()
	p.enters("Login", ada, password, heading)
}

// entersWithPin logs in to KORE with the password and the pin that comes by e-mail.
func (p *person) entersWithPin(heading string) {
	p.t.Helper()
	p.lab.advance(time.Minute)
	p.entersKORE(adasPassword, "Enter your OTP pin")
	p.sees("OTP pin to")
	p.writesCode(p.lab.mailed(ada))
	p.presses("Login", heading)
}

func (p *person) leavesKORE() {
	p.t.Helper()
	p.leaves("Logout")
}

// KORE-1, KORE-2, KORE-3, KORE-4, KORE-5, KORE-6, KORE-9, KORE-10
func TestBrowserS07_KOREChangesToTheAppAtTheNextLogin(t *testing.T) {
	l := openLab(t, "kore", ":memory:", monday, korePages)
	p := l.person(withMouse)
	p.opens("/signup", "Register")
	p.writes("E-mail address", "bob@example.com")
	p.writes("Password", adasPassword)
	p.picks("SMS")
	p.presses("Register", "Register")
	p.told("Without one, no text message can reach you.") // KORE-9
	p.registers()
	p.leavesKORE()
	p.entersWithPin("My profile")

	// Save shows no barcode; the old method stays.
	if !p.picked("Email") {
		t.Error("e-mail is not the method of the profile")
	}
	p.misses("None", "Off")
	p.picks("Authenticator app")
	p.presses("Save", "My profile")
	p.sees("Saved. You scan the barcode at your next login; until then, your old method stays valid.")
	if !p.picked("Authenticator app") || l.methods(ada) != "email" {
		t.Errorf("saved: %q is valid", l.methods(ada))
	}
	p.leavesKORE()

	// Next login: the barcode. It is left for the address bar.
	p.entersWithPin("Set up your authenticator app")
	p.sees("You chose the authenticator app. Scan the barcode to finish; until then, your old method stays valid.")
	app := p.scans()
	p.opens("/account", "Login")

	// The login after it is possible, and has the barcode again. It can wait once more.
	p.entersWithPin("Set up your authenticator app")
	if again := p.scans(); again.secret != app.secret {
		t.Error("the barcode is another one")
	}
	p.writesCode(other(app.shows(0)))
	p.presses("Confirm", "Set up your authenticator app")
	p.told("That code didn’t work.")
	p.presses("Skip for now", "My profile")
	if l.methods(ada) != "email" {
		t.Errorf("left: %q is valid", l.methods(ada))
	}
	p.leavesKORE()

	// Finish. E-mail is not asked for any more.
	p.entersWithPin("Set up your authenticator app")
	p.writesCode(app.shows(0))
	p.presses("Confirm", "My profile")
	p.leavesKORE()
	l.step()
	p.entersKORE(adasPassword, "Enter your OTP pin")
	p.sees("6 digits from your app")
	p.misses("We sent", "Use another method")
	if l.mail.unread(ada, "It works for") != 0 {
		t.Error("a pin was mailed")
	}
	p.writesCode(app.shows(0))
	p.presses("Login", "My profile")
	if !p.picked("Authenticator app") || l.methods(ada) != "totp" {
		t.Errorf("finished: %q is valid", l.methods(ada))
	}
}

// KORE-7
func TestBrowserS08_KOREPasswordResetDoesNotSkipTheSecondStep(t *testing.T) {
	const fresh = "another horse battery"
	l := openLab(t, "kore", ":memory:", monday, korePages)
	p, q := l.person(withMouse), l.person(withMouse)
	p.registers()

	// Locked out: the right password is not taken either.
	q.opens("/signin", "Login")
	for range l.rules.Limits.PasswordFailures {
		q.triesKORE("a wrong password", "Login")
		q.told("don’t match an account")
	}
	q.triesKORE(adasPassword, "Login")
	q.told("nothing is accepted for")

	q.presses("Forgot password?", "Forgot your password?")
	q.writes("E-mail address", "nobody@example.com")
	q.presses("Send link", "Look in your mail")
	alike := q.now.Text
	q.opens("/password-reset", "Forgot your password?")
	q.writes("E-mail address", ada)
	q.presses("Send link", "Look in your mail")
	if q.now.Text != alike {
		t.Error("the answer says whether there is an account")
	}
	mail := l.mail.next(t, ada, "choose a new password")
	if l.mail.unread("nobody@example.com", "") != 0 {
		t.Error("a link was mailed to nobody")
	}
	link := address.FindString(mail.text)
	q.opens(link, "Choose a new password")
	q.choosesPassword("12345678", "Choose a new password")
	q.told("well known")
	q.choosesPassword(fresh, "Your password is set")
	l.mail.next(t, ada, "set anew")
	p.pages = append(p.pages, "This link does not work")
	p.opens(link, "This link does not work") // it worked once
	l.hides(link)
	p.opens("/account", "Login") // what the old password had opened is over
	p.triesKORE(adasPassword, "Login")
	p.told("don’t match an account")

	q.presses("Login", "Login")
	l.advance(time.Minute)
	q.triesKORE(fresh, "Enter your OTP pin")
	q.misses(ada + "\n") // nobody is signed in
	q.opens("/account", "Login")
	q.opens("/flow", "Enter your OTP pin")
	q.writesCode(l.mailed(ada))
	q.presses("Login", "My profile")
}
