package web

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"twofold/verifier"
)

// nameOf gives a cookie's name as this lab's server calls it.
func (l *lab) nameOf(t *testing.T, base string) string {
	t.Helper()
	at, err := url.Parse(l.url)
	if err != nil {
		t.Fatal(err)
	}
	return base + "_" + at.Port()
}

func TestHalfAuthenticatedOpensNothingButItsFlow(t *testing.T) { // P17
	l := newLab(t)
	l.browser(t).enrolled()
	b := l.browser(t)
	b.post("/signin", "email", ada, "password", password).shows(t, 200, "Enter your code")
	id := l.cookieOf(t, b, "/flow", "flow").RevealText()

	for _, call := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/account", 401},
		{"POST", "/account/methods", 401},
		{"POST", "/flow/enroll", 409},
		{"POST", "/flow/skip", 403},
		{"GET", "/flow/qr.png", 409},
		{"GET", "/flow/qr.svg", 409},
		{"GET", "/", 200},
		{"GET", "/signout", 200},
		{"GET", "/flow", 200},
	} {
		form := strings.NewReader("method=totp&name=x")
		r, err := http.NewRequestWithContext(t.Context(), call.method, l.url+call.path, form)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		// The flow's id where it belongs, and where a session does.
		r.AddCookie(&http.Cookie{Name: l.nameOf(t, "twofold_flow"), Value: id})
		r.AddCookie(&http.Cookie{Name: l.nameOf(t, "twofold_session"), Value: id})
		res, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != call.status {
			t.Errorf("%s %s: %d, want %d", call.method, call.path, res.StatusCode, call.status)
		}
	}
	users, err := l.svc.Users(t.Context())
	if err != nil || len(users) != 1 || len(users[0].Factors) != 1 {
		t.Errorf("something was enrolled: %v, %d users", err, len(users))
	}
}

func TestGetChangesNothing(t *testing.T) {
	l := newLab(t)
	b := l.browser(t)
	b.enrolled()
	id := l.factorOf(t, verifier.MethodTOTP)
	b.post("/account/methods", "method", "totp").key(t)
	state := func() (all []any) {
		users, err := l.svc.Users(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		events, err := l.svc.Events(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		for i := range users {
			users[i].Password = verifier.Secret{} // holds a func, which never equals
		}
		return []any{users, events}
	}
	before := state()
	for _, path := range []string{
		"/", "/signup", "/signin", "/signout", "/flow", "/flow/enroll", "/flow/code", "/flow/skip",
		"/flow/qr.png", "/flow/qr.svg", "/flow/page/1", "/flow/page/9", "/flow/sms", "/flow/recovery", "/flow/sent", "/flow/done",
		"/flow/password", "/flow/send", "/flow/choose", "/flow/cancel", "/account", "/account/methods", "/account/saved",
		"/account/second-step", "/account/profile", "/account/email", "/account/phone", "/account/password", "/account/sms",
		"/account/factors/" + id, "/account/factors/" + id + "/name", "/account/factors/" + id + "/prefer",
		"/account/factors/" + id + "/remove", "/account/recovery", "/account/devices/forget", "/account/disabled",
		"/password-reset", "/password-reset/set", "/password-reset/unknown", stylePath, iconPath, "/nothing",
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			a := b.do(method, path+"?email=bob@example.com&password=long+enough+to+pass&code=123456&method=totp&name=x", nil)
			if len(a.Cookies()) > 0 {
				t.Errorf("%s %s sets a cookie", method, path)
			}
		}
	}
	if !reflect.DeepEqual(before, state()) {
		t.Errorf("something changed")
	}
	b.get("/account").shows(t, 200, "Your account")
}

func TestFieldsAreReadFromTheBodyOnly(t *testing.T) {
	b := newLab(t).browser(t)
	a := b.do(http.MethodPost, "/signup?email=bob@example.com&password=long+enough+to+pass", url.Values{})
	if a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a password in the address is taken: %d", a.StatusCode)
	}
}

func TestWhatPeopleTypeIsEscaped(t *testing.T) {
	const attack = `"><script>alert(1)</script><b x='`
	l := newLab(t)
	b := l.browser(t)
	page := b.post("/signup", "email", attack, "password", password).shows(t, 422, "Create an account")
	if strings.Contains(page.body, "<script") {
		t.Error("the address is not escaped")
	}
	const odd = `"<script>alert(1)</script>"@example.com`
	page = b.post("/signup", "email", odd, "password", password)
	if strings.Contains(page.body, "<script") {
		t.Error("an odd address is not escaped")
	}
	if page.StatusCode == http.StatusOK { // it is one plain address to the service
		key := b.post("/flow/enroll", "method", "totp").shows(t, 200, "Set up your authenticator app").key(t)
		if l.codeFor(t, key) == "" {
			t.Fatal("no code")
		}
	}

	b = l.browser(t)
	b.post("/signup", "email", ada, "password", password)
	page = b.post("/flow/enroll", "method", "totp", "name", attack).shows(t, 200, "Set up your authenticator app")
	if strings.Contains(page.body, "<script") {
		t.Error("the name is not escaped at set-up")
	}
	key := page.key(t)
	b.post("/flow/code", "method", "totp", "code", l.codeFor(t, key))
	page = b.get("/account").shows(t, 200, "Your account")
	if strings.Contains(page.body, "<script") || !strings.Contains(page.body, "&lt;script&gt;") {
		t.Error("the name is not escaped in the account")
	}
	b.post("/signout")
	page = b.post("/signin", "email", ada, "password", password).shows(t, 200, "Enter your code")
	if strings.Contains(page.body, "<script") || !strings.Contains(page.body, "&lt;script&gt;") {
		t.Error("the name is not escaped as a hint")
	}
}

