package codes

import (
	"fmt"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"twofold/qr"
	"twofold/tui/widget"
)

// shownLife is how long a secret stays on the screen.
const shownLife = time.Minute

// phone is the way of a secret to a phone: a question first, then the QR code over the whole screen. The zero value
// shows nothing.
type phone struct {
	asks   string // id of the account whose code waits for a yes
	wanted bool   // the code is on its way
	name   string // of the account whose code is shown
	code   qr.Symbol
	until  time.Time // when it is hidden; zero: none is shown
}

// pictured is the answer with the code of an account.
type pictured struct {
	name string
	code qr.Symbol
}

// SetPlain tells whether colors don't reach the screen.
func (m Model) SetPlain(plain bool) Model {
	m.plain = plain
	return m
}

// Showing tells whether a QR code is to take the whole screen.
func (m Model) Showing() bool { return !m.phone.until.IsZero() }

// Hide takes the QR code off the screen, the question for it, and one that is on its way.
func (m Model) Hide() Model {
	m.phone = phone{}
	return m
}

func (m Model) askPhone() Model {
	if r, ok := m.selected(); ok && r.aside == "" {
		m.phone.asks = r.account.ID
	}
	return m
}

// pressPhone takes a key while the question or the code is on the screen. Any key hides the code.
func (m Model) pressPhone(msg tea.KeyPressMsg) (Model, tea.Cmd) {
	id, lock := m.phone.asks, key.Matches(msg, m.keys.Lock)
	yes := id != "" && key.Matches(msg, m.keys.Yes)
	if id != "" && !yes && !key.Matches(msg, m.keys.Leave) && msg.String() != "n" && msg.String() != "q" {
		return m, nil
	}
	m = m.Hide()
	if lock && id == "" {
		m.ask = LockRequested{}
	}
	r, ok := m.byID(id)
	if !yes || !ok {
		return m, nil
	}
	v, ctx, name := m.vault, m.ctx, r.name()
	m.phone.wanted = true
	return m, m.command(func() tea.Msg {
		got := v.Keys(ctx, []string{id})[id]
		if got.Err != nil {
			return failed{"No QR code", got.Err}
		}
		defer got.Key.Secret.Clear()
		code, err := qr.Encode(got.Key.RevealURI())
		if err != nil { // the errors of qr never quote the text
			return failed{"No QR code", err}
		}
		return pictured{name, code}
	})
}

// show puts the code on the screen, if the person still waits for it.
func (m Model) show(msg pictured) Model {
	if m.phone.wanted {
		m.phone = phone{name: msg.name, code: msg.code, until: m.now.Add(shownLife)}
	}
	return m
}

// expire hides a code that has been on the screen for long enough.
func (m Model) expire() Model {
	if m.Showing() && !m.now.Before(m.phone.until) {
		m = m.Hide().Say("The QR code was hidden after a minute.")
	}
	return m
}

// question is asked before a secret is shown.
func (m Model) question() string {
	r, ok := m.byID(m.phone.asks)
	if !ok {
		return ""
	}
	long := "Show the secret of " + r.name() + "? Whoever sees it can log in as you."
	if m.width >= narrow && widget.Width(long) <= m.sentence() {
		return long
	}
	const rest = len("Show the secret of ?")
	return "Show the secret of " + widget.Truncate(r.name(), max(8, m.sentence()-rest)) + "?"
}

// Screen is the QR code as large as so many cells hold it, black on white, and what hides it. It is drawn with half
// blocks always: pictures would stay on the terminal behind what Bubble Tea draws next.
func (m Model) Screen(width, height int) string {
	t := m.theme
	left := fmt.Sprintf("hides it, %d s", widget.Seconds(max(0, m.phone.until.Sub(m.now))))
	foot := " " + t.Key.Render("Esc") + " " + t.Muted.Render(left) + "   "
	foot += t.Text.Render(widget.Truncate(m.phone.name, max(0, width-widget.Width(foot)-1)))
	blocks, ok := m.phone.code.Blocks(width, height-1)
	if !ok {
		cols, rows := m.phone.code.TerminalSize()
		words := widget.Wrap(fmt.Sprintf("The QR code needs a window of %d columns and %d lines; this one has %d and %d.", cols, rows+1, width, height), max(10, width-4))
		words = append(words, widget.Wrap("Make it larger, or its letters smaller.", max(10, width-4))...)
		return widget.Center(words, width, height-1) + "\n" + foot
	}
	text := blocks.Colored()
	if m.plain {
		text = blocks.Plain(t.Dark)
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	cols, _ := blocks.Size()
	for i, line := range lines {
		lines[i] = strings.Repeat(" ", (width-cols)/2) + line
	}
	above := (height - 1 - len(lines)) / 2
	return widget.Lines(strings.Repeat("\n", above)+strings.Join(lines, "\n"), height-1) + "\n" + foot
}
