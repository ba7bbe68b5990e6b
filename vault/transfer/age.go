package transfer

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"filippo.io/age"
	"filippo.io/age/armor"

	"twofold/vault"
)

// sealed is a list of key URIs under a passphrase, which age -d opens without this program. What else is known to come
// in such a file is read too: backups of ours, and the store of totp-cli.
var sealed = Format{
	Name: "age", Title: "age archive", Files: "a list of otpauth:// texts in a file of age, under a passphrase",
	Is:   func(p *Probe) bool { return isAge(p.Data) },
	Read: readAge, Write: writeAge, Lacks: otpauth.Lacks, Locked: AlwaysLocked,
}

const (
	ageMagic = "age-encryption.org/v1\n"
	ageWork  = 17 // scrypt with 2^17: about half a second and 128 MiB
	// maxAgeWork bounds what a file may ask for: 2^20 with r of 8 is 1 GiB.
	maxAgeWork = 20
)

func isAge(data []byte) bool {
	return bytes.HasPrefix(data, []byte(ageMagic)) || bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte(armor.Header))
}

func readAge(ctx context.Context, in Input) (Export, error) {
	plain, err := unsealAge(ctx, in)
	if err != nil {
		return Export{}, err
	}
	defer clear(plain)
	in.Data = plain
	p := &Probe{Data: plain}
	for _, inside := range []Format{twofold, otpauth, google} {
		if inside.Is(p) {
			return inside.Read(ctx, in)
		}
	}
	if isTotpcli(p) {
		return readTotpcli(plain)
	}
	if isAge(plain) {
		return Export{}, fmt.Errorf("%w: in it is another file of age; take that one out with: age -d FILE", ErrRefused)
	}
	return Export{}, fmt.Errorf("%w: what is sealed in it is not known; take it out with: age -d FILE", ErrRefused)
}

// unsealAge takes what age -p makes, also with its option -a.
func unsealAge(ctx context.Context, in Input) ([]byte, error) {
	data := in.Data
	if !bytes.HasPrefix(data, []byte(ageMagic)) {
		var err error
		if data, err = io.ReadAll(armor.NewReader(bytes.NewReader(data))); err != nil {
			return nil, fmt.Errorf("%w: its armor is not whole", ErrBadFile)
		}
	}
	if err := checkAge(data); err != nil {
		return nil, err
	}
	in.Progress("deriving the key")
	return unlock(ctx, in, ErrWrongPassword, func(password []byte) ([]byte, bool, error) {
		if len(password) == 0 {
			return nil, false, nil
		}
		with, err := age.NewScryptIdentity(string(password))
		if err != nil {
			return nil, false, err
		}
		with.SetMaxWorkFactor(maxAgeWork)
		r, err := age.Decrypt(bytes.NewReader(data), with)
		switch {
		case errors.Is(err, age.ErrIncorrectIdentity):
			return nil, false, nil
		case err != nil:
			return nil, false, fmt.Errorf("%w: its head is not whole", ErrBadFile)
		}
		plain := bytes.NewBuffer(make([]byte, 0, len(data)+bytes.MinRead)) // grows nowhere: no copies to clear
		if _, err := io.Copy(plain, r); err != nil {
			clear(plain.Bytes())
			return nil, false, fmt.Errorf("%w: it is cut off or changed", ErrBadFile)
		}
		return plain.Bytes(), true, nil
	})
}

// checkAge looks at to whom a file is sealed, and at what work it asks for, before any is done.
func checkAge(data []byte) error {
	lines := bufio.NewScanner(bytes.NewReader(data[:min(len(data), 4096)]))
	lines.Scan()
	lines.Scan()
	words := strings.Fields(lines.Text())
	switch {
	case len(words) < 2 || words[0] != "->":
		return fmt.Errorf("%w: its head is not whole", ErrBadFile)
	case words[1] != "scrypt":
		return fmt.Errorf("%w: it is sealed to a key and not under a passphrase; open it with: age -d -i KEYFILE FILE | twofold import -", ErrRefused)
	case len(words) != 4:
		return fmt.Errorf("%w: its head is not whole", ErrBadFile)
	}
	work, err := strconv.ParseUint(words[3], 10, 16)
	switch {
	case err != nil:
		return fmt.Errorf("%w: its head is not whole", ErrBadFile)
	case work > maxAgeWork:
		return fmt.Errorf("%w: scrypt with a work factor of %d, at most %d", ErrTooCostly, work, maxAgeWork)
	}
	return nil
}

func writeAge(ctx context.Context, out io.Writer, keys []vault.Key, o Output) error {
	password := o.Password.Reveal()
	defer clear(password)
	to, err := age.NewScryptRecipient(string(password))
	if err != nil {
		return ErrNeedsPassword // the empty one
	}
	to.SetWorkFactor(ageWork)
	w, err := age.Encrypt(out, to)
	if err != nil {
		return err
	}
	if err := otpauth.Write(ctx, w, keys, o); err != nil {
		return err
	}
	return w.Close()
}
