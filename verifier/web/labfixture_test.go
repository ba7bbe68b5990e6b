package web

import (
	"html"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"twofold/verifier"
	"twofold/verifier/delivery"
	"twofold/verifier/rollout"
	"twofold/verifier/store"
)

const labToken = "the token of this lab"

// tester is somebody at the tester's pages.
type tester struct {
	*browser
}

// newTester is a verifier with its lab open, on a clock that stands still, and
// somebody who has not given the token yet.
func newTester(t *testing.T, name string, change ...func(*rollout.Rollout)) tester {
	t.Helper()
	rules, err := rollout.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range change {
		c(&rules)
	}
	clock := verifier.NewClock(func() time.Time { return start })
	l := &lab{log: &strings.Builder{}, outbox: delivery.New(delivery.Options{Now: clock.Now})}
	t.Cleanup(func() { _ = l.outbox.Close(t.Context()) })
	l.svc = verifier.New(store.NewMemory(), verifier.Options{
		Rollout: rules, Clock: clock, Sender: l.outbox, URL: "http://127.0.0.1:8200",
		Key: verifier.NewSecret(make([]byte, verifier.KeySize)),
	})
	l.pages = New(l.svc, Options{
		Outbox: l.outbox, LabToken: verifier.SecretOf(labToken), Location: time.UTC, Log: slog.New(slog.NewTextHandler(l.log, nil)),
	})
	server := httptest.NewServer(http.NewCrossOriginProtection().Handler(l.pages))
	t.Cleanup(server.Close)
	l.url = server.URL
	t.Cleanup(func() {
		if l.log.Len() > 0 {
			t.Errorf("something was logged: %s", l.log)
		}
	})
	return tester{l.browser(t)}
}

// enter gives the token.
func (b tester) enter() tester {
	b.t.Helper()
	b.shows(b.post("/lab/enter", "token", labToken), 200, "Overview")
	return b
}

// shows is answer.shows for pages of the lab, where what is looked for may
// stand in the address: a search is no secret.
func (b tester) shows(a answer, status int, heading string) answer {
	b.t.Helper()
	if a.StatusCode != status || heading != a.heading() {
		b.t.Fatalf("%s: got %d %q, want %d %q\n%s", a.path, a.StatusCode, a.heading(), status, heading, a.body)
	}
	checkStructure(b.t, strings.ReplaceAll(a.body, `<form method="get"`, `<form method="post"`))
	return a
}

var labProblem = regexp.MustCompile(`<li id="problem-\d+"><a href="#[a-z0-9-]+">(.*?)</a></li>`)

// problem is the text of the one problem that a page names.
func (b tester) problem(a answer) string {
	b.t.Helper()
	found := labProblem.FindAllStringSubmatch(a.body, -1)
	if len(found) != 1 || !strings.Contains(a.body, "<title>Error: ") {
		b.t.Fatalf("%s names %d problems, want 1\n%s", a.path, len(found), a.body)
	}
	return html.UnescapeString(found[0][1])
}

// says wants texts on a page, as people read it.
func (b tester) says(a answer, texts ...string) {
	b.t.Helper()
	read := reads(a)
	for _, text := range texts {
		if !strings.Contains(read, text) {
			b.t.Errorf("%s does not say %q:\n%s", a.path, text, read)
		}
	}
}

// reads is the text of a page.
func reads(a answer) string {
	_, main, _ := strings.Cut(a.body, "<main")
	return strings.Join(strings.Fields(html.UnescapeString(anyTag.ReplaceAllString(main, " "))), " ")
}

// send sends a form with names that may be there more than once.
func (b tester) send(path string, form url.Values) answer {
	b.t.Helper()
	return b.follow(b.do(http.MethodPost, path, form))
}

// add adds a user with a password, and gives their page.
func (b tester) add(email string, more ...string) string {
	b.t.Helper()
	b.lab.advance(b.t, time.Second) // accounts of one instant are in no order
	pairs := append([]string{"email", email, "way", "password", "password", password}, more...)
	a := b.do(http.MethodPost, "/lab/users", formOf(pairs...))
	path, _, _ := strings.Cut(a.Header.Get("Location"), "?")
	if a.StatusCode != http.StatusSeeOther || !strings.HasPrefix(path, "/lab/users/") {
		b.t.Fatalf("add %s: %d\n%s", email, a.StatusCode, a.body)
	}
	return path
}

func formOf(pairs ...string) url.Values {
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return form
}

// user gives the account of an address.
func (b tester) user(email string) verifier.User {
	b.t.Helper()
	users, err := b.lab.svc.Users(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	for _, u := range users {
		if u.Email == email {
			return u
		}
	}
	b.t.Fatalf("there is no %s", email)
	return verifier.User{}
}

var (
	labUserID = regexp.MustCompile(`(/lab/users/)[A-Za-z0-9_-]{22}`)
	wholeText = regexp.MustCompile(`(?s)(<textarea[^>]*>).*?(</textarea>)`) // TestLabRollout holds it against its source
	accessKey = regexp.MustCompile(`(<p class="copy"><code>)[A-Za-z0-9_-]{43}<`)
)

// steadyLab is a page without what chance made, and without codes.
func (b tester) steadyLab(body string) string {
	for _, m := range b.lab.outbox.Messages("") {
		for _, secret := range []string{m.Code, m.Link} {
			if secret != "" {
				body = strings.ReplaceAll(body, secret, "CODE")
			}
		}
	}
	body = hashed.ReplaceAllString(body, "-HASH.")
	body = wholeText.ReplaceAllString(body, "${1}TOML$2")
	body = accessKey.ReplaceAllString(body, "${1}KEY<")
	return labUserID.ReplaceAllString(body, "${1}ID")
}
