package unlock

import (
	"errors"

	"twofold/tui/widget"
	"twofold/vault"
)

// explain words what keeps a vault from opening: what is the matter, what it
// means for the person's accounts, and what to do. It is the one table of this
// screen from error to words.
func explain(err error, s vault.Status) (title, why, remedy string) {
	safe := "Your accounts are as they were; nothing was changed."
	dir := widget.Clean(s.Dir)
	var permissions *vault.PermissionsError
	var keyring *vault.KeyringError
	if errors.As(err, &keyring) {
		return explainKeyring(keyring, s)
	}
	switch {
	case errors.Is(err, vault.ErrLocked):
		return "The keyring is locked.", safe,
			"Unlock it: log in to the desktop, or open “Passwords and Keys” and unlock “Login”."
	case errors.Is(err, vault.ErrKeyringUnreachable):
		return "The keyring does not answer.", safe + " It should be here, so this is no reason to start over.",
			"Start it again, for instance by logging out and in."
	case errors.Is(err, vault.ErrNoKeyring) && s.Exists:
		return "There is no keyring here.", "This vault keeps its secrets in one. " + safe,
			"Run Twofold in the desktop session that the vault was made in, or start a keyring."
	case errors.Is(err, vault.ErrNoKeyring):
		return "There is no keyring here.", "No vault was made yet.",
			"Install and start one (gnome-keyring or KeePassXC), or use a file."
	case errors.Is(err, vault.ErrWrongPassphrase):
		return "The passphrase that was handed over does not open this vault.", safe,
			"Check the file that TWOFOLD_PASSPHRASE_FILE names."
	case errors.As(err, &permissions):
		return "Other users can read the vault.", widget.Clean(permissions.Path), "To fix it: " + widget.Clean(permissions.Mend)
	case errors.Is(err, vault.ErrNewerFormat):
		return "A newer Twofold wrote this vault.", safe, "Use that version, or a newer one."
	case errors.Is(err, vault.ErrIndexMissing):
		return "The vault's list of accounts is missing.", "The secrets are still in the keyring. Nothing was changed.",
			"Make the list anew from them: twofold vault doctor --rebuild"
	case errors.Is(err, vault.ErrIndexKeyMissing):
		return "The key of the vault's list is not in this keyring.",
			"Another keyring may have been in use when the vault was made. " + safe,
			"Open the keyring that was in use then; two of them on one desktop, or another database, is the usual cause."
	case errors.Is(err, vault.ErrDamaged):
		return "The vault is damaged.", "It is in " + dir + ", and was left as it is.",
			"Put the copy before it back: twofold vault doctor --fix"
	case errors.Is(err, vault.ErrBusy):
		return "Another program is changing the vault.", safe, "Wait for it to end."
	}
	return "The vault can't be opened.", widget.Clean(err.Error()), safe
}
