package vault

import (
	"errors"
	"strings"
)

// KeyringReason says why a keyring cannot be used.
type KeyringReason string

// The reasons. Each comes with one of three errors: ErrNoKeyring, ErrLocked or
// ErrKeyringUnreachable.
const (
	// ErrNoKeyring.
	ReasonNoBus        KeyringReason = "no bus"        // this session has no D-Bus
	ReasonNoProvider   KeyringReason = "no provider"   // no keyring program runs, and the bus knows none to start
	ReasonNoCollection KeyringReason = "no collection" // the program has no place to put items into yet
	ReasonNotSupported KeyringReason = "not supported" // this system has no keyring that we know

	// ErrLocked.
	ReasonLocked         KeyringReason = "locked"            // UnlockKeyring can have the person asked
	ReasonLockedNoPrompt KeyringReason = "locked, no prompt" // nothing here could ask
	ReasonDismissed      KeyringReason = "dismissed"         // the person closed the prompt
	ReasonUnanswered     KeyringReason = "unanswered"        // nobody answered the prompt in time
	ReasonNotAllowed     KeyringReason = "not allowed"       // unlocked, but the person has to let this program have its items

	// ErrKeyringUnreachable.
	ReasonDeadBus        KeyringReason = "dead bus"        // there is an address, and nobody at it
	ReasonForeignBus     KeyringReason = "foreign bus"     // the bus is another user's
	ReasonFrozenBus      KeyringReason = "frozen bus"      // connected, and no answer
	ReasonNotStarted     KeyringReason = "not started"     // the bus knows a program and cannot start it
	ReasonFrozenProvider KeyringReason = "frozen provider" // it does not answer in time
	ReasonProviderGone   KeyringReason = "provider gone"   // it ended while it was asked
	ReasonRefused        KeyringReason = "refused"         // it answered with an error
)

// kind is which of the three errors a reason belongs to.
func (r KeyringReason) kind() error {
	switch r {
	case ReasonNoBus, ReasonNoProvider, ReasonNoCollection, ReasonNotSupported:
		return ErrNoKeyring
	case ReasonLocked, ReasonLockedNoPrompt, ReasonDismissed, ReasonUnanswered, ReasonNotAllowed:
		return ErrLocked
	}
	return ErrKeyringUnreachable
}

// KeyringError is an ErrNoKeyring, ErrLocked or ErrKeyringUnreachable with its reason.
type KeyringError struct {
	Reason   KeyringReason
	Provider string // "GNOME Keyring" for one, empty when it could not be told
	Doing    string // what was asked, such as "search its items"; may be empty
	Cause    error  // of the bus or the provider; may be nil
}

func (e *KeyringError) Error() string {
	var b strings.Builder
	b.WriteString(e.Reason.kind().Error() + " (" + string(e.Reason))
	if e.Provider != "" {
		b.WriteString(", " + e.Provider)
	}
	b.WriteString(")")
	if e.Doing != "" {
		b.WriteString(": " + e.Doing)
	}
	if e.Cause != nil {
		b.WriteString(": " + e.Cause.Error())
	}
	return b.String()
}

// brief is the error for a person: without its reason and cause, which have
// words only where they can be looked up.
func (e *KeyringError) brief() string {
	if e.Provider == "" {
		return e.Reason.kind().Error()
	}
	return e.Reason.kind().Error() + " (" + e.Provider + ")"
}

// Unwrap makes it one of the three errors, and its cause.
func (e *KeyringError) Unwrap() []error {
	if e.Cause == nil {
		return []error{e.Reason.kind()}
	}
	return []error{e.Reason.kind(), e.Cause}
}

// stateOf is what an error tells about a keyring.
func stateOf(err error, provider string) KeyringState {
	s := KeyringState{State: StateUnreachable, Provider: provider, Err: err}
	switch {
	case err == nil:
		s.State = StateUsable
	case errors.Is(err, ErrNoKeyring):
		s.State = StateAbsent
	case errors.Is(err, ErrLocked):
		s.State = StateLocked
	}
	return s
}
