package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"twofold/tui/add"
	"twofold/tui/codes"
	"twofold/tui/handshake"
	"twofold/tui/paste"
	"twofold/tui/theme"
	"twofold/tui/trash"
	"twofold/tui/unlock"
	"twofold/tui/widget"
	"twofold/vault"
)

type screen int

const (
	inUnlock screen = iota
	inCodes
	inAdd
	inTrash
	inHandshake
)

// Model is the root.
type Model struct {
	ctx   context.Context
	opts  Options
	owned *owned
	theme theme.Theme
	keys  keys
	clock func() tea.Cmd // the next tick
	soon  func() tea.Cmd // says slow, a little later

	width, height int
	plain         bool // colors don't reach the screen
	now           time.Time

	in      screen
	from    screen // where Esc in adding or the handshake leads
	help    bool
	helpTop int
	pending paste.Found // pasted before a vault was open

	touchedAt     time.Time    // the last key or paste
	here          string       // id of the account that was selected when the vault was closed
	said          string       // what to say when it is open again
	adding        bool         // the screen that adds is to come back then
	passphrase    vault.Secret // of a vault that may not be made yet
	notedAt       time.Time
	notePending   bool
	noting        int // number of the newest question for notes
	unlocking     int // number of the newest question to the keyring
	stopUnlocking func()

	vault     *vault.Vault
	unlock    unlock.Model
	codes     codes.Model
	add       add.Model
	trash     trash.Model
	handshake handshake.Model
}

func newModel(ctx context.Context, o Options) Model {
	if o.Now == nil {
		o.Now = time.Now
	}
	t := theme.Unknown() // until the terminal answers
	m := Model{
		ctx: ctx, opts: o, owned: &owned{closing: o.Closing}, theme: t, keys: defaultKeys(), now: o.Now(), touchedAt: o.Now(),
		clock: func() tea.Cmd { return everySecond(ctx) },
		soon:  func() tea.Cmd { return afterSoon(ctx) },
		unlock: unlock.New(ctx, unlock.Hooks{
			Inspect: o.Inspect, Open: o.Open, HasPassphrase: o.HasPassphrase, UnlockKeyring: o.UnlockKeyring,
		}, t),
	}
	m.handshake = handshake.New(ctx, m.startWalk, t)
	if !m.hasAccounts() {
		m.handshake = m.handshake.Alone()
	}
	if o.Screen == ScreenHandshake {
		m.in, m.from = inHandshake, inHandshake
	}
	m.width, m.height = o.Width, o.Height
	return m
}

// Init asks for the background, begins the clock and the first screen.
func (m Model) Init() tea.Cmd {
	first := tea.Batch(m.unlock.Init(), m.soon())
	if m.in == inHandshake {
		first = func() tea.Msg { return openHandshake{} }
	}
	return tea.Batch(tea.RequestBackgroundColor, m.clock(), first)
}

// openHandshake begins the walk of a program that starts with it.
type openHandshake struct{}

// hasAccounts tells whether there is, or can be, a list of accounts.
func (m Model) hasAccounts() bool { return m.opts.Open != nil }

// typing tells whether letters belong to a field rather than to the root.
func (m Model) typing() bool {
	switch m.in {
	case inUnlock:
		return m.unlock.Typing()
	case inCodes:
		return m.codes.Typing()
	case inAdd:
		return m.add.Typing()
	}
	return false
}

// info is the end of the tab line.
func (m Model) info() string {
	switch {
	case m.in == inHandshake:
		return m.handshake.Info()
	case m.vault == nil:
		return ""
	}
	n := m.codes.Count()
	kind := string(m.vault.Kind())
	if n == 1 {
		return kind + " · 1 account"
	}
	return kind + " · " + widget.Number(n) + " accounts"
}
