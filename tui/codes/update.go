package codes

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"twofold/tui/widget"
	"twofold/vault"
)

// Tick moves the screen to the time now. The root calls it each second.
func (m Model) Tick(now time.Time) (Model, tea.Cmd) {
	m.now = now
	if now.After(m.saidUntil) {
		m.said = ""
	}
	var cmds []tea.Cmd
	if !m.clearAt.IsZero() && !now.Before(m.clearAt) {
		m.clearAt = time.Time{}
		cmds = append(cmds, tea.SetClipboard(""))
		m = m.Say("Asked the terminal to empty its clipboard.")
	}
	if m.vault != nil && m.loaded && !m.refreshing { // other processes' changes
		m.refreshing = true
		cmds = append(cmds, m.refresh())
	}
	if m.failing {
		var again tea.Cmd
		m, again = m.fetch()
		cmds = append(cmds, again)
	}
	return m, tea.Batch(cmds...)
}

// Update takes keys while the screen is in front, and answers at any time.
func (m Model) Update(msg tea.Msg) (Model, tea.Cmd) {
	switch msg := msg.(type) {
	case answer:
		if msg.session != m.session {
			late(msg.msg)
			return m, nil
		}
		return m.answered(msg.msg)
	case tea.PasteMsg:
		if m.filtering {
			return m.type1(msg)
		}
	case tea.KeyPressMsg:
		return m.press(msg)
	}
	return m, nil
}

func (m Model) answered(msg tea.Msg) (Model, tea.Cmd) {
	switch msg := msg.(type) {
	case loaded:
		return m.load1(msg)
	case refreshed:
		m.refreshing = false
		if errors.Is(msg.err, vault.ErrMoved) {
			return m, moved
		}
		m.troubles = trouble(msg.err)
	case fetched:
		return m.took(msg)
	case made:
		return m.make1(msg)
	case failed:
		m.working = false
		if errors.Is(msg.err, vault.ErrMoved) {
			return m, moved
		}
		return m.Say(msg.what + ": " + trouble(msg.err)), nil
	}
	return m, nil
}

func moved() tea.Msg { return Moved{} }

func (m Model) load1(msg loaded) (Model, tea.Cmd) {
	m.working, m.refreshing = false, false
	m.troubles = ""
	keep := m.Selected()
	for _, r := range msg.rows {
		if id := r.account.ID; id != "" && (id == m.keep || m.keep == "" && id == msg.keep) {
			keep = id
		}
	}
	m.rows, m.widest, m.period, m.loaded = msg.rows, msg.widest, msg.period, true
	m.generation++
	m.forgetGone()
	m.lay()
	m.search(keep)
	if m.keep != "" {
		if r, ok := m.selected(); ok && r.account.ID == m.keep {
			m.keep = ""
		}
	}
	if msg.after != "" {
		m = m.Say(msg.after)
	}
	return m.fetch()
}

// forgetGone drops what is held of accounts that left or changed, and of those
// that could not be read: they get another try with each load.
func (m *Model) forgetGone() {
	now := make(map[string]*row, len(m.rows))
	for i := range m.rows {
		now[m.rows[i].account.ID] = &m.rows[i]
	}
	for id, h := range m.held {
		r, there := now[id]
		if there && h.err == nil && r.account.Period == h.key.Period && r.account.Digits == h.key.Digits &&
			r.account.Algorithm == h.key.Algorithm && r.account.Type == h.key.Type {
			continue
		}
		h.key.Secret.Clear()
		delete(m.held, id)
	}
}

// search runs the filter again and puts the cursor on the account keep, or
// where it was.
func (m *Model) search(keep string) {
	m.words = words(m.filter.Value())
	m.found = search(m.rows, nil, m.words)
	if keep != "" {
		for i, h := range m.found {
			if m.rows[h.row].account.ID == keep {
				m.cursor = i
				break
			}
		}
	}
	m.follow()
}

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

