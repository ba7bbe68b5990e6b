package web

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"
)

var (
	hashed   = regexp.MustCompile(`-[0-9a-f]{16}\.`)
	keyURI   = regexp.MustCompile(`href="otpauth:[^"]*"`)
	keyGroup = regexp.MustCompile(`<span>[A-Z2-7]{4}</span>`)
	pixels   = regexp.MustCompile(`(width|height)="2\d\d"`) // of the picture, which grows with its text
)

// The pages as people get them, but for what differs from one enrollment to
// the next. "go test ./verifier/web -update" writes them anew.
func TestPages(t *testing.T) {
	l := newLab(t)
	b := l.browser(t)
	page := func(name string, a answer) {
		t.Helper()
		body := hashed.ReplaceAllString(a.body, "-HASH.")
		body = keyURI.ReplaceAllString(body, `href="KEY-URI"`)
		body = keyGroup.ReplaceAllString(body, "<span>KEYS</span>")
		body = pixels.ReplaceAllString(body, `$1="SIDE"`)
		if found := keyInput.FindStringSubmatch(body); found != nil {
			body = strings.ReplaceAll(body, found[1], "KEY")
		}
		t.Run(name, func(t *testing.T) { golden.RequireEqual(t, body) })
	}
	page("home", b.get("/"))
	page("sign_up", b.get("/signup"))
	page("sign_up_refused", b.post("/signup", "email", "ada", "password", password))
	page("choose", b.post("/signup", "email", ada, "password", password))
	setUp := b.post("/flow/enroll", "method", "totp")
	page("confirm", setUp)
	page("done", b.post("/flow/code", "method", "totp", "name", "Phone", "code", l.codeFor(t, setUp.key(t))))
	page("account", b.get("/account"))
	page("sign_out", b.get("/signout"))
	page("signed_out", b.post("/signout"))
	page("sign_in", b.get("/signin"))
	page("sign_in_refused", b.post("/signin", "email", ada, "password", "not that one"))
	page("code", b.post("/signin", "email", ada, "password", password))
	page("code_refused", b.post("/flow/code", "code", "000000"))
	l.advance(t, time.Hour)
	page("expired", b.get("/flow"))
}
