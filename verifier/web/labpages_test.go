package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"
	"github.com/chromedp/chromedp"

	"twofold/verifier"
	"twofold/verifier/delivery"
	"twofold/verifier/rollout"
)

// labShots is every page of the lab, with something on each.
func labShots(t *testing.T) []shot {
	b := newTester(t, "konexus", func(r *rollout.Rollout) {
		r.Helpdesk = rollout.Helpdesk{Reset: true, Questions: []string{"What was your first school?"}}
		r.Offices = []rollout.Office{{Name: "Paris", Enroll: rollout.Required}}
	})
	var shots []shot
	at := func(name string, a answer, status int, heading string) {
		t.Helper()
		b.shows(a, status, heading)
		shots = append(shots, shot{name: "lab_" + name, body: a.body})
	}
	at("enter", b.get("/lab/users"), 401, "Enter the lab")
	at("enter_refused", b.post("/lab/enter", "token", "x", "back", "/lab/users"), 401, "Enter the lab")
	at("overview_empty", b.post("/lab/enter", "token", labToken), 200, "Overview")
	at("outbox_empty", b.get("/lab/outbox"), 200, "Outbox")
	at("users_empty", b.get("/lab/users"), 200, "Users")

	b.peopleOfLab()
	at("overview", b.get("/lab"), 200, "Overview")
	at("users", b.get("/lab/users"), 200, "Users")
	at("users_refused", b.post("/lab/users", "email", "nobody", "way", "temporary", "role", "admin", "office", "Rome"), 422, "Users")
	at("service_key", b.post("/lab/users", "email", "robot@example.com", "role", "service"), 200, "The service account is there")
	at("user", b.get("/lab/users/"+b.user(ada).ID), 200, ada)
	at("helpdesk_refused", b.post("/lab/users/"+b.user(ada).ID+"/helpdesk", "operator", "desk@example.com", "answer", "no idea", "note", "called twice"), 422, ada)
	at("user_done", b.post("/lab/users/"+b.user(ada).ID+"/unlock"), 200, ada)
	at("outbox", b.get("/lab/outbox"), 200, "Outbox")
	at("clock", b.get("/lab/clock"), 200, "Clock")
	at("clock_refused", b.post("/lab/clock", "now", "tomorrow"), 422, "Clock")
	at("rollout", b.get("/lab/rollout"), 200, "Roll-out “konexus”")
	at("rollout_refused", b.post("/lab/rollout", "text", "name = \"mine\"\n\n[totp]\nskew = 99\ndigit = 6\n"), 422, "Roll-out “konexus”")
	at("events", b.get("/lab/events"), 200, "Events")
	at("events_filtered", b.get("/lab/events?user=ada&outcome=refused"), 200, "Events")
	at("faults", b.post("/lab/faults", "channel", "sms", "late", "90s", "twice", "yes"), 200, "Faults")
	at("faults_refused", b.post("/lab/faults", "channel", "email", "late", "soon", "lost", "yes"), 422, "Faults")
	at("limits", b.get("/lab/limits"), 200, "Codes and limits")
	for i := range shots {
		shots[i].body = b.steadyLab(shots[i].body)
	}
	return shots
}

