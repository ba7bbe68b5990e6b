package vault

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"time"
)

// Add stores a new account; its id, and the time of adding when it has none,
// are the vault's. The account is durable when Add returns it. The first
// account of all makes the vault. Errors: *DuplicateError, those of
// Key.Validate, of Open, and of the keyring.
func (v *Vault) Add(ctx context.Context, k Key) (Account, error) {
	k.Account = k.trimmed().clone()
	if err := k.Validate(); err != nil {
		return Account{}, fmt.Errorf("add account: %w", err)
	}
	a, err := v.add(ctx, k)
	if err != nil {
		return Account{}, fmt.Errorf("add account: %w", err)
	}
	return a.clone(), nil
}

func (v *Vault) add(ctx context.Context, k Key) (Account, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.closed {
		return Account{}, ErrClosed
	}
	exists, err := v.appeared(ctx)
	if err != nil {
		return Account{}, err
	}
	var passphrase *Secret
	if !exists && v.kind == KindFile {
		// Asked before the lock is taken: people need their time.
		p, err := v.askPassphrase(ctx, true)
		if err != nil {
			return Account{}, err
		}
		defer p.Clear()
		passphrase = &p
	}
	unlock, err := v.files.lock(ctx)
	if err != nil {
		return Account{}, err
	}
	defer unlock()
	if !exists {
		if err := v.create(ctx, passphrase); err != nil {
			return Account{}, err
		}
	}
	return v.addLocked(ctx, k)
}

func (v *Vault) addLocked(ctx context.Context, k Key) (Account, error) {
	var fresh *entry
	err := v.atHome(ctx)
	if err != nil {
		return Account{}, err
	}
	err = v.changeLocked(ctx, func(d *document) error {
		fingerprint := d.fingerprint(k.Secret)
		if twin := d.twin(k.Account, fingerprint); twin != nil {
			return &DuplicateError{Existing: twin.record.clone()}
		}
		id, err := v.newID()
		if err != nil {
			return err
		}
		k.ID, k.Removed = id, time.Time{}
		if k.Added.IsZero() {
			k.Added = v.now().UTC().Truncate(time.Second)
		}
		fresh = &entry{record: record{Account: k.Account, Fingerprint: fingerprint}, changed: true}
		if v.kind == KindKeyring {
			fresh.record.Intent = intentAdd
		} else {
			fresh.record.URI = k.RevealURI()
		}
		d.entries = append(d.entries, fresh)
		return nil
	})
	if err != nil {
		return Account{}, err
	}
	if v.kind != KindKeyring {
		return k.Account, nil
	}
	if err := v.setItem(ctx, k.ID, k.RevealURI()); err != nil {
		return Account{}, v.abandon(ctx, err)
	}
	return k.Account, v.complete(k.ID)
}

// complete takes the mark of an intent away, in a save of its own that keeps
// the generations for whole changes.
func (v *Vault) complete(id string) error {
	d, err := v.load()
	if err != nil {
		return err
	}
	defer d.forget()
	e := d.find(id)
	if e == nil {
		return ErrNotFound
	}
	v.mark(e, "")
	return v.save(d, false)
}

// abandon drops the intent of an item that could not be written. Where the
// keyring did not answer at all the item may still come about, so the intent
// stays for the next change to look into.
func (v *Vault) abandon(ctx context.Context, cause error) error {
	if errors.Is(cause, ErrKeyringUnreachable) || ctx.Err() != nil {
		return cause
	}
	if err := v.changeLocked(ctx, func(*document) error { return nil }); err != nil {
		return errors.Join(cause, err)
	}
	return cause
}

// twin is the entry of a live account that is the same as a.
func (d *document) twin(a Account, fingerprint []byte) *entry {
	for _, e := range d.entries {
		if e.aside == "" && e.record.Intent == "" && e.record.Removed.IsZero() && e.record.ID != a.ID &&
			e.record.sameParameters(a) && hmac.Equal(e.record.Fingerprint, fingerprint) {
			return e
		}
	}
	return nil
}

// alter changes one account that has no intent.
func (v *Vault) alter(ctx context.Context, doing, id string, f func(*document, *entry) error) (Account, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	var after Account
	err := v.change(ctx, func(d *document) error {
		e := d.find(id)
		if e == nil || e.record.Intent != "" {
			return ErrNotFound
		}
		if err := f(d, e); err != nil {
			return err
		}
		after = e.record.clone()
		return nil
	})
	if err != nil {
		return Account{}, fmt.Errorf("%s: %w", doing, err)
	}
	return after, nil
}

// Edit changes an account by a function that gets a copy of it. The id, the
// type, the times of adding and removing, and the secret stay what they are,
// and a counter only grows: anything else is a *ParameterError. Errors:
// ErrNotFound, what change returns, *ParameterError.
func (v *Vault) Edit(ctx context.Context, id string, change func(*Account) error) (Account, error) {
	return v.alter(ctx, "edit account", id, func(_ *document, e *entry) error {
		before, after := e.record.Account, e.record.clone()
		if err := change(&after); err != nil {
			return err
		}
		after = after.trimmed()
		fixed := func(part string) error { return &ParameterError{Part: part, Reason: "cannot be changed"} }
		switch {
		case after.ID != before.ID:
			return fixed("id")
		case after.Type != before.Type:
			return fixed("type")
		case !after.Added.Equal(before.Added):
			return fixed("time of adding")
		case !after.Removed.Equal(before.Removed):
			return fixed("time of removing")
		case after.Counter < before.Counter:
			return &ParameterError{Part: "counter", Reason: "cannot go back"}
		}
		if err := after.validate(); err != nil {
			return err
		}
		return v.put(e, after)
	})
}

// put stores what is new about an account. In a file vault the complete key URI
// is written anew; a keyring item stays as it is, and the index wins over it.
func (v *Vault) put(e *entry, a Account) error {
	if v.kind != KindKeyring {
		k, err := ParseKeyURI(e.record.URI)
		if err != nil {
			return fmt.Errorf("%w: account %s: %w", ErrDamaged, a.ID, err)
		}
		defer k.Secret.Clear()
		e.record.URI = Key{Account: a, Secret: k.Secret}.RevealURI()
	}
	e.record.Account = a.clone()
	e.changed = true
	return nil
}

// Code gives the code of an account at a time. For HOTP the counter is moved on,
// durably, before the code is returned, so no code is ever given twice. Errors:
// those of Key and of Key.Code.
func (v *Vault) Code(ctx context.Context, id string, at time.Time) (Code, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	k, err := v.fetch(ctx, id)
	if err != nil {
		return Code{}, fmt.Errorf("code: %w", err)
	}
	defer k.Secret.Clear()
	if k.Type != HOTP {
		c, err := k.Code(at)
		if err != nil {
			return Code{}, fmt.Errorf("code: %w", err)
		}
		return c, nil
	}
	var c Code
	err = v.change(ctx, func(d *document) error {
		e := d.find(id)
		if e == nil || e.record.Intent != "" {
			return ErrNotFound
		}
		a := e.record.Account
		if a.Counter >= maxCounter {
			return &ParameterError{Part: "counter", Reason: "has come to its end, 2^63-1"}
		}
		// The counter of this moment: another process may have moved it.
		c, err = Key{Account: a, Secret: k.Secret}.Code(at)
		if err != nil {
			return err
		}
		a.Counter++
		a.Uses++
		a.LastUsed = v.now().UTC().Truncate(time.Second)
		return v.put(e, a)
	})
	if err != nil {
		return Code{}, fmt.Errorf("code: %w", err)
	}
	return c, nil
}
