// Package walk is the demonstration of one complete handshake, step by step,
// as values: a person signs up at a verifier, sets up an authenticator from the
// picture the verifier shows, signs in, and sees a code refused the second time.
//
// It promises to be honest. Every step is done for real, over HTTP and with the
// vault it is given, and checks that what happened is what its entries say; if
// not, the walk ends with an error that is ErrBroken. It draws nothing and
// starts nothing: a screen or a command shows the steps, and whoever calls New
// owns the verifier and the vault.
//
// Time passes only as the walk says: it moves the verifier's clock through the
// lab API before each step, and the authenticator's follows. So no step waits
// for a period to end, and a person may take as long as they like between two.
package walk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"twofold/vault"
	"twofold/verifier/api"
)

// Side is who does something in a step.
type Side string

// The three sides. They meet only where a phone and a server meet.
const (
	You           Side = "you"
	Authenticator Side = "authenticator"
	Verifier      Side = "verifier"
)

// Entry is one line of a step: something that a side does or finds, or, where
// To is set, something that crosses from Side to To. It never holds a secret;
// codes are in it, of an account that lives as long as the walk.
type Entry struct {
	Side Side   `json:"side"`
	Text string `json:"text"`
	To   Side   `json:"to,omitempty"`
}

// Step is one step of the walk, done.
type Step struct {
	Number  int       `json:"step"` // from 1
	Of      int       `json:"of"`
	Title   string    `json:"title"`
	At      time.Time `json:"at"` // by the clock of both sides
	Entries []Entry   `json:"entries"`
}

// ErrBroken is what happened when it is not what was promised.
var ErrBroken = errors.New("the promise was not kept")

// Options are what the person in the walk is called and types. Empty fields get
// made-up values.
type Options struct {
	Email    string
	Password string
	AppName  string
}

// Walk is a walk under way. It is used by one goroutine at a time.
type Walk struct {
	client *api.Client
	vault  *vault.Vault
	opts   Options

	done int
	err  error

	now     time.Time
	seen    int64 // number of the last event looked at
	flow    string
	uri     string
	key     vault.Key
	id      string // of the account in the vault
	session string
	code    string // what the person read last
	stepNo  uint64 // the step that code is of
	entries []Entry

	signUpAllowed bool // by the roll-out; otherwise an administrator invites
	required      bool // by the roll-out: no sign-in ends without a second step
	skew          int  // steps that the roll-out accepts either side
}

// New begins a walk between the verifier behind client and the vault v. Both
// should be throwaways: the walk leaves an account in each.
func New(client *api.Client, v *vault.Vault, o Options) *Walk {
	if o.Email == "" {
		o.Email = "ada@example.com"
	}
	if o.Password == "" {
		o.Password = "the engine weaves patterns"
	}
	if o.AppName == "" {
		o.AppName = "Twofold on my desk"
	}
	return &Walk{client: client, vault: v, opts: o}
}

// Len is the number of steps.
func (w *Walk) Len() int { return len(steps) }

// Done tells whether nothing is left to do: every step was taken, or one failed.
func (w *Walk) Done() bool { return w.err != nil || w.done == len(steps) }

// Next takes the next step. With an error, the Step holds what happened until
// then, and the walk is over. After the last step, and after an error, Next
// gives an error again.
func (w *Walk) Next(ctx context.Context) (Step, error) {
	if w.err != nil {
		return Step{}, w.err
	}
	if w.done == len(steps) {
		return Step{}, errors.New("the walk is over")
	}
	s := steps[w.done]
	w.entries = nil
	out := Step{Number: w.done + 1, Of: len(steps), Title: s.title}
	err := w.tick(ctx)
	if err == nil {
		err = s.do(w, ctx)
	}
	out.At, out.Entries = w.now, w.entries
	if err != nil {
		w.err = fmt.Errorf("step %d, %s: %w", out.Number, s.title, err)
		return out, w.err
	}
	w.done++
	return out, nil
}

// tick lets one second pass, for both sides. The first one begins at the start
// of a period, so that no code of the walk ends while it is on its way.
func (w *Walk) tick(ctx context.Context) error {
	if w.now.IsZero() {
		c, err := w.client.Clock(ctx)
		if err != nil {
			return fmt.Errorf("read the verifier's clock: %w", err)
		}
		w.now = c.Now.Truncate(period).Add(period)
	}
	return w.moveTo(ctx, w.now.Add(time.Second))
}

func (w *Walk) moveTo(ctx context.Context, at time.Time) error {
	c, err := w.client.SetClock(ctx, api.ClockChange{Now: &at})
	if err != nil {
		return fmt.Errorf("move the verifier's clock: %w", err)
	}
	if off := c.Now.Sub(at); off < -time.Second || off > period/2 {
		return broken("the verifier's clock was set to %s and says %s", at.Format(time.TimeOnly), c.Now.Format(time.TimeOnly))
	}
	w.now = at
	return nil
}

func broken(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrBroken, fmt.Sprintf(format, args...))
}

func (w *Walk) says(side Side, format string, args ...any) {
	w.entries = append(w.entries, Entry{Side: side, Text: fmt.Sprintf(format, args...)})
}

func (w *Walk) crosses(from, to Side, format string, args ...any) {
	w.entries = append(w.entries, Entry{Side: from, To: to, Text: fmt.Sprintf(format, args...)})
}

// event gives the newest event of a type since the last look, from the tester's side.
func (w *Walk) event(ctx context.Context, kinds ...string) (api.Event, error) {
	events, err := w.client.Events(ctx)
	if err != nil {
		return api.Event{}, fmt.Errorf("read the verifier's events: %w", err)
	}
	var found *api.Event
	last := w.seen
	for i, e := range events {
		if e.Seq <= w.seen {
			continue
		}
		last = max(last, e.Seq)
		for _, k := range kinds {
			if e.Type == k {
				found = &events[i]
			}
		}
	}
	w.seen = last
	if found == nil {
		return api.Event{}, broken("the verifier recorded no %q", kinds[0])
	}
	return *found, nil
}
