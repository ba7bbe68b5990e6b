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

// enters logs in: from the page that one was left on by logging out, or else from the start.
func (p *person) enters(button, email, password, heading string) {
	p.t.Helper()
	if p.now.Heading != p.lab.rules.Text("heading_signed_out") {
		p.opens("/", "Welcome to "+p.lab.rules.Title)
	}
	p.presses(button, p.lab.rules.Text("heading_sign_in"))
	p.signsIn(button, email, password, heading)
}

// leaves logs out by the link of that name. What the pages behind it are called, only KOR's guide says.
func (p *person) leaves(link string) {
	p.t.Helper()
	text := p.lab.rules.Text
	p.presses(link, text("heading_sign_out"))
	p.presses(text("button_confirm_sign_out"), text("heading_signed_out"))
}

// signsIn fills in the form that one signs in with.
func (p *person) signsIn(button, email, password, heading string) {
	p.t.Helper()
	p.writes("E-mail address", email)
	p.writes("Password", password)
	p.presses(button, heading)
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
