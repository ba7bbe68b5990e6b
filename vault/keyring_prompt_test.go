//go:build linux

package vault

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"twofold/vault/keyringtest"
)

// aPrompter shows the prompts of a keyring, and makes its display that of this test.
func aPrompter(t *testing.T, k *keyringtest.Keyring) *keyringtest.Prompter {
	t.Helper()
	needMissing(t, keyringtest.MissingPrompter())
	p, err := k.StartPrompter()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Stop)
	t.Setenv("DISPLAY", p.Display)
	return p
}

// startAsking asks in the background, and gives the answer when the prompt has ended.
func startAsking(ctx context.Context, s *systemKeyring, patience time.Duration) (asked <-chan string, answer <-chan error) {
	name, done := make(chan string, 1), make(chan error, 1)
	go func() { done <- s.askPerson(ctx, func(provider string) { name <- provider }, patience) }()
	return name, done
}

func TestAPersonUnlocksTheKeyring(t *testing.T) {
	k := aLockedKeyring(t)
	setBus(t, k)
	p := aPrompter(t, k)
	s := aSystemKeyring(t)
	quickly(t, "a locked keyring that can ask", func() { isReason(t, s.probe(t.Context()).Err, ReasonLocked, gnomeKeyring) })
	_, err := s.get(t.Context(), "x")
	isReason(t, err, ReasonLocked, gnomeKeyring)

	asked, answer := startAsking(t.Context(), s, time.Minute)
	if err := p.Answer(t.Context(), "one"); err != nil {
		t.Fatal(err)
	}
	if err := <-answer; err != nil {
		t.Fatal(err)
	}
	if name := <-asked; name != gnomeKeyring {
		t.Errorf("waited for %q", name)
	}
	if _, err := s.get(t.Context(), "x"); !errors.Is(err, errItemAbsent) {
		t.Errorf("unlocked, and %v", err)
	}
	// There is nothing to ask any more.
	if err := UnlockKeyring(t.Context(), func(string) { t.Error("asked again") }); err != nil {
		t.Error(err)
	}
}

func TestAPromptThatDoesNotUnlock(t *testing.T) {
	for name, c := range map[string]struct {
		reason KeyringReason
		end    func(t *testing.T, p *keyringtest.Prompter, k *keyringtest.Keyring, cancel func())
		wait   time.Duration
	}{
		"closed": {ReasonDismissed, func(t *testing.T, p *keyringtest.Prompter, _ *keyringtest.Keyring, _ func()) {
			if err := p.Dismiss(t.Context()); err != nil {
				t.Error(err)
			}
		}, time.Minute},
		"left by Ctrl-C": {ReasonUnanswered, func(t *testing.T, p *keyringtest.Prompter, _ *keyringtest.Keyring, cancel func()) {
			if err := p.Wait(t.Context()); err != nil {
				t.Error(err)
			}
			cancel()
		}, time.Minute},
		"never answered": {ReasonUnanswered, func(*testing.T, *keyringtest.Prompter, *keyringtest.Keyring, func()) {}, time.Second},
		"the keyring ends": {ReasonProviderGone, func(t *testing.T, p *keyringtest.Prompter, k *keyringtest.Keyring, _ func()) {
			if err := p.Wait(t.Context()); err != nil {
				t.Error(err)
			}
			k.StopProvider()
		}, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			k := aLockedKeyring(t)
			setBus(t, k)
			p := aPrompter(t, k)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			s := aSystemKeyring(t)
			asked, answer := startAsking(ctx, s, c.wait)
			<-asked
			c.end(t, p, k, cancel)
			err := <-answer
			isReason(t, err, c.reason, gnomeKeyring)
			if stopped := errors.Is(err, context.Canceled); stopped != (name == "left by Ctrl-C") {
				t.Errorf("stopped %v: %v", stopped, err)
			}
			if c.reason == ReasonProviderGone {
				return
			}
			// A prompt that was taken back leaves no dead lock: it can be asked again.
			_, answer = startAsking(t.Context(), s, time.Minute)
			if err := p.Answer(t.Context(), "one"); err != nil {
				t.Fatal(err)
			}
			if err := <-answer; err != nil {
				t.Errorf("asked once more: %v", err)
			}
		})
	}
}

// A display alone shows no prompt of GNOME Keyring: that is another program.
func TestADisplayWithoutAPrompter(t *testing.T) {
	setBus(t, aLockedKeyring(t))
	t.Setenv("WAYLAND_DISPLAY", "wayland-0")
	quickly(t, "UnlockKeyring", func() {
		isReason(t, UnlockKeyring(t.Context(), func(string) { t.Error("asked") }), ReasonLockedNoPrompt, gnomeKeyring)
	})
}

func needMissing(t testing.TB, missing []string) {
	t.Helper()
	if len(missing) > 0 {
		need(t, strings.Join(missing, ", "))
	}
}
