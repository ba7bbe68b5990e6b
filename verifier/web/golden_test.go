package web

import (
	"regexp"
	"strings"
	"testing"

	"github.com/charmbracelet/x/exp/golden"
)

var (
	hashed   = regexp.MustCompile(`-[0-9a-f]{16}\.`)
	keyURI   = regexp.MustCompile(`href="otpauth:[^"]*"`)
	keyGroup = regexp.MustCompile(`<span>[A-Z2-7]{4}</span>`)
	pixels   = regexp.MustCompile(`(width|height)="2\d\d"`) // of the picture, which grows with its text
	recovery = regexp.MustCompile(`<code>[a-z2-7-]{29}</code>`)
	idInPath = regexp.MustCompile(`/(factors|devices)/[A-Za-z0-9_-]{22}`)
	idToSend = regexp.MustCompile(`name="(factor|token)" value="[A-Za-z0-9_-]{22,}"`)
)

// The pages as people get them, but for what differs from one run to the next.
// "go test ./verifier/web -update" writes them anew.
func TestPages(t *testing.T) {
	for _, s := range gallery(t) {
		t.Run(s.name, func(t *testing.T) { golden.RequireEqual(t, steady(s.body)) })
	}
}

// steady is a page without what chance made.
func steady(body string) string {
	if found := keyInput.FindStringSubmatch(body); found != nil {
		body = strings.ReplaceAll(body, found[1], "KEY")
	}
	body = hashed.ReplaceAllString(body, "-HASH.")
	body = keyURI.ReplaceAllString(body, `href="KEY-URI"`)
	body = keyGroup.ReplaceAllString(body, "<span>KEYS</span>")
	body = pixels.ReplaceAllString(body, `$1="SIDE"`)
	body = recovery.ReplaceAllString(body, "<code>RECOVERY-CODE</code>")
	body = idInPath.ReplaceAllString(body, "/$1/ID")
	return idToSend.ReplaceAllString(body, `name="$1" value="SECRET"`)
}
