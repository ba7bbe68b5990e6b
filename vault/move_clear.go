package vault

import (
	"context"
	"errors"
	"slices"
	"strconv"
)

// tidy clears out the place that a move which was cut short has left, where
// that can be done now.
func (v *Vault) tidy(ctx context.Context, d *document) error {
	h := v.head
	if h.Moving == "" && h.Leaving == "" {
		return nil
	}
	m := mover{Vault: v, to: v.kind, progress: counted(nil)}
	for _, old := range []Kind{h.Moving, h.Leaving} {
		if old == "" || old == v.kind {
			continue
		}
		if err := m.clearOut(ctx, d, old); err != nil {
			return err
		}
	}
	return nil
}

// clearOut removes what a kind has kept, after the move from it or in place of
// the move to it. d is the document of the kind that counts: it has every
// secret, or names its item.
func (m mover) clearOut(ctx context.Context, d *document, old Kind) error {
	counts := m.to
	if old.stored() != counts.stored() {
		if err := m.clearSecrets(ctx, d, old); err != nil {
			return err
		}
	}
	if old.usesKeyring() && !counts.usesKeyring() {
		if err := m.items.remove(ctx, indexUser(m.head.ID)); err != nil {
			return err
		}
	}
	if old.usesPassphrase() && !counts.usesPassphrase() {
		if err := m.removeAll(identityName); err != nil {
			return err
		}
	}
	if counts == KindKeyring {
		if err := m.items.remove(ctx, seenUser(m.head.ID)); err != nil {
			return err
		}
	}
	h := m.head
	h.Moving, h.Leaving = "", ""
	return m.writeHeader(h)
}

// clearSecrets removes the sealed files of a kind, and the items that they name.
func (m mover) clearSecrets(ctx context.Context, d *document, old Kind) error {
	if old != KindKeyring {
		return m.removeAll(accountsName)
	}
	ids := idsOf(d.entries)
	if index, err := m.oldIndex(); err == nil {
		if err := m.atOldHome(ctx); err != nil {
			return err
		}
		ids = append(ids, idsOf(index.entries)...) // one may have been purged since
	} else if !errors.Is(err, ErrIndexMissing) {
		return err
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	for i, id := range ids {
		if err := m.items.remove(ctx, id); err != nil {
			return err
		}
		m.progress(i+1, len(ids))
	}
	if err := m.removeAll(recentName); err != nil {
		return err
	}
	return m.removeAll(indexName)
}

// atOldHome makes sure that the keyring which answers is the one that was left:
// in another every item is absent, and would be taken for removed.
func (m mover) atOldHome(ctx context.Context) error {
	old := &Vault{kind: KindKeyring, head: m.head, key: m.key, items: m.items}
	return old.atHome(ctx)
}

// oldIndex reads the index of the keyring vault that was left.
func (m mover) oldIndex() (*document, error) {
	index := &Vault{kind: KindKeyring, files: m.files, head: m.head, key: m.key}
	d, _, err := index.load()
	return d, err
}

// removeAll removes a file and its generations, the file itself last.
func (m mover) removeAll(name string) error {
	for n := generations; n > 0; n-- {
		if err := m.files.remove(name + "." + strconv.Itoa(n)); err != nil {
			return err
		}
	}
	return ignoreAbsent(m.files.remove(name))
}
