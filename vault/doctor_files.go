package vault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// permissions looks at the folder and at every file in it.
func (x *examiner) permissions() bool {
	var unsafe *PermissionsError
	found := false
	look := func(err error, mode fs.FileMode) {
		if !errors.As(err, &unsafe) {
			return
		}
		path := unsafe.Path
		found = true
		x.add(Finding{
			Check: "permissions", Says: "others can look into " + path, Err: err, Mend: unsafe.Mend,
			mend: func(context.Context) error { return os.Chmod(path, mode) },
		})
	}
	// Nor is a vault of use that its owner may not read or change.
	own := func(path string, mode, needs, mended fs.FileMode, says string) {
		if mode.Perm()&needs == needs {
			return
		}
		found = true
		err := fmt.Errorf("%s: %w", path, fs.ErrPermission)
		x.add(Finding{
			Check: "permissions", Says: says + path, Err: err, Mend: fmt.Sprintf("chmod %o %s", mended, shellQuote(path)),
			mend: func(context.Context) error { return os.Chmod(path, mended) },
		})
	}
	look(checkFolder(x.Dir), 0o700)
	if info, err := os.Stat(x.Dir); err == nil {
		own(x.Dir, info.Mode(), 0o700, 0o700, "you may not change what is in ")
	}
	names, err := os.ReadDir(x.Dir)
	if err != nil {
		x.add(Finding{Check: "permissions", Says: "the folder cannot be read", Err: err})
		return false
	}
	for _, n := range names {
		if info, err := n.Info(); err == nil && info.Mode().IsRegular() {
			look(checkPrivate(filepath.Join(x.Dir, n.Name()), info), 0o600)
			own(filepath.Join(x.Dir, n.Name()), info.Mode(), 0o400, 0o600, "you may not read ")
		}
	}
	if !found {
		x.add(Finding{Check: "permissions", Says: "only you can read the folder and the files in it"})
	}
	return !found
}

// leftovers are files that a crash has left beside those that count. The lock
// is held, so nobody is writing them.
func (x *examiner) leftovers() {
	names, err := os.ReadDir(x.Dir)
	if err != nil {
		return
	}
	for _, n := range names {
		name := n.Name()
		if !strings.HasSuffix(name, ".new") || !n.Type().IsRegular() {
			continue
		}
		x.add(Finding{
			Check: "copies", Level: LevelNote, Says: "a write that was cut short has left " + name, Mend: "remove " + name,
			mend: func(context.Context) error { return x.v.files.remove(name) },
		})
	}
}

func (x *examiner) underLock(ctx context.Context, f func() error) error {
	unlock, err := x.v.files.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	return f()
}

// keepDamaged moves a file that cannot be used out of the way, and keeps it.
func (x *examiner) keepDamaged(name string) error {
	from := filepath.Join(x.Dir, name)
	for n := 0; ; n++ {
		to := from + ".damaged"
		if n > 0 {
			to += "-" + strconv.Itoa(n)
		}
		if _, err := os.Lstat(to); err == nil {
			continue
		}
		if err := ignoreAbsent(os.Rename(from, to)); err != nil {
			return err
		}
		return syncFolder(x.Dir)
	}
}

// list opens the sealed document, or finds the newest generation that opens.
func (x *examiner) list(context.Context) bool {
	d, at, err := x.v.load()
	if err == nil {
		x.document = d
		x.v.show(d, at)
		x.add(Finding{Check: "list", Says: fmt.Sprintf("%s, saved %s, the %s change", entriesOf(len(d.entries)), d.head.Saved.Local().Format(time.DateTime), ordinal(d.head.Generation))})
		return true
	}
	f := Finding{Check: "list", Says: err.Error(), Err: err}
	if errors.Is(err, ErrDamaged) || errors.Is(err, ErrIndexMissing) {
		x.offerGeneration(&f)
	}
	x.add(f)
	return false
}

