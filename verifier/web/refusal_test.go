package web

import (
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"twofold/verifier"
	"twofold/verifier/rollout"
)

// elsewhere are the causes of the tester's side, and of what pages never send.
var elsewhere = []verifier.Cause{
	verifier.CauseUserNotFound, verifier.CauseClockOutOfRange, verifier.CauseRoleUnknown, verifier.CauseRolloutInvalid,
	verifier.CauseHelpdeskIdentityFailed, verifier.CauseHelpdeskNotAllowed,
	verifier.CauseDeviceTrustExpired, verifier.CauseDeviceTrustRevoked, // the second step is asked, and nothing said
	verifier.CauseUserUnknown, verifier.CausePasswordWrong, verifier.CauseAccountDisabled, // heard as credentials_refused
	verifier.CauseLocked, // heard as too_many_attempts
}

// Every cause that the verifier has is worded, or listed as met elsewhere.
func TestEveryCauseHasWords(t *testing.T) {
	causes := causesOf(t)
	for _, cause := range causes {
		_, worded := wording[cause]
		if met := !slices.Contains(elsewhere, cause); worded != met {
			t.Errorf("%s: worded is %t, want %t", cause, worded, met)
		}
	}
	for cause, s := range wording {
		if !slices.Contains(causes, cause) {
			t.Errorf("%s is no cause of the verifier", cause)
		}
		if s.status < 400 || !strings.HasSuffix(s.text, ".") || strings.Contains(s.text, string(cause)) {
			t.Errorf("%s: %+v", cause, s)
		}
		if (len(s.fields) == 0 || s.heading != "") && (s.heading == "" || s.link == link{}) {
			t.Errorf("%s is a page of its own, without a heading or a way on", cause)
		}
	}
}

// causesOf reads the causes out of the verifier's source.
func causesOf(t *testing.T) []verifier.Cause {
	t.Helper()
	source, err := os.ReadFile("../refusal.go")
	if err != nil {
		t.Fatal(err)
	}
	var causes []verifier.Cause
	for _, found := range regexp.MustCompile(`Cause = "([a-z_]+)"`).FindAllStringSubmatch(string(source), -1) {
		causes = append(causes, verifier.Cause(found[1]))
	}
	if len(causes) < 50 || !slices.Contains(causes, verifier.CauseCodeRefused) {
		t.Fatalf("only %d causes were found", len(causes))
	}
	return causes
}

func TestUnknownUserAndWrongPasswordReadTheSame(t *testing.T) { // P16
	l := newLab(t)
	l.browser(t).enrolled()
	b := l.browser(t)
	wrong := b.post("/signin", "email", ada, "password", "not that one at all").shows(t, 401, "Sign in")
	unknown := b.post("/signin", "email", "eve@example.com", "password", "not that one at all").shows(t, 401, "Sign in")
	if strings.ReplaceAll(wrong.body, ada, "") != strings.ReplaceAll(unknown.body, "eve@example.com", "") {
		t.Error("the pages differ in more than the address")
	}
	if len(wrong.Cookies()) > 0 || len(unknown.Cookies()) > 0 {
		t.Error("a refusal sets a cookie")
	}
	if !strings.Contains(wrong.body, `value="`+ada+`"`) {
		t.Error("the address is not kept")
	}
	if strings.Contains(wrong.body, "not that one") {
		t.Error("the password comes back")
	}
}

func TestRefusedCodesReadTheSame(t *testing.T) { // P15
	pages := map[string]string{}
	for name, code := range map[string]func(l *lab, key string) string{
		"wrong": func(*lab, string) string { return "000000" },
		"used":  func(l *lab, key string) string { return l.codeFor(t, key) },
		"old": func(l *lab, key string) string {
			code := l.codeFor(t, key)
			l.advance(t, 5*time.Minute)
			return code
		},
		"short":   func(*lab, string) string { return "12345" },
		"letters": func(*lab, string) string { return "abcdef" },
		"huge":    func(*lab, string) string { return strings.Repeat("7", 5000) },
	} {
		l := newLab(t)
		b := l.browser(t)
		key := b.enrolled()
		b.post("/signin", "email", ada, "password", password)
		page := b.post("/flow/code", "code", code(l, key)).shows(t, 401, "Enter your code")
		body, clock, found := strings.Cut(page.body, "<p>The verifier’s clock")
		if found { // of the old one alone
			_, rest, _ := strings.Cut(clock, "</p>\n")
			body = strings.TrimSuffix(body, "\n") + "\n" + rest
		}
		pages[name] = body
	}
	for name, body := range pages {
		if body != pages["wrong"] {
			t.Errorf("the page for a code that was %s is another one\n%s\n%s", name, body, pages["wrong"])
		}
	}
	if !strings.Contains(pages["wrong"], "You have 4 attempts left") {
		t.Error("the page does not say how many attempts are left")
	}
}

