package main

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"twofold/verifier/api"
)

// codaPages are those of MyCodabox's guide: the wizard's three, the separate screen at login, and Disable 2FA.
var codaPages = []string{
	"Welcome to MyCodabox", "Create an account", "Your account", "Manage 2FA", "Enable 2FA", "2FA is enabled",
	"Verification", "Disable 2FA", "2FA is disabled",
}

func (p *person) entersCodabox(email, heading string) {
	p.t.Helper()
	p.enters("Log in", email, adasPassword, heading)
}

func (p *person) leavesCodabox() {
	p.t.Helper()
	p.leaves("Log out")
}

// enables goes through MyCodabox's wizard, from any page of the account.
func (p *person) enables() *authenticator {
	p.t.Helper()
	p.presses("Manage 2FA", "Manage 2FA")
	p.presses("Enable 2FA", "Enable 2FA")
	p.sees("Scan the QR code", "Or use the 2FA key", "Later you need the same app to log in.")
	p.misses("Enter the 6-digit code")
	app := p.scans()
	p.presses("Next", "Enable 2FA")
	p.sees("Enter the 6-digit code", "valid for a few seconds only")
	p.misses("Scan the QR code")
	p.writesCode(app.shows(0))
	p.presses("Enable 2FA", "2FA is enabled")
	p.presses("Close", "Your account")
	return app
}

// CODA-1, CODA-2, CODA-3, CODA-4, CODA-9
func TestBrowserS09_MyCodaboxIsEnabledDisabledAndEnabledAgain(t *testing.T) {
	l := openLab(t, "mycodabox", ":memory:", monday, codaPages)
	l.added(ada)
	p := l.person(withMouse)
	p.entersCodabox(ada, "Your account")
	const underTheAddress = `(() => {
		const link = [...document.querySelectorAll("header a")].find(a => a.textContent === "Manage 2FA")?.getBoundingClientRect();
		const name = [...document.querySelectorAll("header p")].find(p => p.textContent.includes("` + ada + `"))?.getBoundingClientRect();
		return !!link && !!name && link.top >= name.bottom && link.bottom < 200 && link.left > innerWidth / 2;
	})()`
	if !runAs(p, chromedp.Evaluate[bool](underTheAddress)) {
		t.Error("Manage 2FA is not at the top right, under the e-mail address") // CODA-1
	}
	p.presses("Manage 2FA", "Manage 2FA")
	p.sees("We strongly recommend it")
	p.presses("Enable 2FA", "Enable 2FA")

	// Next, Back, Next: the same secret each time.
	app := p.scans()
	p.presses("Next", "Enable 2FA")
	p.presses("Back", "Enable 2FA")
	if p.scans().secret != app.secret {
		t.Error("going back shows another secret")
	}
	p.presses("Next", "Enable 2FA")
	p.writesCode(other(app.shows(0)))
	p.presses("Enable 2FA", "Enable 2FA")
	p.told("That code didn’t work.")
	p.sees("helpdesk@mycodabox.example") // CODA-9
	p.writesCode(app.shows(0))
	p.presses("Enable 2FA", "2FA is enabled")
	p.sees("From now on, logging in takes your password and a code from your app.")
	p.presses("Close", "Your account")
	p.leavesCodabox()
	l.step()
	p.entersCodabox(ada, "Verification") // CODA-3
	p.writesCode(app.shows(0))
	p.presses("Verify", "Your account")

	// Disable: a wrong password, then the right one.
	p.presses("Manage 2FA", "Manage 2FA")
	p.presses("Disable 2FA", "Disable 2FA")
	p.writes("Password", "a wrong password")
	p.presses("Disable 2FA", "Disable 2FA")
	p.told("That password is not right. Nothing was changed.")
	l.diagnoses("disable_password_wrong")
	if l.methods(ada) != "totp" {
		t.Error("a wrong password disabled it")
	}
	p.writes("Password", adasPassword)
	p.presses("Disable 2FA", "2FA is disabled")
	p.sees("From your next login on, your password is enough.")
	l.mail.next(t, ada, "no longer uses 2FA")
	p.presses("Your account", "Your account")
	p.leavesCodabox()
	p.entersCodabox(ada, "Your account") // without a code

	second := p.enables()
	if second.secret == app.secret {
		t.Error("enabled again, the secret is the old one")
	}
	p.leavesCodabox()
	l.step()
	p.entersCodabox(ada, "Verification")
	p.writesCode(app.shows(0))
	p.presses("Verify", "Verification")
	p.told("That code didn’t work.")
	p.writesCode(second.shows(0))
	p.presses("Verify", "Your account")
}

