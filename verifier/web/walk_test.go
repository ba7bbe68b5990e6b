package web

import (
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"twofold/qr"
	"twofold/verifier"
	"twofold/verifier/rollout"
)

func TestWholeWalk(t *testing.T) {
	l := newLab(t)
	b := l.browser(t)
	b.get("/").shows(t, 200, "Welcome to Twofold")
	b.get("/account").shows(t, 200, "Sign in")
	b.get("/signup").shows(t, 200, "Create an account")
	b.post("/signup", "email", ada, "password", password).shows(t, 200, "Set up two-step sign-in")
	b.get("/account").shows(t, 200, "Sign in") // not in yet

	setUp := b.post("/flow/enroll", "method", "totp").shows(t, 200, "Set up your authenticator app")
	key := setUp.key(t)
	code := l.codeFor(t, key)
	codes := b.post("/flow/code", "name", "Phone", "code", " "+code[:3]+" "+code[3:]+" ").shows(t, 200, "Your recovery codes")
	if strings.Count(codes.body, "<code>") != 10 || !strings.Contains(codes.body, `href="/flow/done"`) {
		t.Errorf("not ten codes and a way on\n%s", codes.body)
	}
	b.get("/flow/done").shows(t, 200, "You are set up")
	account := b.get("/account").shows(t, 200, "Your account")
	for _, want := range []string{ada, "Phone", "13 July 2026, 09:41", "last used"} {
		if !strings.Contains(account.body, want) {
			t.Errorf("the account page does not show %q", want)
		}
	}
	b.get("/").shows(t, 200, "Your account")
	b.get("/signin").shows(t, 200, "Your account")

	b.get("/signout").shows(t, 200, "Sign out?")
	b.post("/signout").shows(t, 200, "You are signed out")
	b.get("/account").shows(t, 200, "Sign in")
	b.get("/flow").shows(t, 410, "There is nothing to continue here")

	second := b.post("/signin", "email", " ADA@example.com", "password", password).shows(t, 200, "Enter your code")
	if !strings.Contains(second.body, "Phone") {
		t.Error("the page for the code does not say which app")
	}
	again := b.post("/flow/code", "code", code).shows(t, 401, "Enter your code")
	if !strings.HasPrefix(again.problem(t), "That code didn’t work.") {
		t.Errorf("the same code again: %q", again.problem(t))
	}
	l.advance(t, 30*time.Second)
	b.post("/flow/code", "code", l.codeFor(t, key)).shows(t, 200, "Your account")

	for _, address := range b.seen {
		if strings.Contains(address, key) || strings.Contains(address, code) || strings.Contains(address, "?") || len(address) > 40 {
			t.Errorf("an address holds more than it should: %s", address)
		}
	}
	if l.log.Len() > 0 {
		t.Errorf("something was logged: %s", l.log)
	}
}

func TestSetUpShowsTheSameSecretAgain(t *testing.T) {
	l := newLab(t)
	b := l.browser(t)
	b.post("/signup", "email", ada, "password", password)
	key := b.post("/flow/enroll", "method", "totp").key(t)
	for name, page := range map[string]answer{
		"reload":     b.get("/flow"),
		"once more":  b.post("/flow/enroll", "method", "totp"),
		"wrong code": b.post("/flow/code", "method", "totp", "code", "000000"),
		"empty code": b.post("/flow/code", "method", "totp", "name", "Desk", "code", ""),
		"back":       b.get("/flow/code"),
	} {
		if page.key(t) != key {
			t.Errorf("%s: another secret", name)
		}
	}
	if page := b.get("/flow"); !strings.Contains(page.body, `value="Desk"`) {
		t.Error("the name of the app is lost after an error")
	}
}

func TestPicturesSayWhatThePageSays(t *testing.T) {
	l := newLab(t)
	b := l.browser(t)
	b.post("/signup", "email", ada, "password", password)
	page := b.post("/flow/enroll", "method", "totp")
	key := page.key(t)

	png := b.get("/flow/qr.png")
	if png.Header.Get("Content-Type") != "image/png" || png.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers of the picture: %v", png.Header)
	}
	found, err := qr.Decode([]byte(png.body))
	if err != nil || len(found) != 1 {
		t.Fatalf("decode the picture: %v, %d codes", err, len(found))
	}
	uri, err := url.Parse(found[0].Text)
	if err != nil || uri.Query().Get("secret") != key {
		t.Error("picture and page differ in the key")
	}
	_, href, _ := strings.Cut(page.body, `href="otpauth`)
	href, _, _ = strings.Cut(href, `"`)
	if "otpauth"+html.UnescapeString(href) != found[0].Text {
		t.Error("picture and link differ")
	}
	svg := b.get("/flow/qr.svg")
	if svg.Header.Get("Content-Type") != "image/svg+xml" || !strings.HasPrefix(svg.body, "<svg") {
		t.Errorf("the other picture: %v %.20q", svg.Header, svg.body)
	}

	stranger := l.browser(t)
	for _, path := range []string{"/flow/qr.png", "/flow/qr.svg"} {
		if a := stranger.get(path); a.StatusCode != http.StatusGone || strings.Contains(a.body, "PNG") {
			t.Errorf("%s for a stranger: %d", path, a.StatusCode)
		}
	}
	b.post("/flow/code", "code", l.codeFor(t, key))
	if a := b.get("/flow/qr.png"); a.StatusCode != http.StatusConflict {
		t.Errorf("the picture after set-up: %d", a.StatusCode)
	}
}

