package vault

import (
	"context"
	"slices"
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
	defer d.forget()
	total := len(d.entries)
	for from := 0; from < total; from += atOnce {
		if progress != nil {
			progress(from, total)
		}
		if err := v.collectSome(ctx, d, d.entries[from:min(from+atOnce, total)], c); err != nil {
			c.backup.Clear()
			return nil, err
		}
	}
	if progress != nil {
		progress(total, total)
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
	d, _, err := v.load()
	if err != nil {
		return nil, nil, err
	}
	c := &collected{backup: &Backup{Vault: v.head.ID, Made: v.now().UTC().Truncate(time.Second), Generation: d.head.Generation}}
	var all []Account
	for _, e := range d.entries {
		if e.aside() == "" && e.record().Intent == "" {
			all = append(all, e.record().Account)
		}
	}
	c.digest = v.digest(all)
	return d, c, nil
}

// collectSome takes the secrets of some entries.
func (v *Vault) collectSome(ctx context.Context, d *document, entries []*entry, c *collected) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.closed {
		return ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	var texts map[string]string
	if v.kind == KindKeyring {
		var err error
		if texts, err = v.textsOf(ctx, idsOf(entries)); err != nil {
			return err
		}
	}
	for _, e := range entries {
		if e.aside() != "" {
			c.aside = append(c.aside, backupAside{Entry: slices.Clone(e.raw), Item: texts[e.rec.ID]})
			continue
		}
		if r := e.record(); r.Intent == "" { // else not one that was reported as added
			v.collectRecord(d, r, texts, c)
		}
	}
	return nil
}

func (v *Vault) collectRecord(d *document, r record, texts map[string]string, c *collected) {
	var (
		k   Key
		err error
	)
	if v.kind == KindKeyring {
		k, err = d.joinItem(r, texts)
	} else {
		k, err = d.join(r, r.URI)
	}
	if err != nil {
		c.backup.Missing = append(c.backup.Missing, Refused{ID: r.ID, Name: r.Name(), Reason: err.Error()})
		return
	}
	if k.Removed.IsZero() {
		c.accounts++
	}
	c.backup.Keys = append(c.backup.Keys, k)
}
