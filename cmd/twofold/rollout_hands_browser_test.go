package main

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// KORE-1, KORE-3, KORE-6
func TestBrowserOnAPhoneNothingIsCutOff(t *testing.T) {
	l := openLab(t, "kore", ":memory:", monday, korePages)
	p := l.person(withFinger)
	p.registers()
	if width := runAs(p, chromedp.Evaluate[int]("document.documentElement.clientWidth")); width != 360 {
		t.Fatalf("the phone is %d pixels wide", width)
	}
	p.picks("Authenticator app")
	p.presses("Save", "My profile")
	p.leavesKORE()
	p.entersWithPin("Set up your authenticator app")
	app := p.scans() // from another phone
	p.writesCode(other(app.shows(0)))
	p.presses("Confirm", "Set up your authenticator app")
	p.writesCode(app.shows(0))
	p.presses("Confirm", "My profile")
	p.leavesKORE()
	l.step()
	p.entersKORE(adasPassword, "Enter your OTP pin")
	p.unfolds("Not accepted?")
	p.writesCode(app.shows(0))
	p.presses("Login", "My profile")
}

// KNX-3, KNX-8, KNX-10, KNX-11
func TestBrowserByKeyboardAloneEverythingIsReached(t *testing.T) {
	l := openLab(t, "konexus", ":memory:", newYork(t, "06-15 12:00:00"), konexusPages)
	l.added(ada)
	p := l.person(withKeys)
	p.entersKonexus(ada, "Set up multi-factor authentication")
	p.unfolds("What if I have no smartphone?")
	p.sees("A code by email is all you need")
	p.presses("Skip", "Your account")
	p.leavesKonexus()
	p.entersKonexus(ada, "Set up multi-factor authentication")
	app := p.setsUpApp("Google Authenticator")
	p.leavesKonexus()
	l.step()
	p.entersKonexus(ada, "Verify it is you")
	p.writesCode(other(app.shows(0)))
	p.presses("Verify", "Verify it is you")
	p.told("That code didn’t work.")
	p.writesCode(app.shows(0))
	p.presses("Verify", "Your account")
}
