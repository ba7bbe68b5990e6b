package unlock

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"twofold/vault"
)

// lookEvery is how often a trouble that may pass is looked at again. The clock
// ticks each second, give or take.
const lookEvery = 1700 * time.Millisecond

// Locked is the screen in front of a vault that was open: made says that there
// is one on disk, and why is one sentence about it. Answers to what was asked
// before are dropped.
func (m Model) Locked(kind vault.Kind, made bool, why string) (Model, tea.Cmd) {
	m = m.restart()
	m.why = why
	m.status.Kind, m.status.Exists = kind, m.status.Exists || made
	if !m.status.Exists { // nothing was added yet, and there is nothing to unlock
		return m.look()
	}
	if kind == vault.KindFile && !m.hooks.HasPassphrase {
		m.stage = stageAsk
		return m, m.pass.Focus()
	}
	m.stage = stageLocked
	return m, nil
}

// Again looks for the vault anew, wherever it is now, and opens it. A question
// for the passphrase says why it is asked.
func (m Model) Again(why string) (Model, tea.Cmd) {
	m = m.restart()
	m.kind, m.why = vault.KindAuto, why
	return m.look()
}

func (m Model) restart() Model {
	m.request++
	m.stage = stageLooking
	m.working, m.quiet, m.err, m.said, m.why = false, false, nil, "", ""
	m.then, m.after, m.focus = ThenCodes, "", 0
	m.pass.Reset()
	m.again.Reset()
	m.again.Blur()
	m.hint = hint{}
	return m
}

func (m Model) look() (Model, tea.Cmd) {
	m.request++
	m.working, m.quiet, m.said = true, false, ""
	return m, m.inspect()
}

// Tick looks again, by itself, at a trouble that may be over. The root calls it
// each second while the screen is in front.
func (m Model) Tick(now time.Time) (Model, tea.Cmd) {
	since := now.Sub(m.lookedAt)
	if m.stage != stageTrouble || m.working || m.quiet || m.unlocking() || !passing(m.err) || since >= 0 && since < lookEvery {
		return m, nil
	}
	m.request++
	m.quiet, m.lookedAt = true, now
	return m, m.inspect()
}

// passing tells whether a trouble may be mended while this program runs.
func passing(err error) bool {
	return vault.KeyringAway(err) || errors.Is(err, vault.ErrBusy) || errors.Is(err, vault.ErrUnsafePermissions)
}

// unlocked is the end of asking the keyring to unlock.
type unlocked struct {
	request int
	err     error
}

func (m Model) unlocking() bool { return m.stop != nil }

// mayUnlock tells whether u asks the keyring to unlock.
func (m Model) mayUnlock() bool {
	return m.stage == stageTrouble && m.hooks.UnlockKeyring != nil && errors.Is(m.err, vault.ErrLocked) && !cannotAsk(m.err) && !m.unlocking()
}

// cannotAsk tells whether a keyring is locked where nothing could ask for its
// password, so that u would lead nowhere.
func cannotAsk(err error) bool {
	var keyring *vault.KeyringError
	return errors.As(err, &keyring) && keyring.Reason == vault.ReasonLockedNoPrompt
}

func (m Model) unlockKeyring() (Model, tea.Cmd) {
	ctx, stop := context.WithCancel(m.ctx)
	m.request++
	m.quiet, m.stop, m.said = false, stop, ""
	unlock, n := m.hooks.UnlockKeyring, m.request
	return m, func() tea.Msg {
		defer stop()
		return unlocked{n, unlock(ctx)}
	}
}

// unlockEnded goes on where the keyring is unlocked, or stays with the reason.
func (m Model) unlockEnded(msg unlocked) (Model, tea.Cmd) {
	if msg.request != m.request {
		return m, nil
	}
	m.stop = nil
	if msg.err != nil {
		title, _, _ := explain(msg.err, m.status)
		m.said = "Not unlocked. " + title
		switch {
		case cannotAsk(msg.err):
			m.said = "Not unlocked: nothing in this session can ask for its password."
		case errors.Is(msg.err, vault.ErrLocked):
			m.said = "Not unlocked: the keyring's question was left without an answer."
		}
		return m, nil
	}
	return m.look()
}

// stopUnlocking waits for the keyring no more.
func (m Model) stopUnlocking() Model {
	m.stop()
	m.stop = nil
	m.request++
	return m
}
