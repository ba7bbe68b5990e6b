package tui

import (
	"context"
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"twofold/tui/codes"
	"twofold/tui/paste"
	"twofold/tui/trash"
	"twofold/tui/widget"
	"twofold/vault"
)

// touched says that the person is there.
func (m Model) touched() Model {
	m.touchedAt = m.opts.Now()
	return m
}

// idle tells whether nobody has been there for long enough to lock. Both clocks
// count: the monotonic one stands still while the computer sleeps, the other
// one may be set.
func (m Model) idle() bool {
	if m.opts.LockAfter <= 0 || m.vault == nil {
		return false
	}
	return m.now.Sub(m.touchedAt) >= m.opts.LockAfter || m.now.Round(0).Sub(m.touchedAt.Round(0)) >= m.opts.LockAfter
}

// lock forgets every secret and puts the unlock screen in front. What commands
// that are under way still answer is dropped, and secrets in it are cleared.
func (m Model) lock(why string) (Model, tea.Cmd) {
	if m.vault == nil || !m.hasAccounts() {
		return m, nil
	}
	kind, made := m.vault.Kind(), m.codes.Count() > 0 || len(m.vault.Trash()) > 0
	var focus tea.Cmd
	m, closing := m.closeVault()
	m.add = m.add.Forget()
	m.unlock, focus = m.unlock.Locked(kind, made, why)
	return m, tea.Batch(closing, focus)
}

// closeVault leaves the vault, with the clipboard emptied of our code and the
// unlock screen in front. Closing waits for what the vault is doing, so it is a
// command; only after it nothing asks for the passphrase any more.
func (m Model) closeVault() (Model, tea.Cmd) {
	empty := m.codes.Leave()
	m.here = m.codes.Selected()
	m.codes = m.codes.Forget()
	m.trash = trash.Model{}.After(m.trash).SetTheme(m.theme)
	if m.stopUnlocking != nil {
		m.stopUnlocking()
		m.stopUnlocking = nil
	}
	v, typed, owned := m.vault, m.passphrase, m.owned
	m.vault, m.passphrase = nil, vault.Secret{}
	m.help, m.pending = false, paste.Found{}
	m.noting++
	m.in, m.from = inUnlock, inUnlock
	return m, tea.Batch(empty, func() tea.Msg {
		owned.release(v)
		typed.Clear()
		return nil
	})
}

// moved opens the vault anew, where another process has put it. What is being
// typed into the form for adding stays.
func (m Model) moved() (Model, tea.Cmd) {
	if m.vault == nil {
		return m, nil
	}
	adding, walking := m.in == inAdd, m.in == inHandshake
	m, closing := m.closeVault()
	if walking { // it needs no vault
		m.in = inHandshake
	}
	const moved = "Another program moved the vault." // it fits in the narrowest foot
	m.adding, m.said = adding, moved
	var looking tea.Cmd
	m.unlock, looking = m.unlock.Again(moved)
	return m, tea.Batch(closing, looking, m.soon())
}

// everyNotes is how often warnings and the reminder of a backup are asked for.
const everyNotes = 5 * time.Second

// noted is what is to be said above the list.
type noted struct {
	request  int
	warnings []string
	backup   string
}

// askNotes asks for them, one question at a time.
func (m Model) askNotes() (Model, tea.Cmd) {
	if m.vault == nil || m.opts.BackupNote == nil && m.opts.Warnings == nil {
		return m, nil
	}
	m.noting++
	m.notedAt, m.notePending = m.now, true
	n, backup, warnings := m.noting, m.opts.BackupNote, m.opts.Warnings
	return m, func() tea.Msg {
		out := noted{request: n}
		if warnings != nil {
			out.warnings = warnings()
		}
		if backup != nil {
			out.backup = backup()
		}
		return out
	}
}

// snoozed is the end of putting the reminder off.
type snoozed struct{ err error }

func (m Model) snooze() (Model, tea.Cmd) {
	if m.opts.SnoozeBackup == nil {
		return m, nil
	}
	put := m.opts.SnoozeBackup
	return m, func() tea.Msg { return snoozed{put()} }
}

func (m Model) note(msg noted) (Model, tea.Cmd) {
	m.notePending = false
	if msg.request != m.noting || m.vault == nil {
		return m, nil
	}
	var cmd tea.Cmd
	m.codes, cmd = m.codes.Notes(codes.Notes{Warnings: msg.warnings, Backup: msg.backup})
	return m, cmd
}

func (m Model) putOff(msg snoozed) (Model, tea.Cmd) {
	if m.vault == nil {
		return m, nil
	}
	said := "The reminder comes back later."
	if msg.err != nil {
		said = "Not put off: " + widget.Clean(msg.err.Error())
	}
	m.codes = m.codes.Say(said)
	return m.askNotes()
}

// keyringAnswered is the end of asking the keyring to unlock.
type keyringAnswered struct {
	request int
	err     error
}

func (m Model) unlockKeyring() (Model, tea.Cmd) {
	if m.opts.UnlockKeyring == nil {
		return m, nil
	}
	ctx, stop := context.WithCancel(m.ctx)
	m.unlocking++
	m.stopUnlocking = stop
	n, unlock := m.unlocking, m.opts.UnlockKeyring
	return m, func() tea.Msg {
		defer stop()
		return keyringAnswered{n, unlock(ctx)}
	}
}

func (m Model) answered(msg keyringAnswered) (Model, tea.Cmd) {
	if msg.request != m.unlocking || m.vault == nil {
		return m, nil
	}
	m.stopUnlocking = nil
	var cmd tea.Cmd
	m.codes, cmd = m.codes.Unlocked(msg.err)
	return m, cmd
}

// leaveTrash goes back to the codes, on what was restored last.
func (m Model) leaveTrash(restored []string) (Model, tea.Cmd) {
	m.in = inCodes
	if len(restored) == 0 {
		return m, nil
	}
	m.codes = m.codes.Select(restored[len(restored)-1])
	var cmd tea.Cmd
	m.codes, cmd = m.codes.Reload()
	return m, cmd
}

// since words a time without a key.
func since(d time.Duration) string {
	n, unit := int(d/time.Minute), "minute"
	if d < time.Minute || d%time.Minute != 0 {
		n, unit = int(d/time.Second), "second"
	}
	if n != 1 {
		unit += "s"
	}
	return fmt.Sprintf("%d %s", n, unit)
}
