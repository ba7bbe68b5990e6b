// Package codes is the screen of the accounts with their codes.
//
// It shows every account of a vault with the code of this second, finds,
// copies and removes them. Secrets are fetched for the rows in sight alone and
// kept here; each second's codes come from memory and touch no keyring. Adding
// is asked of the root by a message; drawing the frame around it is the root's.
package codes

import (
	"context"
	"time"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"twofold/tui/theme"
	"twofold/tui/widget"
	"twofold/vault"
)

// Vault is what the screen asks of an open vault. Every method may block and
// runs in a command.
type Vault interface {
	Accounts() []vault.Account
	SetAside() []vault.Damaged
	Refresh(ctx context.Context) (changed bool, err error)
	Keys(ctx context.Context, ids []string) map[string]vault.Fetched
	Code(ctx context.Context, id string, at time.Time) (vault.Code, error)
	Remove(ctx context.Context, id string) error
	Restore(ctx context.Context, id string) error
}

// AddRequested asks the root for the screen that adds an account.
type AddRequested struct{}

const (
	// nearEnd is when a code's successor is shown, and copied in its place.
	nearEnd = 5 * time.Second
	// clipboardLife is how long a code stays in the clipboard.
	clipboardLife = 30 * time.Second
	// undoLife is how long `u` brings the last removed account back.
	undoLife = 30 * time.Second
	// sentenceLife is how long the line at the bottom keeps what happened.
	sentenceLife = 8 * time.Second
)

// Model is the screen. Its zero value shows nothing; New makes a working one.
type Model struct {
	ctx   context.Context
	vault Vault
	theme theme.Theme
	keys  Keys

	ask tea.Msg // of the root

	width, height int
	now           time.Time

	rows     []row
	loaded   bool
	found    []hit // what the filter left, in the order shown
	cursor   int   // in found
	top      int   // first row in sight
	columns  columns
	words    []word // of the filter
	widest   widths
	period   time.Duration // the period of most accounts: the shared countdown's
	keep     string        // id to select once it is there
	troubles string        // why the last refresh failed

	filter    textinput.Model
	filtering bool

	held       map[string]held   // secrets of rows in sight, by id
	made       map[string]string // counter-based codes made in this session, by id
	session    int               // of the opened vault; answers of older ones are dropped
	generation int               // of the rows, within a session
	fetching   bool
	refreshing bool

	alarm     error // of the keyring as a whole, while rows in sight suffer from it
	failing   bool  // some row in sight could not be read
	notes     Notes
	unlocks   bool // the root can ask the keyring to unlock
	unlocking bool
	snoozes   bool // the root can put the reminder of a backup off

	wanted    string // id to copy once its secret is here
	removing  string // id waiting for a yes
	removed   vault.Account
	undoUntil time.Time
	working   bool // a counter or a removal is on its way

	phone phone
	plain bool // colors don't reach the screen

	said      string
	saidUntil time.Time
	clearAt   time.Time // when the clipboard is emptied; zero: holds nothing of ours
	copied    string    // name of what is in the clipboard
	copiedWas string    // "next " where the next code was taken
}

// New shows the vault v. The first rows arrive by the command of Init.
func New(ctx context.Context, v Vault, t theme.Theme, now time.Time) Model {
	input := textinput.New()
	input.Prompt = "/ "
	input.CharLimit = 200
	m := Model{
		ctx: ctx, vault: v, theme: t, keys: DefaultKeys(), now: now, filter: input, period: 30 * time.Second,
		held: map[string]held{}, made: map[string]string{},
	}
	return m.SetTheme(t)
}

// Init loads the accounts.
func (m Model) Init() tea.Cmd { return m.load() }

// SetTheme changes the styles.
func (m Model) SetTheme(t theme.Theme) Model {
	m.theme = t
	m.filter.SetStyles(t.Input())
	return m
}

// SetSize sets the cells that View fills, and fetches what came into sight.
func (m Model) SetSize(width, height int) (Model, tea.Cmd) {
	m.width, m.height = width, height
	m.filter.SetWidth(max(8, width-24))
	m.lay()
	m.follow()
	return m.fetch()
}

// Select moves the cursor to the account with this id, now or as soon as it is
// loaded.
func (m Model) Select(id string) Model {
	m.keep = id
	return m
}

// Reload reads the accounts again, for instance after one was added.
func (m Model) Reload() (Model, tea.Cmd) { return m, m.load() }

// Typing tells whether letters go into the filter at this moment.
func (m Model) Typing() bool { return m.filtering }

// Count is the number of accounts.
func (m Model) Count() int { return len(m.rows) }

// Say puts a sentence on the line at the bottom.
func (m Model) Say(s string) Model {
	m.said, m.saidUntil = s, m.now.Add(sentenceLife)
	return m
}

// Leave is to be run before the program ends: it empties the clipboard where
// a code of ours is still due to be cleared. It is nil where there is nothing to do.
func (m Model) Leave() tea.Cmd {
	if m.clearAt.IsZero() {
		return nil
	}
	return tea.SetClipboard("")
}

// ShortHelp is the three or four keys that matter now.
func (m Model) ShortHelp() []KeyBinding { return m.keys.short(m) }

// FullHelp is every key of the screen.
func (m Model) FullHelp() []widget.KeyGroup { return m.keys.full(m) }

func (m Model) selected() (row, bool) {
	if m.cursor < 0 || m.cursor >= len(m.found) {
		return row{}, false
	}
	return m.rows[m.found[m.cursor].row], true
}

// Asking tells whether the screen waits for a yes or a no.
func (m Model) Asking() bool { return m.removing != "" || m.phone.asks != "" || m.Showing() }

// Held is how many secrets are in memory.
func (m Model) Held() int { return len(m.held) }

// Asked gives what a key made the screen ask of the root, once. It is asked at
// once and not by a command: keys typed ahead go to the screen that comes.
func (m Model) Asked() (Model, tea.Msg) {
	ask := m.ask
	m.ask = nil
	return m, ask
}
