// Package handshake is the screen with both sides of one login: the person, the
// authenticator and the verifier in three columns, and what crosses between them.
//
// It shows the steps of package walk, one a key or by itself, as they happen.
// Starting the verifier is a hook's; ending it is asked of whoever gave the hook.
package handshake

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"twofold/tui/theme"
	"twofold/tui/walk"
)

// Start makes a fresh walk, with a verifier and a vault of its own. It may
// block and runs in a command. What the walk needs lives until the next Start,
// or until the program ends.
type Start func(ctx context.Context) (*walk.Walk, error)

// Left asks the root to leave the screen.
type Left struct{}

// pace is the time between two steps when it plays by itself.
const pace = 1400 * time.Millisecond

// Model is the screen.
type Model struct {
	ctx   context.Context
	start Start
	theme theme.Theme
	keys  Keys

	ask tea.Msg // of the root

	width, height int

	walk    *walk.Walk
	request int // number of the newest walk; answers of older ones are dropped
	busy    bool
	playing bool
	steps   []walk.Step
	broken  bool // the last of steps ended in err
	err     error
	up      int // lines scrolled back from the end
}

// New is the screen before a walk; Open's command begins one.
func New(ctx context.Context, start Start, t theme.Theme) Model {
	return Model{ctx: ctx, start: start, theme: t, keys: defaultKeys()}
}

// Open begins a walk unless one is there.
func (m Model) Open() (Model, tea.Cmd) {
	if m.walk != nil || m.busy {
		return m, nil
	}
	return m.begin()
}

// Play lets the walk go on by itself, as soon as it can.
func (m Model) Play() (Model, tea.Cmd) {
	m.playing = true
	return m.next()
}

// Alone says that there is nowhere to leave to.
func (m Model) Alone() Model {
	m.keys.Leave.SetEnabled(false)
	return m
}

// SetTheme changes the styles.
func (m Model) SetTheme(t theme.Theme) Model {
	m.theme = t
	return m
}

// SetSize sets the cells that View fills.
func (m Model) SetSize(width, height int) Model {
	m.width, m.height = width, height
	return m
}

// ended tells whether the walk has no step left.
func (m Model) ended() bool { return m.walk != nil && m.walk.Done() && !m.busy }

// Status is the sentence at the bottom.
func (m Model) Status() string {
	switch {
	case m.err != nil:
		return "It stopped: " + m.err.Error()
	case m.ended():
		return "Done. One code, accepted once."
	}
	return ""
}

// Info is where the walk stands, for the end of the tab line.
func (m Model) Info() string {
	if len(m.steps) == 0 || m.walk == nil {
		return ""
	}
	last := m.steps[len(m.steps)-1]
	return last.At.Format(time.TimeOnly) + " · step " + fraction(last)
}

// Asked gives what a key made the screen ask of the root, once. It is asked at
// once and not by a command: keys typed ahead go to the screen that comes.
func (m Model) Asked() (Model, tea.Msg) {
	ask := m.ask
	m.ask = nil
	return m, ask
}
