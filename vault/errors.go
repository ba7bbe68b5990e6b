package vault

import (
	"errors"
	"fmt"
)

// The errors a caller branches on, with errors.Is.
var (
	// ErrNoKeyring: no keyring is installed or running here (no session bus, no
	// provider, or a provider without a default collection).
	ErrNoKeyring = errors.New("there is no keyring")
	// ErrLocked: the keyring is there, and locked.
	ErrLocked = errors.New("the keyring is locked")
	// ErrKeyringUnreachable: a keyring should be there and does not answer, or
	// answers with an error.
	ErrKeyringUnreachable = errors.New("the keyring does not answer")
	// ErrPassphraseNeeded: a file vault is to be opened or made, and
	// Options.Passphrase is nil.
	ErrPassphraseNeeded = errors.New("a passphrase is needed")
	// ErrWrongPassphrase: the passphrase does not open identity.age.
	ErrWrongPassphrase = errors.New("wrong passphrase")
	// ErrDamaged: a file of the vault is not what it should be. Nothing was changed.
	ErrDamaged = errors.New("the vault is damaged")
	// ErrNewerFormat: a newer program wrote this vault. Nothing was changed.
	ErrNewerFormat = errors.New("the vault was written by a newer version of this program")
	// ErrNotFound: no account has this id.
	ErrNotFound = errors.New("no such account")
	// ErrSecretMissing: the account is in the index, its item is not in the keyring.
	ErrSecretMissing = errors.New("the account's secret is not in the keyring")
	// ErrIndexMissing: the keyring holds the key of this folder's index, the
	// index itself is gone.
	ErrIndexMissing = errors.New("the vault's index is missing")
	// ErrIndexKeyMissing: the index is there, its key is not in the keyring.
	ErrIndexKeyMissing = errors.New("the key of the vault's index is not in the keyring")
	// ErrUnsafePermissions: other users can read a file of the vault or change
	// its folder; see PermissionsError.
	ErrUnsafePermissions = errors.New("other users can read or change the vault")
	// ErrBusy: another process has held the vault's lock for too long.
	ErrBusy = errors.New("another process is changing the vault")
	// ErrMoved: another process has moved the vault to another kind since it was
	// opened. Open it anew.
	ErrMoved = errors.New("the vault was moved to another place")
	// ErrCopied: the folder is a copy of another one that is there too, and both
	// use the same items of the keyring. What would remove items is refused.
	ErrCopied = errors.New("this folder is a copy of a vault, which uses the same items of the keyring")
	// ErrRolledBack: the file is an older copy of what this computer last saw.
	ErrRolledBack = errors.New("the vault is an older copy of itself")
	// ErrClosed: the vault was closed.
	ErrClosed = errors.New("the vault is closed")
)

// KeyringAway tells whether an error is one of the keyring as a whole, which a
// person can mend and which passes, rather than one of a single account.
func KeyringAway(err error) bool {
	return errors.Is(err, ErrLocked) || errors.Is(err, ErrNoKeyring) || errors.Is(err, ErrKeyringUnreachable)
}

// PermissionsError is an ErrUnsafePermissions with the command that mends it.
type PermissionsError struct {
	Path string
	Mend string // a command for the shell, such as chmod 600 PATH
}

func (e *PermissionsError) Error() string {
	return fmt.Sprintf("%v: %s (mend it with: %s)", ErrUnsafePermissions, e.Path, e.Mend)
}

// Unwrap makes it an ErrUnsafePermissions.
func (e *PermissionsError) Unwrap() error { return ErrUnsafePermissions }

// DuplicateError is the answer to adding what is there already.
type DuplicateError struct {
	Existing Account
}

func (e *DuplicateError) Error() string {
	return fmt.Sprintf("the account is there already, as %s", e.Existing.ID)
}
