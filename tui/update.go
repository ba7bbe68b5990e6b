package tui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"twofold/tui/add"
	"twofold/tui/codes"
	"twofold/tui/handshake"
	"twofold/tui/paste"
	"twofold/tui/theme"
	"twofold/tui/trash"
	"twofold/tui/unlock"
)

// Update routes: the root's own messages first, what screens ask, keys and
// pastes to the screen in front, and every answer to all of them.
func (m Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
		return m.sized()
	case tea.EnvMsg:
		if dark, told := theme.Told(msg.Getenv("COLORFGBG")); told {
			return m.themed(theme.New(dark)), nil
		}
		return m, nil
	case tea.ColorProfileMsg:
		m.plain = msg.Profile == colorprofile.NoTTY || msg.Profile == colorprofile.ASCII
		m.codes = m.codes.SetPlain(m.plain)
		return m, nil
	case tea.BackgroundColorMsg:
		return m.themed(theme.New(msg.IsDark())), nil
	case tick:
		return m.ticked()
	case tea.MouseMsg:
		return m.touched(), nil
	case slow:
		m.unlock = m.unlock.Slow()
		return m, nil
	case tea.KeyPressMsg:
		return m.touched().press(msg)
	case tea.PasteMsg:
		return m.touched().paste(msg)
	case openHandshake:
		return m.toHandshake()
	case unlock.Opened:
		return m.opened(msg)
	case add.Done:
		return m.added(msg)
	case codes.Moved:
		return m.moved()
	case noted:
		return m.note(msg)
	case snoozed:
		return m.putOff(msg)
	case keyringAnswered:
		return m.answered(msg)
	}
	return m.everywhere(msg)
}

// everywhere hands an answer to all screens; each knows its own.
func (m Model) everywhere(msg tea.Msg) (Model, tea.Cmd) {
	var c [5]tea.Cmd
	m.unlock, c[0] = m.unlock.Update(msg)
	m.codes, c[1] = m.codes.Update(msg)
	m.add, c[2] = m.add.Update(msg)
	m.handshake, c[3] = m.handshake.Update(msg)
	m.trash, c[4] = m.trash.Update(msg)
	return m, tea.Batch(c[:]...)
}

// front hands a key or a paste to the screen in front alone.
func (m Model) front(msg tea.Msg) (Model, tea.Cmd) {
	var cmd, more tea.Cmd
	var ask tea.Msg
	switch m.in {
	case inUnlock:
		m.unlock, cmd = m.unlock.Update(msg)
		m.unlock, ask = m.unlock.Asked()
		if m.unlock.Awaited() == "" { // the person went back
			m.pending = paste.Found{}
		}
	case inCodes:
		m.codes, cmd = m.codes.Update(msg)
		m.codes, ask = m.codes.Asked()
	case inAdd:
		m.add, cmd = m.add.Update(msg)
		m.add, ask = m.add.Asked()
	case inTrash:
		m.trash, cmd = m.trash.Update(msg)
		m.trash, ask = m.trash.Asked()
	case inHandshake:
		m.handshake, cmd = m.handshake.Update(msg)
		m.handshake, ask = m.handshake.Asked()
	}
	m, more = m.asked(ask)
	return m, tea.Batch(cmd, more)
}

// asked does what a screen asked for; nil is nothing.
func (m Model) asked(ask tea.Msg) (Model, tea.Cmd) {
	switch ask := ask.(type) {
	case unlock.DemoRequested:
		return m.toHandshake()
	case codes.AddRequested:
		m.from, m.in = inCodes, inAdd
		m.add = m.newAdd()
	case codes.LockRequested:
		return m.lock("")
	case codes.TrashRequested:
		m.in = inTrash
		m.trash = trash.New(m.ctx, m.vault, m.opts.TrashDays, m.theme, m.now).After(m.trash).SetSize(m.width, m.bodyHeight())
	case codes.UnlockRequested:
		return m.unlockKeyring()
	case codes.UnlockCancelled:
		m.stopUnlocking()
		m.unlocking++
	case codes.SnoozeRequested:
		return m.snooze()
	case trash.Left:
		return m.leaveTrash(ask.Restored)
	case add.Left:
		m.in = m.from
	case handshake.Left:
		return m.leaveHandshake()
	}
	return m, nil
}

