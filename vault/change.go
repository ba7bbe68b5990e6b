package vault

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"slices"
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
	unlock, err = v.files.lock(ctx)
	if err != nil {
		return nil, err
	}
	if err := v.claim(); err != nil {
		unlock()
		return nil, err
	}
	return unlock, nil
}

// claim makes sure, under the lock, that the vault is still of this kind, and
// that older programs will leave alone what they would not understand.
func (v *Vault) claim() error {
	if err := v.rereadHeader(); err != nil || v.kind == KindThrowaway || v.head.Format == format {
		return err
	}
	v.head.Format = format
	return v.writeHeader(v.head)
}

func (v *Vault) writeHeader(h header) error {
	if v.kind != KindThrowaway {
		if err := v.files.write(headerName, h.encode(), false, nil); err != nil {
			return err
		}
	}
	v.head = h
	return nil
}

func (v *Vault) changeLocked(ctx context.Context, f func(*document) error) error {
	d, at, err := v.load()
	if err != nil {
		return err
	}
	defer d.forget()
	if err := v.settle(ctx, d); err != nil {
		return err
	}
	if err := v.tidy(ctx, d); err != nil && v.kind.usesKeyring() {
		return err // a file does not wait for the keyring
	}
	if err := v.expire(d); err != nil {
		return err
	}
	if err := f(d); err != nil {
		return err
	}
	if !d.edited {
		v.show(d, at)
		return nil
	}
	return v.save(ctx, d, true)
}

// save makes d the vault's document: durable when it returns nil.
func (v *Vault) save(ctx context.Context, d *document, rotate bool) error {
	d.head.Format = format
	d.head.Generation++
	d.head.Saved = v.now().UTC().Truncate(time.Second)
	var err error
	if v.kind == KindKeyring && !d.whole(v.most) {
		err = v.saveRecent(d, rotate)
	} else {
		err = v.saveWhole(d, rotate)
	}
	if err != nil {
		return err
	}
	d.edited = false
	at, err := v.stamps()
	if err != nil {
		return err
	}
	v.show(d, at)
	v.markSeen(ctx, d.head.Generation)
	return nil
}

func (v *Vault) saveRecent(d *document, rotate bool) error {
	plain, err := d.encodeRecent()
	if err != nil {
		return err
	}
	sealed, err := v.sealInto(recentName, plain, rotate)
	if err != nil {
		return err
	}
	d.sum = sha256.Sum256(sealed)
	return nil
}

func (v *Vault) saveWhole(d *document, rotate bool) error {
	plain, err := d.encode()
	if err != nil {
		return err
	}
	defer clear(plain)
	if _, err := v.sealInto(v.kind.document(), plain, rotate); err != nil {
		return err
	}
	d.rebase()
	return nil
}

// sealInto replaces a sealed file, which opens as plain then.
func (v *Vault) sealInto(name string, plain []byte, rotate bool) ([]byte, error) {
	sealed, err := seal(plain, v.key)
	if err != nil {
		return nil, err
	}
	return sealed, v.files.write(name, sealed, rotate, func(back []byte) error {
		opened, err := unseal(back, v.key)
		if err != nil {
			return err
		}
		defer clear(opened)
		if sha256.Sum256(opened) != sha256.Sum256(plain) {
			return errors.New("it opens as something else")
		}
		return nil
	})
}

// settle finishes or drops what was begun with keyring items and not completed:
// the lock is ours, so nobody is still at it. An item of an account being added
// either is there as a whole, then the account is, or it is not.
func (v *Vault) settle(ctx context.Context, d *document) error {
	if len(d.pending) > 0 {
		if err := v.atHome(ctx); err != nil {
			return err
		}
	}
	for _, e := range slices.Clone(d.pending) {
		r := e.record()
		switch r.Intent {
		case intentAdd:
			_, err := v.keyOf(ctx, d, r)
			switch {
			case errors.Is(err, ErrDamaged): // nothing that was reported; doctor names it
			case err == nil:
				r.Intent = ""
				if err := d.put(r, e); err != nil {
					return err
				}
			case errors.Is(err, ErrSecretMissing):
				d.drop(e)
			default:
				return err
			}
		case intentPurge:
			if err := v.items.remove(ctx, r.ID); err != nil {
				return err
			}
			d.drop(e)
		}
	}
	return nil
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
		id, err := randomID(v.rand, 16)
		if err != nil {
			return err
		}
		h = header{Format: format, Kind: v.kind, ID: id}
	case h.Creating == h.Kind:
		h.Kind = v.kind // the other one never came to be
	case h.Kind != v.kind:
		h.Also = v.kind
	}
	h.Format, h.Creating = format, v.kind
	h.Provider = v.providerOf(ctx, v.kind)
	if err := v.writeHeader(h); err != nil {
		return err
	}
	key, err := v.newKey(h)
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
	if err := v.save(ctx, d, false); err != nil {
		return err
	}
	h.Creating = ""
	return v.writeHeader(h)
}

// providerOf names the keyring that a vault of a kind is in; empty for others.
func (v *Vault) providerOf(ctx context.Context, kind Kind) string {
	if !kind.usesKeyring() {
		return ""
	}
	return v.items.probe(ctx).Provider
}

// newKey makes an identity that says where it belongs.
func (v *Vault) newKey(h header) (Secret, error) {
	return newIdentity("twofold vault "+h.ID, folderComment+v.dir, "created: "+v.now().UTC().Format(time.RFC3339))
}

// adopt opens a vault that another process has just made.
func (v *Vault) adopt(ctx context.Context, h header, passphrase *Secret) error {
	if !v.kind.usesPassphrase() {
		return v.unlock(ctx, h)
	}
	sealed, err := readPart(v.files, identityName)
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
	switch {
	case v.kind.usesKeyring():
		return v.setItem(ctx, indexUser(h.ID), string(key.bytes()))
	case v.kind.usesPassphrase():
		return v.writeIdentity(key, *passphrase)
	}
	return nil
}

// writeIdentity puts the key under a passphrase, in the place of the one before.
func (v *Vault) writeIdentity(key, passphrase Secret) error {
	sealed, err := sealIdentity(key, passphrase, v.work)
	if err != nil {
		return err
	}
	return v.files.write(identityName, sealed, false, func(back []byte) error {
		again, err := unsealIdentity(back, passphrase)
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

// newID is one for an account. It begins with the vault's own six letters: an
// item of the keyring that nothing lists tells by them where it belongs.
func (v *Vault) newID() (string, error) {
	id, err := randomID(v.rand, markedID-markLength)
	return v.head.mark() + id, err
}

// mark is what the ids of the vault's accounts begin with.
func (h header) mark() string { return h.ID[:min(markLength, len(h.ID))] }

const (
	markLength = 6
	markedID   = 22 // letters of an account's id; those of the first version had 16
)

// randomID is n letters of base32, in small: 5 random bits each.
func randomID(random io.Reader, n int) (string, error) {
	b := make([]byte, (n*5+7)/8)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", err
	}
	return strings.ToLower(base32.StdEncoding.EncodeToString(b))[:n], nil
}
