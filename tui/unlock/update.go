package unlock

import (
	"errors"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"twofold/vault"
)

// Update takes keys while the screen is in front, and answers at any time.
func (m Model) Update(msg tea.Msg) (Model, tea.Cmd) {
	switch msg := msg.(type) {
	case inspected:
		if msg.request != m.request {
			return m, nil
		}
		m.quiet = false
		return m.seen(msg)
	case unlocked:
		return m.unlockEnded(msg)
	case judged:
		return m.judgment(msg)
	case opened:
		if msg.request != m.request {
			if msg.vault != nil {
				v := msg.vault
				return m, func() tea.Msg { _ = v.Close(); return nil }
			}
			return m, nil
		}
		return m.answered(msg)
	case tea.PasteMsg:
		return m.typed(msg)
	case tea.KeyPressMsg:
		if m.Typing() {
			return m.pressTyping(msg)
		}
		return m.press(msg)
	}
	return m, nil
}

func (m Model) seen(msg inspected) (Model, tea.Cmd) {
	m.status, m.working = msg.status, false
	err := msg.err
	if err == nil {
		err = msg.status.Err
	}
	if err != nil && !errors.Is(err, vault.ErrPassphraseNeeded) { // which is what opening asks for
		return m.inTrouble(err), nil
	}
	m.said = ""
	if !m.status.Exists {
		m.stage = stageWelcome
		return m, nil
	}
	return m.open(vault.Secret{})
}

func (m Model) answered(msg opened) (Model, tea.Cmd) {
	m.working = false
	if msg.err != nil {
		m.tried.Clear()
	}
	switch {
	case msg.err == nil:
		done := Opened{Vault: msg.vault, Then: m.then}
		if m.status.Exists {
			m.tried.Clear() // nobody asks for it again
		} else {
			done.Passphrase = m.tried
		}
		m = m.restart()
		return m, func() tea.Msg { return done }
	case errors.Is(msg.err, vault.ErrPassphraseNeeded) && !m.status.Exists:
		m.stage, m.focus = stageNew, 0
		return m, m.pass.Focus()
	case errors.Is(msg.err, vault.ErrPassphraseNeeded):
		m.stage = stageAsk
		return m, m.pass.Focus()
	case errors.Is(msg.err, vault.ErrWrongPassphrase) && m.stage == stageAsk:
		m.said = "That passphrase does not open this vault. Nothing was changed."
		m.pass.Reset()
		return m, nil
	}
	return m.inTrouble(msg.err), nil
}

func (m Model) inTrouble(err error) Model {
	m.stage, m.err = stageTrouble, err
	m.pass.Reset()
	m.again.Reset()
	return m
}

func (m Model) press(msg tea.KeyPressMsg) (Model, tea.Cmd) {
	k := m.keys
	switch {
	case m.unlocking() && key.Matches(msg, k.Leave):
		return m.stopUnlocking(), nil
	case m.working || m.unlocking():
	case m.stage == stageLocked && key.Matches(msg, k.Go):
		return m.look()
	case m.mayUnlock() && key.Matches(msg, k.Unlock):
		return m.unlockKeyring()
	case key.Matches(msg, k.Demo):
		m.ask = DemoRequested{}
		return m, nil
	case m.stage == stageTrouble && key.Matches(msg, k.Again):
		return m.look()
	case m.stage == stageTrouble && key.Matches(msg, k.File) && m.mayUseFile():
		m.kind, m.err, m.stage = vault.KindFile, nil, stageLooking
		return m.look()
	case m.stage != stageWelcome:
	case key.Matches(msg, k.Picture):
		return m.Proceed(ThenPicture)
	case key.Matches(msg, k.Key):
		return m.Proceed(ThenKey)
	case key.Matches(msg, k.Go) && !m.asksFirst():
		return m.Proceed(ThenCodes)
	case key.Matches(msg, k.File) && m.hasKeyring():
		if m.chosen() == vault.KindFile {
			m.kind = vault.KindKeyring
		} else {
			m.kind = vault.KindFile
		}
	}
	return m, nil
}

// mayUseFile: a file is offered in place of a keyring only where no keyring
// vault exists; nothing is ever started empty over something full.
func (m Model) mayUseFile() bool {
	return !m.status.Exists && m.status.Kind != vault.KindFile && errors.Is(m.err, vault.ErrNoKeyring)
}

func (m Model) pressTyping(msg tea.KeyPressMsg) (Model, tea.Cmd) {
	k := m.keys
	switch {
	case m.working:
		return m, nil
	case key.Matches(msg, k.Leave):
		m.pass.Reset()
		m.again.Reset()
		m.said, m.hint = "", hint{working: m.hint.working}
		if m.stage == stageNew {
			m.stage, m.then, m.after = stageWelcome, ThenCodes, ""
		}
		return m, nil
	case m.stage == stageNew && key.Matches(msg, k.Next):
		return m.focusOn(1 - m.focus)
	case key.Matches(msg, k.Go):
		return m.enter()
	}
	return m.typed(msg)
}

func (m Model) focusOn(i int) (Model, tea.Cmd) {
	m.focus = i
	if i == 0 {
		m.again.Blur()
		return m, m.pass.Focus()
	}
	m.pass.Blur()
	return m, m.again.Focus()
}

func (m Model) enter() (Model, tea.Cmd) {
	switch {
	case m.pass.Value() == "":
		m.said = "An empty passphrase protects nothing."
		return m, nil
	case m.stage == stageNew && strings.Contains(strings.ToLower(m.pass.Value()+" "+m.again.Value()), "otpauth://"):
		// a terminal without paste marks typed it
		m.pass.Reset()
		m.again.Reset()
		m, cmd := m.focusOn(0)
		return m.Refuse(), cmd
	case m.stage == stageNew && m.focus == 0:
		return m.focusOn(1)
	case m.stage == stageNew && m.pass.Value() != m.again.Value():
		m.said = "The two are not the same. Type the second one again, or ↑ for the first."
		m.again.Reset()
		return m, nil
	}
	secret, err := vault.NewSecret([]byte(m.pass.Value()))
	if err != nil {
		m.said = err.Error()
		return m, nil
	}
	return m.open(secret)
}

func (m Model) typed(msg tea.Msg) (Model, tea.Cmd) {
	if !m.Typing() || m.working {
		return m, nil
	}
	m.said = ""
	var cmd tea.Cmd
	if m.stage == stageNew && m.focus == 1 {
		m.again, cmd = m.again.Update(msg)
	} else {
		m.pass, cmd = m.pass.Update(msg)
	}
	m.hint.typed++
	m, more := m.judge()
	return m, tea.Batch(cmd, more)
}
