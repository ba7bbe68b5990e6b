package vault

import (
	"context"
	"encoding/base32"
	"errors"
	"io"
	"strings"
	"time"
)

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
// Without it nothing opens, so there are two of it.
func (v *Vault) writeIdentity(key, passphrase Secret) error {
	sealed, err := sealIdentity(key, passphrase, v.work)
	if err != nil {
		return err
	}
	opens := func(back []byte) error {
		again, err := unsealIdentity(back, passphrase)
		if err != nil {
			return err
		}
		defer again.Clear()
		if !again.Equal(key) {
			return errors.New("it opens as something else")
		}
		return nil
	}
	if err := v.files.write(identityCopy, sealed, false, opens); err != nil {
		return err
	}
	return v.files.write(identityName, sealed, false, nil) // the same bytes
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