// offerGeneration finds the part that does not open, and what could take its place.
func (x *examiner) offerGeneration(f *Finding) {
	bad := x.v.kind.document()
	if _, err := x.v.loadWhole(); err == nil {
		bad = recentName
	}
	for n := 1; n <= generations; n++ {
		name := bad + "." + strconv.Itoa(n)
		sealed, err := x.v.files.read(name)
		if err != nil {
			continue
		}
		saved, err := x.opens(sealed)
		if err != nil {
			continue
		}
		f.Mend = fmt.Sprintf("put back %s, saved %s, and keep the damaged one as %s.damaged; changes made since are gone, and counters as old as it", name, saved.Local().Format(time.DateTime), bad)
		f.mend = func(ctx context.Context) error {
			return x.underLock(ctx, func() error {
				if err := x.keepDamaged(bad); err != nil {
					return err
				}
				return x.v.files.write(bad, sealed, false, nil)
			})
		}
		return
	}
	f.Advice = x.adviceAnew()
	if x.v.kind == KindKeyring {
		f.Advice = adviceRebuild
	}
}

// adviceAnew is for a vault that will not open again, so that nothing can be
// restored into it as it is.
func (x *examiner) adviceAnew() string {
	return "put the folder away and " + adviceRestore + ", after mv " + shellQuote(x.Dir) + " " + shellQuote(x.Dir+".damaged")
}

// opens tells when a sealed document of this vault was saved.
func (x *examiner) opens(sealed []byte) (time.Time, error) {
	plain, err := unseal(sealed, x.v.key)
	if err != nil {
		return time.Time{}, err
	}
	defer clear(plain)
	d, err := decodeDocument(plain, x.v.head, x.v.kind)
	if err != nil {
		return time.Time{}, err
	}
	return d.head.Saved, nil
}

// copies looks whether the older generations open.
func (x *examiner) copies(context.Context) bool {
	good := 0
	for _, name := range []string{x.v.kind.document(), recentName} {
		for n := 1; n <= generations; n++ {
			name := name + "." + strconv.Itoa(n)
			sealed, err := x.v.files.read(name)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err == nil {
				_, err = x.opens(sealed)
			}
			if err != nil {
				x.add(Finding{
					Check: "copies", Level: LevelNote, Says: name + " does not open: " + err.Error(), Err: err, Mend: "set it aside as " + name + ".damaged",
					mend: func(ctx context.Context) error { return x.underLock(ctx, func() error { return x.keepDamaged(name) }) },
				})
				continue
			}
			good++
		}
	}
	x.add(Finding{Check: "copies", Says: fmt.Sprintf("%d older copies open", good)})
	return true
}

// history compares the vault with what the keyring remembers, and with the clock.
func (x *examiner) history(ctx context.Context) bool {
	x.v.lookBack(ctx)
	if have, seen, yes := x.v.RolledBack(); yes {
		x.add(Finding{
			Check: "history", Err: ErrRolledBack,
			Says: fmt.Sprintf("this is an older copy: it has seen %d changes, this computer %d", have, seen),
			Mend: "take it for the newest from now on",
			mend: x.v.accept,
		})
	}
	if ahead := x.document.head.Saved.Sub(x.v.now()); ahead > 5*time.Minute {
		x.add(Finding{
			Check: "history", Level: LevelNote,
			Says:   fmt.Sprintf("the vault was saved %s in the future: the clock was wrong then, or is now", ahead.Round(time.Minute)),
			Advice: "compare the clock: twofold vault doctor --ntp pool.ntp.org",
		})
	}
	return true
}

func ordinal(n uint64) string {
	end := "th"
	switch {
	case n%100 >= 11 && n%100 <= 13:
	case n%10 == 1:
		end = "st"
	case n%10 == 2:
		end = "nd"
	case n%10 == 3:
		end = "rd"
	}
	return strconv.FormatUint(n, 10) + end
}

func entriesOf(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return strconv.Itoa(n) + " entries"
}