// peopleOfLab adds people, an authenticator app, and codes of every kind.
func (b tester) peopleOfLab() {
	b.t.Helper()
	b.add(ada, "office", "Paris", "phone", "+1 202 555 0143")
	b.add("bob@example.com")
	b.add("desk@example.com", "role", "helpdesk")
	b.lab.advance(b.t, time.Second)
	b.post("/lab/users", "email", "grace@example.com", "way", "temporary", "role", "admin")
	b.lab.advance(b.t, time.Second)
	b.post("/lab/users", "email", "edsger@example.com", "way", "invite")
	b.post("/lab/users/" + b.user("bob@example.com").ID + "/disable")
	b.post("/lab/users/"+b.user(ada).ID+"/questions", "ask", "What was your first school?", "answer", "North")

	svc, ctx := b.lab.svc, b.t.Context()
	in := verifier.Credentials{Email: ada, Password: verifier.SecretOf(password)}
	p, err := svc.SignIn(ctx, in)
	b.lab.advance(b.t, time.Second)
	if err == nil {
		p, err = svc.Enroll(ctx, p.ID, verifier.NewFactor{Method: verifier.MethodTOTP, Name: "Phone"})
	}
	if err != nil {
		b.t.Fatal(err)
	}
	key := p.Enrollment.Key.RevealBase32()
	first := verifier.SecretOf(b.lab.codeFor(b.t, key))
	if _, err = svc.Code(ctx, p.ID, verifier.Answer{Code: first}); err != nil {
		b.t.Fatal(err)
	}
	b.lab.advance(b.t, 5*time.Minute)
	if p, err = svc.SignIn(ctx, in); err != nil {
		b.t.Fatal(err)
	}
	for _, code := range []string{first.RevealText(), "12", "walnut"} {
		_, _ = svc.Code(ctx, p.ID, verifier.Answer{Code: verifier.SecretOf(code)}) // refused, each in another way
	}
	_ = svc.RequestReset(ctx, ada)
	b.lab.outbox.Post(delivery.Message{Channel: delivery.SMS, To: "+12025550143", Text: "Your code is 482913.", Code: "482913"})
}

// The pages as testers get them. "go test ./verifier/web -update" writes them
// anew.
func TestLabPages(t *testing.T) {
	for _, s := range labShots(t) {
		t.Run(s.name, func(t *testing.T) { golden.RequireEqual(t, s.body) })
	}
}

// What the lab shows is not for the account holder: no page of theirs has the
// exact cause, and no page of the lab has a password or a shared key.
func TestLabPagesHoldNoPassword(t *testing.T) {
	for _, s := range labShots(t) {
		if strings.Contains(s.body, password) || strings.Contains(s.body, labToken) || strings.Contains(s.body, "argon2id") {
			t.Errorf("%s shows what nobody should see", s.name)
		}
	}
}

// axe-core finds nothing on the pages of the lab either, and none is wider than
// a phone.
func TestAxeFindsNothingInTheLab(t *testing.T) {
	source, browser := axe(t), chromium(t)
	shots := labShots(t)
	dark := strings.NewReplacer("(prefers-color-scheme: dark)", "all", "color-scheme: light dark", "color-scheme: dark")
	tab := newTab(t, browser)
	for _, l := range []struct {
		name  string
		width int64
		css   func(string) string
	}{{"wide", 1100, func(css string) string { return css }}, {"phone", 360, func(css string) string { return dark.Replace(css) }}} {
		mux := http.NewServeMux()
		mux.HandleFunc("/static/style.css", serve("text/css; charset=utf-8", []byte(l.css(string(style)))))
		mux.HandleFunc("/static/lab.css", serve("text/css; charset=utf-8", []byte(l.css(string(labStyle)))))
		for i, s := range shots {
			body := strings.NewReplacer("/static/style-HASH.css", "/static/style.css", "/static/lab-HASH.css", "/static/lab.css").Replace(s.body)
			mux.HandleFunc(fmt.Sprintf("/%d/{$}", i), serve("text/html; charset=utf-8", []byte(body)))
		}
		served := httptest.NewServer(headers(mux))
		tab.do(t, chromedp.EmulateViewport(l.width, 900))
		for i, s := range shots {
			tab.do(t, chromedp.Navigate(fmt.Sprintf("%s/%d/", served.URL, i)))
			for _, found := range tab.audit(t, source) {
				t.Errorf("%s, %s: %s", s.name, l.name, found)
			}
			wide, err := chromedp.Run(tab.ctx, chromedp.Evaluate[int64]("document.documentElement.scrollWidth"))
			if err != nil || wide > l.width {
				t.Errorf("%s, %s: the page is %d pixels wide in a window of %d (%v)", s.name, l.name, wide, l.width, err)
			}
			tab.keep(t, s.name+"-"+l.name)
		}
		served.Close()
	}
}
