package codes

import (
	"errors"

	"twofold/tui/widget"
	"twofold/vault"
)

// trouble words an error for the one line it has. The root's screen of the
// vault's troubles has the long version.
func trouble(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, vault.ErrLocked):
		return "the keyring is locked. Unlock it and codes come back."
	case errors.Is(err, vault.ErrKeyringUnreachable):
		return "the keyring does not answer. Codes in sight still work."
	case errors.Is(err, vault.ErrNoKeyring):
		return "there is no keyring any more. Codes in sight still work."
	case errors.Is(err, vault.ErrNotFound):
		return "it is not in the vault any more."
	case errors.Is(err, vault.ErrSecretMissing):
		return "its secret is not in the keyring."
	case errors.Is(err, vault.ErrBusy):
		return "another program is changing the vault."
	case errors.Is(err, vault.ErrDamaged):
		return "its entry is damaged."
	}
	return widget.Clean(err.Error())
}

// sign is what stands in a row in place of its code. It fits the narrowest.
func sign(err error) string {
	switch {
	case errors.Is(err, vault.ErrLocked):
		return "locked"
	case errors.Is(err, vault.ErrKeyringUnreachable):
		return "no answer"
	case errors.Is(err, vault.ErrNoKeyring):
		return "no keyring"
	case errors.Is(err, vault.ErrSecretMissing):
		return "secret missing"
	case errors.Is(err, vault.ErrDamaged):
		return "damaged"
	}
	return "unreadable"
}

// alarm words what is wrong with the keyring as a whole, what is to be done,
// and that nobody has to start anything anew: the fullest first, the one for
// the narrowest terminal last.
func alarm(err error, unlocks bool) []string {
	switch {
	case errors.Is(err, vault.ErrLocked) && unlocks:
		return []string{
			"The keyring is locked. U asks it to unlock; codes come back by themselves.",
			"Keyring locked. U asks it to unlock.",
		}
	case errors.Is(err, vault.ErrLocked):
		return []string{
			"The keyring is locked. Unlock it in “Passwords and Keys”; codes come back by themselves.",
			"The keyring is locked. Unlock it, and codes come back by themselves.",
			"Keyring locked. Unlock it: codes return.",
			"Keyring locked. Unlock it.",
		}
	case errors.Is(err, vault.ErrKeyringUnreachable):
		return []string{
			"The keyring does not answer. Start it again (log out and in); codes come back by themselves.",
			"The keyring does not answer. Start it again; codes come back by themselves.",
			"Keyring silent. Start it again.",
		}
	case errors.Is(err, vault.ErrNoKeyring):
		return []string{
			"There is no keyring any more. Start it again (log out and in); codes come back by themselves.",
			"There is no keyring any more. Start it again; codes come back by themselves.",
			"Keyring gone. Start it again.",
		}
	}
	return nil
}
