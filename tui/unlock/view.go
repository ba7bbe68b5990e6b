package unlock

import (
	"errors"
	"strings"

	"charm.land/bubbles/v2/textinput"

	"twofold/tui/widget"
	"twofold/vault"
)

// View draws the stage the screen is in.
func (m Model) View() string {
	if m.width <= 0 {
		return ""
	}
	var lines []string
	switch m.stage {
	case stageWelcome:
		lines = m.viewWelcome()
	case stageNew:
		lines = m.viewNew()
	case stageAsk:
		lines = m.viewAsk()
	case stageTrouble:
		lines = m.viewTrouble()
	case stageLocked:
		lines = m.viewLocked()
	case stageLooking:
		if m.slow {
			lines = []string{m.theme.Muted.Render("Opening the vault…")}
		}
	}
	return widget.Center(lines, m.width, m.height)
}

// measure is the width of running text.
func (m Model) measure() int { return max(10, min(72, m.width-4)) }

func (m Model) prose(style interface{ Render(...string) string }, s string) []string {
	lines := widget.Wrap(s, m.measure())
	for i := range lines {
		lines[i] = style.Render(lines[i])
	}
	return lines
}

func (m Model) viewWelcome() []string {
	t := m.theme
	where := "Your secrets will live in this computer's keyring"
	if p := m.status.Keyring.Provider; p != "" {
		where += " (" + widget.Clean(p) + ")"
	}
	where += "."
	other := "A file under a passphrase is the other way:"
	if m.chosen() == vault.KindFile {
		where = "Your secrets will live in a file under a passphrase, in "
		if widget.Width(where)+widget.Width(m.folder())+1 > m.measure() {
			where = strings.TrimSpace(where) + "\n" // a path is read best on a line of its own
		}
		where += m.folder() + "."
		other = "This computer's keyring is the other way:"
		if !m.hasKeyring() {
			other = noKeyring(m.status.Keyring)
		}
	}
	lines := append([]string{t.Strong.Render("Welcome to Twofold.")}, m.prose(t.Text, where)...)
	more := m.prose(t.Muted, other)
	if m.hasKeyring() {
		more[len(more)-1] += "  " + t.Key.Render("f")
	}
	lines = append(lines, more...)
	lines = append(lines, "")
	paste, demo := "paste an otpauth:// link, or drop a picture here", "see a whole login first, nothing stored"
	if m.width < 56 {
		paste, demo = "paste a link, or drop a picture", "see a whole login, store nothing"
	}
	for _, o := range []struct{ key, what string }{
		{"p", "read a QR picture from a file"},
		{"k", "type the key that a page shows"},
		{"·", paste},
		{"d", demo},
	} {
		lines = append(lines, t.Key.Render(o.key)+"  "+t.Text.Render(o.what))
	}
	if m.working {
		lines = append(lines, "", t.Muted.Render("Opening…"))
	}
	return lines
}

// folder is where the vault is, as people write it.
func (m Model) folder() string { return widget.Clean(m.status.Dir) }

func noKeyring(k vault.KeyringState) string {
	switch {
	case errors.Is(k.Err, vault.ErrLocked):
		return "There is a keyring, but it is locked."
	case errors.Is(k.Err, vault.ErrKeyringUnreachable):
		return "There should be a keyring, but it does not answer."
	}
	return "There is no keyring here."
}

func (m Model) field(name string, in textinput.Model) string {
	return m.theme.Muted.Render(widget.Cell(name, 12)) + in.View()
}

func (m Model) viewNew() []string {
	t := m.theme
	lines := []string{t.Strong.Render("A passphrase for your secrets")}
	gap := []string{""}
	if m.after != "" {
		lines = append(lines, m.prose(t.Text, "Choose one, then add "+m.after+".")...)
		if m.height < 13 {
			gap = nil
		}
	}
	lines = append(lines, m.prose(t.Muted, "Nobody can recover it, us included. Several words are better than one.")...)
	lines = append(append(lines, gap...), m.field("Passphrase", m.pass), m.field("Once more", m.again))
	lines = append(lines, gap...)
	switch {
	case m.working:
		lines = append(lines, t.Muted.Render("Making the vault…"))
	case m.said != "":
		lines = append(lines, m.prose(t.Warning, m.said)...)
	default:
		lines = append(lines, m.viewHint()...)
	}
	return lines
}

func (m Model) viewAsk() []string {
	t := m.theme
	lines := []string{
		t.Strong.Render("Your vault is locked"),
		t.Muted.Render(widget.Truncate(m.folder(), m.measure())),
	}
	if m.why != "" {
		lines = append(lines[:1], m.prose(t.Muted, m.why)...)
	}
	if m.after != "" {
		lines = append(lines, m.prose(t.Text, "Type its passphrase, then add "+m.after+".")...)
	}
	lines = append(lines, "", m.field("Passphrase", m.pass), "")
	switch {
	case m.working:
		lines = append(lines, t.Muted.Render("Opening…"))
	case m.said != "":
		lines = append(lines, m.prose(t.Warning, m.said)...)
	default:
		lines = append(lines, "")
	}
	return lines
}

func (m Model) viewTrouble() []string {
	t := m.theme
	title, why, remedy := explain(m.err, m.status)
	lines := m.prose(t.Warning, title)
	switch { // in few lines: a small terminal shows the first ten
	case m.unlocking():
		return append(lines, m.prose(t.Text, "Waiting for the keyring's question to be answered. Esc stops waiting.")...)
	case m.said != "":
		lines = append(lines, m.prose(t.Warning, m.said)...)
	default:
		lines = append(lines, m.prose(t.Text, why)...)
	}
	lines = append(lines, "")
	lines = append(lines, m.prose(t.Text, remedy)...)
	again := "try again"
	if passing(m.err) {
		looks := "Twofold looks again by itself, and goes on when it can."
		if widget.Width(looks) > m.measure() {
			looks = "Twofold looks again by itself."
		}
		lines = append(lines, t.Muted.Render(looks))
		again = "look now"
	}
	lines = append(lines, "")
	if m.mayUnlock() {
		lines = append(lines, t.Key.Render("u")+"  "+t.Text.Render("unlock the keyring"))
	}
	lines = append(lines, t.Key.Render("r")+"  "+t.Text.Render(again))
	if m.mayUseFile() {
		lines = append(lines, t.Key.Render("f")+"  "+t.Text.Render("keep secrets in a file under a passphrase"))
	}
	return append(lines, t.Key.Render("d")+"  "+t.Text.Render("see the demo, nothing stored"))
}

func (m Model) viewLocked() []string {
	t := m.theme
	lines := []string{t.Strong.Render("Locked.") + "  " + t.Key.Render("⏎") + t.Text.Render(" unlocks")}
	why := m.why
	if m.after != "" {
		why = "Then you can add " + m.after + "."
	}
	if why != "" {
		lines = append(append(lines, ""), m.prose(t.Muted, why)...)
	}
	if m.working {
		lines = append(lines, "", t.Muted.Render("Opening…"))
	}
	return lines
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
