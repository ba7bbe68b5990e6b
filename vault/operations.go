package vault

import (
	"context"
	"errors"
	"fmt"
	"reflect"
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
	unlock, err := v.lockOrCreate(ctx)
	if err != nil {
		return Account{}, err
	}
	defer unlock()
	a, err := v.addLocked(ctx, k)
	if err == nil {
		v.edited.Add(1)
	}
	return a, err
}

func (v *Vault) addLocked(ctx context.Context, k Key) (Account, error) {
	if err := v.atHome(ctx); err != nil {
		return Account{}, err
	}
	var into *document
	var added *entry
	err := v.changeLocked(ctx, func(d *document) error {
		if twin := d.twin(k.Account, d.fingerprint(k.Secret)); twin != nil {
			return &DuplicateError{Existing: twin.record().clone()}
		}
		id, err := v.newID()
		if err != nil {
			return err
		}
		k.ID, k.Removed = id, time.Time{}
		if k.Added.IsZero() {
			k.Added = v.now().UTC().Truncate(time.Second)
		}
		into = d
		added, err = d.add(v.kind, k)
		return err
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
	return k.Account, v.complete(ctx, into, added)
}

// complete takes the mark of an intent away, in a save of its own that keeps
// the generations for whole changes. The document is the one just saved: the
// lock was ours ever since.
func (v *Vault) complete(ctx context.Context, d *document, e *entry) error {
	r := e.record()
	r.Intent = ""
	v.kept = nil // what the save cannot write, nobody shall take for stored
	if err := d.put(r, e); err != nil {
		return err
	}
	return v.save(ctx, d, false)
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

// alter changes one account that has no intent.
func (v *Vault) alter(ctx context.Context, doing, id string, f func(*document, *record) error) (Account, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	var after Account
	err := v.change(ctx, func(d *document) (err error) {
		after, err = d.alter(id, f)
		return err
	})
	if err != nil {
		return Account{}, fmt.Errorf("%s: %w", doing, err)
	}
	v.edited.Add(1)
	return after, nil
}

// alter puts a changed record in the place of one that has no intent.
func (d *document) alter(id string, f func(*document, *record) error) (after Account, err error) {
	e := d.find(id)
	if e == nil || !e.settled() {
		return Account{}, ErrNotFound
	}
	r := e.record()
	before := r.Account
	r.Account = r.clone()
	if err := f(d, &r); err != nil {
		return Account{}, err
	}
	if after = r.clone(); reflect.DeepEqual(before, r.Account) {
		return after, nil
	}
	return after, d.put(r.renamed(), e)
}

// Edit changes an account by a function that gets a copy of it. The id, the
// type, the times of adding and removing, and the secret stay what they are,
// and a counter only grows: anything else is a *ParameterError. The text that
// holds the secret is not written anew. Errors: ErrNotFound, what change
// returns, *ParameterError.
func (v *Vault) Edit(ctx context.Context, id string, change func(*Account) error) (Account, error) {
	return v.alter(ctx, "edit account", id, func(d *document, r *record) error {
		before, after := r.Account, r.clone()
		if err := change(&after); err != nil {
			return err
		}
		r.Account = after.trimmed()
		if err := editable(before, r.Account); err != nil || before.sameParameters(r.Account) {
			return err
		}
		if twin := d.twin(r.Account, r.Fingerprint); twin != nil && r.Removed.IsZero() {
			return &DuplicateError{Existing: twin.record().clone()}
		}
		return nil
	})
}

// editable says what an edit must not change.
func editable(before, after Account) error {
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
	return after.validate()
}
