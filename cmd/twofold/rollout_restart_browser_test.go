package main

import (
	"path/filepath"
	"testing"
	"time"

	"twofold/vault"
	"twofold/verifier/api"
)

const adasNumber = "+15145550123"

// loggingIn are the words of a login under a roll-out.
type loggingIn struct {
	rollout, method      string
	pages                []string
	enter                string // the button under the password
	heading, button, end string // of the page for the code, and where that leads
}

// KODE-5, KODE-7, KNX-5, KOR-8, KORE-6, CODA-3, CODA-7
func TestBrowserS12_AcceptedCodeStaysAcceptedOverARestart(t *testing.T) {
	for _, words := range []loggingIn{
		{"kode", "totp", kodePages, "Log in", "Enter your 2FA code", "Log in", "Manage Account"},
		{"kode", "sms", kodePages, "Log in", "Enter your 2FA code", "Log in", "Manage Account"},
		{"konexus", "totp", konexusPages, "Log in", "Verify it is you", "Verify", "Your account"},
		{"konexus", "email", konexusPages, "Log in", "Verify it is you", "Verify", "Your account"},
		{"kor", "totp", korPages, "Log in", "MFA code", "Log in", "Your account"},
		{"kore", "totp", korePages, "Login", "Enter your OTP pin", "Login", "My profile"},
		{"mycodabox", "totp", codaPages, "Log in", "Verification", "Verify", "Your account"},
	} {
		t.Run(words.rollout+" "+words.method, func(t *testing.T) {
			l := openLab(t, words.rollout, filepath.Join(t.TempDir(), "data", "verifier.db"), monday, words.pages)
			codes := l.has(words.method)
			p, q := l.person(withMouse), l.person(withMouse)
			code := p.standsAtCode(words, codes)
			if words.method != "totp" {
				l.advance(time.Minute)
			}
			own := q.standsAtCode(words, codes)
			p.writesCode(code)
			p.presses(words.button, words.end)
			l.restart()

			p.opens("/account", words.end) // the rest is as it was
			q.writesCode(code)
			q.presses(words.button, words.heading)
			q.told("That code didn’t work.")
			if words.method == "totp" {
				l.diagnoses("code_already_used")
			} else {
				l.diagnoses("code_wrong") // it was another sign-in's
			}
			if words.method == "totp" {
				l.step()
				own = codes()
			}
			q.writesCode(own)
			q.presses(words.button, words.end)
		})
	}
}

// standsAtCode logs in up to the page for the code, and gives the code.
func (p *person) standsAtCode(words loggingIn, codes func() string) string {
	p.t.Helper()
	p.opens("/signin", words.enter)
	p.signsIn(words.enter, ada, adasPassword, words.heading)
	return codes()
}

// has gives ada a method, by the API, and says where its codes come from.
func (l *lab) has(method string) (codes func() string) {
	l.t.Helper()
	ctx := l.t.Context()
	l.added(ada, func(n *api.NewUser) { n.Phone = adasNumber })
	want := api.EnrollRequest{Method: method, Name: "Phone"}
	f, err := l.SignIn(ctx, api.SignInRequest{Email: ada, Password: adasPassword})
	l.ok(err)
	if f.Next.Step == "done" {
		f, err = l.AddFactor(ctx, f.Next.Session, want)
	} else {
		f, err = l.Enroll(ctx, f.ID, want)
	}
	l.ok(err)
	switch method {
	case "email":
		codes = func() string { l.t.Helper(); return l.mailed(ada) }
	case "sms":
		codes = func() string { l.t.Helper(); return l.texted(adasNumber) }
	default:
		key, err := vault.ParseKeyURI(f.Next.URI)
		l.ok(err)
		app := l.keeps(key)
		codes = func() string { l.t.Helper(); return app.shows(0) }
	}
	f, err = l.Code(ctx, f.ID, api.CodeRequest{Code: codes()})
	l.ok(err)
	if f.Next.Step != "done" {
		l.t.Fatalf("%s is set up, and next is %s", method, f.Next.Step)
	}
	l.advance(time.Minute)
	return codes
}
