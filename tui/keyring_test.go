package tui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"twofold/tui/widget"
	"twofold/vault"
)

// TestKeyringTroubleIsSaidAndPasses: what is there goes on, what is not is
// marked, and all comes back by itself.
func TestKeyringTroubleIsSaidAndPasses(t *testing.T) {
	for _, c := range []struct {
		err          error
		sign, banner string
	}{
		{vault.ErrLocked, "locked", "The keyring is locked. Unlock it"},
		{vault.ErrKeyringUnreachable, "no answer", "The keyring does not answer. Start it again"},
		{vault.ErrNoKeyring, "no keyring", "There is no keyring any more. Start it again"},
	} {
		for _, size := range [][2]int{{40, 12}, {80, 24}, {120, 40}, {200, 60}} {
			t.Run(fmt.Sprintf("%s-%d", c.sign, size[0]), func(t *testing.T) {
				v := newMany(t, 200)
				d := deskOfSize(t, v, size[0], size[1])
				code := widget.Group(codeAt(t, d.now))
				d.shows(code)
				v.failAll = fmt.Errorf("fetch: %w", c.err)
				d.press("pgdown")
				if size[0] >= 80 {
					d.shows(c.banner)
				}
				d.shows("! ", c.sign)
				d.press("pgdown", "home")
				d.shows(code) // those it has
				d.press("end")
				calls := v.calls
				d.later(time.Second)
				if v.calls != calls {
					t.Error("the keyring was asked again after a second")
				}
				d.later(time.Second)
				if v.calls != calls+1 {
					t.Errorf("the keyring was asked %d times after two seconds", v.calls-calls)
				}
				v.failAll = nil
				d.later(2 * time.Second)
				d.hides(c.sign, "! ", "eyring")
				d.shows(widget.Group(codeAt(t, d.now)))
			})
		}
	}
}

// TestKeyringIsAskedOneByOne: an answer that does not come keeps no second
// question waiting behind it.
func TestKeyringIsAskedOneByOne(t *testing.T) {
	v := newMany(t, 3)
	v.failAll = vault.ErrKeyringUnreachable
	d := deskOf(t, v)
	calls := v.calls
	for range 10 {
		d.now = d.now.Add(time.Second)
		m, _ := d.model.Update(tick(d.now)) // its commands hang
		d.model = m.(Model)
		d.shows("The keyring does not answer.")
	}
	if v.calls != calls {
		t.Errorf("%d calls without a command", v.calls-calls)
	}
	if d.quit {
		t.Error("it ended")
	}
}

