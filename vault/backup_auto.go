package vault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// backupKeyName holds the passphrase of the automatic backups, sealed with the
// vault's own key: it is as safe as that, and goes along when the vault moves.
const backupKeyName = "backup-key.age"

var (
	// ErrBackupFolder: the folder of the automatic backups is not there, or is
	// not the one that they went to.
	ErrBackupFolder = errors.New("the folder of the automatic backups is not there")
	// ErrBackupIncomplete: the automatic backup was made, and lacks accounts
	// whose secrets cannot be read.
	ErrBackupIncomplete = errors.New("the automatic backup is incomplete")
)

// SetAutoBackup makes a first backup in a folder and remembers the folder and
// the passphrase, sealed with the vault's own key. The folder's last part is made when it is not
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
	unlock, err := v.lockExisting(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	return v.files.remove(backupKeyName)
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
	var keyring *KeyringError
	if errors.As(err, &keyring) {
		failure.Reason = keyring.brief()
	}
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
	_, err = v.sealInto(backupKeyName, passphrase.bytes(), false)
	return err
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
	sealed, err := v.files.read(backupKeyName)
	if errors.Is(err, fs.ErrNotExist) {
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
