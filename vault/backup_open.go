package vault

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"filippo.io/age"
	"filippo.io/age/armor"
)

// OpenBackup reads a backup file. Errors: ErrBackupPassphrase, ErrBackupDamaged,
// ErrNotABackup, ErrNewerBackup and those of reading a file.
func OpenBackup(path string, passphrase Secret) (*Backup, error) {
	sealed, err := readBackupFile(path)
	if err != nil {
		return nil, fmt.Errorf("open backup: %w", err)
	}
	plain, err := unsealBackup(sealed, passphrase)
	if err != nil {
		return nil, fmt.Errorf("open backup: %w", err)
	}
	defer clear(plain)
	b, err := decodeBackup(plain)
	if err != nil {
		return nil, fmt.Errorf("open backup: %w", err)
	}
	return b, nil
}

// ParseBackup reads the document of a backup, as age -d gives it. Errors: ErrNotABackup,
// ErrNewerBackup, ErrBackupDamaged.
func ParseBackup(document []byte) (*Backup, error) { return decodeBackup(document) }

func readBackupFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil {
		return nil, err
	} else if info.IsDir() {
		return nil, fmt.Errorf("%w: %s is a folder; name a file in it", ErrNotABackup, path)
	}
	sealed, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(sealed) > maxFile {
		return nil, fmt.Errorf("%w: %s is longer than %d MiB", ErrNotABackup, path, maxFile>>20)
	}
	return sealed, nil
}

// sealBackup puts a document under a passphrase.
func sealBackup(plain []byte, passphrase Secret, work int) ([]byte, error) {
	to, err := age.NewScryptRecipient(string(passphrase.bytes()))
	if err != nil {
		return nil, err
	}
	to.SetWorkFactor(work)
	return encrypt(plain, to)
}

// unsealBackup takes what age -p makes, also with its option -a.
func unsealBackup(sealed []byte, passphrase Secret) ([]byte, error) {
	with, err := age.NewScryptIdentity(string(passphrase.bytes()))
	if err != nil {
		return nil, ErrBackupPassphrase // the empty one
	}
	with.SetMaxWorkFactor(maxScryptWork)
	if bytes.HasPrefix(sealed, []byte(armor.Header)) {
		if sealed, err = io.ReadAll(armor.NewReader(bytes.NewReader(sealed))); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrBackupDamaged, err)
		}
	}
	const first = "age-encryption.org/v1\n"
	switch {
	case len(sealed) == 0:
		return nil, fmt.Errorf("%w: the file is empty", ErrBackupDamaged)
	case !bytes.HasPrefix(sealed, []byte(first)) && !strings.HasPrefix(first, string(sealed)):
		return nil, fmt.Errorf("%w: it is not a file of age", ErrNotABackup)
	}
	plain, err := decrypt(sealed, with)
	switch {
	case errors.Is(err, age.ErrIncorrectIdentity) && !hasScrypt(sealed):
		return nil, fmt.Errorf("%w: it is not under a passphrase", ErrNotABackup)
	case errors.Is(err, age.ErrIncorrectIdentity):
		return nil, ErrBackupPassphrase
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrBackupDamaged, err)
	}
	return plain, nil
}
