package main

import (
	"fmt"

	"twofold/vault"
)

const (
	nothingLost = "your accounts are where they were, nothing is lost"
	againHint   = "then try again; " + nothingLost
	daemonHint  = "gnome-keyring-daemon --replace --unlock --components=secrets (it reads the keyring's password from standard input)"
)

// keyringOutcome words what keeps a keyring from being used. It is the part of the table in errors.go for which the
// name of the keyring program matters.
func keyringOutcome(e *vault.KeyringError) outcome {
	says, hints := keyringWords(e)
	return outcome{exitNoVault, says, hints}
}

func keyringWords(e *vault.KeyringError) (says string, hints []string) {
	name := "the keyring"
	if e.Provider != "" {
		name = e.Provider
	}
	switch e.Reason {
	case vault.ReasonNoBus:
		return "there is no keyring in this session: it has no D-Bus", []string{
			"run this in your desktop session, where the keyring is", keyringHint,
		}
	case vault.ReasonNoProvider:
		return "no keyring program runs in this session", []string{
			"install and start one: gnome-keyring, or KeePassXC with its Secret Service Integration switched on", keyringHint,
		}
	case vault.ReasonNoCollection:
		return name + " has no default collection, the place for new secrets", []string{collectionHint(e.Provider), keyringHint}
	case vault.ReasonNotSupported:
		return "this system has no keyring that twofold knows", []string{keyringHint}

	case vault.ReasonLocked:
		return name + " is locked", []string{"unlock it: twofold vault unlock", nothingLost}
	case vault.ReasonLockedNoPrompt:
		return name + " is locked, and nothing in this session can ask for its password", []string{unlockHint(e.Provider), againHint}
	case vault.ReasonDismissed:
		return name + " stayed locked: its prompt was closed", []string{`"twofold vault unlock" asks once more`, nothingLost}
	case vault.ReasonUnanswered:
		return name + " stayed locked: nobody answered its prompt", []string{
			`its window may still be open: answer it, or run "twofold vault unlock"`, nothingLost,
		}
	case vault.ReasonNotAllowed:
		return name + " did not let this program have its items", []string{
			"answer the window in which it asks, or switch that question off in its Secret Service settings", nothingLost,
		}

	case vault.ReasonDeadBus:
		return "the D-Bus session of this login is gone, and the keyring with it", []string{
			"log in again, or open a new terminal: DBUS_SESSION_BUS_ADDRESS names a bus that has ended", againHint,
		}
	case vault.ReasonForeignBus:
		return "the D-Bus session belongs to another user", []string{"run twofold as yourself, without sudo or su"}
	case vault.ReasonFrozenBus:
		return "the D-Bus session does not answer, so the keyring cannot be reached", []string{"log out and in again", againHint}
	case vault.ReasonNotStarted:
		return fmt.Sprintf("the keyring program could not be started: %v", e.Cause), []string{
			"is it installed whole? A new login starts it as well", againHint,
		}
	case vault.ReasonFrozenProvider:
		return name + " does not answer", []string{restartHint(e.Provider), againHint}
	case vault.ReasonProviderGone:
		return name + " ended while it was asked", []string{restartHint(e.Provider), againHint}
	}
	return fmt.Sprintf("%s answered with an error: %v", name, e.Cause), []string{restartHint(e.Provider), againHint}
}

func collectionHint(provider string) string {
	if provider == "KeePassXC" {
		return "open a database in KeePassXC, and choose the group it exposes: Database Settings, Secret Service Integration"
	}
	return "make one: open its password manager (Seahorse, \"Passwords and Keys\") and add a password keyring"
}

func unlockHint(provider string) string {
	switch provider {
	case "KeePassXC":
		return "unlock your database in KeePassXC"
	case "GNOME Keyring":
		return "log in to your desktop, or unlock it in Seahorse; without a desktop: " + daemonHint
	}
	return "log in to your desktop, or unlock it in its password manager"
}

func restartHint(provider string) string {
	switch provider {
	case "KeePassXC":
		return "look whether KeePassXC waits for you in a window, or start it again and unlock your database"
	case "GNOME Keyring":
		return "start it again: log out and in, or run: " + daemonHint
	case "":
		return "start it again: log out and in"
	}
	return "start " + provider + " again, for instance by logging out and in"
}