// sentence is how many cells one may have at the bottom, beside the keys that
// have to stay in sight.
func (m Model) sentence() int {
	if m.width < narrow {
		return m.width - 2
	}
	return m.width - 28
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

func (m Model) press(msg tea.KeyPressMsg) (Model, tea.Cmd) {
	if m.removing != "" {
		return m.pressRemoving(msg)
	}
	k := m.keys
	switch {
	case key.Matches(msg, k.Copy):
		return m.take()
	case m.unlocking && key.Matches(msg, k.Leave):
		m.unlocking, m.ask = false, UnlockCancelled{}
	case m.filtering && key.Matches(msg, k.Leave):
		keep := ""
		if r, ok := m.selected(); ok {
			keep = r.account.ID
		}
		m.filtering = false
		m.filter.Reset()
		m.filter.Blur()
		m.search(keep)
		return m.fetch()
	case m.move(msg):
		m.follow()
		return m.fetch()
	case m.filtering:
		return m.type1(msg)
	case key.Matches(msg, k.Find):
		m.filtering = true
		return m, m.filter.Focus()
	case key.Matches(msg, k.Add):
		m.ask = AddRequested{}
	case key.Matches(msg, k.Undo):
		return m.undo()
	case key.Matches(msg, k.Lock):
		m.ask = LockRequested{}
	case key.Matches(msg, k.Trash):
		m.ask = TrashRequested{}
	case key.Matches(msg, k.Unlock) && m.locked():
		m.unlocking, m.ask = true, UnlockRequested{}
	case key.Matches(msg, k.Snooze) && m.snoozes && m.notes.Backup != "":
		m.ask = SnoozeRequested{}
	case key.Matches(msg, k.Remove):
		if r, ok := m.selected(); ok && !m.working && r.aside == "" {
			m.removing = r.account.ID
		}
	}
	return m, nil
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

func (m Model) type1(msg tea.Msg) (Model, tea.Cmd) {
	before := m.filter.Value()
	var cmd tea.Cmd
	m.filter, cmd = m.filter.Update(msg)
	if m.filter.Value() == before {
		return m, cmd
	}
	m.cursor, m.top = 0, 0
	var among []hit
	if narrows(before, m.filter.Value()) {
		among = m.found
	}
	m.words = words(m.filter.Value())
	m.found = search(m.rows, among, m.words)
	m.follow()
	m, more := m.fetch()
	return m, tea.Batch(cmd, more)
}

// Status is the sentence at the bottom: what just happened, or what is asked.
func (m Model) Status() string {
	tight := m.width < narrow
	switch {
	case m.removing != "":
		if r, ok := m.byID(m.removing); ok && !tight { // viewFoot asks where it is tight
			const why = " Its secret stays in the trash."
			ask := "Remove " + widget.Truncate(r.name(), m.sentence()-8) + "?"
			if widget.Width(ask)+len(why) <= m.sentence() {
				ask += why
			}
			return ask
		}
	case m.said != "":
		return m.said
	case m.troubles != "":
		return m.troubles
	case !m.clearAt.IsZero():
		left := m.clearAt.Sub(m.now)
		if tight {
			return fmt.Sprintf("%s sent to the clipboard, %d s", strings.TrimSpace(capital(m.copiedWas+"code")), widget.Seconds(left))
		}
		seconds := widget.Seconds(left)
		for _, where := range []string{"to the terminal's clipboard, cleared in", "to the clipboard, cleared in", "to the clipboard for"} {
			said := fmt.Sprintf("Sent %s%scode %s %d s.", possessive(m.copied), m.copiedWas, where, seconds)
			if widget.Width(said) <= m.sentence() {
				return said
			}
		}
		const rest = len("Sent 's next code, cleared in 30 s.")
		return fmt.Sprintf("Sent %s%scode, cleared in %d s.", possessive(widget.Truncate(m.copied, m.sentence()-rest)), m.copiedWas, seconds)
	}
	return ""
}

func (m Model) byID(id string) (row, bool) {
	for _, r := range m.rows {
		if r.account.ID == id {
			return r, true
		}
	}
	return row{}, false
}
