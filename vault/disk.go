package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

const (
	lockWait = 30 * time.Second // for another process that is changing the vault
	lockPoll = 10 * time.Millisecond
)

// disk is a folder of the file system.
type disk struct {
	dir string
	// fault is asked before each step of a write; nil outside of tests.
	fault func(step, name string) error
}

func (d *disk) path(name string) string { return filepath.Join(d.dir, name) }

func (d *disk) step(step, name string) error {
	if d.fault == nil {
		return nil
	}
	return d.fault(step, name)
}

func (d *disk) read(name string) ([]byte, error) {
	// Opening what is no file can wait for ever.
	if info, err := os.Stat(d.path(name)); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: %s is not a file", ErrDamaged, d.path(name))
	}
	f, err := os.Open(d.path(name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := checkFolder(d.dir); err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: %s is not a file", ErrDamaged, d.path(name))
	}
	if err := checkPrivate(d.path(name), info); err != nil {
		return nil, err
	}
	b := bytes.NewBuffer(make([]byte, 0, min(info.Size(), maxFile)+bytes.MinRead))
	if _, err := b.ReadFrom(io.LimitReader(f, maxFile+1)); err != nil {
		return nil, err
	}
	if b.Len() > maxFile {
		return nil, fmt.Errorf("%w: %s is longer than %d MiB", ErrDamaged, d.path(name), maxFile>>20)
	}
	return b.Bytes(), nil
}

func (d *disk) stamp(name string) (stamp, error) {
	info, err := os.Stat(d.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return stamp{}, nil
	}
	if err != nil {
		return stamp{}, err
	}
	return stamp{fileID(info), info.Size(), info.ModTime().UnixNano()}, nil
}

func (d *disk) remove(name string) error {
	if err := d.step("remove", name); err != nil {
		return err
	}
	if err := os.Remove(d.path(name)); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return fmt.Errorf("remove %s: %w", name, err)
	}
	if err := d.step("sync folder", name); err != nil {
		return err
	}
	return syncFolder(d.dir)
}

func (d *disk) write(name string, data []byte, rotate bool, check func([]byte) error) (err error) {
	beside := d.path(name + ".new") // one name is enough: the lock is held
	defer func() {
		if err != nil {
			err = fmt.Errorf("write %s: %w", name, err)
		}
	}()
	if len(data) > maxFile {
		return fmt.Errorf("it would be longer than %d MiB, and not be read again", maxFile>>20)
	}
	if err := d.writeBeside(name, beside, data); err != nil {
		return errors.Join(err, ignoreAbsent(os.Remove(beside)))
	}
	if err := d.readBack(name, beside, data, check); err != nil {
		return errors.Join(err, ignoreAbsent(os.Remove(beside)))
	}
	if rotate {
		if err := d.rotate(name); err != nil {
			return errors.Join(err, ignoreAbsent(os.Remove(beside)))
		}
	}
	if err := d.step("rename", name); err != nil {
		return err
	}
	if err := os.Rename(beside, d.path(name)); err != nil {
		return err
	}
	if err := d.step("sync folder", name); err != nil {
		return err
	}
	return syncFolder(d.dir)
}

func (d *disk) writeBeside(name, beside string, data []byte) error {
	if err := d.step("create", name); err != nil {
		return err
	}
	f, err := os.OpenFile(beside, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Chmod(0o600); err != nil { // one left over may have another mode
		return err
	}
	if err := d.step("write", name); err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		return err
	}
	if err := d.step("sync", name); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return f.Close()
}

func (d *disk) readBack(name, beside string, data []byte, check func([]byte) error) error {
	if err := d.step("read back", name); err != nil {
		return err
	}
	got, err := os.ReadFile(beside)
	if err != nil {
		return err
	}
	if !bytes.Equal(got, data) {
		return errors.New("it reads back as something else")
	}
	if check == nil {
		return nil
	}
	return check(got)
}

// rotate moves the generations on; the file itself is never absent meanwhile.
func (d *disk) rotate(name string) error {
	current := d.path(name)
	if _, err := os.Stat(current); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	generation := func(n int) string { return current + "." + strconv.Itoa(n) }
	for n := generations; n > 1; n-- {
		if err := d.step("rotate", name); err != nil {
			return err
		}
		if err := ignoreAbsent(os.Rename(generation(n-1), generation(n))); err != nil {
			return err
		}
	}
	if err := d.step("keep", name); err != nil {
		return err
	}
	if os.Link(current, generation(1)) == nil {
		return nil
	}
	// Some file systems have no hard links.
	old, err := os.ReadFile(current)
	if err != nil {
		return err
	}
	return d.writeBeside(name, generation(1), old)
}

// makeFolder makes the vault's folder and those above it that are missing, and
// syncs what holds each: a folder that is new is not on disk until then, and
// neither is anything in it.
func (d *disk) makeFolder() error {
	var holders []string
	for dir := d.dir; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		holders = append(holders, filepath.Dir(dir))
	}
	if err := os.MkdirAll(d.dir, 0o700); err != nil {
		return err
	}
	if inside, err := os.ReadDir(d.dir); err == nil && len(inside) == 0 {
		_ = os.Chmod(d.dir, 0o700) // one that was made for us; checkFolder has the last word
	}
	for _, holder := range holders {
		if err := d.step("sync holder", holder); err != nil {
			return err
		}
		// One that may be written to and not read cannot be synced from here.
		if err := syncFolder(holder); err != nil && !errors.Is(err, fs.ErrPermission) {
			return err
		}
	}
	return nil
}

func (d *disk) lock(ctx context.Context) (func(), error) {
	if err := d.makeFolder(); err != nil {
		return nil, err
	}
	if err := checkFolder(d.dir); err != nil {
		return nil, err
	}
	// A file of its own: the others are renamed over.
	l := flock.New(d.path(lockName), flock.SetPermissions(0o600))
	waiting, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	ok, err := l.TryLockContext(waiting, lockPoll)
	switch {
	case ctx.Err() != nil:
		_ = l.Close()
		return nil, ctx.Err()
	case errors.Is(err, context.DeadlineExceeded):
		_ = l.Close()
		return nil, ErrBusy
	case err != nil:
		return nil, fmt.Errorf("lock the vault: %w", err)
	case !ok:
		return nil, ErrBusy
	}
	return func() { _ = l.Close() }, nil
}

func ignoreAbsent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// shellQuote makes a path one word of a POSIX shell.
func shellQuote(path string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' ||
			strings.ContainsRune("/._-+@%:,=", r)
	}
	if strings.IndexFunc(path, func(r rune) bool { return !plain(r) }) < 0 {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
