// Package tui is the terminal interface: the root that routes between screens.
//
// The root knows the size of the terminal, which screen is in front, the keys
// that work everywhere, and who is asked when a screen asks. It knows no rules:
// accounts and codes are the vault's, the walk is package walk's, and a new
// screen is one folder here and one line in each of the root's few lists.
// Screens never import each other; they ask by message.
package tui

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"twofold/tui/walk"
	"twofold/vault"
)

// fps bounds how often the terminal is written to. A key is on the screen
// within a thirtieth of a second; between keys, the bound is what idling costs.
const fps = 30

// Run shows the interface until the person quits, ctx is done (then its error
// is returned) or the terminal fails. The vault that was opened and the
// verifier that was started are closed when it returns.
func Run(ctx context.Context, o Options) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	m := newModel(ctx, o)
	defer m.owned.close()
	opts := []tea.ProgramOption{tea.WithContext(ctx), tea.WithFPS(fps)}
	if o.Input != nil {
		opts = append(opts, tea.WithInput(o.Input))
	}
	if o.Output != nil {
		opts = append(opts, tea.WithOutput(o.Output))
	}
	if o.Environ != nil {
		opts = append(opts, tea.WithEnvironment(o.Environ))
	}
	if o.Width > 0 && o.Height > 0 {
		opts = append(opts, tea.WithWindowSize(o.Width, o.Height))
	}
	_, err := tea.NewProgram(m, opts...).Run()
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return cause
	}
	if errors.Is(err, tea.ErrInterrupted) {
		return nil
	}
	return err
}

// New is the interface as a model, for a program of one's own. What it opens
// is closed when the program's process ends.
func New(o Options) tea.Model { return newModel(context.Background(), o) }

// owned is what was opened on the way and has to be closed at the end, also by
// a command that is still under way then.
type owned struct {
	mu     sync.Mutex
	closed bool
	vaults []*vault.Vault
	stop   func() // of the verifier that runs

	closing func(*vault.Vault) // see Options.Closing
}

func (o *owned) vault(v *vault.Vault) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return errors.Join(errors.New("the program has ended"), v.Close())
	}
	o.vaults = append(o.vaults, v)
	return nil
}

// release closes one before the end.
func (o *owned) release(v *vault.Vault) {
	_ = v.Close() // it only forgets keys
	o.mu.Lock()
	defer o.mu.Unlock()
	o.vaults = slices.DeleteFunc(o.vaults, func(other *vault.Vault) bool { return other == v })
}

// verifier takes the place of the one before, which is stopped.
func (o *owned) verifier(stop func()) {
	o.mu.Lock()
	before, late := o.stop, o.closed
	if !late {
		o.stop = stop
	}
	o.mu.Unlock()
	if before != nil {
		before()
	}
	if late {
		stop()
	}
}

func (o *owned) close() {
	o.mu.Lock()
	o.closed = true
	stop, vaults := o.stop, o.vaults
	o.stop, o.vaults = nil, nil
	o.mu.Unlock()
	if stop != nil {
		stop()
	}
	for _, v := range vaults {
		if o.closing != nil {
			o.closing(v)
		}
		_ = v.Close() // it only forgets keys
	}
}

// startWalk gives the handshake screen a verifier, an empty vault and a walk
// between them.
func (m Model) startWalk(ctx context.Context) (*walk.Walk, error) {
	if m.opts.StartVerifier == nil {
		return nil, errors.New("this build has no verifier")
	}
	client, stop, err := m.opts.StartVerifier(ctx)
	if err != nil {
		return nil, err
	}
	v := vault.Throwaway(vault.Options{})
	m.owned.verifier(func() {
		client.CloseIdle()
		if stop != nil {
			stop()
		}
		_ = v.Close() // memory only
	})
	return walk.New(client, v, walk.Options{}), nil
}

// soon is when a vault that is still being opened is worth a sentence: a
// quick one never flickers.
const soon = 150 * time.Millisecond

type tick time.Time

// slow says that soon is over.
type slow struct{}

func afterSoon(ctx context.Context) tea.Cmd {
	return func() tea.Msg {
		t := time.NewTimer(soon)
		defer t.Stop()
		select {
		case <-t.C:
			return slow{}
		case <-ctx.Done():
			return nil
		}
	}
}

// everySecond is aligned to the wall clock, so that all countdowns change with
// it. It is tea.Every with an end: that one waits on after the program is over.
func everySecond(ctx context.Context) tea.Cmd {
	return func() tea.Msg {
		now := time.Now()
		t := time.NewTimer(now.Truncate(time.Second).Add(time.Second).Sub(now))
		defer t.Stop()
		select {
		case at := <-t.C:
			return tick(at)
		case <-ctx.Done():
			return nil
		}
	}
}
