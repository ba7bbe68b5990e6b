package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"twofold/verifier"
)

func TestFactorIsRenamedPreferredAndRemoved(t *testing.T) {
	l := newLabOf(t, "plain")
	b := l.browser(t)
	key := b.enrolled()
	l.advance(t, time.Second)
	b.post("/account/methods", "method", "email")
	b.post("/flow/code", "code", l.sent(t, ada)).shows(t, 200, "You are set up")
	app, mail := l.factorOf(t, verifier.MethodTOTP), l.factorOf(t, verifier.MethodEmail)
	b.post("/account/factors/"+app+"/name", "name", "<i>Tablet").shows(t, 200, "Your account").has(t, "Saved.", "&lt;i&gt;Tablet")
	b.post("/account/factors/"+app+"/name", "name", strings.Repeat("x", 65)).shows(t, 422, "<i>Tablet").has(t, "That name is too long.")
	b.post("/account/factors/"+mail+"/prefer").shows(t, 200, "Your account")
	b.post("/signout")
	b.post("/signin", "email", ada, "password", password).has(t, "We sent a code to a•••@example.com")
	b.post("/flow/choose", "factor", app)
	l.advance(t, 30*time.Second)
	b.post("/flow/code", "code", l.codeFor(t, key)).shows(t, 200, "Your account")

	b.post("/account/factors/"+mail+"/remove").shows(t, 422, "Remove this method?").has(t, "Enter your password.")
	b.post("/account/factors/"+mail+"/remove", "password", password).shows(t, 200, "Your account").has(t, "Saved.")
	b.get("/account/factors/"+mail).shows(t, 404, "That method is gone")
	b.get("/account/factors/"+app).hasNot(t, "/remove") // the last one stays here
	b.post("/account/factors/"+app+"/remove", "password", password).shows(t, 403, "Remove this method?").has(t, "This one stays")
}

// KORE-8: a new address has to be shown to be read before anything goes there.
func TestContactIsChangedByItsCode(t *testing.T) {
	l := newLab(t)
	b := l.browser(t)
	b.enrolled()
	for _, c := range []struct{ email, password, says string }{
		{"", password, "Enter your new e-mail address."},
		{bob, "", "Enter your password."},
		{bob, "not that one", "That password is not right."},
		{"nobody", password, "not an e-mail address"},
	} {
		page := b.post("/account/email", "email", c.email, "password", c.password)
		if says := page.problem(t); page.heading() != "Change e-mail address" || !strings.Contains(says, c.says) {
			t.Errorf("%q: %q says %q", c.email, page.heading(), says)
		}
	}
	b.post("/account/email", "email", bob, "password", password).shows(t, 200, "Confirm your e-mail address").has(t, bob)
	b.get("/account").has(t, ">"+ada)
	b.post("/flow/code", "code", l.sent(t, bob)).shows(t, 200, "Your account").has(t, "Saved.", bob)
	b.post("/account/phone", "country", "44", "phone", "020 7946 0000", "password", password).shows(t, 200, "Set up text messages")
	b.post("/flow/code", "code", l.sent(t, "+442079460000")).shows(t, 200, "Your account").has(t, "+442079460000")
}

func TestPasswordIsChanged(t *testing.T) {
	l := newLabOf(t, "kode")
	b, other := l.browser(t), l.browser(t)
	b.post("/signup", "email", ada, "password", password)
	other.post("/signin", "email", ada, "password", password).shows(t, 200, "Manage Account")
	const fresh = "quite another walk"
	for _, c := range []struct{ old, fresh, again, says string }{
		{"not that one", fresh, fresh, "That password is not right."},
		{password, fresh, "something", "differ"},
		{password, "password", "password", "well known"},
	} {
		page := b.post("/account/password", "password", c.old, "new", c.fresh, "again", c.again)
		if says := page.problem(t); !strings.Contains(says, c.says) {
			t.Errorf("%q: it says %q", c.fresh, says)
		}
	}
	b.post("/account/password", "password", password, "new", fresh, "again", fresh).shows(t, 200, "Manage Account").has(t, "Saved.")
	other.get("/account").shows(t, 401, "Log in")
	b.post("/signout")
	b.post("/signin", "email", ada, "password", fresh).shows(t, 200, "Manage Account")
}

func TestBrowserIsNamedAsPeopleKnowIt(t *testing.T) {
	for sent, want := range map[string]string{
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36": "Chrome on Linux",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Safari/604.1": "Safari on iPhone",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0":                      "Firefox on Windows",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0":          "Edge on macOS",
		"something": "something", "": "",
	} {
		r := requestOf(t, sent)
		if got := agent(r); got != want {
			t.Errorf("%q: %q, want %q", sent, got, want)
		}
	}
}

func requestOf(t *testing.T, userAgent string) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	r.Header.Set("User-Agent", userAgent)
	return r
}
