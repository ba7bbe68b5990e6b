package vault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// mergeBatch is how many accounts are begun with a keyring in one save. The lock
// is let go between batches: other processes wait for it 30 s at most.
const mergeBatch = 100

// Merge takes accounts from outside into the vault. Nothing that is there is
// overwritten: names, tags, pins and notes stay as they are, and a counter only
// grows. A secret that is gone from the keyring is put back. An account keeps its id when that is free, and one that was removed
// goes into the trash. Doing it twice adds nothing. The first account of all
// makes the vault.
//
// A file vault takes all of them in one save. A keyring vault takes each as a
// whole or not at all; broken off at any point, what was taken stays, and
// merging again goes on with the rest. Merge gives the steps that were done, in
// the order of keys. Progress hears how many; nil hears nothing. Errors: those
// of Add but *DuplicateError.
func (v *Vault) Merge(ctx context.Context, keys []Key, progress func(done, total int)) ([]Step, error) {
	if progress == nil {
		progress = func(int, int) {}
	}
	size := mergeBatch // without any keys nothing is touched
	if v.kind != KindKeyring {
		size = max(len(keys), 1)
	}
	steps := make([]Step, len(keys))
	var failed error
	begun, items := 0, v.listItems(ctx)
	for order := range slices.Chunk(mergeOrder(keys), size) {
		failed = v.mergeSome(ctx, keys, order, steps, items, func(n int) { progress(begun+n, len(keys)) })
		if failed != nil {
			failed = fmt.Errorf("merge accounts: %w", failed)
			break
		}
		begun += len(order)
	}
	return slices.DeleteFunc(steps, func(s Step) bool { return s.Fate == "" }), failed
}

// mergeSome does the steps of some of the keys, in one save and with a keyring
// in two. A step that was not done stays empty.
func (v *Vault) mergeSome(ctx context.Context, keys []Key, order []int, steps []Step, items *itemList, done func(int)) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	unlock, err := v.lockOrCreate(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if err := v.atHome(ctx); err != nil {
		return err
	}
	planned := map[int]Step{}
	var fresh []int // indexes of keys
	err = v.changeLocked(ctx, func(d *document) error {
		m := newMatcher(d)
		for _, i := range order {
			s, err := v.mergeOne(ctx, m, keys[i], items)
			if err != nil {
				return err
			}
			planned[i] = s
			if s.Fate == FateNew || s.Fate == FateBeside || s.Fate == FateMended {
				fresh = append(fresh, i)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	written := len(fresh)
	if v.kind == KindKeyring {
		written, err = v.mergeItems(ctx, keys, fresh, planned, items, func(n int) { done(len(order) - len(fresh) + n) })
	}
	for _, i := range fresh[written:] {
		delete(planned, i)
	}
	for i, s := range planned {
		steps[i] = s
		switch s.Fate {
		case FateNew, FateBeside, FateCounter, FateMended:
			v.edited.Add(1)
		}
	}
	done(len(planned))
	return err
}

// mergeOne decides, and changes the document accordingly.
func (v *Vault) mergeOne(ctx context.Context, m *matcher, k Key, items *itemList) (Step, error) {
	k.Account = k.trimmed().clone()
	s, err := m.decideWith(k, items)
	if err != nil {
		return s, err
	}
	switch s.Fate {
	case FateCounter, FateTrash, FateMended:
		e := m.document.find(s.Existing.ID)
		r := e.record()
		if k.Type != HOTP || k.Counter <= r.Counter {
			return s, nil
		}
		r.Counter = k.Counter
		return s, m.document.put(r.renamed(), e)
	case FateNew, FateBeside:
	default:
		return s, ctx.Err()
	}
	for m.ids[k.ID] || !plainID(k.ID) {
		id, err := v.newID()
		if err != nil {
			return s, err
		}
		k.ID = id
	}
	if items != nil {
		used, err := items.has(k.ID)
		if err == nil && used {
			k.ID, err = v.newID()
		}
		if err != nil {
			return s, err
		}
	}
	if k.Added.IsZero() {
		k.Added = v.now().UTC().Truncate(time.Second)
	}
	e, err := m.document.add(v.kind, k)
	if err != nil {
		return s, err
	}
	m.hold(e)
	s.Account = k.Account
	return s, nil
}

// mergeItems writes the items of entries that were begun, and completes those
// that are there. It gives how many of the fresh ones are done with. An item
// that may or may not have been written keeps its intent, for the next change.
func (v *Vault) mergeItems(ctx context.Context, keys []Key, fresh []int, planned map[int]Step, items *itemList, done func(int)) (int, error) {
	var (
		failed   error
		complete = map[string]bool{}
		never    = map[string]bool{}
		written  int
	)
	for n, i := range fresh {
		s := planned[i]
		a := s.Account
		if s.Fate == FateMended {
			a = s.Existing
		}
		if failed = ctx.Err(); failed == nil {
			failed = v.setItem(ctx, a.ID, Key{Account: a, Secret: keys[i].Secret}.RevealURI())
		} else {
			never[a.ID] = true
		}
		if failed != nil && !v.itemsGone(ctx, failed) {
			// This one alone; what is there of it is dropped at the next change.
			planned[i] = Step{Fate: FateRefused, Account: a, Reason: failed.Error()}
			failed, written = nil, n+1
			continue
		}
		if failed != nil {
			for _, j := range fresh[n+1:] {
				never[planned[j].Account.ID] = true
			}
			break
		}
		complete[a.ID] = true
		items.wrote(a.ID)
		written = n + 1
		done(written)
	}
	return written, errors.Join(failed, v.completeAll(ctx, complete, never))
}

// itemsGone is true for an error after which no other item would go better.
func (v *Vault) itemsGone(ctx context.Context, err error) bool {
	return ctx.Err() != nil || KeyringAway(err)
}

// completeAll takes away the marks of what was written, and the entries whose
// items were never begun. It asks no keyring.
func (v *Vault) completeAll(ctx context.Context, complete, never map[string]bool) error {
	if len(complete) == 0 && len(never) == 0 {
		return nil
	}
	d, _, err := v.load()
	if err != nil {
		return err
	}
	defer d.forget()
	for _, e := range slices.Clone(d.pending) {
		r := e.record()
		switch {
		case r.Intent != intentAdd:
		case never[r.ID]:
			d.drop(e)
		case complete[r.ID]:
			r.Intent = ""
			if err := d.put(r, e); err != nil {
				return err
			}
		}
	}
	return v.save(ctx, d, false)
}

// Edited counts the changes to accounts that were begun through v: adding,
// editing, removing, restoring, purging, merging. Giving a code is none. So
// a caller knows whether there is something new to back up.
func (v *Vault) Edited() uint64 { return v.edited.Load() }
