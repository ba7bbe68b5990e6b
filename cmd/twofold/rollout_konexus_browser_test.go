package main

import (
	"strings"
	"testing"
	"time"

	"twofold/verifier/api"
)

// konexusPages are those of Konexus's guide: the prompt with its two methods, an address to confirm, an app to choose, scan
// and confirm, and the page that says which method is used from now on.
var konexusPages = []string{
	"Welcome to Konexus", "Set up multi-factor authentication", "Email verification", "Set up your authenticator app",
	"Multi-factor authentication is set up", "Verify it is you", "Your account",
}

// newYork is a time of 2026 by Konexus's calendar.
func newYork(t *testing.T, text string) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04:05", "2026-"+text, zone)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func (p *person) entersKonexus(email, heading string) {
	p.t.Helper()
	p.enters("Log in", email, adasPassword, heading)
}

func (p *person) leavesKonexus() {
	p.t.Helper()
	p.leaves("Log out")
}

// entersWithEmail logs in to Konexus with the password and the code that comes by e-mail.
func (p *person) entersWithEmail(email string) {
	p.t.Helper()
	p.entersKonexus(email, "Verify it is you")
	p.writesCode(p.lab.mailed(email))
	p.presses("Verify", "Your account")
}

// setsUpApp goes from the prompt to an app that is in use.
func (p *person) setsUpApp(name string) *authenticator {
	p.t.Helper()
	p.picks("Authenticator App")
	p.presses("Next", "Set up your authenticator app")
	p.sees("Choose your authenticator app")
	p.misses("Scan the QR code")
	p.picks(name)
	p.presses("Next", "Set up your authenticator app")
	p.sees("Scan the QR code")
	app := p.scans()
	p.presses("Next", "Set up your authenticator app")
	p.sees("Enter the code from your app")
	p.writesCode(app.shows(0))
	p.presses("Confirm", "Multi-factor authentication is set up")
	p.sees("used from now on", "enter a code from "+name)
	p.presses("Done", "Your account")
	return app
}

// KNX-1, KNX-2, KNX-3, KNX-4, KNX-5, KNX-6, KNX-8, KNX-10, KNX-11, KNX-14
func TestBrowserS03_KonexusMovesThroughItsCalendar(t *testing.T) {
	const bob = "bob@example.com"
	l := openLab(t, "konexus", ":memory:", newYork(t, "05-25 23:59:59"), konexusPages)
	l.added(ada)
	l.added(bob)
	p := l.person(withMouse)
	p.entersKonexus(ada, "Your account")
	p.misses("Multi-factor authentication is coming")
	p.leavesKonexus()

	// 26 May: announced, and no more.
	l.goTo(newYork(t, "05-26 00:00:00"))
	p.entersKonexus(ada, "Your account")
	p.sees("Multi-factor authentication is coming. From 11 June")
	p.leavesKonexus()
	l.goTo(newYork(t, "06-10 23:59:59"))
	p.entersKonexus(ada, "Your account")
	p.leavesKonexus()

	// 11 June: the prompt with Skip, at each login.
	for _, at := range []string{"06-11 00:00:00", "06-12 09:00:00"} {
		l.goTo(newYork(t, at))
		p.entersKonexus(ada, "Set up multi-factor authentication")
		p.sees("Email", "Authenticator App", "You can skip this for now")
		p.presses("Skip", "Your account")
		p.leavesKonexus()
	}

	// Bob sets an app up now.
	q := l.person(withMouse)
	q.entersKonexus(bob, "Set up multi-factor authentication")
	app := q.setsUpApp("Microsoft Authenticator")
	q.leavesKonexus()

	// 12 July: Skip, still. The page is left open over midnight.
	l.goTo(newYork(t, "07-12 23:59:00"))
	p.entersKonexus(ada, "Set up multi-factor authentication")
	p.presses("Skip", "Your account")
	late := l.person(withMouse)
	late.entersKonexus(ada, "Set up multi-factor authentication")
	l.goTo(newYork(t, "07-13 00:00:00"))
	late.pages = append(late.pages, "This cannot be skipped")
	late.presses("Skip", "This cannot be skipped")
	late.sees("A second step is required", "support@konexus.example")
	l.diagnoses("skip_not_allowed")
	late.presses("Back to set-up", "Set up multi-factor authentication")
	late.sees("This is required to log in.")
	late.misses("You can skip this", "Skip\n")
	p.opens("/account", "Log in") // what was skipped into is over
	p.told("You are no longer signed in")

	// 13 July: e-mail by itself; the app is offered beside it.
	l.advance(time.Minute)
	l.user(ada)
	p.entersKonexus(ada, "Email verification")
	p.sees("E-mail verification is now required", "We sent a code to", "Use another method: Authenticator App")
	p.misses("Skip\n")
	p.writesCode(l.mailed(ada))
	p.presses("Confirm", "Multi-factor authentication is set up")
	p.sees("Email is used from now on", ada)
	p.presses("Done", "Your account")
	p.leavesKonexus()
	q.entersKonexus(bob, "Verify it is you") // not asked to set up again
	q.sees("Microsoft Authenticator")
	q.writesCode(app.shows(0))
	q.presses("Verify", "Your account")
	q.leavesKonexus()

	// 31 July: nobody without a second step, either method, no way to take it off.
	l.added("root@example.com", func(n *api.NewUser) { n.Role = "service" })
	l.goTo(newYork(t, "07-30 23:59:59"))
	p.entersKonexus("root@example.com", "Your account")
	p.leavesKonexus()
	l.goTo(newYork(t, "07-31 00:00:00"))
	p.entersKonexus("root@example.com", "Email verification")
	p.entersWithEmail(ada)
	p.sees("Every log-in now takes a code")
	p.misses("Remove")
	q.entersKonexus(bob, "Verify it is you")
	q.writesCode(app.shows(0))
	q.presses("Verify", "Your account")
}

