package vault

import (
	"context"
	"errors"
	"fmt"
)

// header reads vault.json, or finds out what it must have said.
func (x *examiner) header(ctx context.Context) bool {
	h, err := readHeader(x.v.files)
	switch {
	case errors.Is(err, ErrDamaged):
		x.damagedHeader(err)
		return false
	case err != nil:
		x.add(Finding{Check: "header", Says: err.Error(), Err: err})
		return false
	}
	s, _ := look(ctx, x.v.files, x.v.items, x.Dir, x.Kind)
	x.Kind, x.Exists = s.Kind, s.Exists
	x.v.kind = s.Kind
	if !s.Exists {
		if errors.Is(s.Err, ErrIndexMissing) {
			x.add(Finding{Check: "list", Says: s.Err.Error(), Err: s.Err, Advice: adviceRebuild})
		} else {
			x.add(Finding{Check: "header", Level: LevelNote, Says: "there is no vault yet; the first account makes it"})
		}
		return false
	}
	x.v.head = h
	x.add(Finding{Check: "header", Says: fmt.Sprintf("vault %s, kind %s, format %d", h.ID, x.Kind, h.Format)})
	return true
}

// damagedHeader offers to write vault.json anew where the files beside it say
// enough: a file under a passphrase names its vault inside.
func (x *examiner) damagedHeader(cause error) {
	f := Finding{Check: "header", Says: cause.Error(), Err: cause, Advice: "bring vault.json back from a backup of the folder"}
	_, noKey := x.v.files.read(identityName)
	_, noFile := x.v.files.read(accountsName)
	_, noIndex := x.v.files.read(indexName)
	switch {
	case noKey == nil && noFile == nil:
		f.Mend, f.mend = "write vault.json anew from accounts.age", x.writeHeaderFromFile
	case noIndex == nil, noFile == nil:
		f.Advice = adviceRebuild
	}
	x.add(f)
}

func (x *examiner) writeHeaderFromFile(ctx context.Context) error {
	v := x.v
	v.kind = KindFile
	key, err := v.keyFromFile(ctx)
	if err != nil {
		return err
	}
	defer key.Clear()
	sealed, err := readPart(v.files, accountsName)
	if err != nil {
		return err
	}
	id, err := vaultOf(sealed, key)
	if err != nil {
		return err
	}
	return x.underLock(ctx, func() error {
		if err := x.keepDamaged(headerName); err != nil {
			return err
		}
		return v.files.write(headerName, header{Format: format, Kind: KindFile, ID: id}.encode(), false, nil)
	})
}

// vaultOf is the id of the vault that a sealed document belongs to.
func vaultOf(sealed []byte, key Secret) (string, error) {
	plain, err := unseal(sealed, key)
	if err != nil {
		return "", err
	}
	defer clear(plain)
	p, err := prefaceOf(plain)
	if err != nil || !plainID(p.Vault) {
		return "", fmt.Errorf("%w: the sealed document names no vault", ErrDamaged)
	}
	return p.Vault, nil
}
