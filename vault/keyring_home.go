package vault

import (
	"context"
	"errors"
	"fmt"
)

// atHome tells whether the keyring that answers is the one that this vault is
// in: it holds the key of the index. One desktop may have two keyrings, or one
// with two databases, and another may answer today, or since this vault was
// opened. In it every item is absent: that is not to be taken for deleted, nor
// is anything to be put there.
func (v *Vault) atHome(ctx context.Context) error {
	if v.kind != KindKeyring || v.head.ID == "" {
		return nil
	}
	user := indexUser(v.head.ID)
	text, err := v.items.get(ctx, user)
	if err != nil && !errors.Is(err, errItemAbsent) {
		return err
	}
	key := hold([]byte(text))
	defer key.Clear()
	if err != nil || !key.Equal(v.key) {
		return v.notAtHome(ctx, v.head)
	}
	return nil
}

// notAtHome is an ErrIndexKeyMissing that says which keyring the vault was made
// with, where another one answers.
func (v *Vault) notAtHome(ctx context.Context, h header) error {
	now := v.items.probe(ctx).Provider
	if h.Provider != "" && now != "" && h.Provider != now {
		return fmt.Errorf("%w: the vault was made with %s, and %s answers", ErrIndexKeyMissing, h.Provider, now)
	}
	return fmt.Errorf("%w: item %s of service %s", ErrIndexKeyMissing, indexUser(h.ID), service)
}

// originalOf is the folder that a key names as its own, when that is another
// one and still has the vault.
func (v *Vault) originalOf(h header, key string) string {
	folder, named := folderOf(key)
	if !named || samePlace(folder, v.dir) {
		return ""
	}
	there, err := readHeader(&disk{dir: folder})
	if err != nil || there.ID != h.ID {
		return ""
	}
	return folder
}

// ownsItems refuses in a copy of a vault what would take its items away from
// the original.
func (v *Vault) ownsItems() error {
	if v.original == "" {
		return nil
	}
	return fmt.Errorf("%w: the original is in %s", ErrCopied, v.original)
}

// textsOf fetches the items of some accounts. When one is missing it makes sure
// that this is the keyring they are in.
func (v *Vault) textsOf(ctx context.Context, ids []string) (map[string]string, error) {
	texts, err := v.items.getMany(ctx, ids)
	if err != nil || len(texts) == len(ids) {
		return texts, err
	}
	return texts, v.atHome(ctx)
}
