package main

import (
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// hands is how somebody works a page.
type hands int

const (
	withMouse  hands = iota
	withFinger       // on a phone, 360 pixels wide
	withKeys         // Tab, Space, Enter and typing alone
)

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
