package vault

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Remove puts an account into the trash, where it keeps its secret. One that is
// there already stays as it is. Errors: ErrNotFound.
func (v *Vault) Remove(ctx context.Context, id string) error {
	_, err := v.alter(ctx, "remove account", id, func(_ *document, e *entry) error {
		if e.record.Removed.IsZero() {
			e.record.Removed = v.now().UTC().Truncate(time.Second)
			e.changed = true
		}
		return nil
	})
	return err
}

// Restore takes an account out of the trash. Errors: ErrNotFound, and
// *DuplicateError when the same was added meanwhile.
func (v *Vault) Restore(ctx context.Context, id string) error {
	_, err := v.alter(ctx, "restore account", id, func(d *document, e *entry) error {
		if e.record.Removed.IsZero() {
			return nil
		}
		if twin := d.twin(e.record.Account, e.record.Fingerprint); twin != nil {
			return &DuplicateError{Existing: twin.record.clone()}
		}
		e.record.Removed = time.Time{}
		e.changed = true
		return nil
	})
	return err
}

// ErrNotInTrash is the error for purging an account that was not removed.
var ErrNotInTrash = errors.New("the account is not in the trash")

// Purge removes an account of the trash and its secret for good; old
// generations of a file vault still hold it until three more changes were made.
// Errors: ErrNotFound, ErrNotInTrash.
func (v *Vault) Purge(ctx context.Context, id string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := v.purge(ctx, id); err != nil {
		return fmt.Errorf("purge account: %w", err)
	}
	return nil
}

func (v *Vault) purge(ctx context.Context, id string) error {
	unlock, err := v.lockExisting(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	err = v.changeLocked(ctx, func(d *document) error {
		e := d.find(id)
		switch {
		case e == nil || e.record.Intent != "":
			return ErrNotFound
		case e.record.Removed.IsZero():
			return ErrNotInTrash
		case v.kind == KindKeyring:
			v.mark(e, intentPurge)
		default:
			d.drop(e)
		}
		return nil
	})
	if err != nil {
		return err
	}
	v.edited.Add(1)
	if v.kind != KindKeyring {
		return nil
	}
	// Settling the intent is what removes the item and the entry.
	return v.changeLocked(ctx, func(*document) error { return nil })
}
