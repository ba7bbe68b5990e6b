package vault

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// change applies f to the newest document, under the vault's lock, and saves
// it. It finishes first what a crash has left. The vault has to be there.
func (v *Vault) change(ctx context.Context, f func(*document) error) error {
	unlock, err := v.lockExisting(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	return v.changeLocked(ctx, f)
}

// lockExisting takes the lock of a vault that is open and there.
func (v *Vault) lockExisting(ctx context.Context) (unlock func(), err error) {
	if v.closed {
		return nil, ErrClosed
	}
	if ok, err := v.appeared(ctx); err != nil {
		return nil, err
	} else if !ok {
		return nil, ErrNotFound
	}
	return v.files.lock(ctx)
}

func (v *Vault) changeLocked(ctx context.Context, f func(*document) error) error {
	d, err := v.load()
	if err != nil {
		return err
	}
	defer d.forget()
	settled, err := v.settle(ctx, d.document)
	if err != nil {
		return err
	}
	if err := f(d.document); err != nil {
		return err
	}
	if !settled && !d.changed() {
		v.show(d)
		return nil
	}
	return v.save(d, true)
}

func (d *document) changed() bool {
	if d.dropped {
		return true
	}
	for _, e := range d.entries {
		if e.changed {
			return true
		}
	}
	return false
}

// save makes d the vault's document: durable when it returns nil.
func (v *Vault) save(d *loaded, rotate bool) error {
	d.head.Generation++
	d.head.Saved = v.now().UTC().Truncate(time.Second)
	plain, err := d.encode()
	if err != nil {
		return err
	}
	defer clear(plain)
	sealed, err := seal(plain, v.key)
	if err != nil {
		return err
	}
	check := func(back []byte) error {
		opened, err := unseal(back, v.key)
		if err != nil {
			return err
		}
		defer clear(opened)
		if sha256.Sum256(opened) != sha256.Sum256(plain) {
			return errors.New("it opens as something else")
		}
		return nil
	}
	if err := v.files.write(v.documentName(), sealed, rotate, check); err != nil {
		return err
	}
	d.sum = sha256.Sum256(sealed)
	for _, e := range d.entries {
		e.changed = false
	}
	d.dropped = false
	v.show(d)
	return nil
}

// settle finishes or drops what was begun with keyring items and not completed:
// the lock is ours, so nobody is still at it. An item of an account being added
// either is there as a whole, then the account is, or it is not.
func (v *Vault) settle(ctx context.Context, d *document) (settled bool, err error) {
	var pending []*entry
	for _, e := range d.entries {
		if e.aside == "" && e.record.Intent != "" {
			pending = append(pending, e)
		}
	}
	if len(pending) > 0 {
		if err := v.atHome(ctx); err != nil {
			return false, err
		}
	}
	for _, e := range pending {
		switch e.record.Intent {
		case intentAdd:
			_, err := v.keyOf(ctx, d, e)
			switch {
			case err == nil:
				v.mark(e, "")
			case errors.Is(err, ErrSecretMissing):
				d.drop(e)
			case errors.Is(err, ErrDamaged):
				e.aside = "its keyring item holds something else: " + err.Error()
				continue
			default:
				return settled, err
			}
		case intentPurge:
			if err := v.items.remove(ctx, e.record.ID); err != nil {
				return settled, err
			}
			d.drop(e)
		}
		settled = true
	}
	return settled, nil
}

func (v *Vault) mark(e *entry, intent string) {
	e.record.Intent = intent
	e.changed = true
}

// create makes the vault of v's kind, unless another process has done so by
// now. The lock is held. passphrase is nil unless the kind is file.
func (v *Vault) create(ctx context.Context, passphrase *Secret) error {
	h, err := readHeader(v.files)
	if err != nil {
		return err
	}
	if h.has(v.kind) {
		return v.adopt(ctx, h, passphrase)
	}
	switch {
	case h.ID == "":
		id, err := v.newID()
		if err != nil {
			return err
		}
		h = header{Format: format, Kind: v.kind, ID: id}
	case h.Creating == h.Kind:
		h.Kind = v.kind // the other one never came to be
	case h.Kind != v.kind:
		h.Also = v.kind
	}
	h.Creating = v.kind
	if v.kind != KindThrowaway {
		if err := v.files.write(headerName, h.encode(), false, nil); err != nil {
			return err
		}
	}
	key, err := newIdentity("twofold vault "+h.ID, folderComment+v.dir, "created: "+v.now().UTC().Format(time.RFC3339))
	if err != nil {
		return err
	}
	if err := v.storeKey(ctx, h, key, passphrase); err != nil {
		return err
	}
	d, err := newDocument(h, v.kind, v.rand)
	if err != nil {
		return err
	}
	v.key = key
	if err := v.save(&loaded{document: d}, false); err != nil {
		return err
	}
	h.Creating = ""
	if v.kind != KindThrowaway {
		if err := v.files.write(headerName, h.encode(), false, nil); err != nil {
			return err
		}
	}
	v.head = h
	return nil
}

// adopt opens a vault that another process has just made.
func (v *Vault) adopt(ctx context.Context, h header, passphrase *Secret) error {
	if v.kind != KindFile {
		return v.unlock(ctx, h)
	}
	sealed, err := v.read(identityName)
	if err != nil {
		return err
	}
	key, err := unsealIdentity(sealed, *passphrase)
	if err != nil {
		return err
	}
	v.head, v.key = h, key
	return nil
}

func (v *Vault) storeKey(ctx context.Context, h header, key Secret, passphrase *Secret) error {
	switch v.kind {
	case KindKeyring:
		return v.setItem(ctx, indexUser(h.ID), string(key.bytes()))
	case KindFile:
		sealed, err := sealIdentity(key, *passphrase, v.work)
		if err != nil {
			return err
		}
		return v.files.write(identityName, sealed, false, func(back []byte) error {
			again, err := unsealIdentity(back, *passphrase)
			if err != nil {
				return err
			}
			defer again.Clear()
			if !again.Equal(key) {
				return errors.New("it opens as something else")
			}
			return nil
		})
	}
	return nil
}

// setItem writes an item and looks whether it is there.
func (v *Vault) setItem(ctx context.Context, user, value string) error {
	if err := v.items.set(ctx, user, value); err != nil {
		return err
	}
	back, err := v.items.get(ctx, user)
	if err != nil {
		return fmt.Errorf("read back a keyring item: %w", err)
	}
	if back != value {
		return fmt.Errorf("%w: an item reads back as something else", ErrKeyringUnreachable)
	}
	return nil
}

// newID is 80 random bits in the letters of base32, in small.
func (v *Vault) newID() (string, error) {
	b := make([]byte, 10)
	if _, err := io.ReadFull(v.rand, b); err != nil {
		return "", err
	}
	return strings.ToLower(base32.StdEncoding.EncodeToString(b)), nil
}
