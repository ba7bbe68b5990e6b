package codes

import (
	"errors"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"twofold/vault"
)

// Tick moves the screen to the time now. The root calls it each second.
func (m Model) Tick(now time.Time) (Model, tea.Cmd) {
	m.now = now
	if now.After(m.saidUntil) {
		m.said = ""
	}
	m = m.expire()
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
	case pictured:
		return m.show(msg), nil
	case failed:
		m.working, m.phone.wanted = false, false
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

func (m Model) press(msg tea.KeyPressMsg) (Model, tea.Cmd) {
	if m.removing != "" {
		return m.pressRemoving(msg)
	}
	if m.phone.asks != "" || m.Showing() {
		return m.pressPhone(msg)
	}
	m.phone.wanted = false // any key is a change of mind
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
	case key.Matches(msg, k.Phone):
		m = m.askPhone()
	case key.Matches(msg, k.Remove):
		if r, ok := m.selected(); ok && !m.working && r.aside == "" {
			m.removing = r.account.ID
		}
	}
	return m, nil
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
