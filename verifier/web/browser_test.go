package web

import (
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"twofold/verifier"
	"twofold/verifier/delivery"
	"twofold/verifier/rollout"
	"twofold/verifier/store"
)

// Start of the controlled clock.
var start = time.Date(2026, 7, 13, 9, 41, 7, 0, time.UTC)

// lab is a verifier with its pages, and a clock that stands still.
type lab struct {
	svc    *verifier.Service
	outbox *delivery.Outbox
	pages  http.Handler
	url    string
	log    *strings.Builder
}

func newLab(t *testing.T, change ...func(*rollout.Rollout)) *lab {
	t.Helper()
	return labWith(t, "plain", Options{}, change...)
}

// newLabOf is newLab with the roll-out of this name.
func newLabOf(t *testing.T, name string, change ...func(*rollout.Rollout)) *lab {
	t.Helper()
	return labWith(t, name, Options{}, change...)
}

func labWith(t *testing.T, name string, o Options, change ...func(*rollout.Rollout)) *lab {
	t.Helper()
	rules, err := rollout.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range change {
		c(&rules)
	}
	clock := verifier.NewClock(func() time.Time { return start })
	l := &lab{outbox: delivery.New(delivery.Options{Now: clock.Now}), log: &strings.Builder{}}
	t.Cleanup(func() { _ = l.outbox.Close(t.Context()) })
	l.svc = verifier.New(store.NewMemory(), verifier.Options{
		Rollout: rules, Clock: clock, Sender: l.outbox, URL: "http://verifier.example",
		Key: verifier.NewSecret(make([]byte, verifier.KeySize)),
	})
	o.Location, o.Log = time.UTC, slog.New(slog.NewTextHandler(l.log, nil))
	l.pages = New(l.svc, o)
	server := httptest.NewServer(http.NewCrossOriginProtection().Handler(l.pages))
	t.Cleanup(server.Close)
	l.url = server.URL
	return l
}

// sent is what the newest message to somebody carries: a code, a temporary
// password or a token.
func (l *lab) sent(t *testing.T, to string) string {
	t.Helper()
	// Newest last: messages are kept in the order in which they were handed over.
	messages := l.outbox.Messages(to)
	for _, m := range slices.Backward(messages) {
		if m.Code != "" {
			return m.Code
		}
	}
	t.Fatalf("no message to %s carries anything: %d messages", to, len(messages))
	return ""
}

// advance moves the verifier's clock.
func (l *lab) advance(t *testing.T, d time.Duration) {
	t.Helper()
	if err := l.svc.SetClock(t.Context(), verifier.ClockChange{Advance: &d}); err != nil {
		t.Fatal(err)
	}
}

// codeFor is what an authenticator with this key shows at the verifier's time.
func (l *lab) codeFor(t *testing.T, key string) string {
	t.Helper()
	code, err := totp.GenerateCodeCustom(key, l.svc.Clock().Now(), totp.ValidateOpts{Period: 30, Digits: otp.DigitsSix})
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// browser follows redirects one by one, and remembers where it was sent.
type browser struct {
	t      *testing.T
	lab    *lab
	client *http.Client
	seen   []string // every address asked for or redirected to
}

func (l *lab) browser(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, lab: l, client: &http.Client{
		Jar:           jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// answer is a response that was read.
type answer struct {
	*http.Response
	body string
	path string
}

func (b *browser) do(method, path string, form url.Values) answer {
	b.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.lab.url+path, body)
	if err != nil {
		b.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	res, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	read, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	b.seen = append(b.seen, path, res.Header.Get("Location"))
	return answer{Response: res, body: string(read), path: path}
}

// follow goes where redirects lead, by GET.
func (b *browser) follow(a answer) answer {
	b.t.Helper()
	for range 5 {
		if a.StatusCode != http.StatusSeeOther {
			return a
		}
		a = b.do(http.MethodGet, a.Header.Get("Location"), nil)
	}
	b.t.Fatal("redirected without end")
	return a
}

func (b *browser) get(path string) answer {
	b.t.Helper()
	return b.follow(b.do(http.MethodGet, path, nil))
}

// post sends a form of pairs.
func (b *browser) post(path string, pairs ...string) answer {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return b.follow(b.do(http.MethodPost, path, form))
}

// shows checks status and heading of a page, and its structure.
func (a answer) shows(t *testing.T, status int, heading string) answer {
	t.Helper()
	if a.StatusCode != status || heading != a.heading() {
		t.Fatalf("%s: got %d %q, want %d %q\n%s", a.path, a.StatusCode, a.heading(), status, heading, a.body)
	}
	checkStructure(t, a.body)
	return a
}

var (
	headingText = regexp.MustCompile(`(?s)<h1[^>]*>(.*?)</h1>`)
	anyTag      = regexp.MustCompile(`(?s)<svg.*?</svg>|<[^>]*>`)
	problemText = regexp.MustCompile(`<li id="problem-\d+"><a href="#[a-z-]+">(.*?)</a></li>`)
	keyInput    = regexp.MustCompile(`<input id="key"[^>]* value="([A-Z2-7]+)"`)
	groupedKey  = regexp.MustCompile(`(?s)<p class="key"[^>]*>(.*?)</p>`)
)

func (a answer) heading() string {
	found := headingText.FindStringSubmatch(a.body)
	if found == nil {
		return ""
	}
	return strings.TrimSpace(html.UnescapeString(anyTag.ReplaceAllString(found[1], "")))
}

// problem is the text of the one problem that the page names.
func (a answer) problem(t *testing.T) string {
	t.Helper()
	found := problemText.FindAllStringSubmatch(a.body, -1)
	if len(found) != 1 {
		t.Fatalf("%s names %d problems, want 1\n%s", a.path, len(found), a.body)
	}
	if !strings.Contains(a.body, "<title>Error: ") {
		t.Errorf("%s names a problem, and its title does not begin with Error:", a.path)
	}
	return html.UnescapeString(found[0][1])
}

// key is the shared key that a set-up page shows.
func (a answer) key(t *testing.T) string {
	t.Helper()
	found := keyInput.FindStringSubmatch(a.body)
	if found == nil {
		t.Fatalf("%s shows no key\n%s", a.path, a.body)
	}
	grouped := anyTag.ReplaceAllString(groupedKey.FindStringSubmatch(a.body)[1], "")
	if strings.ReplaceAll(grouped, " ", "") != found[1] || len(strings.Fields(grouped)) != 8 {
		t.Errorf("the grouped key and the one to copy differ, or there are not 8 groups")
	}
	return found[1]
}

const (
	ada      = "ada@example.com"
	password = "a far too long walk"
)

// enrolled signs ada up, with an authenticator, and gives its key. The browser
// is signed in afterwards.
func (b *browser) enrolled() string {
	b.t.Helper()
	b.post("/signup", "email", ada, "password", password).shows(b.t, 200, "Set up two-step sign-in")
	key := b.post("/flow/enroll", "method", "totp").shows(b.t, 200, "Set up your authenticator app").key(b.t)
	b.post("/flow/code", "name", "Phone", "code", b.lab.codeFor(b.t, key)).shows(b.t, 200, "Your recovery codes")
	return key
}
