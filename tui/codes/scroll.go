package codes

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// follow keeps the cursor in the list and the window around the cursor. What
// comes into sight may raise a banner, which takes from the window.
func (m *Model) follow() {
	m.around()
	m.notice()
	m.around()
}

func (m *Model) around() {
	m.cursor = min(max(m.cursor, 0), max(len(m.found)-1, 0))
	n := m.window()
	switch {
	case m.cursor < m.top:
		m.top = m.cursor
	case m.cursor >= m.top+n:
		m.top = m.cursor - n + 1
	}
	m.top = min(max(m.top, 0), max(len(m.found)-n, 0))
}

// window is how many rows fit.
func (m Model) window() int { return max(1, m.bare()-len(m.banner())) }

// bare is how many rows fit where there is no banner.
func (m Model) bare() int {
	if m.columns.foot {
		return max(1, m.height-2)
	}
	return max(1, m.height-1)
}

func (m Model) inSight() []hit { return m.rowsFor(m.window()) }

// reach are the rows that would be in sight without a banner: what raises it is
// not to be hidden by it, and is asked for again too.
func (m Model) reach() []hit { return m.rowsFor(m.bare()) }

func (m Model) rowsFor(n int) []hit {
	if m.height <= 0 {
		return nil
	}
	from := min(m.top, len(m.found))
	return m.found[from:min(from+n, len(m.found))]
}

// move takes the keys that move the cursor. While the filter is typed into,
// letters are its own.
func (m *Model) move(msg tea.KeyPressMsg) bool {
	k := m.keys
	if m.filtering && (len(msg.Text) > 0 || msg.String() == "home" || msg.String() == "end") {
		return false
	}
	switch {
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
		m.cursor = len(m.found) - 1
	default:
		return false
	}
	return true
}
