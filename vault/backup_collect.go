package vault

import (
	"context"
	"errors"
	"time"
)

// collected is what goes into a backup.
type collected struct {
	backup   *Backup
	aside    []backupAside
	accounts int    // not in the trash
	digest   []byte // see Vault.digest
}

// collect reads every account with its secret. A keyring is asked item by item,
// and the vault can be used meanwhile.
func (v *Vault) collect(ctx context.Context, progress func(done, total int)) (*collected, error) {
	d, c, err := v.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	for i, e := range d.entries {
		if progress != nil {
			progress(i, len(d.entries))
		}
		if err := v.collectEntry(ctx, d, e, c); err != nil {
			c.backup.Clear()
			return nil, err
		}
	}
	if progress != nil {
		progress(len(d.entries), len(d.entries))
	}
	return c, nil
}

// snapshot is the newest document of a vault that is there.
func (v *Vault) snapshot(ctx context.Context) (*document, *collected, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.closed {
		return nil, nil, ErrClosed
	}
	if ok, err := v.appeared(ctx); err != nil {
		return nil, nil, err
	} else if !ok {
		return nil, nil, ErrNothingToBackUp
	}
	d, err := v.load()
	if err != nil {
		return nil, nil, err
	}
	defer d.forget()
	c := &collected{backup: &Backup{Vault: v.head.ID, Made: v.now().UTC().Truncate(time.Second), Generation: d.head.Generation}}
	var all []Account
	for _, e := range d.entries {
		if e.aside == "" && e.record.Intent == "" {
			all = append(all, e.record.Account)
		}
	}
	c.digest = v.digest(all)
	return d.document, c, nil
}

func (v *Vault) collectEntry(ctx context.Context, d *document, e *entry, c *collected) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case v.closed:
		return ErrClosed
	case ctx.Err() != nil:
		return ctx.Err()
	case e.aside != "":
		aside, err := v.collectAside(ctx, e)
		c.aside = append(c.aside, aside)
		return err
	case e.record.Intent != "":
		return nil // not one that was reported as added
	}
	k, err := v.keyOf(ctx, d, e)
	switch {
	case errors.Is(err, ErrSecretMissing), errors.Is(err, ErrDamaged):
		c.backup.Missing = append(c.backup.Missing, Refused{ID: e.record.ID, Name: e.record.Name(), Reason: err.Error()})
		return nil
	case err != nil:
		return err
	}
	if k.Removed.IsZero() {
		c.accounts++
	}
	c.backup.Keys = append(c.backup.Keys, k)
	return nil
}

// collectAside keeps what this program cannot read, and what the keyring has of it.
func (v *Vault) collectAside(ctx context.Context, e *entry) (backupAside, error) {
	aside := backupAside{Entry: e.raw}
	if v.kind != KindKeyring || !plainID(e.record.ID) {
		return aside, nil
	}
	text, err := v.items.get(ctx, e.record.ID)
	if err != nil && !errors.Is(err, errItemAbsent) {
		return aside, err
	}
	aside.Item = text
	return aside, nil
}
