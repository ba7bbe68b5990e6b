package trash

import (
	"fmt"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"twofold/tui/widget"
)

type (
	restored struct {
		request  int
		id, name string
		err      error
	}
	emptied struct {
		request int
		n       int
		err     error
	}
)

// Update takes keys while the screen is in front, and answers at any time.
func (m Model) Update(msg tea.Msg) (Model, tea.Cmd) {
	switch msg := msg.(type) {
	case restored:
		if msg.request != m.request {
			return m, nil
		}
		m.working = false
		if msg.err != nil {
			m.said = "Not restored: " + trouble(msg.err)
			return m.load(), nil
		}
		m.restored = append(m.restored, msg.id)
		m.said = "Restored " + widget.Truncate(msg.name, max(12, m.width-40)) + "."
		return m.load(), nil
	case emptied:
		if msg.request != m.request {
			return m, nil
		}
		m.working = false
		m.said = "The trash is empty."
		if msg.err != nil {
			m.said = fmt.Sprintf("%d removed for good, then it stopped: %s", msg.n, trouble(msg.err))
		}
		return m.load(), nil
	case tea.KeyPressMsg:
		return m.press(msg)
	}
	return m, nil
}

func (m Model) press(msg tea.KeyPressMsg) (Model, tea.Cmd) {
	k := m.keys
	switch {
	case m.emptying:
		switch {
		case key.Matches(msg, k.Yes):
			return m.empty()
		case key.Matches(msg, k.No):
			m.emptying = false
		}
	case key.Matches(msg, k.Leave):
		if m.working {
			return m, nil // a change under way is waited for
		}
		m.ask = Left{m.restored}
	case key.Matches(msg, k.Restore):
		return m.restore()
	case key.Matches(msg, k.Empty):
		m.emptying = len(m.accounts) > 0 && !m.working
	case key.Matches(msg, k.Up):
		m.cursor--
	case key.Matches(msg, k.Down):
		m.cursor++
	case key.Matches(msg, k.PageUp):
		m.cursor -= m.window()
	case key.Matches(msg, k.PageDown):
		m.cursor += m.window()
	case key.Matches(msg, k.First):
		m.cursor = 0
	case key.Matches(msg, k.Last):
		m.cursor = len(m.accounts) - 1
	}
	m.follow()
	return m, nil
}

// follow keeps the cursor in the list and the window around the cursor.
func (m *Model) follow() {
	m.cursor = min(max(m.cursor, 0), max(len(m.accounts)-1, 0))
	n := m.window()
	m.top = min(max(m.top, m.cursor-n+1), m.cursor)
	m.top = min(max(m.top, 0), max(len(m.accounts)-n, 0))
}

func (m Model) restore() (Model, tea.Cmd) {
	if m.working || m.cursor >= len(m.accounts) {
		return m, nil
	}
	m.working, m.said = true, ""
	ctx, v, n, a := m.ctx, m.vault, m.request, m.accounts[m.cursor]
	return m, func() tea.Msg { return restored{n, a.ID, name(a), v.Restore(ctx, a.ID)} }
}

func (m Model) empty() (Model, tea.Cmd) {
	m.emptying, m.working, m.said = false, true, "Emptying the trash…"
	ctx, v, request := m.ctx, m.vault, m.request
	return m, func() tea.Msg {
		n, err := v.EmptyTrash(ctx)
		return emptied{request, n, err}
	}
}