func TestOtherSitesAndMethodsAreRefused(t *testing.T) {
	l := newLab(t)
	b := l.browser(t)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, l.url+"/signout", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	res, err := b.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusForbidden {
		t.Errorf("a form of another site: %d", res.StatusCode)
	}

	b.get("/nothing").shows(t, 404, "There is no such page")
	b.get("/signin/").shows(t, 404, "There is no such page")
	a := b.do(http.MethodDelete, "/signin", nil)
	a.shows(t, 405, "This page does not take that")
	if a.Header.Get("Allow") != "GET, HEAD, POST" {
		t.Errorf("Allow: %q", a.Header.Get("Allow"))
	}
	b.post("/account", "x", "y").shows(t, 405, "This page does not take that")
	b.post("/signin", "email", strings.Repeat("x", bodyLimit)).shows(t, 413, "That was too much")
	b.do(http.MethodPost, "/signin", url.Values{}).shows(t, 422, "Sign in")
	raw := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/signin", strings.NewReader("email=%zz"))
	raw.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	l.pages.ServeHTTP(w, raw)
	if w.Code != http.StatusBadRequest {
		t.Errorf("a form that is none: %d", w.Code)
	}
}

func TestHeaders(t *testing.T) {
	b := newLab(t).browser(t)
	for _, path := range []string{"/", "/signin", "/nothing", "/flow/qr.png", stylePath} {
		h := b.get(path).Header
		if csp := h.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'; ") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: policy %q", path, csp)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "same-origin" {
			t.Errorf("%s: headers %v", path, h)
		}
		if cache := h.Get("Cache-Control"); (cache == "no-store") == (path == stylePath) {
			t.Errorf("%s: Cache-Control %q", path, cache)
		}
	}
}

func TestCookies(t *testing.T) {
	for _, c := range []struct {
		secure        bool
		flow, session string
	}{
		{false, "twofold_flow_", "twofold_session_"},
		{true, "__Secure-twofold_flow_", "__Host-twofold_session_"},
	} {
		l := labWith(t, "plain", Options{Secure: c.secure})
		b := l.browser(t)
		signUp := b.do(http.MethodPost, "/signup", url.Values{"email": {ada}, "password": {password}})
		flow := signUp.Cookies()
		if len(flow) != 1 || !strings.HasPrefix(flow[0].Name, c.flow) || flow[0].Path != "/flow" || !sealed(flow[0], c.secure) {
			t.Fatalf("cookies of a sign-up: %v", signUp.Header["Set-Cookie"])
		}
		if c.secure {
			continue // the test's browser, on plain HTTP, gives it back to nobody
		}
		key := b.post("/flow/enroll", "method", "totp").key(t)
		done := b.do(http.MethodPost, "/flow/code", url.Values{"method": {"totp"}, "code": {l.codeFor(t, key)}})
		session := done.Cookies()
		if len(session) != 1 || !strings.HasPrefix(session[0].Name, c.session) || session[0].Path != "/" || !sealed(session[0], c.secure) {
			t.Fatalf("cookies of a set-up: %v", done.Header["Set-Cookie"])
		}
	}
}

func sealed(c *http.Cookie, secure bool) bool {
	return c.HttpOnly && c.SameSite == http.SameSiteStrictMode && c.Secure == secure && c.MaxAge == 0 && c.Expires.IsZero()
}

func TestClockIsShownWhereItDiffers(t *testing.T) {
	l := newLab(t)
	b := l.browser(t)
	if strings.Contains(b.get("/").body, "clock") {
		t.Error("the clock is shown though it is the machine's")
	}
	l.advance(t, 36*time.Hour)
	if body := b.get("/").body; !strings.Contains(body, "14 July 2026, 21:41:07 UTC</time>, 1 day 12 hours ahead of this") {
		t.Errorf("the clock is not shown\n%s", body)
	}
	l.advance(t, -36*time.Hour-2*time.Second)
	if body := b.get("/").body; !strings.Contains(body, "2 seconds behind this") {
		t.Errorf("the clock is not shown\n%s", body)
	}
}

// A store that fails is a fault: a page without its reason, which is logged.
func TestFaultIsLoggedNotShown(t *testing.T) {
	l := newLab(t)
	h := &handler{svc: l.svc, options: Options{Location: time.UTC}}
	h.options.Log = slog.New(slog.NewTextHandler(l.log, nil))
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/flow", nil)
	h.refuse(w, r, errors.New("disk is full"))
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "disk") || !strings.Contains(l.log.String(), "disk is full") {
		t.Errorf("%d, log %q\n%s", w.Code, l.log, w.Body)
	}
	w = httptest.NewRecorder()
	h.step(w, r, http.StatusOK, verifier.Progress{Step: verifier.Step{Kind: "new"}}, h.view())
	if w.Code != http.StatusInternalServerError {
		t.Errorf("a step without a page: %d", w.Code)
	}
}
