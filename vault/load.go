package vault

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
)

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

// stamps are those of the files whose content a view is.
type stamps struct{ header, document, recent stamp }

func (v *Vault) stamps() (s stamps, err error) {
	for name, into := range map[string]*stamp{headerName: &s.header, v.kind.document(): &s.document, recentName: &s.recent} {
		if name == recentName && v.kind != KindKeyring {
			continue
		}
		if *into, err = v.files.stamp(name); err != nil {
			return stamps{}, err
		}
	}
	return s, nil
}

// kept is the document of a keyring vault as it was last read or saved: it
// holds no secret, and reading a thousand accounts again is what a change would
// cost most.
type kept struct {
	document *document
	at       stamps
}

// load reads the document. The caller owns it, and calls forget.
func (v *Vault) load() (*document, stamps, error) {
	at, err := v.stamps() // before reading: what changes meanwhile is read again
	if err != nil {
		return nil, at, err
	}
	if v.kind != KindKeyring {
		d, err := v.loadWhole()
		return d, at, err
	}
	d, err := v.loadIndex(at)
	return d, at, err
}

func (v *Vault) loadWhole() (*document, error) {
	name := v.kind.document()
	sealed, err := readPart(v.files, name)
	if err != nil {
		return nil, err
	}
	plain, err := unseal(sealed, v.key)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	d, err := decodeDocument(plain, v.head, v.kind)
	if err != nil {
		clear(plain)
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return d, nil
}

// loadIndex reads recent.age first: the index that is read then holds its base.
func (v *Vault) loadIndex(at stamps) (*document, error) {
	later, err := v.files.read(recentName)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	sum := sha256.Sum256(later)
	if k := v.kept; k != nil && k.at.document == at.document && k.document.sum == sum {
		v.kept = nil // the caller may change it, and hands it back with show
		return k.document, nil
	}
	d, err := v.loadWhole()
	if err != nil {
		return nil, err
	}
	d.rebase()
	d.sum = sum
	// An older program that has the vault open looks at index.age alone, and
	// would write over what recent.age says.
	older := d.head.Format < format
	d.rewrite = older
	if later == nil {
		return d, nil
	}
	plain, err := unseal(later, v.key)
	if err == nil {
		err = d.follow(plain, v.head)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", recentName, err)
	}
	d.rewrite = d.rewrite || older
	return d, nil
}

// show makes a document the one that Accounts and the others answer from.
func (v *Vault) show(d *document, at stamps) {
	v.view.Store(newView(d, at))
	if v.kind == KindKeyring {
		v.kept = &kept{document: d, at: at}
	}
}

// Refresh takes in what other processes have changed since this vault was last
// read, and tells whether there was anything. When nothing was it costs the
// look at two files, and for the first account of all one unlocking. Errors:
// those of Open, and ErrMoved.
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
	now, err := v.stamps()
	if err != nil {
		return false, err
	}
	before := v.view.Load().stamps
	if now == before {
		return false, nil
	}
	if now.header != before.header {
		if err := v.rereadHeader(); err != nil {
			return false, err
		}
	}
	generation := v.view.Load().head.Generation
	d, at, err := v.load()
	if err != nil {
		return false, err
	}
	defer d.forget()
	v.show(d, at)
	return d.head.Generation != generation, nil
}

// rereadHeader looks whether the vault is still here.
func (v *Vault) rereadHeader() error {
	if v.kind == KindThrowaway {
		return nil
	}
	h, err := readHeader(v.files)
	if err != nil {
		return err
	}
	if !h.has(v.kind) {
		return ErrMoved
	}
	v.head = h
	return nil
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

// keyOf joins an entry with its secret. What the index says of the account wins
// over the text beside the secret, which is as old as the account.
func (v *Vault) keyOf(ctx context.Context, d *document, r record) (Key, error) {
	text := r.URI
	if v.kind == KindKeyring {
		var err error
		text, err = v.items.get(ctx, r.ID)
		if errors.Is(err, errItemAbsent) {
			if err := v.atHome(ctx); err != nil {
				return Key{}, err
			}
			return Key{}, missing(r.ID)
		}
		if err != nil {
			return Key{}, err
		}
	}
	return d.join(r, text)
}

func missing(id string) error {
	return fmt.Errorf("%w: item %s of service %s", ErrSecretMissing, id, service)
}

// join is the account of a record with the secret in a key URI, if that is the
// one that was added.
func (d *document) join(r record, uri string) (Key, error) {
	k, err := ParseKeyURI(uri)
	if err != nil {
		return Key{}, fmt.Errorf("%w: account %s: %w", ErrDamaged, r.ID, err)
	}
	if !hmac.Equal(d.fingerprint(k.Secret), r.Fingerprint) {
		k.Secret.Clear()
		return Key{}, fmt.Errorf("%w: account %s has another secret than the one that was added", ErrDamaged, r.ID)
	}
	k.Account = r.clone()
	return k, nil
}