func TestLockSaysHowLong(t *testing.T) {
	l := newLab(t)
	b := l.browser(t)
	key := b.enrolled()
	b.post("/signin", "email", ada, "password", password)
	for range 5 {
		b.post("/flow/code", "code", "000000").shows(t, 401, "Enter your code")
	}
	l.advance(t, 30*time.Second)
	page := b.post("/flow/code", "code", l.codeFor(t, key)).shows(t, 429, "Too many attempts")
	if page.Header.Get("Retry-After") != "30" || !strings.Contains(page.body, "for 30 seconds") {
		t.Errorf("Retry-After %q\n%s", page.Header.Get("Retry-After"), page.body)
	}
	l.advance(t, 30*time.Second)
	b.post("/flow/code", "code", l.codeFor(t, key)).shows(t, 200, "Your account")

	for range 10 {
		b.post("/signin", "email", "eve@example.com", "password", "guess after guess")
	}
	page = b.post("/signin", "email", "eve@example.com", "password", "guess after guess").shows(t, 429, "Sign in")
	if page.Header.Get("Retry-After") != "60" || !strings.Contains(page.problem(t), "for 1 minute.") {
		t.Errorf("Retry-After %q, %q", page.Header.Get("Retry-After"), page.problem(t))
	}
}

func TestSignUpNamesWhatToMend(t *testing.T) {
	l := newLab(t)
	b := l.browser(t)
	b.enrolled()
	for _, c := range []struct {
		email, password string
		status          int
		says            string
	}{
		{"bob@example.com", "brief7", 422, "at least 8 characters"},
		{"bob@example.com", strings.Repeat("x", 300), 422, "at most 256 characters"},
		{"bob", password, 422, "name@example.com"},
		{" ", password, 422, "Enter your e-mail address."},
		{"bob@example.com", "", 422, "Enter your password."},
		{"Ada@Example.com", password, 409, "has an account already"},
	} {
		page := l.browser(t).post("/signup", "email", c.email, "password", c.password).shows(t, c.status, "Create an account")
		if !strings.Contains(page.problem(t), c.says) {
			t.Errorf("%q: got %q, want it to say %q", c.email, page.problem(t), c.says)
		}
		if c.password != "" && strings.Contains(page.body, c.password) {
			t.Errorf("%q: the password comes back", c.email)
		}
	}
	page := l.browser(t).post("/signup").shows(t, 422, "Create an account")
	if strings.Count(page.body, `id="problem-`) != 2 || strings.Count(page.body, "autofocus") != 1 {
		t.Errorf("an empty form names not both fields, or focuses not one\n%s", page.body)
	}

	closed := newLab(t, func(r *rollout.Rollout) { r.SignUp.Allowed = false }).browser(t)
	closed.get("/signup").shows(t, 403, "You cannot sign up here")
	closed.post("/signup", "email", ada, "password", password).shows(t, 403, "You cannot sign up here")
	for _, path := range []string{"/", "/signin"} {
		if strings.Contains(closed.get(path).body, "/signup") {
			t.Errorf("%s offers to sign up", path)
		}
	}
}

func TestFlowsThatAreOver(t *testing.T) {
	l := newLab(t)
	b := l.browser(t)
	b.post("/signup", "email", ada, "password", password)
	b.post("/flow/code", "code", "123456").shows(t, 409, "That step is not up now")
	b.post("/flow/enroll", "method", "pigeon").shows(t, 403, "That method is not offered")
	b.post("/flow/enroll", "method", "totp", "name", strings.Repeat("x", 65)).shows(t, 422, "That name is too long")
	key := b.post("/flow/enroll", "method", "totp").key(t)
	b.post("/flow/code", "method", "totp", "name", strings.Repeat("é", 65), "code", l.codeFor(t, key)).
		shows(t, 422, "Set up your authenticator app")
	l.advance(t, time.Hour)
	b.get("/flow").shows(t, 410, "This set-up has expired")
	b.get("/flow/qr.png").shows(t, 410, "This set-up has expired")

	b.post("/signin", "email", ada, "password", password).shows(t, 200, "Set up two-step sign-in")
	l.advance(t, time.Hour)
	b.post("/flow/code", "code", "123456").shows(t, 410, "This took too long")

	c := l.browser(t)
	c.post("/signin", "email", ada, "password", password)
	key = c.post("/flow/enroll", "method", "totp").key(t)
	id := l.cookieOf(t, c, "/flow", "flow")
	c.post("/flow/code", "code", l.codeFor(t, key)).shows(t, 200, "Your recovery codes")
	again, err := http.NewRequestWithContext(t.Context(), http.MethodPost, l.url+"/flow/code", strings.NewReader("code=123456"))
	if err != nil {
		t.Fatal(err)
	}
	again.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	again.AddCookie(&http.Cookie{Name: l.nameOf(t, "twofold_flow"), Value: id.RevealText()})
	res, err := http.DefaultClient.Do(again)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusGone {
		t.Errorf("a code for a finished flow: %d", res.StatusCode)
	}
}

func TestSessionThatEnded(t *testing.T) {
	l := newLab(t)
	b := l.browser(t)
	b.enrolled()
	l.advance(t, 13*time.Hour)
	page := b.get("/account").shows(t, 401, "Sign in")
	if !strings.Contains(page.problem(t), "no longer signed in") {
		t.Errorf("it says %q", page.problem(t))
	}
	c := l.browser(t)
	c.post("/account/methods", "method", "totp").shows(t, 200, "Sign in")
	c.post("/signout").shows(t, 200, "You are signed out")
}

func TestLasting(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "a moment", time.Second: "1 second", 90 * time.Second: "1 minute 30 seconds",
		15 * time.Minute: "15 minutes", time.Hour + time.Second: "1 hour",
		49*time.Hour + time.Minute: "2 days 1 hour",
	} {
		if got := lasting(d); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
}
