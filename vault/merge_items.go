package vault

import (
	"context"
	"errors"
)

// itemList says which ids have an item in the keyring. An item that is there and
// not of this vault belongs to another one, or to one that is gone: two vaults
// with one item would purge each other's.
type itemList struct {
	ctx   context.Context //nolint:containedctx // it lives for one call
	items items
	held  map[string]bool // nil until the keyring was asked, or when it cannot list
	deaf  bool            // it cannot list
}

// listItems is nil for a vault whose secrets are not in a keyring.
func (v *Vault) listItems(ctx context.Context) *itemList {
	if v.kind != KindKeyring {
		return nil
	}
	return &itemList{ctx: ctx, items: v.items}
}

func (l *itemList) has(id string) (bool, error) {
	if l.held == nil && !l.deaf {
		users, err := l.items.users(l.ctx)
		l.deaf = errors.Is(err, errCannotList)
		if err != nil && !l.deaf {
			return false, err
		}
		l.held = map[string]bool{}
		for _, u := range users {
			l.held[u] = true
		}
	}
	if l.held[id] || !l.deaf {
		return l.held[id], nil
	}
	_, err := l.items.get(l.ctx, id)
	if errors.Is(err, errItemAbsent) {
		return false, nil
	}
	return err == nil, err
}

// wrote adds one.
func (l *itemList) wrote(id string) {
	if l.held != nil {
		l.held[id] = true
	}
}
