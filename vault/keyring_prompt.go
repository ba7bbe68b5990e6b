//go:build linux || freebsd || netbsd || openbsd || dragonfly

package vault

import (
	"context"
	"os"
	"time"

	"github.com/godbus/dbus/v5"
)

const (
	gnomeKeyring   = "GNOME Keyring"
	gnomePrompter  = "org.gnome.keyring.SystemPrompter"
	nameOwnerEvent = busName + ".NameOwnerChanged"
)

// UnlockKeyring has the keyring ask the person for its password, and waits
// until it is unlocked, the prompt is closed, the context ends or two minutes
// have passed. Just before the prompt shows it calls waiting, unless that is
// nil, with the name of the keyring program, which may be empty.
//
// It gives no error when the keyring is unlocked already. Errors are
// KeyringErrors; one whose Reason is ReasonLockedNoPrompt says that nothing here
// could show a prompt.
func UnlockKeyring(ctx context.Context, waiting func(provider string)) error {
	s := newSystemKeyring(0)
	defer s.close()
	return s.askPerson(ctx, waiting, promptWait)
}

func (s *systemKeyring) askPerson(ctx context.Context, waiting func(provider string), patience time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.find(ctx); err != nil {
		return err
	}
	path, locked, err := s.collection(ctx)
	if err != nil || !locked {
		return err
	}
	if !s.canPrompt(ctx) {
		return &KeyringError{Reason: ReasonLockedNoPrompt, Provider: s.provider}
	}
	if waiting != nil {
		waiting(s.provider)
	}
	if err := s.unlock(ctx, []dbus.ObjectPath{path}, patience); err != nil {
		return err
	}
	_, err = s.usable(ctx)
	return err
}

// locked is the error of a locked collection.
func (s *systemKeyring) locked(ctx context.Context) error {
	reason := ReasonLockedNoPrompt
	if s.canPrompt(ctx) {
		reason = ReasonLocked
	}
	return &KeyringError{Reason: reason, Provider: s.provider}
}

// canPrompt tells whether the keyring program could ask the person. GNOME
// Keyring leaves that to another program; the others have windows of their own.
func (s *systemKeyring) canPrompt(ctx context.Context) bool {
	if !hasDisplay() {
		return false
	}
	if s.provider != gnomeKeyring {
		return true
	}
	var owned bool
	err := s.question(ctx, s.conn.BusObject(), busName+".NameHasOwner", gnomePrompter)(&owned)
	if err == nil && !owned {
		owned, err = s.activatable(ctx, gnomePrompter)
	}
	return err == nil && owned
}

func hasDisplay() bool { return os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != "" }

// personWait is how long a prompt may take that comes with an item. Without a
// display nobody can answer it, and KeePassXC does so by itself.
func (s *systemKeyring) personWait() time.Duration {
	if hasDisplay() {
		return consentWait
	}
	return max(s.wait, probeWait)
}

// unlock asks for objects to be unlocked, by a prompt if need be.
func (s *systemKeyring) unlock(ctx context.Context, objects []dbus.ObjectPath, patience time.Duration) error {
	const doing = "ask to unlock it"
	var done []dbus.ObjectPath
	var prompt dbus.ObjectPath
	if err := s.question(ctx, s.at(secretsPath), secretsService+".Unlock", objects)(&done, &prompt); err != nil {
		return s.fails(ctx, doing, err)
	}
	if err := s.answer(ctx, prompt, patience); err != nil {
		return s.fails(ctx, doing, err)
	}
	return nil
}

// consent follows the prompt of a write, where there is one.
func (s *systemKeyring) consent(ctx context.Context, prompt dbus.ObjectPath) error {
	return s.answer(ctx, prompt, max(itemWait, s.personWait()))
}

// answer shows a prompt and waits for its end. It watches the provider too: one
// that dies takes the prompt with it and sends nothing.
//
// A prompt that nobody waits for any more is left by closing the connection. Its
// window may stay, and unlocks when it is answered. Prompt.Dismiss would be the
// way to take it back, but ends gnome-keyring-daemon 42.
func (s *systemKeyring) answer(ctx context.Context, prompt dbus.ObjectPath, patience time.Duration) error {
	if prompt == noPath || prompt == "" {
		return nil
	}
	short, cancel := s.limit(ctx, 0)
	defer cancel()
	events := make(chan *dbus.Signal, 16)
	conn := s.conn
	conn.Signal(events)
	defer conn.RemoveSignal(events)
	for _, match := range [][]dbus.MatchOption{
		{dbus.WithMatchObjectPath(prompt), dbus.WithMatchInterface(promptType)},
		{dbus.WithMatchSender(busName), dbus.WithMatchInterface(busName), dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, s.owner)},
	} {
		if err := conn.AddMatchSignalContext(short, match...); err != nil {
			return s.busFails("wait for the prompt", err)
		}
		defer func() { _ = conn.RemoveMatchSignalContext(short, match...) }()
	}
	if err := s.question(short, s.at(prompt), promptType+".Prompt", "")(); err != nil {
		return err
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		select {
		case event := <-events:
			if over, err := s.promptEvent(event, prompt); over {
				return err
			}
		case <-late.C:
			s.drop()
			return &KeyringError{Reason: ReasonUnanswered, Provider: s.provider}
		case <-ctx.Done():
			s.drop()
			return &KeyringError{Reason: ReasonUnanswered, Provider: s.provider, Cause: ctx.Err()}
		}
	}
}

// promptEvent tells whether an event ends the waiting, and how.
func (s *systemKeyring) promptEvent(event *dbus.Signal, prompt dbus.ObjectPath) (over bool, err error) {
	switch {
	case event == nil: // the connection is closed
		return true, dbus.ErrClosed
	case event.Name == nameOwnerEvent && len(event.Body) == 3 && event.Body[0] == any(s.owner) && event.Body[2] == any(""):
		return true, dbus.Error{Name: busName + ".Error.Disconnected", Body: []any{"the keyring program ended"}}
	case event.Name == promptType+".Completed" && event.Path == prompt && event.Sender == s.owner:
		if len(event.Body) > 0 && event.Body[0] == any(true) {
			return true, &KeyringError{Reason: ReasonDismissed, Provider: s.provider}
		}
		return true, nil
	}
	return false, nil
}
