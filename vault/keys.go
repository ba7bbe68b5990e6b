package vault

import (
	"context"
	"fmt"
	"time"
)

// Key fetches an account with its secret. Errors: ErrNotFound, ErrSecretMissing
// when its keyring item is gone, ErrDamaged when that holds another secret, and
// those of the keyring.
func (v *Vault) Key(ctx context.Context, id string) (Key, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	got := v.fetch(ctx, []string{id})[id]
	return got.Key, got.Err
}

// Fetched is an account with its secret, or why there is none: an error of Key.
type Fetched struct {
	Key Key
	Err error
}

// Keys fetches several accounts at once, which costs little more than one. It
// has an answer for each id.
func (v *Vault) Keys(ctx context.Context, ids []string) map[string]Fetched {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.fetch(ctx, ids)
}

func (v *Vault) fetch(ctx context.Context, ids []string) map[string]Fetched {
	all := make(map[string]Fetched, len(ids))
	if err := v.fetchInto(ctx, all, ids); err != nil {
		for _, id := range ids {
			if _, known := all[id]; !known {
				all[id] = Fetched{Err: err}
			}
		}
	}
	return all
}

func (v *Vault) fetchInto(ctx context.Context, all map[string]Fetched, ids []string) error {
	if v.closed {
		return ErrClosed
	}
	if ok, err := v.appeared(ctx); err != nil {
		return err
	} else if !ok {
		return ErrNotFound
	}
	if v.kind != KindKeyring {
		return v.fetchFromFile(ctx, all, ids)
	}
	known, err := v.records(ctx, ids)
	if err != nil {
		return err
	}
	users := make([]string, 0, len(known))
	for id := range known {
		users = append(users, id)
	}
	texts, err := v.textsOf(ctx, users)
	d := v.view.Load().document()
	for _, id := range ids {
		r, there := known[id]
		text, got := texts[id]
		switch {
		case !there:
			all[id] = Fetched{Err: ErrNotFound}
		case got:
			k, err := d.join(r, text)
			all[id] = Fetched{k, err}
		case err == nil:
			all[id] = Fetched{Err: missing(id)}
		}
	}
	return err
}

// records finds accounts in what was last read, and reads again when one is not
// there.
func (v *Vault) records(ctx context.Context, ids []string) (map[string]record, error) {
	for again := true; ; again = false {
		known, missed := make(map[string]record, len(ids)), false
		now := v.view.Load()
		for _, id := range ids {
			if e := now.find(id); e != nil {
				known[id] = e.record()
			} else {
				missed = true
			}
		}
		if !missed || !again {
			return known, nil
		}
		if _, err := v.refresh(ctx); err != nil {
			return nil, err
		}
	}
}

func (v *Vault) fetchFromFile(ctx context.Context, all map[string]Fetched, ids []string) error {
	d, _, err := v.load()
	if err != nil {
		return err
	}
	defer d.forget()
	for _, id := range ids {
		e := d.find(id)
		if e == nil {
			all[id] = Fetched{Err: ErrNotFound}
			continue
		}
		k, err := v.keyOf(ctx, d, e.record())
		all[id] = Fetched{k, err}
	}
	return nil
}

// Code gives the code of an account at a time. For HOTP the counter is moved on,
// durably, before the code is returned, so no code is ever given twice. Errors:
// those of Key and of Key.Code.
func (v *Vault) Code(ctx context.Context, id string, at time.Time) (Code, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	got := v.fetch(ctx, []string{id})[id]
	k := got.Key
	defer k.Secret.Clear()
	var c Code
	err := got.Err
	switch {
	case err != nil:
	case k.Type == HOTP:
		c, err = v.codeOfCounter(ctx, k)
	default:
		c, err = k.Code(at)
	}
	if err != nil {
		return Code{}, fmt.Errorf("code: %w", err)
	}
	return c, nil
}

// codeOfCounter takes the counter of this moment: another process may have
// moved it.
func (v *Vault) codeOfCounter(ctx context.Context, k Key) (c Code, err error) {
	err = v.change(ctx, func(d *document) error {
		e := d.find(k.ID)
		if e == nil || !e.settled() {
			return ErrNotFound
		}
		r := e.record()
		if r.Counter >= maxCounter {
			return &ParameterError{Part: "counter", Reason: "has come to its end, 2^63-1"}
		}
		c, err = Key{Account: r.Account, Secret: k.Secret}.Code(time.Time{})
		if err != nil {
			return err
		}
		r.Counter++
		r.Uses++
		r.LastUsed = v.now().UTC().Truncate(time.Second)
		return d.put(r.renamed(), e)
	})
	return c, err
}
