package vault

import (
	"context"
	"errors"
	"fmt"
)

// ErrExists is the error for making a vault where one is.
var ErrExists = errors.New("there is a vault already")

// Init makes the vault now, rather than with the first account. Errors:
// ErrExists, those of Add but *DuplicateError.
func (v *Vault) Init(ctx context.Context) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.closed {
		return ErrClosed
	}
	exists, err := v.appeared(ctx)
	if err == nil && exists {
		err = ErrExists
	}
	if err == nil {
		var unlock func()
		if unlock, err = v.lockOrCreate(ctx); err == nil {
			unlock()
		}
	}
	if err != nil {
		return fmt.Errorf("make vault: %w", err)
	}
	return nil
}

// lockOrCreate takes the lock of the vault, which it makes where there is none.
func (v *Vault) lockOrCreate(ctx context.Context) (unlock func(), err error) {
	exists, err := v.appeared(ctx)
	if err != nil {
		return nil, err
	}
	if exists {
		return v.lockExisting(ctx)
	}
	var passphrase *Secret
	if v.kind.usesPassphrase() {
		// Asked before the lock is taken: people need their time.
		p, err := v.askPassphrase(ctx, true)
		if err != nil {
			return nil, err
		}
		defer p.Clear()
		passphrase = &p
	}
	unlock, err = v.files.lock(ctx)
	if err != nil {
		return nil, err
	}
	if err := v.create(ctx, passphrase); err != nil {
		unlock()
		return nil, err
	}
	if err := v.claim(); err != nil {
		unlock()
		return nil, err
	}
	return unlock, nil
}

// ErrNoPassphrase is the error for changing the passphrase of a vault that has
// none.
var ErrNoPassphrase = errors.New("this vault has no passphrase")

// ChangePassphrase puts a file vault under another passphrase. No copy under
// the old one stays in the folder; one that lies elsewhere still opens with it.
// It clears fresh. Errors: ErrNoPassphrase for another kind,
// ErrPassphraseNeeded when fresh is empty.
func (v *Vault) ChangePassphrase(ctx context.Context, fresh Secret) error {
	defer fresh.Clear()
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := v.changePassphrase(ctx, fresh); err != nil {
		return fmt.Errorf("change passphrase: %w", err)
	}
	return nil
}

func (v *Vault) changePassphrase(ctx context.Context, fresh Secret) error {
	switch {
	case !v.kind.usesPassphrase():
		return ErrNoPassphrase
	case fresh.Len() == 0:
		return ErrPassphraseNeeded
	}
	unlock, err := v.lockExisting(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	return v.writeIdentity(v.key, fresh)
}
