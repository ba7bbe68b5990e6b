package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// ErrBackupExists: there is a file of that name; backups overwrite nothing.
var ErrBackupExists = errors.New("there is a file of that name already")

// backupPlace is where a backup goes.
type backupPlace struct {
	path   string // absolute
	folder bool
	vault  string // its short id
	made   time.Time
}

const backupStamp = "20060102T150405Z" // of UTC

// name is the nth one to try in a folder.
func (p backupPlace) name(n int) string {
	name := "twofold-" + p.vault + "-" + p.made.UTC().Format(backupStamp)
	if n > 1 {
		name += "-" + strconv.Itoa(n)
	}
	return name + ".age"
}

// place looks at the path, and makes a folder that was named as one. An old one
// has to be there.
func (b *backups) place(to string, old bool, backup *Backup) (backupPlace, error) {
	path, folder, err := backupPath(to)
	if err != nil {
		return backupPlace{}, err
	}
	p := backupPlace{path: path, folder: folder, vault: shortID(backup.Vault), made: backup.Made}
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		p.folder = true
	case err == nil:
		return p, fmt.Errorf("%w: %s", ErrBackupExists, path)
	case !errors.Is(err, fs.ErrNotExist), old:
		return p, err
	case folder:
		// Only the last part: what should hold it may be a drive that is not there.
		if err := b.step("make folder", path); err != nil {
			return p, err
		}
		if err := os.Mkdir(path, 0o700); err != nil {
			return p, err
		}
		return p, syncPlace(filepath.Dir(path))
	}
	_, err = os.Stat(filepath.Dir(path)) // so that the error names the folder, not a file beside the backup
	return p, err
}

// write makes a file that is whole under its name, or is not there at all.
func (b *backups) write(ctx context.Context, p backupPlace, sealed []byte, verify func(path string) error) (string, error) {
	dir, prefix := p.path, ".twofold-"+p.vault+"-"
	if !p.folder {
		dir = filepath.Dir(p.path)
	}
	beside, err := b.writeBeside(dir, prefix, sealed)
	if err == nil {
		err = b.step("read back", beside)
	}
	if err == nil {
		err = verify(beside)
	}
	if err == nil {
		err = ctx.Err()
	}
	var path string
	if err == nil {
		path, err = b.claim(p, beside)
	}
	if err != nil {
		if beside != "" {
			err = errors.Join(err, ignoreAbsent(os.Remove(beside)))
		}
		return "", err
	}
	if err := b.named(dir, path, sealed); err != nil {
		return "", errors.Join(err, ignoreAbsent(os.Remove(path)))
	}
	return path, nil
}

func (b *backups) writeBeside(dir, prefix string, sealed []byte) (string, error) {
	if err := b.step("create", dir); err != nil {
		return "", err
	}
	f, err := os.CreateTemp(dir, prefix+"*.new") // 0600, and never one that is there
	if err != nil {
		return "", err
	}
	defer f.Close()
	if err := b.step("write", f.Name()); err != nil {
		return f.Name(), err
	}
	if _, err := f.Write(sealed); err != nil {
		return f.Name(), err
	}
	if err := b.step("sync", f.Name()); err != nil {
		return f.Name(), err
	}
	if err := f.Sync(); err != nil {
		return f.Name(), err
	}
	return f.Name(), f.Close()
}

// claim gives the file its name. Nothing of that name is replaced, even when it
// appears at this moment.
func (b *backups) claim(p backupPlace, beside string) (string, error) {
	const tries = 100 // backups in one second
	for n := 1; n <= tries; n++ {
		path := p.path
		if p.folder {
			path = filepath.Join(p.path, p.name(n))
		}
		if err := b.step("name", path); err != nil {
			return "", err
		}
		err := link(beside, path, os.Link)
		if errors.Is(err, fs.ErrExist) {
			if p.folder {
				continue
			}
			return "", fmt.Errorf("%w: %s", ErrBackupExists, path)
		}
		return path, err
	}
	return "", fmt.Errorf("%w: %s", ErrBackupExists, p.name(tries))
}

func link(from, to string, hard func(from, to string) error) error {
	err := hard(from, to)
	if err == nil {
		return os.Remove(from)
	}
	if errors.Is(err, fs.ErrExist) {
		return err
	}
	// A stick's file system has no hard links.
	if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(fs.ErrExist, err)
	}
	return os.Rename(from, to)
}

// named makes the name durable, and looks at what it leads to.
func (b *backups) named(dir, path string, sealed []byte) error {
	if err := b.step("sync folder", dir); err != nil {
		return err
	}
	if err := syncPlace(dir); err != nil {
		return err
	}
	if err := b.step("look again", path); err != nil {
		return err
	}
	got, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if !bytes.Equal(got, sealed) {
		return ErrBackupUnverified
	}
	return nil
}

// syncPlace syncs a folder where its file system knows that.
func syncPlace(dir string) error {
	err := syncFolder(dir)
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) || errors.Is(err, fs.ErrPermission) {
		return nil
	}
	return err
}
