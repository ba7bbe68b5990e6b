package add

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	tea "charm.land/bubbletea/v2"

	"twofold/tui/widget"
	"twofold/vault"
)

// added is the answer to an adding.
type added struct {
	request  int
	accounts []vault.Account
	already  int
	refused  int
	err      error
	keys     []vault.Key // that were to be stored
}

// storing counts what was stored, for the clock's ticks to show.
type storing struct {
	done atomic.Int64
	of   int
}

// store adds the wanted candidates, in their order; several in one change of the vault.
func (m Model) store() (Model, tea.Cmd) {
	var keys []vault.Key
	for _, c := range m.candidates {
		if c.addable() && c.wanted {
			keys = append(keys, c.key)
		}
	}
	if len(keys) == 0 || m.adding {
		return m, nil
	}
	m.adding = true
	m.storing = &storing{of: len(keys)}
	m.said = "Adding…"
	ctx, v, n, counter := m.ctx, m.vault, m.request, m.storing
	return m, func() tea.Msg {
		out := added{request: n, keys: keys}
		if len(keys) == 1 {
			out.one(ctx, v, keys[0])
		} else {
			out.many(ctx, v, keys, func(done, _ int) { counter.done.Store(int64(done)) })
		}
		return out
	}
}

// tick says how far a long adding is.
func (s *storing) tick() string {
	if done := s.done.Load(); done > 0 && s.of > 1 {
		return fmt.Sprintf("Adding… %d of %d", done, s.of)
	}
	return "Adding…"
}

func (out *added) one(ctx context.Context, v Vault, k vault.Key) {
	a, err := v.Add(ctx, k)
	var duplicate *vault.DuplicateError
	switch {
	case errors.As(err, &duplicate):
		out.already++
	case err != nil:
		out.err = err
	default:
		out.accounts = append(out.accounts, a)
	}
}

// many: one that lies in the trash is added beside it, as it would be alone.
func (out *added) many(ctx context.Context, v Vault, keys []vault.Key, tell func(done, total int)) {
	steps, err := v.Merge(ctx, keys, tell)
	for i, s := range steps {
		switch s.Fate {
		case vault.FateNew, vault.FateBeside:
			out.accounts = append(out.accounts, s.Account)
		case vault.FateRefused:
			out.refused++
		case vault.FateTrash:
			if err == nil && out.err == nil { // else keys may be others than these steps'
				out.one(ctx, v, keys[i])
			}
		case vault.FateHere, vault.FateCounter, vault.FateMended:
			out.already++
		}
	}
	if err != nil {
		out.err = err
	}
}

// said is the sentence about what was done.
func (out added) said() string {
	var text string
	switch n := len(out.accounts); {
	case n == 0 && out.refused > 0:
		text = "Nothing added."
	case n == 0:
		return "Nothing added: it was there already."
	case n == 1:
		text = "Added " + name(out.accounts[0]) + "."
	default:
		text = fmt.Sprintf("Added %d accounts.", n)
	}
	if out.already > 0 {
		text += fmt.Sprintf(" %d were there already.", out.already)
	}
	if out.refused > 0 {
		text += fmt.Sprintf(" %d could not be taken.", out.refused)
	}
	return text
}

func wordAdd(err error) string {
	switch {
	case errors.Is(err, vault.ErrLocked):
		return "Not added: the keyring is locked. Unlock it and press ⏎ again."
	case errors.Is(err, vault.ErrKeyringUnreachable):
		return "Not added: the keyring does not answer."
	case errors.Is(err, vault.ErrNoKeyring):
		return "Not added: there is no keyring any more."
	}
	return "Not added: " + widget.Clean(err.Error())
}
