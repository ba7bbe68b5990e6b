package vault

import (
	"context"
	"errors"
	"fmt"
)

// Fetched is one answer of Keys: a key, or why there is none.
type Fetched struct {
	Key Key
	Err error // one of Key's
}

// Keys fetches several accounts with their secrets and gives one answer for
// each id. A keyring that is locked, away or silent is asked no more: the other
// ids get the same error.
func (v *Vault) Keys(ctx context.Context, ids []string) map[string]Fetched {
	v.mu.Lock()
	defer v.mu.Unlock()
	out := make(map[string]Fetched, len(ids))
	fetch, done, err := v.fetcher(ctx)
	defer done()
	for _, id := range ids {
		if err != nil {
			out[id] = Fetched{Err: err}
			continue
		}
		k, failed := fetch(id)
		out[id] = Fetched{k, failed}
		if KeyringAway(failed) || ctx.Err() != nil {
			err = failed
		}
	}
	return out
}

// fetcher is a way to fetch several keys: item by item from a keyring, and
// from one reading of a document.
func (v *Vault) fetcher(ctx context.Context) (fetch func(id string) (Key, error), done func(), err error) {
	done = func() {}
	if v.closed || v.kind == KindKeyring || v.head.ID == "" {
		return func(id string) (Key, error) { return v.fetch(ctx, id) }, done, nil
	}
	d, err := v.load()
	if err != nil {
		return nil, done, err
	}
	entries := make(map[string]*entry, len(d.entries))
	for _, e := range d.entries {
		if e.aside == "" {
			entries[e.record.ID] = e
		}
	}
	return func(id string) (Key, error) {
		e := entries[id]
		if e == nil {
			return Key{}, ErrNotFound
		}
		return v.keyOf(ctx, d.document, e)
	}, d.forget, nil
}

// KeyringAway tells whether an error is one of the keyring as a whole, which a
// person can mend and which passes, rather than one of a single account.
func KeyringAway(err error) bool {
	return errors.Is(err, ErrLocked) || errors.Is(err, ErrNoKeyring) || errors.Is(err, ErrKeyringUnreachable)
}

// EmptyTrash removes every account of the trash and its secret for good, and
// gives how many there were. Errors: those of Purge; accounts before it are gone.
func (v *Vault) EmptyTrash(ctx context.Context) (int, error) {
	n := 0
	for _, a := range v.Trash() {
		if err := v.Purge(ctx, a.ID); err != nil && !errors.Is(err, ErrNotFound) {
			return n, fmt.Errorf("empty the trash: %w", err)
		}
		n++
	}
	return n, nil
}
