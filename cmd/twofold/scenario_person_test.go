package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// person is somebody at a browser of their own, with its own cookies, who follows a guide. Whatever page comes, it is
// checked to be one that the guide describes.
type person struct {
	t       *testing.T
	lab     *lab
	ctx     context.Context
	hands   hands
	pages   []string // the headings of those that the guide describes
	site    string   // what every title ends with
	console *console
	now     page
	seen    int // pages so far
}

// hands is how somebody works a page.
type hands int

const (
	withMouse  hands = iota
	withFinger       // on a phone, 360 pixels wide
	withKeys         // Tab, Space, Enter and typing alone
)

// page is what a page shows.
type page struct {
	Heading  string `json:"heading"`
	Headings int    `json:"headings"`
	Title    string `json:"title"`
	Address  string `json:"address"`
	Text     string `json:"text"`  // all that is seen
	Alert    string `json:"alert"` // what is said to be wrong
	Wide     int    `json:"wide"`  // pixels that are only seen by scrolling sideways
}

func (l *lab) person(h hands) *person {
	l.t.Helper()
	p := &person{t: l.t, lab: l, hands: h, pages: l.pages, site: l.rules.Title, console: &console{}}
	p.ctx = newWindow(l.t)
	p.console.follow(p.ctx)
	l.t.Cleanup(p.checkConsole)
	if h == withFinger {
		p.do(chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulateScale(2)))
	}
	return p
}

func (p *person) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, soon)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatalf("browser, at %q: %v", p.now.Heading, err)
	}
}

func runAs[T any](p *person, a chromedp.Action[T]) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, soon)
	defer cancel()
	got, err := chromedp.Run(ctx, a)
	if err != nil {
		p.t.Fatalf("browser, at %q: %v", p.now.Heading, err)
	}
	return got
}

// ask evaluates one of the functions of eyes.
func ask[T any](p *person, function string, args ...any) T {
	p.t.Helper()
	written := make([]string, len(args))
	for i, a := range args {
		text, err := json.Marshal(a)
		if err != nil {
			p.t.Fatal(err)
		}
		written[i] = string(text)
	}
	return runAs(p, chromedp.Evaluate[T]("(() => {"+eyes+"return "+function+"("+strings.Join(written, ",")+")})()"))
}

// opens types an address; its page has this heading.
func (p *person) opens(where, heading string) {
	p.t.Helper()
	if strings.HasPrefix(where, "/") {
		where = p.lab.server.URL() + where
	}
	p.arrives(heading, chromedp.Navigate(where))
}

// presses works a button or link by the name that is seen, which leads to a page with this heading.
func (p *person) presses(name, heading string) {
	p.t.Helper()
	p.arrives(heading, p.work(ask[target](p, "pressable", name)))
}

// unfolds works a question whose answer is on the page itself, unless it is open.
func (p *person) unfolds(name string) {
	p.t.Helper()
	if at := ask[target](p, "pressable", name); !at.Checked {
		p.do(p.work(at))
	}
	p.now = ask[page](p, "look")
}

// picks works a radio button or a box to tick, by its label.
func (p *person) picks(label string) {
	p.t.Helper()
	at := ask[target](p, "labeled", label)
	switch {
	case p.hands == withKeys && at.Kind == "radio":
		p.reach("inGroup")
		for !ask[bool](p, "reached") {
			p.do(chromedp.KeyEvent(kb.ArrowDown))
		}
		p.do(chromedp.KeyEvent(" ")) // one of a group without a mark has the focus first, and the mark only then
	case p.hands == withKeys:
		p.reach("reached")
		p.do(chromedp.KeyEvent(" "))
	default:
		p.do(p.work(at))
	}
	if !p.picked(label) {
		p.t.Fatalf("%q is not picked after all", label)
	}
}

// picked reports whether a radio button or box has its mark.
func (p *person) picked(label string) bool {
	p.t.Helper()
	return ask[target](p, "labeled", label).Checked
}

// writes fills in a field, by its label.
func (p *person) writes(label, text string) {
	p.t.Helper()
	p.fill(ask[target](p, "labeled", label), text)
}

// writesCode fills in the field for the code, as people paste it: with a blank in the middle.
func (p *person) writesCode(code string) {
	p.t.Helper()
	if len(code) == 6 {
		code = code[:3] + " " + code[3:]
	}
	p.fill(ask[target](p, "codeField"), code)
}

func (p *person) fill(at target, text string) {
	p.t.Helper()
	if at.Kind == "readonly" {
		p.t.Fatal("nothing can be filled in there")
	}
	if !ask[bool](p, "reached") {
		p.do(p.work(at))
	}
	p.do(chromedp.Evaluate[chromedp.Void]("window.theTarget.select()"), chromedp.KeyEvent(text))
	if !ask[bool](p, "holds", text) {
		p.t.Fatalf("at %q, the field %q does not hold what was written into it", p.now.Heading, at.Name)
	}
}