// KNX-3, KNX-5, KNX-8, KNX-9, KNX-11, KNX-12, KNX-13, KNX-14
func TestBrowserS04_KonexusWithoutASmartphone(t *testing.T) {
	l := openLab(t, "konexus", ":memory:", newYork(t, "05-30 12:00:00"), konexusPages)
	l.added(ada)
	p := l.person(withMouse)
	p.entersKonexus(ada, "Your account")
	p.leavesKonexus()

	l.goTo(newYork(t, "06-15 12:00:00"))
	p.entersKonexus(ada, "Set up multi-factor authentication")
	for question, answer := range map[string]string{
		"Do I have to use it at once?": "No. From 11 June", "What if I have no smartphone?": "A code by email is all you need",
		"What if I lose my device?": "support@konexus.example", "Whom can I ask?": "Konexus support",
	} {
		p.unfolds(question)
		p.sees(answer)
	}
	p.picks("Email")
	p.presses("Next", "Email verification")
	code := l.mailed(ada)
	p.writesCode(other(code))
	p.presses("Confirm", "Email verification")
	p.told("That code didn’t work.")
	if l.user(ada).EmailVerified != nil {
		t.Error("a wrong code confirmed the address")
	}
	p.writesCode(code)
	p.presses("Confirm", "Multi-factor authentication is set up")
	p.sees("Email is used from now on: each time you log in, we send a code to " + ada)
	if l.user(ada).EmailVerified == nil || l.methods(ada) != "email" {
		t.Error("the right code did not confirm the address")
	}
	p.presses("Done", "Your account")
	p.leavesKonexus()

	for _, at := range []string{"07-12 23:59:59", "07-13 00:00:00", "07-31 00:00:00", "12-01 12:00:00"} {
		l.goTo(newYork(t, at))
		p.entersWithEmail(ada)
		p.leavesKonexus()
	}
	if left := l.mail.unread(ada, "It works for"); left != 0 {
		t.Errorf("%d codes were sent that nobody asked for", left)
	}
	if r := l.rules; strings.ContainsAny(r.Support.String(), "[]{}") {
		t.Error("nobody is named to ask")
	}
}
