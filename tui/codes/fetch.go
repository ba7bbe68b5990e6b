package codes

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"twofold/vault"
)

const (
	// keysKept bounds the secrets in memory; those out of sight go first.
	keysKept = 256
	// awayRetry is how often rows in sight that the keyring kept back are asked
	// for again, oneRetry those that have a trouble of their own. The clock ticks
	// each second, give or take tickSlack.
	awayRetry = 2*time.Second - tickSlack
	oneRetry  = 10*time.Second - tickSlack
	tickSlack = 300 * time.Millisecond
)

// held is a fetched key, or why there is none.
type held struct {
	key vault.Key
	err error
	at  time.Time // of the answer; zero: ask again
}

// due tells whether it is time to ask again for what could not be had.
func (m Model) due(h held) bool {
	wait := oneRetry
	if vault.KeyringAway(h.err) {
		wait = awayRetry
	}
	since := m.now.Sub(h.at)
	return h.err != nil && (since >= wait || since < 0)
}

func (m Model) load() tea.Cmd {
	v := m.vault
	return m.command(func() tea.Msg { return snapshot(v) })
}

func (m Model) refresh() tea.Cmd {
	v, ctx := m.vault, m.ctx
	return m.command(func() tea.Msg {
		changed, err := v.Refresh(ctx)
		if err != nil || !changed {
			return refreshed{err}
		}
		return snapshot(v)
	})
}

// fetch asks for the secrets of the rows in sight that are not held yet, all
// in one call. One is on its way at a time; its answer asks for what scrolled
// in since.
func (m Model) fetch() (Model, tea.Cmd) {
	if m.fetching || m.vault == nil {
		return m, nil
	}
	var want []string
	for _, h := range m.reach() {
		r := m.rows[h.row]
		if got, have := m.held[r.account.ID]; have && !m.due(got) || r.counter() || r.aside != "" {
			continue
		}
		want = append(want, r.account.ID)
	}
	if len(want) == 0 {
		return m, nil
	}
	m.fetching = true
	v, ctx, generation := m.vault, m.ctx, m.generation
	return m, m.command(func() tea.Msg {
		got := make(map[string]held, len(want))
		for id, one := range v.Keys(ctx, want) {
			got[id] = held{key: one.Key, err: one.Err}
		}
		return fetched{generation, got}
	})
}

// took takes an answer with secrets in. One about rows that have changed since
// is forgotten, and asked for anew.
func (m Model) took(msg fetched) (Model, tea.Cmd) {
	m.fetching = false
	if msg.generation == m.generation {
		m.hold(msg.held)
	} else {
		msg.clear()
	}
	m, copying := m.takeWanted()
	m, more := m.fetch()
	return m, tea.Batch(copying, more)
}

// hold keeps fetched secrets and lets go of those out of sight beyond the bound.
func (m *Model) hold(got map[string]held) {
	for id, h := range got {
		h.at = m.now
		m.held[id] = h
	}
	m.lay()
	m.follow()
	if len(m.held) <= keysKept {
		return
	}
	sight := map[string]bool{}
	for _, h := range m.reach() {
		sight[m.rows[h.row].account.ID] = true
	}
	for id, h := range m.held {
		if !sight[id] {
			h.key.Secret.Clear()
			delete(m.held, id)
		}
	}
}

// notice looks at the rows in sight that have no code: whether the keyring
// keeps them back, and whether there is anything to ask again for.
func (m *Model) notice() {
	m.alarm, m.failing = nil, false
	for _, h := range m.reach() {
		err := m.held[m.rows[h.row].account.ID].err
		m.failing = m.failing || err != nil
		if m.alarm == nil && vault.KeyringAway(err) {
			m.alarm = err
		}
	}
}
