package vault

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

var (
	// ErrNothingToBackUp: the vault has no accounts, or is not there yet. Nothing
	// is written, lest an empty backup push out one that is not.
	ErrNothingToBackUp = errors.New("there are no accounts to back up")
	// ErrNoBackupPassphrase: no passphrase was given, and none is remembered.
	ErrNoBackupPassphrase = errors.New("a backup needs a passphrase of its own")
)

// IncompleteBackupError says whose secrets cannot be read at this moment. No
// backup was made.
type IncompleteBackupError struct {
	Missing []Refused
}

func (e *IncompleteBackupError) Error() string {
	return "it would be incomplete: it would lack " + namesOf(e.Missing)
}

func namesOf(missing []Refused) string {
	const most = 5
	var names []string
	for i, m := range missing {
		if i == most {
			names = append(names, fmt.Sprintf("%d more", len(missing)-most))
			break
		}
		names = append(names, fmt.Sprintf("%s (%s)", m.Name, m.Reason))
	}
	return strings.Join(names, ", ")
}

// BackupOptions say how to make a backup.
type BackupOptions struct {
	// Keep is how many backups of this vault stay in the folder, the new one
	// among them; 0 keeps all. It is for a folder only.
	Keep int
	// Partial makes a backup also when some secrets cannot be read. It names
	// them inside, and takes no older backup away.
	Partial bool
	// Folder says that the place is a folder that has to be there: a path
	// remembered from another day must not become a file in its place.
	Folder bool
	// Progress hears how many secrets were read; nil hears nothing.
	Progress func(done, total int)
}

// BackupReport is what was made.
type BackupReport struct {
	Path                      string // absolute
	Made                      time.Time
	Accounts, Trash, SetAside int
	Missing                   []Refused // only with BackupOptions.Partial
	Removed                   []string  // older backups that Keep took away
	// Warning is what went wrong after the backup was made and verified: an
	// older one could not be taken away, or it could not be remembered.
	Warning error
}

const backupLockName = "backup.lock"

// backups is what belongs to making them.
type backups struct {
	mu sync.Mutex // one at a time
	// fault is asked before each step; nil outside of tests.
	fault func(step, path string) error
}

func (b *backups) step(step, path string) error {
	if b.fault == nil {
		return nil
	}
	return b.fault(step, path)
}

// lockBackups lets one backup of a vault be made at a time, whichever process
// makes it: another one might take away as old what this one has just made. The
// vault itself can be changed meanwhile.
func (v *Vault) lockBackups(ctx context.Context) (unlock func(), err error) {
	v.backups.mu.Lock()
	done := v.backups.mu.Unlock
	if _, err := os.Stat(v.dir); v.dir == "" || errors.Is(err, fs.ErrNotExist) {
		return done, nil // nobody else sees it, or it is not there yet
	}
	l := flock.New(filepath.Join(v.dir, backupLockName), flock.SetPermissions(0o600))
	waiting, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	if ok, err := l.TryLockContext(waiting, lockPoll); !ok {
		_ = l.Close()
		done()
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case errors.Is(err, context.DeadlineExceeded):
			return nil, fmt.Errorf("%w: it makes a backup", ErrBusy)
		}
		return nil, fmt.Errorf("lock the backups: %w", err)
	}
	return func() { _ = l.Close(); done() }, nil
}

// Backup writes all accounts, also those of the trash, into a new file under a
// passphrase. When it returns nil the file is on disk, was read back from there,
// opened, and found to hold the same secrets.
//
// to is a file that is not there yet, or a folder: one that is there, or a path
// that ends with a separator, whose last part is made. In a folder the file gets
// a name of the vault and the time. An empty passphrase means the one that
// automatic backups use. Errors: ErrNothingToBackUp, ErrNoBackupPassphrase,
// ErrBackupExists, ErrBackupUnverified, *IncompleteBackupError, and those of the
// keyring and of writing a file.
func (v *Vault) Backup(ctx context.Context, to string, passphrase Secret, o BackupOptions) (BackupReport, error) {
	unlock, err := v.lockBackups(ctx)
	if err != nil {
		return BackupReport{}, fmt.Errorf("backup: %w", err)
	}
	defer unlock()
	report, err := v.backUp(ctx, to, passphrase, o)
	if err != nil {
		return BackupReport{}, fmt.Errorf("backup: %w", err)
	}
	return report, nil
}