// The longest address that there can be still makes a picture that reads.
func TestPictureOfALongAddress(t *testing.T) {
	long := strings.Repeat("é", 26) + strings.Repeat("a", 254-2*26-len("@example.com")) + "@example.com"
	b := newLab(t).browser(t)
	b.post("/signup", "email", long, "password", password)
	key := b.post("/flow/enroll", "method", "totp").shows(t, 200, "Set up your authenticator app").key(t)
	found, err := qr.Decode([]byte(b.get("/flow/qr.png").body))
	if err != nil || len(found) != 1 || !strings.Contains(found[0].Text, key) {
		t.Errorf("decode the picture: %v, %d codes", err, len(found))
	}
}

func TestFurtherAuthenticators(t *testing.T) {
	l := newLab(t)
	b := l.browser(t)
	first := b.enrolled()
	if body := b.get("/account").body; !strings.Contains(body, "Add another") {
		t.Errorf("the account page offers no other authenticator\n%s", body)
	}
	second := b.post("/account/methods", "method", "totp").shows(t, 200, "Set up your authenticator app").key(t)
	if first == second {
		t.Fatal("two authenticators have one secret")
	}
	l.advance(t, 30*time.Second)
	b.post("/flow/code", "name", "Desk", "code", l.codeFor(t, second)).shows(t, 200, "You are set up")
	page := b.get("/account")
	if !strings.Contains(page.body, "Phone") || !strings.Contains(page.body, "Desk") {
		t.Errorf("not both are listed\n%s", page.body)
	}
	for range 3 {
		key := b.post("/account/methods", "method", "totp").key(t)
		l.advance(t, 30*time.Second)
		b.post("/flow/code", "code", l.codeFor(t, key)).shows(t, 200, "You are set up")
	}
	if body := b.get("/account").shows(t, 200, "Your account").body; strings.Contains(body, `action="/account/methods"`) {
		t.Error("a sixth authenticator is offered")
	}
	b.post("/account/methods", "method", "totp").shows(t, 403, "You have enough methods")
}

func TestSkipWhereTheRolloutLetsPeople(t *testing.T) {
	l := newLab(t, func(r *rollout.Rollout) { r.SecondStep.Enroll = rollout.Prompted })
	b := l.browser(t)
	page := b.post("/signup", "email", ada, "password", password).shows(t, 200, "Set up two-step sign-in")
	if !strings.Contains(page.body, "Skip for now") {
		t.Error("skipping is not offered")
	}
	page = b.post("/flow/skip").shows(t, 200, "Your account")
	if !strings.Contains(page.body, "Off: your password alone") {
		t.Error("the account page does not say that there is no authenticator")
	}

	strict := newLab(t).browser(t)
	if page := strict.post("/signup", "email", ada, "password", password); strings.Contains(page.body, "/flow/skip") {
		t.Error("skipping is offered where it is refused")
	}
	strict.post("/flow/skip").shows(t, 403, "This cannot be skipped")
}

func TestSeveralMethodsAreAChoice(t *testing.T) {
	l := newLab(t, func(r *rollout.Rollout) {
		r.SecondStep.Methods = []rollout.Method{rollout.TOTP, rollout.Email}
	})
	page := l.browser(t).post("/signup", "email", ada, "password", password).shows(t, 200, "Set up two-step sign-in")
	if strings.Count(page.body, `type="radio"`) != 2 || !strings.Contains(page.body, `value="totp" checked`) {
		t.Errorf("the methods are no choice\n%s", page.body)
	}
}

func TestNewSignInReplacesTheOldFlowAndSession(t *testing.T) {
	l := newLab(t)
	b := l.browser(t)
	key := b.enrolled()
	old := l.sessionOf(t, b)
	b.post("/signin", "email", ada, "password", password).shows(t, 200, "Enter your code")
	l.advance(t, 30*time.Second)
	b.post("/flow/code", "code", l.codeFor(t, key)).shows(t, 200, "Your account")
	if _, err := l.svc.Me(t.Context(), old); !refusedFor(err, verifier.CauseSessionRefused) {
		t.Errorf("the session that was replaced still works: %v", err)
	}
	b.get("/flow").shows(t, 410, "There is nothing to continue here")
}

// sessionOf reads the session that a browser has.
func (l *lab) sessionOf(t *testing.T, b *browser) verifier.Secret {
	return l.cookieOf(t, b, "/", "session")
}

func (l *lab) cookieOf(t *testing.T, b *browser, path, name string) verifier.Secret {
	t.Helper()
	at, err := url.Parse(l.url + path)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range b.client.Jar.Cookies(at) {
		if strings.Contains(c.Name, name) {
			return verifier.SecretOf(c.Value)
		}
	}
	t.Fatalf("the browser has no cookie %s", name)
	return verifier.Secret{}
}
