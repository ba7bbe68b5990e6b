// Package unlock is the screen before the accounts: the first start, the
// passphrase of a file vault, and what to do when the vault cannot be opened.
//
// It finds out what is there by the hooks it is given, opens the vault in a
// command, and hands it to the root by the message Opened. It never makes a
// vault where there may be one already. What comes after is the root's.
package unlock

import (
	"context"
	"errors"
	"time"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"twofold/tui/theme"
	"twofold/tui/widget"
	"twofold/vault"
)

// Hooks are the ways to a vault. Both may block and run in a command.
type Hooks struct {
	Inspect func(ctx context.Context, kind vault.Kind) (vault.Status, error)
	// Open gets an empty passphrase when none was typed. It may then take one
	// from elsewhere, or answer vault.ErrPassphraseNeeded.
	Open func(ctx context.Context, kind vault.Kind, passphrase vault.Secret) (*vault.Vault, error)
	// HasPassphrase tells that Open knows a passphrase already, so that none
	// needs to be typed for a new file vault.
	HasPassphrase bool
	// UnlockKeyring asks the keyring to unlock, and waits for the person to
	// answer its question, or for ctx. Nil means that it cannot be asked.
	UnlockKeyring func(ctx context.Context) error
}

// Then is what the person wanted when the vault was opened.
type Then int

// What comes after opening.
const (
	ThenCodes Then = iota
	ThenPicture
	ThenKey
)

// Opened hands the open vault to the root.
type Opened struct {
	Vault *vault.Vault
	Then  Then
	// Passphrase is the one that was typed for a vault that is not made yet;
	// whoever closes the vault clears it. Empty for others.
	Passphrase vault.Secret
}

// DemoRequested asks the root for the handshake, with nothing stored.
type DemoRequested struct{}

type stage int

const (
	stageLooking stage = iota // nothing known yet
	stageWelcome              // no vault yet
	stageNew                  // a passphrase for a new file vault, typed twice
	stageAsk                  // the passphrase of the file vault there is
	stageTrouble              // it can't be opened
	stageLocked               // it was open; a key opens it again
)

// Model is the screen.
type Model struct {
	ctx   context.Context
	hooks Hooks
	theme theme.Theme
	keys  Keys

	ask tea.Msg // of the root

	width, height int

	stage   stage
	status  vault.Status
	kind    vault.Kind // chosen by the person on the first start; else automatic
	then    Then
	after   string // what is added once the vault is open, for a sentence
	err     error
	request int // number of the newest request; older answers are dropped
	working bool
	slow    bool // long enough to say so

	quiet    bool // a look that nobody asked for is under way
	lookedAt time.Time
	stop     func()       // of the waiting for the keyring to unlock; nil for none
	tried    vault.Secret // the passphrase that was typed
	why      string       // it was locked

	pass, again textinput.Model
	focus       int // 0 pass, 1 again
	said        string
	hint        hint
}

// New is the screen before anything is known; Init's command looks.
func New(ctx context.Context, hooks Hooks, t theme.Theme) Model {
	m := Model{ctx: ctx, hooks: hooks, keys: defaultKeys(), request: 1, working: true}
	for _, in := range []*textinput.Model{&m.pass, &m.again} {
		*in = textinput.New()
		in.Prompt = ""
		in.EchoMode = textinput.EchoPassword
		in.EchoCharacter = '•'
		in.CharLimit = 512
		in.SetWidth(36)
	}
	return m.SetTheme(t)
}

// Init looks what is there.
func (m Model) Init() tea.Cmd { return m.inspect() }

// SetTheme changes the styles.
func (m Model) SetTheme(t theme.Theme) Model {
	m.theme = t
	m.pass.SetStyles(t.Input())
	m.again.SetStyles(t.Input())
	return m
}

// SetSize sets the cells that View fills.
func (m Model) SetSize(width, height int) Model {
	m.width, m.height = width, height
	for _, in := range []*textinput.Model{&m.pass, &m.again} {
		in.SetWidth(max(8, min(36, width-20)))
	}
	return m
}

// Slow says that looking and opening take long enough to be worth a sentence.
func (m Model) Slow() Model {
	m.slow = true
	return m
}

// Typing tells whether letters go into a passphrase at this moment.
func (m Model) Typing() bool { return m.stage == stageNew || m.stage == stageAsk }

// After says what is added once the vault is open.
func (m Model) After(what string) Model {
	m.after = what
	return m
}

// Awaited is what After said, unless the person went back since.
func (m Model) Awaited() string { return m.after }

// Refuse answers a link or a picture that came while a passphrase is typed: it
// is not to become a part of it.
func (m Model) Refuse() Model {
	m.said = "Finish the passphrase first, then paste again."
	return m
}

// Proceed goes on to the open vault, asking for a passphrase first where one
// is needed. The root calls it when a paste wants a vault.
func (m Model) Proceed(then Then) (Model, tea.Cmd) {
	m.then = then
	if m.stage != stageWelcome || m.working {
		return m, nil
	}
	if m.asksFirst() {
		m.stage, m.said, m.focus = stageNew, "", 0
		return m, m.pass.Focus()
	}
	return m.open(vault.Secret{})
}

// asksFirst tells whether a new vault wants a passphrase typed before anything
// else. It is made with its first account, so a passphrase for an empty list
// would be forgotten again.
func (m Model) asksFirst() bool { return m.chosen() == vault.KindFile && !m.hooks.HasPassphrase }

// chosen is the kind of vault that would be made.
func (m Model) chosen() vault.Kind {
	if m.kind != vault.KindAuto {
		return m.kind
	}
	return m.status.Kind
}

// hasKeyring tells whether the other way is open too.
func (m Model) hasKeyring() bool { return m.status.Keyring.State == vault.StateUsable }

// Status is the sentence at the bottom.
func (m Model) Status() string {
	if m.stage == stageWelcome && m.err != nil {
		return widget.Clean(m.err.Error())
	}
	return ""
}

type (
	inspected struct {
		request int
		status  vault.Status
		err     error
	}
	opened struct {
		request int
		vault   *vault.Vault
		err     error
	}
)

func (m Model) inspect() tea.Cmd {
	ctx, look, kind, n := m.ctx, m.hooks.Inspect, m.kind, m.request
	return func() tea.Msg {
		if look == nil {
			return inspected{n, vault.Status{}, errors.New("no vault here")}
		}
		s, err := look(ctx, kind)
		return inspected{n, s, err}
	}
}

func (m Model) open(passphrase vault.Secret) (Model, tea.Cmd) {
	m.request++
	m.working, m.said, m.tried = true, "", passphrase
	ctx, open, kind, n := m.ctx, m.hooks.Open, m.kind, m.request
	if m.stage == stageNew || m.stage == stageWelcome {
		kind = m.chosen()
	}
	return m, func() tea.Msg {
		v, err := open(ctx, kind, passphrase)
		return opened{n, v, err}
	}
}

// Asked gives what a key made the screen ask of the root, once. It is asked at
// once and not by a command: keys typed ahead go to the screen that comes.
func (m Model) Asked() (Model, tea.Msg) {
	ask := m.ask
	m.ask = nil
	return m, ask
}
