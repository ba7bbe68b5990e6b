package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"twofold/verifier"
	"twofold/verifier/server"
)

// paths are the lab's, as somebody would ask for them.
func labPaths(b tester) []string {
	h := &handler{svc: b.lab.svc, options: Options{LabToken: verifier.SecretOf(labToken)}}
	var paths []string
	for path := range h.labRoutes() {
		if strings.HasPrefix(path, "/lab") && path != "/lab/enter" {
			path = strings.NewReplacer("{$}", "", "{id}", "x", "{act}", "unlock").Replace(path)
			paths = append(paths, path)
		}
	}
	return paths
}

func TestLabAsksForItsToken(t *testing.T) {
	b := newTester(t, "plain")
	for _, path := range labPaths(b) {
		b.shows(b.get(path), 401, "Enter the lab")
	}
	events, err := b.lab.svc.Events(t.Context(), 0)
	if err != nil || len(events) != 0 {
		t.Fatalf("%d events before, %v", len(events), err)
	}
	for _, path := range labPaths(b) {
		if path == "/lab/" { // has no form
			continue
		}
		a := b.post(path, "by", "1d", "email", ada, "password", password, "name", "strict", "office", "Paris", "none", "yes")
		if a.StatusCode != http.StatusUnauthorized && a.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("POST %s without the token: %d", path, a.StatusCode)
		}
	}
	if events, err := b.lab.svc.Events(t.Context(), 0); err != nil || len(events) != 0 {
		t.Errorf("somebody without the token did something: %v, %v", events, err)
	}
	if b.lab.svc.Rollout().Name != "plain" || !b.lab.svc.Clock().Now().Equal(start) {
		t.Error("somebody without the token changed the roll-out or the clock")
	}
}

func TestLabTokenOpensTheLab(t *testing.T) {
	b := newTester(t, "plain")
	for wrong, says := range map[string]string{
		"":             "Enter the lab token.",
		"another one":  "That is not the lab token.",
		labToken + "x": "That is not the lab token.",
		labToken[:5]:   "That is not the lab token.",
	} {
		a := b.shows(b.post("/lab/enter", "token", wrong, "back", "/lab/clock"), 401, "Enter the lab")
		if !strings.HasPrefix(b.problem(a), says) || !strings.Contains(a.body, `value="/lab/clock"`) {
			t.Errorf("%q: %q", wrong, b.problem(a))
		}
		if len(a.Cookies()) > 0 {
			t.Errorf("%q got a cookie", wrong)
		}
	}
	right := b.do(http.MethodPost, "/lab/enter", url.Values{"token": {" " + labToken + "\n"}, "back": {"/lab/clock"}})
	cookies := right.Cookies()
	if right.Header.Get("Location") != "/lab/clock" || len(cookies) != 1 {
		t.Fatalf("the right token: %d, %v", right.StatusCode, right.Header)
	}
	if c := cookies[0]; c.Path != "/lab" || !sealed(c, false) || strings.Contains(c.Value, labToken) || len(c.Value) < 40 {
		t.Errorf("the cookie: %v", right.Header["Set-Cookie"])
	}
	b.shows(b.get("/lab/clock"), 200, "Clock")
	for _, address := range b.seen {
		if strings.Contains(address, "token") {
			t.Errorf("the token is in an address: %s", address)
		}
	}
	b.post("/lab/leave").shows(t, 200, "Welcome to Twofold")
	b.shows(b.get("/lab/clock"), 401, "Enter the lab")
}

func TestLabSendsNowhereElse(t *testing.T) {
	b := newTester(t, "plain")
	for back, want := range map[string]string{
		"/lab/users/x": "/lab/users/x", "/lab": "/lab",
		"https://evil.example/": "/lab", "//evil.example/lab": "/lab", "/account": "/lab", "/labs": "/lab",
		"/lab//evil.example": "/lab", `/lab/\evil`: "/lab", "": "/lab",
	} {
		a := b.do(http.MethodPost, "/lab/enter", url.Values{"token": {labToken}, "back": {back}})
		if got := a.Header.Get("Location"); got != want {
			t.Errorf("back to %q leads to %q, want %q", back, got, want)
		}
	}
}

func TestLabPassOfAnotherTokenIsNone(t *testing.T) {
	b := newTester(t, "plain")
	other := &handler{options: Options{LabToken: verifier.SecretOf("another token")}}
	for _, value := range []string{other.labPass().RevealText(), labToken, "", "x"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.lab.url+"/lab", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.AddCookie(&http.Cookie{Name: b.lab.nameOf(t, "twofold_lab"), Value: value})
		res, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusUnauthorized {
			t.Errorf("a cookie %q opens the lab: %d", value, res.StatusCode)
		}
	}
}

func TestNoLabWithoutAToken(t *testing.T) {
	l := newLab(t)
	b := l.browser(t)
	for _, path := range append(labPaths(tester{b}), "/lab/enter") {
		b.get(path).shows(t, 404, "There is no such page")
		b.post(path, "token", "").shows(t, 404, "There is no such page")
	}
}

// On a real listener, under another name or from another site's page, there is
// no lab either, whatever the cookie.
func TestLabIsRefusedToOtherHostsAndSites(t *testing.T) {
	srv, err := server.Listen(server.Options{Store: ":memory:", LabToken: labToken, Pages: func(p server.Parts) http.Handler {
		return New(p.Service, Options{Outbox: p.Outbox, LabToken: p.LabToken})
	}})
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve() }()
	t.Cleanup(func() {
		if err := srv.Shutdown(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	pass := (&handler{options: Options{LabToken: verifier.SecretOf(labToken)}}).labPass().RevealText()
	at := (&lab{url: srv.URL()}).nameOf(t, "twofold_lab")
	for _, c := range []struct {
		method, host string
		headers      map[string]string
		status       int
	}{
		{http.MethodGet, "", nil, 200},
		{http.MethodPost, "", map[string]string{"Origin": srv.URL(), "Sec-Fetch-Site": "same-origin"}, 303},
		{http.MethodGet, "verifier.example", nil, 421},
		{http.MethodPost, "verifier.example", nil, 421},
		{http.MethodPost, "", map[string]string{"Origin": "http://evil.example"}, 403},
		{http.MethodPost, "", map[string]string{"Origin": "null"}, 403},
		{http.MethodPost, "", map[string]string{"Sec-Fetch-Site": "cross-site"}, 403},
		{http.MethodPost, "", map[string]string{"Sec-Fetch-Site": "same-site"}, 403},
	} {
		r, err := http.NewRequestWithContext(t.Context(), c.method, srv.URL()+"/lab/clock", strings.NewReader("by=30s"))
		if err != nil {
			t.Fatal(err)
		}
		r.Host = c.host
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for name, value := range c.headers {
			r.Header.Set(name, value)
		}
		r.AddCookie(&http.Cookie{Name: at, Value: pass})
		res, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != c.status {
			t.Errorf("%s of host %q with %v: %d, want %d", c.method, c.host, c.headers, res.StatusCode, c.status)
		}
	}
}
