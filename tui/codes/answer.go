package codes

import (
	tea "charm.land/bubbletea/v2"

	"twofold/vault"
)

// answer is what a command of one opening of the vault found. One that comes
// after the vault was locked, or opened anew, is not for this screen any more,
// and the secrets in it are forgotten.
type answer struct {
	session int
	msg     tea.Msg
}

// Moved says that another process moved the vault to another place.
type Moved struct{}

// After makes answers to an earlier opening of the vault come too late.
func (m Model) After(before Model) Model {
	m.session = before.session + 1
	return m
}

func (m Model) command(do func() tea.Msg) tea.Cmd {
	n := m.session
	return func() tea.Msg { return answer{n, do()} }
}

// late drops an answer and what is secret in it.
func late(msg tea.Msg) {
	if got, ok := msg.(fetched); ok {
		got.clear()
	}
}

func (f fetched) clear() {
	for _, one := range f.held {
		one.key.Secret.Clear()
	}
}

// Forget lets go of every secret and every code, for good: what is shown
// after it is nothing, and what still comes is dropped.
func (m Model) Forget() Model {
	for id, h := range m.held {
		h.key.Secret.Clear()
		delete(m.held, id)
	}
	clear(m.made)
	return Model{theme: m.theme, session: m.session + 1}
}

// Selected is the id of the account under the cursor; empty for none.
func (m Model) Selected() string {
	r, _ := m.selected()
	return r.account.ID
}

// LockRequested asks the root to lock, TrashRequested for the trash.
type (
	LockRequested  struct{}
	TrashRequested struct{}
)

var _ Vault = (*vault.Vault)(nil)