// CODA-5
func TestBrowserS10_MyCodaboxLostPhone(t *testing.T) {
	const helper = "help@mycodabox.example"
	l := openLab(t, "mycodabox", ":memory:", monday, codaPages)
	l.added(helper, func(n *api.NewUser) { n.Role = "helpdesk" })
	l.added(ada)
	questions := api.QuestionsRequest{}
	for i, ask := range l.rules.Helpdesk.Questions {
		questions.Questions = append(questions.Questions, api.Question{Ask: ask, Answer: []string{"Peeters & Co", "K-1815", "May"}[i]})
	}
	l.ok(l.SetQuestions(context.Background(), l.user(ada).ID, questions))
	p := l.person(withMouse)
	p.entersCodabox(ada, "Your account")
	app := p.enables()
	p.leavesCodabox()
	l.step()
	p.entersCodabox(ada, "Verification")
	p.unfolds("Not accepted?")
	p.sees("Is this the app that you used when you enabled 2FA?", "helpdesk@mycodabox.example", "+32 2 555 01 00")

	// On the telephone: a wrong answer changes nothing.
	desk := l.tester()
	call := func(month, heading string) {
		t.Helper()
		desk.opens("/lab/users/"+l.user(ada).ID, ada)
		desk.writes("Operator", helper)
		desk.writes("What is the name of your accounting office?", "peeters &  co")
		desk.writes("Which customer number is on your latest invoice?", "k-1815")
		desk.writes("In which month did you begin to use MyCodabox?", month)
		desk.writes("Note (for the audit; nothing secret)", "called from the office")
		desk.presses("Judge the answers", heading)
	}
	call("June", ada)
	if e := l.diagnoses("helpdesk_identity_failed"); e.Operator != helper || e.Detail != "called from the office" {
		t.Errorf("the audit says %+v", e)
	}
	if l.methods(ada) != "totp" || l.mail.unread(ada, "no longer uses") != 0 {
		t.Error("a call that failed changed something")
	}
	p.opens("/flow", "Verification")

	// The right answers take it off, for the record and with a notice.
	call("may", ada)
	if e := l.last(); e.Type != "helpdesk" || e.Outcome != "accepted" || e.Operator != helper || e.User != ada {
		t.Errorf("the audit says %+v", e)
	}
	l.mail.next(t, ada, "no longer uses 2FA")
	p.entersCodabox(ada, "Your account") // with e-mail and password
	fresh := p.enables()
	if fresh.secret == app.secret {
		t.Error("enabled again, the secret is the lost one")
	}
	p.leavesCodabox()
	l.step()
	p.entersCodabox(ada, "Verification")
	p.writesCode(fresh.shows(0))
	p.presses("Verify", "Your account")
}

// CODA-6, CODA-7, CODA-9
func TestBrowserS11_MyCodaboxRefusedCodesAreToldApart(t *testing.T) {
	const bob = "bob@example.com"
	l := openLab(t, "mycodabox", ":memory:", monday, codaPages)
	l.added(ada)
	l.added(bob)
	p, q := l.person(withMouse), l.person(withMouse)
	p.entersCodabox(ada, "Your account")
	app := p.enables()
	p.leavesCodabox()
	q.entersCodabox(bob, "Your account")
	bobs := q.enables()
	l.step()
	l.step()

	tester := l.tester()
	p.entersCodabox(ada, "Verification")
	refused := func(code, cause, said string) {
		t.Helper()
		p.writesCode(code)
		p.presses("Verify", "Verification")
		p.told("That code didn’t work.") // coarse, whatever the cause
		p.sees("Is this the app that you used when you enabled 2FA?", "helpdesk@mycodabox.example")
		l.diagnoses(cause)
		tester.opens("/lab/events?user="+ada+"&outcome=refused", "Events")
		if newest := runAs(tester, chromedp.Text(chromedp.CSS("tbody tr"))); !strings.Contains(newest, said) {
			t.Errorf("the newest event says %q, want %q", newest, said)
		}
		l.ok(l.Unlock(context.Background(), l.user(ada).ID))
	}
	refused(app.shows(-1), "code_old_step", "1 step old")
	refused(app.shows(1), "code_future_step", "1 step ahead")
	refused(bobs.shows(0), "code_of_other_account", "the code of "+bob)
	used := app.shows(0)
	p.writesCode(used)
	p.presses("Verify", "Your account")
	p.leavesCodabox()
	p.entersCodabox(ada, "Verification")
	refused(used, "code_already_used", "already used")
}
