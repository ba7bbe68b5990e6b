// Package add is the screen that adds accounts: from a picture, the screen, the
// clipboard or a link, or from a key typed by hand.
//
// Whatever the way, it ends at one confirmation that shows what would be added
// with its code of this second, before anything is stored. Parts of an export
// are kept until it is left. Reading and decoding pictures run in commands. Where the screen came from, and where it
// goes, is the root's to know: it hears Done or Left.
package add

import (
	"context"
	"time"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"twofold/tui/paste"
	"twofold/tui/theme"
	"twofold/vault"
)

// Vault is what the screen asks of an open vault, in commands.
type Vault interface {
	Accounts() []vault.Account
	Key(ctx context.Context, id string) (vault.Key, error)
	Add(ctx context.Context, k vault.Key) (vault.Account, error)
	Merge(ctx context.Context, keys []vault.Key, progress func(done, total int)) ([]vault.Step, error)
}

// Done says that accounts were added; Left that none were.
type (
	Done struct {
		Added []vault.Account
		Said  string // one sentence about what happened
	}
	Left struct{}
)

type stage int

const (
	stageMenu    stage = iota
	stagePath          // a path is typed
	stageForm          // a key is typed
	stageReading       // a picture is read
	stageConfirm       // one or several candidates
)

// candidate is an account that might be added.
type candidate struct {
	key    vault.Key
	from   string         // "in shot.png, upper left"; empty for a link or the form
	err    error          // why the text is no account
	same   *vault.Account // there already, secret and all
	twin   *vault.Account // one with the same name and another secret
	wanted bool
}

// addable tells whether Enter would add it.
func (c candidate) addable() bool { return c.err == nil && c.same == nil }

// Model is the screen.
type Model struct {
	ctx   context.Context
	vault Vault
	theme theme.Theme
	keys  Keys

	ask tea.Msg // of the root

	width, height int
	now           time.Time

	stage   stage
	back    stage // where Esc in the confirmation leads: the form, or out
	request int   // number of the newest reading; older answers are dropped
	adding  bool

	path    textinput.Model
	form    form
	sources Sources
	reading reading
	harvest
	storing *storing // while adding
	cursor  int
	notes   []string // what could not be read, by file
	said    string
}

// New is the screen with its menu.
func New(ctx context.Context, v Vault, t theme.Theme, now time.Time) Model {
	p := textinput.New()
	p.Prompt = ""
	p.CharLimit = 4096
	p.Placeholder = "for example ~/Pictures/qr.png"
	m := Model{ctx: ctx, vault: v, keys: defaultKeys(), now: now, path: p, form: newForm()}
	return m.SetTheme(t)
}

// Offer adds what pictures can come from besides files.
func (m Model) Offer(s Sources) Model {
	m.sources = s
	return m
}

// SetTheme changes the styles.
func (m Model) SetTheme(t theme.Theme) Model {
	m.theme = t
	m.path.SetStyles(t.Input())
	m.form = m.form.setTheme(t)
	return m
}

// SetSize sets the cells that View fills.
func (m Model) SetSize(width, height int) Model {
	m.width, m.height = width, height
	m.path.SetWidth(max(8, min(64, width-8)))
	m.form = m.form.setWidth(width)
	return m
}

// Tick moves the codes to the time now.
func (m Model) Tick(now time.Time) Model {
	m.now = now
	if m.adding && m.storing != nil {
		m.said = m.storing.tick()
	}
	return m
}

// Picture goes straight to the path of a picture.
func (m Model) Picture() (Model, tea.Cmd) {
	m.stage, m.said = stagePath, ""
	m.path.Reset()
	return m, m.path.Focus()
}

// TypeKey goes straight to the form.
func (m Model) TypeKey() (Model, tea.Cmd) {
	m.stage, m.said = stageForm, ""
	var cmd tea.Cmd
	m.form, cmd = m.form.focus(fieldKey)
	return m, cmd
}

// Show goes straight to the confirmation of what a paste was about.
func (m Model) Show(f paste.Found) (Model, tea.Cmd) {
	m.back = stageMenu
	return m.read(sourcesOf(f))
}

// screen looks at every monitor, clipboard at what was copied.
func (m Model) screen() (Model, tea.Cmd) {
	m.back = stageMenu
	return m.read([]source{{doing: "Looking at the screen", open: m.sources.screen}})
}

func (m Model) clipboard() (Model, tea.Cmd) {
	m.back = stageMenu
	return m.read([]source{{doing: "Looking at the clipboard", open: m.sources.clipboard}})
}

// Typing tells whether letters go into a field at this moment.
func (m Model) Typing() bool { return m.stage == stagePath || m.stage == stageForm }

// Status is the sentence at the bottom.
func (m Model) Status() string {
	if m.stage == stageConfirm || m.stage == stageReading {
		return m.said
	}
	return ""
}

// Over continues on another vault, with what was typed so far.
func (m Model) Over(v Vault) Model {
	m.vault = v
	return m
}

// Forget lets go of everything that was typed or shown, for good: answers that
// still come are dropped, and secrets in them cleared.
func (m Model) Forget() Model {
	m.stop()
	m.forget()
	return Model{theme: m.theme, request: m.request + 1}
}

// Secrets are those of the accounts that are shown, for whoever has to know
// that they were forgotten.
func (m Model) Secrets() []vault.Secret {
	out := make([]vault.Secret, len(m.candidates))
	for i, c := range m.candidates {
		out[i] = c.key.Secret
	}
	return out
}

// After makes answers to an earlier visit of the screen come too late.
func (m Model) After(before Model) Model {
	m.request = before.request + 1
	return m
}

// Asked gives what a key made the screen ask of the root, once. It is asked at
// once and not by a command: keys typed ahead go to the screen that comes.
func (m Model) Asked() (Model, tea.Msg) {
	ask := m.ask
	m.ask = nil
	return m, ask
}
