package main

import (
	"context"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// theBrowser is one Chromium for all scenarios. It ends with the process.
var theBrowser = sync.OnceValues(func() (context.Context, error) {
	program, err := exec.LookPath("chromium")
	if err != nil {
		return nil, err
	}
	profile, err := os.MkdirTemp("", "twofold-scenarios-")
	if err != nil {
		return nil, err
	}
	if err := removeAfterwards(profile); err != nil {
		return nil, err
	}
	flags := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox,
		chromedp.UserDataDir(profile), chromedp.WindowSize(1100, 1400))
	for _, flag := range []string{"disable-gpu", "disable-quic", "disable-background-networking", "disable-component-update", "disable-sync"} {
		flags = append(flags, chromedp.Flag(flag, true))
	}
	ctx, _ := chromedp.NewExecAllocator(context.Background(), flags...)
	ctx, _ = chromedp.NewContext(ctx)
	return ctx, chromedp.Do(ctx)
})

// removeAfterwards has a folder removed once this process is over. Nothing in it could: it ends by os.Exit, and Chromium with
// it. The shell hears of that from its standard input, whose other end is ours alone; a moment later, Chromium's children have written their last.
func removeAfterwards(dir string) error {
	shell := exec.CommandContext(context.Background(), "sh", "-c", `read -r _; sleep 1; until rm -rf -- "$0"; do sleep 1; done`, dir)
	in, err := shell.StdinPipe()
	if err != nil {
		return err
	}
	openUntilTheEnd = in
	return shell.Start()
}

// openUntilTheEnd is kept from being collected, which would close it.
var openUntilTheEnd io.Closer

// newWindow is a tab with cookies of its own, until the test ends.
func newWindow(t *testing.T) context.Context {
	t.Helper()
	browser, err := theBrowser()
	if err != nil {
		t.Fatalf("start chromium: %v", err)
	}
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	return ctx
}

// console is what pages complain about to their developers, such as what their content security policy stopped.
type console struct {
	mu    sync.Mutex
	wrong []string
}

// follow listens until ctx is done.
func (c *console) follow(ctx context.Context) {
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			// Notes are none, such as that somebody was quicker than the autofocus. A form that was refused is answered with a status from 400 on, which browsers note.
			if m.Type == "debug" || m.Type == "info" || m.Source == "network" && strings.Contains(m.Text, "with a status of 4") {
				continue
			}
			c.mu.Lock()
			c.wrong = append(c.wrong, m.String())
			c.mu.Unlock()
		}
	}()
}

func (p *person) checkConsole() {
	p.t.Helper()
	p.console.mu.Lock()
	defer p.console.mu.Unlock()
	for _, w := range p.console.wrong {
		p.t.Errorf("the console says, at %q: %s", p.now.Heading, w)
	}
	p.console.wrong = nil
}

// target is something on a page that can be worked.
type target struct {
	Kind    string  `json:"kind"` // button, link, summary, radio, checkbox, text or readonly
	Name    string  `json:"name"`
	X       float64 `json:"x"` // its middle
	Y       float64 `json:"y"`
	Checked bool    `json:"checked"` // or unfolded
	Value   string  `json:"value"`
	Problem string  `json:"problem"` // why it can't
}

// eyes are functions for what people do by looking. They run beside the page, not in it: it has no scripts.
const eyes = `
const tidy = s => (s ?? "").replace(/\s+/g, " ").trim();
const shown = el => el.checkVisibility({visibilityProperty: true}) && el.getClientRects().length > 0;
const seen = el => {
	const copy = el.cloneNode(true);
	copy.querySelectorAll(".sr, svg").forEach(n => n.remove());
	return tidy(copy.textContent);
};
const kind = el => {
	if (el.tagName === "A") return "link";
	if (el.tagName === "BUTTON" || el.tagName === "SUMMARY") return el.tagName.toLowerCase();
	if (el.type === "radio" || el.type === "checkbox") return el.type;
	return el.readOnly ? "readonly" : "text";
};
const aim = (el, at, name) => {
	window.theTarget = el;
	at.scrollIntoView({block: "center", behavior: "instant"});
	const box = at.getClientRects()[0];
	const x = box.left + box.width / 2, y = box.top + box.height / 2;
	const top = document.elementFromPoint(x, y);
	const covered = !top || !(at.contains(top));
	return {kind: kind(el), name, x, y, checked: el.checked === true || el.parentNode.open === true, value: el.value ?? "",
		problem: covered ? name + " is covered by " + (top ? top.outerHTML.slice(0, 80) : "nothing") : el.disabled ? name + " is disabled" : ""};
};
const pressable = name => {
	const all = [...document.querySelectorAll("button, a[href], summary")].filter(shown);
	let found = all.filter(el => tidy(el.textContent) === name);
	if (found.length === 0) found = all.filter(el => seen(el) === name);
	const inMain = found.filter(el => el.closest("main"));
	if (inMain.length > 0) found = inMain;
	const places = new Set(found.map(el => el.href ?? el));
	if (places.size === 1) return aim(found[0], found[0], name);
	return {kind: "", name, x: 0, y: 0, checked: false, value: "",
		problem: "there are " + found.length + " to press that are called " + name + ", among " + all.map(seen).join(" | ")};
};
const labeled = name => {
	const all = [...document.querySelectorAll("label")].filter(shown);
	const found = all.filter(el => seen(el) === name);
	if (found.length === 1 && found[0].control) {
		const el = found[0].control;
		return aim(el, kind(el) === "text" || kind(el) === "readonly" ? el : found[0], name);
	}
	return {kind: "", name, x: 0, y: 0, checked: false, value: "",
		problem: "there are " + found.length + " labeled " + name + ", among " + all.map(seen).join(" | ")};
};
const codeField = () => {
	const found = [...document.querySelectorAll("input[autocomplete='one-time-code'][inputmode='numeric']")].filter(shown);
	if (found.length === 1 && found[0].labels.length === 1) return aim(found[0], found[0], tidy(found[0].labels[0].textContent));
	return {kind: "", name: "", x: 0, y: 0, checked: false, value: "", problem: "there are " + found.length + " fields for a code"};
};
const reached = () => document.activeElement === window.theTarget;
const inGroup = () => document.activeElement.type === "radio" && document.activeElement.name === window.theTarget.name;
const ringed = () => {
	const style = getComputedStyle(document.activeElement);
	return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== "none";
};
const holds = text => document.activeElement === window.theTarget && window.theTarget.value === text;
const look = () => ({
	heading: tidy(document.querySelector("h1")?.innerText),
	headings: document.querySelectorAll("h1").length,
	title: document.title,
	address: location.href,
	text: document.body.innerText,
	alert: tidy([...document.querySelectorAll(".problems li")].map(el => el.textContent).join(" ")),
	wide: Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth),
});
`