// work is a click, a tap, or the way with Tab and the key that presses.
func (p *person) work(at target) chromedp.Action[chromedp.Void] {
	p.t.Helper()
	if at.Problem != "" {
		p.t.Fatalf("at %q: %s", p.now.Heading, at.Problem)
	}
	switch p.hands {
	case withFinger:
		return chromedp.TapXY(at.X, at.Y)
	case withKeys:
		p.reach("reached")
		if at.Kind == "text" {
			return chromedp.Steps()
		}
		if !ask[bool](p, "ringed") {
			p.t.Errorf("at %q, nothing shows that %q has the focus", p.now.Heading, at.Name)
		}
		if at.Kind == "button" || at.Kind == "checkbox" {
			return chromedp.KeyEvent(" ")
		}
		return chromedp.KeyEvent(kb.Enter)
	}
	return chromedp.MouseClickXY(at.X, at.Y)
}

// reach goes on with Tab until it is so.
func (p *person) reach(so string) {
	p.t.Helper()
	for range 60 {
		if ask[bool](p, so) {
			return
		}
		p.do(chromedp.KeyEvent(kb.Tab))
	}
	p.t.Fatalf("at %q: Tab does not come there", p.now.Heading)
}

// arrives does something and checks the page that it leads to.
func (p *person) arrives(heading string, by chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	before := p.now.Heading
	ctx, cancel := context.WithTimeout(p.ctx, soon)
	defer cancel()
	response, err := chromedp.RunResponse(ctx, by)
	if err != nil {
		p.t.Fatalf("browser, from %q on the way to %q: %v", before, heading, err)
	}
	p.now = ask[page](p, "look")
	if response.Status >= 500 {
		p.t.Errorf("%q has status %d", p.now.Heading, response.Status)
	}
	p.seen++
	p.keepPicture(fmt.Sprintf("%02d %s", p.seen, strings.ReplaceAll(p.now.Heading, "/", " ")))
	p.checkPage()
	p.checkConsole()
	if p.now.Heading != heading {
		p.t.Fatalf("from %q one comes to %q, want %q. It says:\n%s", before, p.now.Heading, heading, p.now.Text)
	}
}

// unfilled is what a text looks like in which nobody filled something in.
var unfilled = regexp.MustCompile(`\{[a-z_]+\}|\[[a-z][a-z -]+\]|<no value>|%!|\bnil\b|undefined`)

// checkPage holds a page against what is true of all pages.
func (p *person) checkPage() {
	p.t.Helper()
	now := p.now
	if !slices.Contains(p.pages, now.Heading) {
		p.t.Errorf("the guide does not describe a page %q", now.Heading)
	}
	if now.Headings != 1 {
		p.t.Errorf("%q has %d main headings", now.Heading, now.Headings)
	}
	if !strings.HasSuffix(now.Title, " – "+p.site) || strings.HasPrefix(now.Title, "Error: ") != (now.Alert != "") {
		p.t.Errorf("%q is titled %q", now.Heading, now.Title)
	}
	if found := unfilled.FindString(now.Text); found != "" {
		p.t.Errorf("%q says %q", now.Heading, found)
	}
	if now.Wide > 0 {
		p.t.Errorf("%q is %d pixels too wide", now.Heading, now.Wide)
	}
	where, err := url.PathUnescape(now.Address)
	if err != nil {
		p.t.Error(err)
	}
	for _, secret := range p.lab.hidden {
		if strings.Contains(strings.ToLower(where), strings.ToLower(secret)) {
			p.t.Errorf("the address of %q has a secret in it", now.Heading)
		}
	}
}

// sees checks that the page says all this.
func (p *person) sees(words ...string) {
	p.t.Helper()
	for _, w := range words {
		if !strings.Contains(p.now.Text, w) {
			p.t.Errorf("%q does not say %q. It says:\n%s", p.now.Heading, w, p.now.Text)
		}
	}
}

// misses checks that the page says nothing of this.
func (p *person) misses(words ...string) {
	p.t.Helper()
	for _, w := range words {
		if strings.Contains(p.now.Text, w) {
			p.t.Errorf("%q says %q", p.now.Heading, w)
		}
	}
}

// told checks that the page says what is wrong.
func (p *person) told(words string) {
	p.t.Helper()
	if !strings.Contains(p.now.Alert, words) {
		p.t.Errorf("%q names the problem %q, want %q", p.now.Heading, p.now.Alert, words)
	}
}

// keepPicture keeps a picture of the page in the folder that TWOFOLD_KEEP_SCREENSHOTS names.
func (p *person) keepPicture(what string) {
	dir := os.Getenv("TWOFOLD_KEEP_SCREENSHOTS")
	if dir == "" {
		return
	}
	picture := runAs(p, chromedp.FullScreenshot(100))
	if err := os.WriteFile(filepath.Join(dir, strings.ReplaceAll(p.t.Name(), "/", " ")+" "+what+".png"), picture, 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// inOrder checks that the page says all this, from top to bottom.
func (p *person) inOrder(words ...string) {
	p.t.Helper()
	rest := p.now.Text
	for _, w := range words {
		_, after, found := strings.Cut(rest, w)
		if !found {
			p.t.Errorf("%q does not say %q where it belongs. It says:\n%s", p.now.Heading, w, p.now.Text)
			return
		}
		rest = after
	}
}
