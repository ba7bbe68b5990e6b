package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/adrg/xdg"

	"twofold/vault"
)

// vaultDir is where the vault lies: TWOFOLD_HOME, or the system's place for such data.
func (a *app) vaultDir() string { return filepath.Join(a.home(), "vault") }

// verifierDir is where the verifier keeps its users, apart from the vault.
func (a *app) verifierDir() string { return filepath.Join(a.home(), "verifier") }

func (a *app) home() string {
	if dir := a.getenv("TWOFOLD_HOME"); dir != "" {
		return dir
	}
	return filepath.Join(xdg.DataHome, "twofold")
}

// vaultKind reads TWOFOLD_VAULT.
func (a *app) vaultKind() (vault.Kind, error) {
	switch kind := vault.Kind(a.getenv("TWOFOLD_VAULT")); kind {
	case vault.KindAuto, vault.KindKeyring, vault.KindFile, vault.KindKeyedFile:
		return kind, nil
	default:
		return "", usageError{"twofold", fmt.Errorf("TWOFOLD_VAULT is %q; it can be keyring, file or keyed-file", string(kind))}
	}
}

func (a *app) vaultOptions() (vault.Options, error) {
	kind, err := a.vaultKind()
	if err != nil {
		return vault.Options{}, err
	}
	s, err := a.settings()
	return vault.Options{Dir: a.vaultDir(), Kind: kind, Passphrase: a.passphrase, TrashLife: s.trashLife(), Now: a.now}, err
}

// openError is what kept a vault from being opened.
type openError struct{ cause error }

func (e openError) Error() string { return e.cause.Error() }
func (e openError) Unwrap() error { return e.cause }

// tries are how often a person is asked for the passphrase of the vault.
const tries = 3

// withVault opens the vault, hands it to use and closes it again. Accounts that were changed are backed up where that
// is wished for.
func (a *app) withVault(ctx context.Context, use func(*vault.Vault) error) error {
	return a.openVault(ctx, func(v *vault.Vault) error {
		for _, bad := range v.SetAside() {
			fmt.Fprintf(a.Err, "warning: an entry cannot be read and was set aside: %s: %s\n", cmp.Or(bad.ID, "(no id)"), printable(bad.Reason))
		}
		return a.thenBackups(ctx, v, use)
	})
}

// withOneAccount is withVault for a command about one account, which does not look at all the others.
func (a *app) withOneAccount(ctx context.Context, use func(*vault.Vault) error) error {
	return a.openVault(ctx, func(v *vault.Vault) error { return a.thenBackups(ctx, v, use) })
}

func (a *app) thenBackups(ctx context.Context, v *vault.Vault, use func(*vault.Vault) error) error {
	err := use(v)
	a.talkOfBackups(ctx, v)
	return err
}

// openVault is withVault without a word about backups.
func (a *app) openVault(ctx context.Context, use func(*vault.Vault) error) (err error) {
	options, err := a.vaultOptions()
	if err != nil {
		return err
	}
	return a.withOptions(ctx, options, use)
}

func (a *app) withOptions(ctx context.Context, options vault.Options, use func(*vault.Vault) error) (err error) {
	v, err := vault.Open(ctx, options)
	for try := 1; try < tries && errors.Is(err, vault.ErrWrongPassphrase) && a.passphraseSource() == ""; try++ {
		fmt.Fprintln(a.Err, "That is not the vault's passphrase. Try again.")
		v, err = vault.Open(ctx, options)
	}
	if err != nil {
		return openError{err}
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	if have, seen, yes := v.RolledBack(); yes {
		fmt.Fprintf(a.Err, "warning: this is an older copy of the vault: it has seen %d changes, this computer %d. If you have put it back on purpose: twofold vault doctor --fix\n", have, seen)
	}
	return use(v)
}
