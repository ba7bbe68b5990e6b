package vault

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"slices"
)

// documentName is the sealed file of the vault's kind.
func (v *Vault) documentName() string {
	if v.kind == KindKeyring {
		return indexName
	}
	return accountsName
}

func (v *Vault) read(name string) ([]byte, error) { return readPart(v.files, name) }

// readPart gives a file that has to be there.
func readPart(f files, name string) ([]byte, error) {
	b, err := f.read(name)
	if errors.Is(err, fs.ErrNotExist) {
		if name == indexName {
			return nil, fmt.Errorf("%w: %s", ErrIndexMissing, name)
		}
		return nil, fmt.Errorf("%w: %s is missing", ErrDamaged, name)
	}
	return b, err
}

// loaded is a document as it was read, with what to clear after use.
type loaded struct {
	*document
	plain []byte
	sum   [sha256.Size]byte
}

// forget overwrites the text that was unsealed. Records hold copies of it, as
// strings, that only the garbage collector takes back.
func (d *loaded) forget() { clear(d.plain) }

func (v *Vault) load() (*loaded, error) {
	sealed, err := v.read(v.documentName())
	if err != nil {
		return nil, err
	}
	plain, err := unseal(sealed, v.key)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", v.documentName(), err)
	}
	d, err := decodeDocument(plain, v.head, v.kind)
	if err != nil {
		clear(plain)
		return nil, fmt.Errorf("%s: %w", v.documentName(), err)
	}
	return &loaded{document: d, plain: plain, sum: sha256.Sum256(sealed)}, nil
}

// show makes a document the one that Accounts and the others answer from.
func (v *Vault) show(d *loaded) {
	now := &view{
		sum:          d.sum,
		fingerprints: make(map[string][]byte, len(d.entries)),
		document:     &document{head: d.head},
	}
	for _, e := range d.entries {
		a := e.record.Account
		switch {
		case e.aside != "":
			if !plainID(a.ID) {
				a.ID = "" // any text at all, which nobody should have to print
			}
			now.aside = append(now.aside, Damaged{ID: a.ID, Reason: e.aside})
			continue
		case e.record.Intent != "":
			now.intents++
			continue
		case a.Removed.IsZero():
			now.accounts = append(now.accounts, a.clone())
		default:
			now.trash = append(now.trash, a.clone())
		}
		now.fingerprints[a.ID] = slices.Clone(e.record.Fingerprint)
	}
	v.view.Store(now)
}

// Refresh takes in what other processes have changed since this vault was last
// read, and tells whether there was anything. It costs the reading of one file,
// and for the first account of all one unlocking. Errors: those of Open.
func (v *Vault) Refresh(ctx context.Context) (changed bool, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.refresh(ctx)
}

func (v *Vault) refresh(ctx context.Context) (bool, error) {
	if v.closed {
		return false, ErrClosed
	}
	if ok, err := v.appeared(ctx); !ok || err != nil {
		return false, err
	}
	sealed, err := v.read(v.documentName())
	if err != nil {
		return false, err
	}
	if sha256.Sum256(sealed) == v.view.Load().sum {
		return false, nil
	}
	d, err := v.load()
	if err != nil {
		return false, err
	}
	defer d.forget()
	v.show(d)
	return true, nil
}

// appeared is true when there is a vault, after unlocking one that another
// process made since.
func (v *Vault) appeared(ctx context.Context) (bool, error) {
	if v.head.ID != "" {
		return true, nil
	}
	h, err := readHeader(v.files)
	if err != nil || !h.has(v.kind) {
		return false, err
	}
	return true, v.unlock(ctx, h)
}

// Key fetches an account with its secret. Errors: ErrNotFound, ErrSecretMissing
// when its keyring item is gone, ErrDamaged when that holds another secret, and
// those of the keyring.
func (v *Vault) Key(ctx context.Context, id string) (Key, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.fetch(ctx, id)
}

func (v *Vault) fetch(ctx context.Context, id string) (Key, error) {
	if v.closed {
		return Key{}, ErrClosed
	}
	if v.kind == KindKeyring {
		return v.fetchItem(ctx, id)
	}
	if v.head.ID == "" {
		if _, err := v.refresh(ctx); err != nil {
			return Key{}, err
		}
		if v.head.ID == "" {
			return Key{}, ErrNotFound
		}
	}
	d, err := v.load()
	if err != nil {
		return Key{}, err
	}
	defer d.forget()
	e := d.find(id)
	if e == nil {
		return Key{}, ErrNotFound
	}
	return v.keyOf(ctx, d.document, e)
}

func (v *Vault) fetchItem(ctx context.Context, id string) (Key, error) {
	account, ok := v.seen(id)
	if !ok {
		if _, err := v.refresh(ctx); err != nil {
			return Key{}, err
		}
		if account, ok = v.seen(id); !ok {
			return Key{}, ErrNotFound
		}
	}
	now := v.view.Load()
	return v.keyOf(ctx, now.document, &entry{record: record{Account: account, Fingerprint: now.fingerprints[id]}})
}

func (v *Vault) seen(id string) (Account, bool) {
	now := v.view.Load()
	for _, list := range [][]Account{now.accounts, now.trash} {
		for _, a := range list {
			if a.ID == id {
				return a.clone(), true
			}
		}
	}
	return Account{}, false
}

// keyOf joins an entry with its secret. What the index says of the account wins
// over the text beside the secret, which is as old as the account.
func (v *Vault) keyOf(ctx context.Context, d *document, e *entry) (Key, error) {
	text := e.record.URI
	if v.kind == KindKeyring {
		var err error
		text, err = v.items.get(ctx, e.record.ID)
		if errors.Is(err, errItemAbsent) {
			if err := v.atHome(ctx); err != nil {
				return Key{}, err
			}
			return Key{}, fmt.Errorf("%w: item %s of service %s", ErrSecretMissing, e.record.ID, service)
		}
		if err != nil {
			return Key{}, err
		}
	}
	k, err := ParseKeyURI(text)
	if err != nil {
		return Key{}, fmt.Errorf("%w: account %s: %w", ErrDamaged, e.record.ID, err)
	}
	if !hmac.Equal(d.fingerprint(k.Secret), e.record.Fingerprint) {
		k.Secret.Clear()
		return Key{}, fmt.Errorf("%w: account %s has another secret than the one that was added", ErrDamaged, e.record.ID)
	}
	k.Account = e.record.clone()
	return k, nil
}
