package unlock

import (
	"strings"

	"twofold/tui/widget"
	"twofold/vault"
)

const (
	untouched = "Your accounts are as they were; nothing was changed."
	noReason  = " It should be here, so this is no reason to start over."
	orFile    = ", or use a file."
)

// explainKeyring is the part of explain for which the keyring's program matters.
func explainKeyring(e *vault.KeyringError, s vault.Status) (title, why, remedy string) {
	name, start := "The keyring", ""
	if e.Provider != "" {
		name = widget.Clean(e.Provider)
	}
	none := "No vault was made yet."
	if s.Exists {
		none = "This vault keeps its secrets in one. " + untouched
	} else {
		start = orFile
	}
	switch e.Reason {
	case vault.ReasonNoBus:
		return "There is no keyring here: this session has no D-Bus.", none,
			ended("Run Twofold in the desktop session, where the keyring is", start)
	case vault.ReasonNoProvider:
		return "There is no keyring here: no keyring program runs.", none,
			ended("Install and start gnome-keyring, or KeePassXC with its Secret Service Integration switched on", start)
	case vault.ReasonNoCollection:
		return name + " has no place for secrets yet.", none, ended(collectionRemedy(e.Provider), start)
	case vault.ReasonNotSupported:
		return "There is no keyring here that Twofold knows.", none, ended("Use a system that has one", start)

	case vault.ReasonLocked:
		return name + " is locked.", untouched, "Unlock it: twofold vault unlock has it ask for its password."
	case vault.ReasonLockedNoPrompt:
		return name + " is locked.", "Nothing in this session can ask for its password. " + untouched, unlockRemedy(e.Provider)
	case vault.ReasonDismissed:
		return name + " stayed locked: its window was closed.", untouched, "Ask once more: twofold vault unlock."
	case vault.ReasonUnanswered:
		return name + " stayed locked: nobody answered its window.", untouched, "Answer it if it is still open, or ask once more: twofold vault unlock."
	case vault.ReasonNotAllowed:
		return name + " did not let Twofold have its items.", untouched, "Answer the window in which it asks, or switch that question off in its Secret Service settings."

	case vault.ReasonDeadBus:
		return "The D-Bus session is gone, and the keyring with it.", untouched + noReason, "Log in again, or start Twofold in a new terminal."
	case vault.ReasonForeignBus:
		return "The D-Bus session belongs to another user.", untouched, "Run Twofold as yourself, without sudo or su."
	case vault.ReasonFrozenBus:
		return "The D-Bus session does not answer.", untouched + noReason, "Log out and in again."
	case vault.ReasonNotStarted:
		return "The keyring program could not be started.", untouched + noReason, "See that it is installed whole. A new login starts it as well."
	case vault.ReasonFrozenProvider:
		return name + " does not answer.", untouched + noReason, restartRemedy(e.Provider)
	case vault.ReasonProviderGone:
		return name + " ended while it was asked.", untouched + noReason, restartRemedy(e.Provider)
	}
	why = untouched + noReason
	if e.Cause != nil {
		why = widget.Clean(e.Cause.Error()) + ". " + why
	}
	return name + " answered with an error.", why, restartRemedy(e.Provider)
}

// ended puts what may follow behind a sentence, or its full stop.
func ended(sentence, more string) string {
	if more == "" {
		more = "."
	}
	return strings.TrimSuffix(sentence, ".") + more
}

func collectionRemedy(provider string) string {
	if provider == "KeePassXC" {
		return "Open a database in KeePassXC and choose the group it exposes (Database Settings, Secret Service Integration)"
	}
	return "Open “Passwords and Keys” and add a password keyring"
}

func unlockRemedy(provider string) string {
	if provider == "KeePassXC" {
		return "Unlock your database in KeePassXC."
	}
	return "Log in to the desktop, or open “Passwords and Keys” and unlock “Login”."
}

func restartRemedy(provider string) string {
	if provider == "KeePassXC" {
		return "See whether KeePassXC waits for you in a window, or start it again and unlock your database."
	}
	return "Start it again, for instance by logging out and in."
}
