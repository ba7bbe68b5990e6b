// Package trash is the screen of the accounts that were removed: how long each
// is kept, bringing one back, and removing all for good.
//
// It shows no secret and holds none. Where it came from, and where it goes, is
// the root's to know: it hears Left.
package trash

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"twofold/tui/theme"
	"twofold/tui/widget"
	"twofold/vault"
)

// Vault is what the screen asks of an open vault. What changes it may block and
// runs in commands.
type Vault interface {
	Trash() []vault.Account
	Restore(ctx context.Context, id string) error
	EmptyTrash(ctx context.Context) (int, error)
}

// Left asks the root to leave the screen; Restored are the ids that are back,
// the last one last.
type Left struct{ Restored []string }

// Model is the screen.
type Model struct {
	ctx   context.Context
	vault Vault
	theme theme.Theme
	keys  Keys
	days  int // an account is kept; 0 is for ever

	ask tea.Msg // of the root

	width, height int
	now           time.Time

	accounts []vault.Account // the one removed last first
	cursor   int
	top      int
	request  int // number of this visit; answers to earlier ones are dropped
	emptying bool
	working  bool
	restored []string
	said     string
}

// New shows what is in the trash of v now. An account is kept for so many days
// from its removal; 0 is for ever.
func New(ctx context.Context, v Vault, days int, t theme.Theme, now time.Time) Model {
	m := Model{ctx: ctx, vault: v, days: days, theme: t, keys: defaultKeys(), now: now}
	return m.load()
}

// After makes answers to an earlier visit of the screen come too late.
func (m Model) After(before Model) Model {
	m.request = before.request + 1
	return m
}

// load takes a new look; the vault answers from memory.
func (m Model) load() Model {
	m.accounts = m.vault.Trash()
	slices.SortStableFunc(m.accounts, func(a, b vault.Account) int {
		return cmp.Or(b.Removed.Compare(a.Removed), cmp.Compare(a.Issuer, b.Issuer))
	})
	m.follow()
	return m
}

// Reload shows what another process changed.
func (m Model) Reload() Model {
	if m.vault == nil || m.working {
		return m
	}
	return m.load()
}

// SetTheme changes the styles.
func (m Model) SetTheme(t theme.Theme) Model {
	m.theme = t
	return m
}

// SetSize sets the cells that View fills.
func (m Model) SetSize(width, height int) Model {
	m.width, m.height = width, height
	m.follow()
	return m
}

// Tick moves the screen to the time now.
func (m Model) Tick(now time.Time) Model {
	m.now = now
	return m
}

// Asking tells whether the screen waits for a yes or a no.
func (m Model) Asking() bool { return m.emptying }

// Status is the sentence at the bottom.
func (m Model) Status() string {
	if m.emptying {
		return ""
	}
	return m.said
}

// Asked gives what a key made the screen ask of the root, once.
func (m Model) Asked() (Model, tea.Msg) {
	ask := m.ask
	m.ask = nil
	return m, ask
}

// kept says how long an account is still there.
func (m Model) kept(a vault.Account) string {
	if m.days <= 0 {
		return "kept"
	}
	left := a.Removed.Add(time.Duration(m.days) * 24 * time.Hour).Sub(m.now)
	switch days := int((left + 24*time.Hour - 1) / (24 * time.Hour)); {
	case left <= 0:
		return "its time is over"
	case days == 1:
		return "the last day"
	default:
		return fmt.Sprintf("%d days left", days)
	}
}

func name(a vault.Account) string {
	issuer, label := widget.Clean(a.Issuer), widget.Clean(a.Label)
	switch {
	case issuer == "" && label == "":
		return "(no name)"
	case issuer == "":
		return label
	case label == "":
		return issuer
	}
	return issuer + " · " + label
}

func trouble(err error) string {
	var twin *vault.DuplicateError
	switch {
	case errors.As(err, &twin):
		return "the same account is in the list again."
	case errors.Is(err, vault.ErrNotFound):
		return "it is not in the trash any more."
	case errors.Is(err, vault.ErrBusy):
		return "another program is changing the vault."
	case errors.Is(err, vault.ErrLocked):
		return "the keyring is locked."
	case errors.Is(err, vault.ErrKeyringUnreachable):
		return "the keyring does not answer."
	case errors.Is(err, vault.ErrNoKeyring):
		return "there is no keyring any more."
	}
	return widget.Clean(err.Error())
}
