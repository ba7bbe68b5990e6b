package codes

import (
	"errors"
	"fmt"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"twofold/tui/widget"
	"twofold/vault"
)

// Requests of the keys that belong to the banner; the root does what they ask.
type (
	// UnlockRequested asks for the keyring to be unlocked, UnlockCancelled to
	// wait for that no more. The root answers with Unlocked.
	UnlockRequested struct{}
	UnlockCancelled struct{}
	// SnoozeRequested puts the reminder of a backup off.
	SnoozeRequested struct{}
)

// Notes are what others have to say in the line above the list.
type Notes struct {
	Warnings []string // most urgent first
	Backup   string   // a reminder; empty for none
}

func (n Notes) equal(o Notes) bool {
	return n.Backup == o.Backup && slices.Equal(n.Warnings, o.Warnings)
}

// Notes sets what stands above the list.
func (m Model) Notes(n Notes) (Model, tea.Cmd) {
	if n.equal(m.notes) {
		return m, nil
	}
	m.notes = n
	m.follow()
	return m.fetch()
}

// Offer says which of the root's services there are: unlocking the keyring,
// and putting the reminder of a backup off.
func (m Model) Offer(unlock, snooze bool) Model {
	m.unlocks, m.snoozes = unlock, snooze
	return m
}

// Unlocked is the answer to UnlockRequested. The keyring is asked again at once.
func (m Model) Unlocked(err error) (Model, tea.Cmd) {
	m.unlocking = false
	if err != nil {
		return m.Say("Not unlocked: " + trouble(err)), nil
	}
	m.said = ""
	for id, h := range m.held {
		if vault.KeyringAway(h.err) {
			h.at = time.Time{}
			m.held[id] = h
		}
	}
	return m.fetch()
}

// Unlocking tells whether Esc stops waiting for the keyring.
func (m Model) Unlocking() bool { return m.unlocking }

// canAsk tells whether the keyring could ask the person for its password.
func (m Model) canAsk() bool {
	var keyring *vault.KeyringError
	return m.unlocks && (!errors.As(m.alarm, &keyring) || keyring.Reason != vault.ReasonLockedNoPrompt)
}

// locked tells whether U would unlock something.
func (m Model) locked() bool {
	return m.canAsk() && !m.unlocking && m.alarm != nil && sign(m.alarm) == sign(vault.ErrLocked)
}

// banner is the line above the list, with a sign in front; empty for none. On a
// narrow terminal with some height it may take two.
func (m Model) banner() []string {
	says, loud := m.bannerWords()
	if len(says) == 0 {
		return nil
	}
	style, mark := m.theme.Muted, "·"
	if loud {
		style, mark = m.theme.Warning, "!"
	}
	room := max(8, m.width-4)
	fits := slices.IndexFunc(says, func(s string) bool { return widget.Width(s) <= room })
	lines := []string{says[max(fits, 0)]}
	if fits < 0 {
		lines = widget.Wrap(says[len(says)-1], room)
		if m.height < 8 {
			lines = lines[:1]
		}
		if len(lines) > 2 {
			lines = []string{lines[0], widget.Truncate(lines[1]+" "+lines[2], room)}
		}
	}
	for i, l := range lines {
		lines[i] = " " + style.Render(mark+" "+l)
		mark = " "
	}
	return lines
}

// bannerWords are the ways to say what matters most, the fullest first.
func (m Model) bannerWords() (says []string, loud bool) {
	switch n := len(m.notes.Warnings); {
	case m.unlocking:
		return []string{"Waiting for the keyring to be unlocked. Esc stops waiting.", "Waiting for the keyring. Esc stops."}, true
	case m.alarm != nil:
		return alarm(m.alarm, m.canAsk()), true
	case n == 1:
		return []string{widget.Clean(m.notes.Warnings[0])}, true
	case n > 1:
		return []string{fmt.Sprintf("%s (and %d more)", widget.Clean(m.notes.Warnings[0]), n-1)}, true
	case m.notes.Backup != "" && m.snoozes:
		note := widget.Clean(m.notes.Backup)
		return []string{note + " z reminds you later.", note + " z: later."}, false
	case m.notes.Backup != "":
		return []string{widget.Clean(m.notes.Backup)}, false
	}
	return nil, false
}
