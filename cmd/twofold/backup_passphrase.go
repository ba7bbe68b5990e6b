package main

import (
	"context"
	"errors"
	"fmt"

	"twofold/vault"
)

// newBackupPassphrase asks twice, or reads the file that was named. The vault's own passphrase file is not for backups.
func (a *app) newBackupPassphrase(ctx context.Context, file string) (vault.Secret, error) {
	if file != "" {
		a.warnIfShared(file)
		return readPassphraseFile(file)
	}
	if _, done, err := a.tty(); err != nil {
		return vault.Secret{}, errBackupNobody
	} else {
		done()
	}
	fmt.Fprintln(a.Err, "The backup goes under a passphrase of its own: with it, and the file, anybody has your accounts.")
	fmt.Fprintln(a.Err, "Nobody can recover a forgotten passphrase: write it down where you keep such things.")
	first, err := a.askBackupPassphrase(ctx, "New passphrase of the backup (not the vault's)")
	if err != nil {
		return vault.Secret{}, err
	}
	a.warnIfWeak(first)
	second, err := a.askBackupPassphrase(ctx, "The same again")
	if err != nil {
		first.Clear()
		return vault.Secret{}, err
	}
	defer second.Clear()
	if !first.Equal(second) {
		first.Clear()
		return vault.Secret{}, errBackupsDiffer
	}
	return first, nil
}

func (a *app) askBackupPassphrase(ctx context.Context, prompt string) (vault.Secret, error) {
	passphrase, err := a.askPassphrase(ctx, prompt)
	if errors.Is(err, vault.ErrPassphraseNeeded) {
		return passphrase, errBackupNobody
	}
	return passphrase, err
}
