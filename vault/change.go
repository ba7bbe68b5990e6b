package vault

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
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
