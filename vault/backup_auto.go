package vault

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// backupKeyName holds the passphrase of the automatic backups of a file vault,
// sealed with the vault's own key.
const backupKeyName = "backup-key.age"

// backupUser is the keyring item with that passphrase.
func backupUser(id string) string { return "backup-" + id }

var (
	// ErrBackupFolder: the folder of the automatic backups is not there, or is
	// not the one that they went to.
	ErrBackupFolder = errors.New("the folder of the automatic backups is not there")
	// ErrBackupIncomplete: the automatic backup was made, and lacks accounts
	// whose secrets cannot be read.
	ErrBackupIncomplete = errors.New("the automatic backup is incomplete")
)

// SetAutoBackup makes a first backup in a folder and remembers the folder and
// the passphrase: in the keyring where the vault's secrets are there, else
// sealed with the vault's own key. The folder's last part is made when it is not
// there. keep is how many backups stay, 0 is all. Errors: those of Backup.
func (v *Vault) SetAutoBackup(ctx context.Context, dir string, passphrase Secret, keep int, progress func(done, total int)) (BackupReport, error) {
	path, _, err := backupPath(dir)
	if err != nil {
		return BackupReport{}, fmt.Errorf("backup: %w", err)
	}
	report, err := v.Backup(ctx, path+string(filepath.Separator), passphrase, BackupOptions{Keep: keep, Progress: progress})
	if err != nil {
		return BackupReport{}, err
	}
	if err := v.storeBackupPassphrase(ctx, passphrase); err != nil {
		return report, fmt.Errorf("remember the backup's passphrase: %w", err)
	}
	return report, v.noteBackup(ctx, func(s *BackupState) {
		s.Auto, s.Failure = &BackupFolder{Dir: path, Keep: keep}, nil
	})
}

// StopAutoBackup forgets the folder and the passphrase. The backups stay.
func (v *Vault) StopAutoBackup(ctx context.Context) error {
	if err := v.noteBackup(ctx, func(s *BackupState) { s.Auto, s.Failure = nil, nil }); err != nil {
		return fmt.Errorf("stop automatic backups: %w", err)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.kind == KindKeyring {
		return v.items.remove(ctx, backupUser(v.head.ID))
	}
	unlock, err := v.lockExisting(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if _, err := v.files.read(backupKeyName); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	// Emptied rather than removed: the folder's seam has no way to.
	return v.files.write(backupKeyName, nil, false, nil)
}

// AutoBackup makes the automatic backup when accounts have changed since the
// last one, or that failed. It does nothing where no folder was set. A failure
// is returned and remembered, for BackupState to show until one succeeds.
// progress may be nil.
func (v *Vault) AutoBackup(ctx context.Context, progress func(done, total int)) error {
	s, err := v.BackupState()
	switch {
	case err != nil:
		return fmt.Errorf("automatic backup: %w", err)
	case s.Trouble != "":
		return fmt.Errorf("automatic backup: %s", s.Trouble)
	case s.Auto == nil:
		return nil
	}
	err = v.autoBackup(ctx, progress)
	if err == nil {
		return nil
	}
	failure := BackupFailure{Time: v.now().UTC().Truncate(time.Second), Reason: oneSentence(err.Error())}
	if ctx.Err() != nil {
		failure.Reason = "it was broken off"
	}
	// It is remembered also when it was broken off.
	noted := v.noteBackup(context.WithoutCancel(ctx), func(s *BackupState) { s.Failure = &failure })
	return errors.Join(err, noted)
}

func (v *Vault) autoBackup(ctx context.Context, progress func(done, total int)) error {
	unlock, err := v.lockBackups(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	// Another process may have made it while this one waited.
	s, err := v.BackupState()
	if err != nil || s.Auto == nil {
		return err
	}
	due, err := v.BackupDue()
	if err != nil || !due && s.Failure == nil && samePlace(filepath.Dir(s.Last.Path), s.Auto.Dir) {
		return err
	}
	to := *s.Auto
	if err := v.checkBackupFolder(to.Dir); err != nil {
		return err
	}
	report, err := v.backUp(ctx, to.Dir, Secret{}, BackupOptions{Keep: to.Keep, Partial: true, Folder: true, Progress: progress})
	if errors.Is(err, ErrNothingToBackUp) {
		return nil
	}
	if err != nil {
		return err
	}
	if len(report.Missing) > 0 {
		return fmt.Errorf("%w: %s lacks %s", ErrBackupIncomplete, report.Path, namesOf(report.Missing))
	}
	return report.Warning
}

// checkBackupFolder refuses a folder without any backup of this vault: where a
// drive is not mounted there is often an empty folder in its place.
func (v *Vault) checkBackupFolder(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: %s", ErrBackupFolder, dir)
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("%w: %s is a file", ErrBackupFolder, dir)
	}
	v.mu.Lock()
	id := v.head.ID
	v.mu.Unlock()
	all, err := backupPlace{path: dir, vault: shortID(id)}.list()
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return fmt.Errorf("%w: %s holds none of this vault's backups", ErrBackupFolder, dir)
	}
	return nil
}

// storeBackupPassphrase remembers it where the vault keeps secrets.
func (v *Vault) storeBackupPassphrase(ctx context.Context, passphrase Secret) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	unlock, err := v.lockBackedUp(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if v.kind == KindKeyring {
		return v.setItem(ctx, backupUser(v.head.ID), string(passphrase.bytes()))
	}
	sealed, err := seal(passphrase.bytes(), v.key)
	if err != nil {
		return err
	}
	return v.files.write(backupKeyName, sealed, false, func(back []byte) error {
		again, err := unseal(back, v.key)
		if err != nil {
			return err
		}
		defer clear(again)
		if !hmac.Equal(again, passphrase.bytes()) {
			return errors.New("it opens as something else")
		}
		return nil
	})
}

// backupPassphrase is the one that automatic backups use; ErrNoBackupPassphrase
// when there is none.
func (v *Vault) backupPassphrase(ctx context.Context) (Secret, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.closed {
		return Secret{}, ErrClosed
	}
	if ok, err := v.appeared(ctx); err != nil {
		return Secret{}, err
	} else if !ok {
		return Secret{}, ErrNothingToBackUp
	}
	if v.kind == KindKeyring {
		text, err := v.items.get(ctx, backupUser(v.head.ID))
		if errors.Is(err, errItemAbsent) || err == nil && text == "" {
			return Secret{}, ErrNoBackupPassphrase
		}
		return hold([]byte(text)), err
	}
	sealed, err := v.files.read(backupKeyName)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(sealed) == 0 {
		return Secret{}, ErrNoBackupPassphrase
	}
	if err != nil {
		return Secret{}, err
	}
	plain, err := unseal(sealed, v.key)
	if err != nil {
		return Secret{}, fmt.Errorf("%s: %w", backupKeyName, err)
	}
	return hold(plain), nil
}