func TestBannerAsksTheKeyringToUnlock(t *testing.T) {
	v := newMany(t, 3)
	v.failAll = vault.ErrLocked
	d := deskOf(t, v)
	answer := make(chan error, 1)
	d.model.opts.UnlockKeyring = func(ctx context.Context) error {
		select {
		case err := <-answer:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	d.model.codes = d.model.codes.Offer(true, false)
	d.shows("U asks it to unlock")
	m, waiting := d.model.Update(keyPress('U'))
	d.model = m.(Model)
	d.shows("Waiting for the keyring to be unlocked. Esc stops waiting.")
	d.press("esc")
	d.shows("U asks it to unlock")
	d.run(waiting) // it ended with its context
	d.shows("U asks it to unlock")
	d.hides("Not unlocked")
	answer <- fmt.Errorf("prompt: %w", vault.ErrLocked) // the person closed the question
	d.press("U")
	d.shows("Not unlocked")
	answer <- nil
	v.failAll = nil
	d.press("U")
	d.hides("unlock it", "locked")
	d.shows(widget.Group(codeAt(t, d.now)))
}

func TestTroubleScreenGoesOnByItself(t *testing.T) {
	state := vault.ErrNoKeyring
	looks := 0
	d := newDesk(t, 80, 24, func(o *Options, _ *desk) {
		o.Inspect = func(context.Context, vault.Kind) (vault.Status, error) {
			looks++
			return vault.Status{Dir: "/home/ada", Kind: vault.KindKeyring, Exists: true, Err: state}, nil
		}
	}).furnish().start()
	d.shows("There is no keyring here.", "looks again by itself")
	d.later(time.Second)
	before := looks
	d.later(time.Second)
	d.later(time.Second)
	if n := looks - before; n != 1 {
		t.Errorf("%d looks in two seconds", n)
	}
	state = vault.ErrLocked
	d.later(2 * time.Second)
	d.shows("The keyring is locked.")
	d.press("d") // whoever looks at the demo is not called back
	state = nil
	d.later(10 * time.Second)
	d.hides("GitHub")
	d.press("esc")
	d.later(2 * time.Second)
	d.shows("GitHub")
	looks = 0
	d.later(10 * time.Second)
	if looks != 0 {
		t.Error("it still looks")
	}
}

func TestNothingIsOfferedThatCannotAsk(t *testing.T) {
	silent := &vault.KeyringError{Reason: vault.ReasonLockedNoPrompt, Provider: "GNOME Keyring"}
	locked, asked := error(silent), 0
	d := newDesk(t, 80, 24, func(o *Options, _ *desk) {
		o.Inspect = func(context.Context, vault.Kind) (vault.Status, error) {
			return vault.Status{Dir: "/home/ada", Kind: vault.KindKeyring, Exists: true, Err: locked}, nil
		}
		o.UnlockKeyring = func(context.Context) error { asked++; return silent }
	}).furnish().start()
	d.shows("Nothing in this session can ask", "r  look now")
	d.hides("unlock the keyring")
	d.press("u")
	if asked != 0 {
		t.Error("it was asked all the same")
	}

	locked = vault.ErrLocked // and what could ask is gone by the time it is
	d.press("r", "u")
	d.shows("Not unlocked: nothing in this session can ask for its password.")
}

func TestTroubleScreenAsksTheKeyringToUnlock(t *testing.T) {
	locked, stopped := true, false
	answer := make(chan error, 1)
	d := newDesk(t, 80, 24, func(o *Options, _ *desk) {
		o.Inspect = func(context.Context, vault.Kind) (vault.Status, error) {
			s := vault.Status{Dir: "/home/ada", Kind: vault.KindKeyring, Exists: true}
			if locked {
				s.Err = vault.ErrLocked
			}
			return s, nil
		}
		o.UnlockKeyring = func(ctx context.Context) error {
			select {
			case err := <-answer:
				return err
			case <-ctx.Done():
				stopped = true
				return ctx.Err()
			}
		}
	}).furnish().start()
	d.shows("u  unlock the keyring", "u unlock the keyring")
	m, waiting := d.model.Update(keyPress('u'))
	d.model = m.(Model)
	d.shows("Waiting for the keyring's question to be answered. Esc stops waiting.", "Esc stop waiting")
	d.press("esc")
	d.run(waiting)
	if !stopped {
		t.Error("it goes on waiting")
	}
	d.shows("u  unlock the keyring")
	answer <- errors.New("the prompt could not be shown")
	d.press("u")
	d.shows("Not unlocked.")
	answer <- nil
	locked = false
	d.press("u")
	d.shows("GitHub")
}

func TestNotesStandAboveTheList(t *testing.T) {
	warnings, backup := []string{}, "The last backup is 40 days old."
	snoozed := false
	d := newDesk(t, 80, 24, func(o *Options, _ *desk) {
		o.Warnings = func() []string { return warnings }
		o.BackupNote = func() string { return backup }
		o.SnoozeBackup = func() error { snoozed, backup = true, ""; return nil }
	}).furnish().start()
	d.shows("· The last backup is 40 days old. z reminds you later.")
	warnings = []string{"The automatic backup failed: no space left.", "An older copy of the vault was put back."}
	d.later(10 * time.Second)
	d.shows("! The automatic backup failed: no space left. (and 1 more)")
	d.hides("40 days")
	warnings = nil
	d.later(10 * time.Second)
	d.press("z")
	d.shows("The reminder comes back later.")
	d.hides("40 days")
	if !snoozed {
		t.Error("it was not put off")
	}
	d.press("x")
	for _, line := range strings.Split(d.text(), "\n") {
		if widget.Width(line) > 80 {
			t.Errorf("a line of %d cells: %q", widget.Width(line), line)
		}
	}
}
