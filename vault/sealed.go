package vault

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"
)

const (
	// scryptWork makes unlocking cost 0.2 to 1 s and 64 MiB: 2^16.
	scryptWork = 16
	// maxScryptWork bounds what a file may ask for: 2^20, 1 GiB.
	maxScryptWork = 20
)

// newIdentity makes a key of age in the textual form of its identity files.
func newIdentity(comments ...string) (Secret, error) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return Secret{}, err
	}
	var text strings.Builder
	for _, c := range comments {
		// A folder's name may hold anything; a comment is one line.
		text.WriteString("# " + strings.Map(oneLine, c) + "\n")
	}
	text.WriteString(id.String() + "\n")
	return hold([]byte(text.String())), nil
}

func oneLine(r rune) rune {
	if r < ' ' || r == 0x7f {
		return '?'
	}
	return r
}

// readIdentity finds the one key in an identity file.
func readIdentity(text Secret) (*age.X25519Identity, error) {
	ids, err := age.ParseIdentities(bytes.NewReader(text.bytes()))
	if err != nil || len(ids) != 1 {
		return nil, fmt.Errorf("%w: its key is not an age identity", ErrDamaged)
	}
	id, ok := ids[0].(*age.X25519Identity)
	if !ok {
		return nil, fmt.Errorf("%w: its key is not an X25519 identity", ErrDamaged)
	}
	return id, nil
}

// seal encrypts to the key whose identity file is given.
func seal(plain []byte, identity Secret) ([]byte, error) {
	id, err := readIdentity(identity)
	if err != nil {
		return nil, err
	}
	return encrypt(plain, id.Recipient())
}

// unseal decrypts what seal made; ErrDamaged whatever else it is.
func unseal(sealed []byte, identity Secret) ([]byte, error) {
	id, err := readIdentity(identity)
	if err != nil {
		return nil, err
	}
	plain, err := decrypt(sealed, id)
	var mismatch *age.NoIdentityMatchError
	switch {
	case errors.As(err, &mismatch):
		return nil, fmt.Errorf("%w: it is not sealed with this vault's key", ErrDamaged)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return plain, nil
}

// sealIdentity puts an identity file under a passphrase.
func sealIdentity(identity, passphrase Secret, work int) ([]byte, error) {
	to, err := age.NewScryptRecipient(string(passphrase.bytes()))
	if err != nil {
		return nil, err
	}
	to.SetWorkFactor(work)
	return encrypt(identity.bytes(), to)
}

// unsealIdentity gives ErrWrongPassphrase or ErrDamaged.
func unsealIdentity(sealed []byte, passphrase Secret) (Secret, error) {
	with, err := age.NewScryptIdentity(string(passphrase.bytes()))
	if err != nil {
		return Secret{}, ErrWrongPassphrase // the empty one
	}
	with.SetMaxWorkFactor(maxScryptWork)
	plain, err := decrypt(sealed, with)
	switch {
	case errors.Is(err, age.ErrIncorrectIdentity) && !hasScrypt(sealed):
		return Secret{}, fmt.Errorf("%w: %s is not under a passphrase", ErrDamaged, identityName)
	case errors.Is(err, age.ErrIncorrectIdentity):
		return Secret{}, ErrWrongPassphrase
	case err != nil:
		return Secret{}, fmt.Errorf("%w: %s: %w", ErrDamaged, identityName, err)
	}
	return hold(plain), nil
}

func hasScrypt(sealed []byte) bool {
	return bytes.HasPrefix(sealed, []byte("age-encryption.org/v1\n-> scrypt "))
}

func encrypt(plain []byte, to age.Recipient) ([]byte, error) {
	var out bytes.Buffer
	out.Grow(len(plain) + len(plain)/1024 + 512) // with the header, and a tag for each chunk
	w, err := age.Encrypt(&out, to)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(plain); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func decrypt(sealed []byte, with age.Identity) ([]byte, error) {
	r, err := age.Decrypt(bytes.NewReader(sealed), with)
	if err != nil {
		return nil, err
	}
	out := bytes.NewBuffer(make([]byte, 0, len(sealed)+bytes.MinRead)) // grows nowhere: no copies to clear
	if _, err := io.Copy(out, io.LimitReader(r, maxFile)); err != nil {
		clear(out.Bytes())
		return nil, err
	}
	return out.Bytes(), nil
}