func (v *Vault) backUp(ctx context.Context, to string, passphrase Secret, o BackupOptions) (BackupReport, error) {
	if passphrase.Len() == 0 {
		remembered, err := v.backupPassphrase(ctx)
		if err != nil {
			return BackupReport{}, err
		}
		defer remembered.Clear()
		passphrase = remembered
	}
	c, err := v.collect(ctx, o.Progress)
	if err != nil {
		return BackupReport{}, err
	}
	defer c.backup.Clear()
	if len(c.backup.Missing) > 0 && !o.Partial {
		return BackupReport{}, &IncompleteBackupError{Missing: c.backup.Missing}
	}
	if len(c.backup.Keys) == 0 {
		return BackupReport{}, ErrNothingToBackUp
	}
	place, err := v.backups.place(to, o.Folder, c.backup)
	if err != nil {
		return BackupReport{}, err
	}
	if o.Keep > 0 && !place.folder {
		return BackupReport{}, fmt.Errorf("older backups are kept and counted in a folder, and %s names a file", place.path)
	}
	path, err := v.writeBackup(ctx, place, c, passphrase)
	if err != nil {
		return BackupReport{}, err
	}
	report := BackupReport{Path: path, Made: c.backup.Made, Accounts: c.accounts, SetAside: len(c.aside), Missing: c.backup.Missing}
	report.Trash = len(c.backup.Keys) - c.accounts
	if o.Keep > 0 && len(report.Missing) == 0 {
		report.Removed, err = v.backups.prune(place, path, o.Keep)
		report.Warning = err
	}
	made := BackupMade{Time: report.Made, Path: path, Generation: c.backup.Generation, Accounts: c.accounts, Digest: c.digest}
	err = v.noteBackup(ctx, func(s *BackupState) {
		s.Last = &made
		if s.Auto != nil && place.folder && samePlace(s.Auto.Dir, place.path) {
			s.Failure = nil
		}
	})
	report.Warning = errors.Join(report.Warning, err)
	return report, nil
}

// writeBackup writes, reads back and names the file.
func (v *Vault) writeBackup(ctx context.Context, place backupPlace, c *collected, passphrase Secret) (string, error) {
	plain, err := encodeBackup(c.backup, c.aside)
	if err != nil {
		return "", err
	}
	defer clear(plain)
	sealed, err := sealBackup(plain, passphrase, v.work)
	if err != nil {
		return "", err
	}
	if len(sealed) > maxFile {
		return "", fmt.Errorf("it would be longer than %d MiB, and not be read again", maxFile>>20)
	}
	return v.backups.write(ctx, place, sealed, func(path string) error { return verifyBackup(path, passphrase, plain, c.backup) })
}

// ErrBackupUnverified: the file did not read back as what was written; it was
// taken away again.
var ErrBackupUnverified = errors.New("the backup does not read back as what was written")

// verifyBackup opens a file as a person would have to one day.
func verifyBackup(path string, passphrase Secret, plain []byte, want *Backup) error {
	unverified := func(why any) error { return fmt.Errorf("%w: %v", ErrBackupUnverified, why) }
	sealed, err := readBackupFile(path)
	if err != nil {
		return unverified(err)
	}
	opened, err := unsealBackup(sealed, passphrase)
	if err != nil {
		return unverified(err)
	}
	defer clear(opened)
	if sha256.Sum256(opened) != sha256.Sum256(plain) {
		return unverified("it opens as something else")
	}
	got, err := decodeBackup(opened)
	if err != nil {
		return unverified(err)
	}
	defer got.Clear()
	// Those that were set aside come last, where this program can read them at all.
	if len(got.Keys) < len(want.Keys) {
		return unverified(fmt.Sprintf("%d of %d accounts are in it", len(got.Keys), len(want.Keys)))
	}
	for i, k := range want.Keys {
		if got.Keys[i].ID != k.ID || !got.Keys[i].Secret.Equal(k.Secret) {
			return unverified("account " + k.ID + " is not in it as it was")
		}
	}
	return nil
}

// shortID is what tells this vault's backups from others in a folder.
func shortID(id string) string { return id[:min(len(id), 6)] }

// backupPath makes a path absolute, and knows a folder by its end.
func backupPath(to string) (path string, folder bool, err error) {
	if to == "" {
		return "", false, errors.New("no place was named")
	}
	folder = os.IsPathSeparator(to[len(to)-1])
	path, err = filepath.Abs(to)
	return path, folder, err
}
