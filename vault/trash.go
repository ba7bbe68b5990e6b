package vault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Remove puts an account into the trash, where it keeps its secret. One that is
// there already stays as it is. Errors: ErrNotFound.
func (v *Vault) Remove(ctx context.Context, id string) error {
	_, err := v.alter(ctx, "remove account", id, v.intoTrash)
	return err
}

// Restore takes an account out of the trash. Errors: ErrNotFound, and
// *DuplicateError when the same was added meanwhile.
func (v *Vault) Restore(ctx context.Context, id string) error {
	_, err := v.alter(ctx, "restore account", id, func(d *document, r *record) error {
		if r.Removed.IsZero() {
			return nil
		}
		if twin := d.twin(r.Account, r.Fingerprint); twin != nil {
			return &DuplicateError{Existing: twin.record().clone()}
		}
		r.Removed = time.Time{}
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
		case e == nil || !e.settled():
			return ErrNotFound
		case e.record().Removed.IsZero():
			return ErrNotInTrash
		}
		if err := v.ownsItems(); err != nil {
			return err
		}
		return v.letGo(d, e)
	})
	if err != nil {
		return err
	}
	v.edited.Add(1)
	return v.finish(ctx)
}

// letGo removes an entry for good: at once where its secret is in the file,
// else as an intent, since an item of the keyring goes with it.
func (v *Vault) letGo(d *document, e *entry) error {
	if v.kind != KindKeyring {
		d.drop(e)
		return nil
	}
	r := e.record()
	r.Intent = intentPurge
	return d.put(r, e)
}

// finish settles the intents that a change has left.
func (v *Vault) finish(ctx context.Context) error {
	if v.kind != KindKeyring {
		return nil
	}
	return v.changeLocked(ctx, func(*document) error { return nil })
}

// EmptyTrash purges every account of the trash and says how many they were.
// Errors: those of Purge but ErrNotFound; then it may have purged some.
func (v *Vault) EmptyTrash(ctx context.Context) (int, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	n, err := v.emptyTrash(ctx)
	if err != nil {
		return n, fmt.Errorf("empty the trash: %w", err)
	}
	return n, nil
}

func (v *Vault) emptyTrash(ctx context.Context) (n int, err error) {
	unlock, err := v.lockExisting(ctx)
	if errors.Is(err, ErrNotFound) {
		return 0, nil // no vault, no trash
	}
	if err != nil {
		return 0, err
	}
	defer unlock()
	if err := v.ownsItems(); err != nil {
		return 0, err
	}
	err = v.changeLocked(ctx, func(d *document) error {
		n, err = v.letGoAll(d, func(Account) bool { return true })
		return err
	})
	if err != nil {
		return 0, err
	}
	v.edited.Add(uint64(n))
	return n, v.finish(ctx)
}

// letGoAll lets go of the accounts in the trash that are picked.
func (v *Vault) letGoAll(d *document, pick func(Account) bool) (n int, err error) {
	for _, e := range slices.Clone(d.lookups().trash) {
		if !e.settled() || e.record().Removed.IsZero() || !pick(e.record().Account) {
			continue
		}
		if err := v.letGo(d, e); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// expire lets go of what has been in the trash for longer than Options.TrashLife.
// A clock that is wrong once takes nothing: the save before has to have been
// that late too.
func (v *Vault) expire(d *document) error {
	if v.trashLife <= 0 || v.original != "" {
		return nil
	}
	late := d.head.Saved
	if now := v.now(); now.Before(late) {
		late = now
	}
	_, err := v.letGoAll(d, func(a Account) bool { return late.Sub(a.Removed) > v.trashLife })
	return err
}

// RemoveAll is Remove of several accounts in one save: all of them, or none. Errors: ErrNotFound for the first that is
// not there.
func (v *Vault) RemoveAll(ctx context.Context, ids []string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	err := v.change(ctx, func(d *document) error {
		for _, id := range ids {
			if _, err := d.alter(id, v.intoTrash); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("remove accounts: %w", err)
	}
	v.edited.Add(uint64(len(ids)))
	return nil
}

// intoTrash marks a record as removed by now, unless it is already. Where the clock is behind, the time is that of the
// last save: expire must not take what was just removed for old.
func (v *Vault) intoTrash(d *document, r *record) error {
	if !r.Removed.IsZero() {
		return nil
	}
	if r.Removed = v.now().UTC().Truncate(time.Second); r.Removed.Before(d.head.Saved) {
		r.Removed = d.head.Saved
	}
	return nil
}
