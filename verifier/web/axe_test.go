package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// axeVersion is the release of axe-core that judges the pages.
const axeVersion = "4.14.1"

// axe gives the source of axe-core, which .ci/parts takes from npm into the
// user's cache. It is no part of the program.
func axe(t *testing.T) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(cache, "twofold-parts", "axe-core-"+axeVersion, "axe.min.js")
	source, err := os.ReadFile(path)
	if err != nil {
		missing(t, "axe-core "+axeVersion+" from npm")
	}
	return string(source)
}

// chromium gives the program, or skips as need does in cmd/twofold.
func chromium(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		missing(t, "chromium")
	}
	return path
}

// missing skips a test for want of a part, or fails it where parts are
// required.
func missing(t *testing.T, part string) {
	t.Helper()
	if os.Getenv("TWOFOLD_TEST_PARTS") == "required" {
		t.Fatalf("%s is missing, and make test requires it; .ci/parts gets it", part)
	}
	t.Skipf("%s is missing; .ci/parts gets it", part)
}

// look is a way to look at a page.
type look struct {
	name  string
	width int64
	style string // path of the stylesheet
}

var looks = []look{{"wide", 1100, stylePath}, {"phone", 360, darkPath}}

// darkPath serves the style as browsers that prefer dark see it.
const darkPath = "/static/dark.css"

// axe-core finds nothing on any page of any roll-out, wide and light, or as
// narrow as a phone and dark; and no page is wider than its window.
func TestAxeFindsNothing(t *testing.T) {
	source, browser := axe(t), chromium(t)
	shots := gallery(t)
	b := newTab(t, browser)
	for _, l := range looks {
		base := serveShots(t, shots, l.style)
		b.do(t, chromedp.EmulateViewport(l.width, 900))
		for i, s := range shots {
			b.do(t, chromedp.Navigate(fmt.Sprintf("%s/%d/", base, i)))
			for _, found := range b.audit(t, source) {
				t.Errorf("%s, %s: %s", s.name, l.name, found)
			}
			wide, err := chromedp.Run(b.ctx, chromedp.Evaluate[int64]("document.documentElement.scrollWidth"))
			if err != nil || wide > l.width {
				t.Errorf("%s, %s: the page is %d pixels wide in a window of %d (%v)", s.name, l.name, wide, l.width, err)
			}
			b.keep(t, s.name+"-"+l.name)
		}
	}
}

// What TestAxeFindsNothing relies on: a flaw is found.
func TestAxeFindsAFlaw(t *testing.T) {
	source, b := axe(t), newTab(t, chromium(t))
	body := newLab(t).browser(t).get("/signin").body
	flawed := strings.Replace(body, `<label for="email">`, `<label>`, 1)
	base := serveShots(t, []shot{{body: body}, {body: flawed}}, stylePath)
	for i, want := range []int{0, 1} {
		b.do(t, chromedp.Navigate(fmt.Sprintf("%s/%d/", base, i)))
		if found := b.audit(t, source); len(found) != want {
			t.Errorf("page %d: %d flaws, want %d: %v", i, len(found), want, found)
		}
	}
}

// serveShots serves pages as they were got, with the headers of the real ones.
func serveShots(t *testing.T, shots []shot, styled string) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc(stylePath, serve("text/css; charset=utf-8", style))
	dark := strings.NewReplacer("(prefers-color-scheme: dark)", "all", "color-scheme: light dark", "color-scheme: dark")
	mux.HandleFunc(darkPath, serve("text/css; charset=utf-8", []byte(dark.Replace(string(style)))))
	mux.HandleFunc(iconPath, serve("image/svg+xml", icon))
	for i, s := range shots {
		body := strings.ReplaceAll(s.body, "/flow/qr.png", fmt.Sprintf("/%d/qr.png", i))
		body = strings.ReplaceAll(body, stylePath, styled)
		mux.HandleFunc(fmt.Sprintf("/%d/{$}", i), serve("text/html; charset=utf-8", []byte(body)))
		mux.HandleFunc(fmt.Sprintf("/%d/qr.png", i), serve("image/png", []byte(s.qr)))
	}
	server := httptest.NewServer(headers(mux))
	t.Cleanup(server.Close)
	return server.URL
}

// tab is one tab of a browser of the test's own.
type tab struct {
	ctx context.Context
}

func newTab(t *testing.T, browser string) tab {
	t.Helper()
	flags := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(browser), chromedp.NoSandbox,
		chromedp.UserDataDir(filepath.Join(t.TempDir(), "chromium")))
	for _, flag := range []string{"disable-gpu", "disable-quic", "disable-background-networking", "disable-component-update", "disable-sync"} {
		flags = append(flags, chromedp.Flag(flag, true))
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, flags...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	return tab{ctx}
}

func (b tab) do(t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		t.Fatalf("browser: %v", err)
	}
}

// audit runs axe-core on the page. The page's policy forbids scripts; this one
// comes in through the debugger.
func (b tab) audit(t *testing.T, source string) []string {
	t.Helper()
	const ask = `axe.run(document, {resultTypes: ["violations"]}).then(r => JSON.stringify(
		r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.html + " " + n.failureSummary))))`
	if _, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](source+";true")); err != nil {
		t.Fatalf("load axe-core: %v", err)
	}
	said, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](ask, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("run axe-core: %v", err)
	}
	var found []string
	if err := json.Unmarshal([]byte(said), &found); err != nil {
		t.Fatal(err)
	}
	return found
}

// keep keeps a picture of the page in the folder that
// TWOFOLD_KEEP_SCREENSHOTS names.
func (b tab) keep(t *testing.T, name string) {
	t.Helper()
	dir := os.Getenv("TWOFOLD_KEEP_SCREENSHOTS")
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o600); err != nil {
		t.Fatal(err)
	}
}