func (m Model) sized() (Model, tea.Cmd) {
	w, h := m.width, m.bodyHeight()
	var cmd tea.Cmd
	m.unlock = m.unlock.SetSize(w, h)
	m.add = m.add.SetSize(w, h)
	m.trash = m.trash.SetSize(w, h)
	m.handshake = m.handshake.SetSize(w, h)
	if m.vault != nil {
		m.codes, cmd = m.codes.SetSize(w, h)
	}
	return m, cmd
}

func (m Model) themed(t theme.Theme) Model {
	m.theme = t
	m.unlock = m.unlock.SetTheme(t)
	m.codes = m.codes.SetTheme(t)
	m.add = m.add.SetTheme(t)
	m.trash = m.trash.SetTheme(t)
	m.handshake = m.handshake.SetTheme(t)
	return m
}

func (m Model) ticked() (Model, tea.Cmd) {
	m.now = m.opts.Now()
	if m.idle() {
		m, cmd := m.lock("No key was pressed for " + since(m.opts.LockAfter) + ".")
		return m, tea.Batch(m.clock(), cmd)
	}
	var cmd, look, ask tea.Cmd
	m.codes, cmd = m.codes.Tick(m.now)
	m.add = m.add.Tick(m.now)
	switch m.in {
	case inUnlock:
		m.unlock, look = m.unlock.Tick(m.now)
	case inTrash:
		m.trash = m.trash.Tick(m.now).Reload()
	}
	if !m.notePending && m.now.Sub(m.notedAt) >= everyNotes {
		m, ask = m.askNotes()
	}
	return m, tea.Batch(m.clock(), cmd, look, ask)
}

func (m Model) press(msg tea.KeyPressMsg) (Model, tea.Cmd) {
	k := m.keys
	switch {
	case key.Matches(msg, k.force):
		return m.quit()
	case m.help:
		most := max(0, len(m.helpLines())-m.bodyHeight())
		switch {
		case key.Matches(msg, k.close):
			m.help = false
		case key.Matches(msg, k.up):
			m.helpTop--
		case key.Matches(msg, k.down):
			m.helpTop++
		case key.Matches(msg, k.pageUp):
			m.helpTop -= m.bodyHeight()
		case key.Matches(msg, k.pageDown):
			m.helpTop += m.bodyHeight()
		}
		m.helpTop = min(max(m.helpTop, 0), most)
		return m, nil
	case m.typing() || m.asking():
		return m.front(msg)
	case key.Matches(msg, k.quit):
		return m.quit()
	case key.Matches(msg, k.help):
		m.help, m.helpTop = true, 0
		return m, nil
	case key.Matches(msg, k.next) && m.in != inAdd:
		return m.nextScreen()
	}
	return m.front(msg)
}

// asking tells whether the screen in front waits for a yes or a no.
func (m Model) asking() bool {
	return m.in == inCodes && m.codes.Asking() || m.in == inTrash && m.trash.Asking()
}

// quit ends the program, after the clipboard was emptied of our code.
func (m Model) quit() (Model, tea.Cmd) {
	if last := m.codes.Leave(); last != nil {
		return m, tea.Sequence(last, tea.Quit)
	}
	return m, tea.Quit
}

func (m Model) nextScreen() (Model, tea.Cmd) {
	if m.in == inHandshake {
		return m.leaveHandshake()
	}
	return m.toHandshake()
}

func (m Model) toHandshake() (Model, tea.Cmd) {
	if m.in != inHandshake {
		m.from = m.in
	}
	m.in = inHandshake
	m.codes = m.codes.Hide()
	var cmd tea.Cmd
	m.handshake, cmd = m.handshake.Open()
	if m.opts.Play {
		var more tea.Cmd
		m.handshake, more = m.handshake.Play()
		cmd = tea.Batch(cmd, more)
	}
	return m, cmd
}

// leaveHandshake goes to the accounts, opening the vault first where that was
// not done yet. In the demo alone there is nowhere to go.
func (m Model) leaveHandshake() (Model, tea.Cmd) {
	switch {
	case !m.hasAccounts():
		return m, nil
	case m.vault != nil:
		m.in = inCodes
		return m, nil
	}
	begun := m.from == inUnlock
	m.in, m.from = inUnlock, inUnlock
	if begun {
		return m, nil
	}
	return m, tea.Batch(m.unlock.Init(), m.soon())
}
