package vault

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// madeHere is a backup of this vault by its name, in the order of making.
type madeHere struct {
	name, stamp string
	n           int
}

// list gives the names of this vault's own backups, the oldest first.
func (p backupPlace) list() ([]madeHere, error) {
	entries, err := os.ReadDir(p.path)
	if err != nil {
		return nil, err
	}
	own := regexp.MustCompile(`^twofold-` + regexp.QuoteMeta(p.vault) + `-(\d{8}T\d{6}Z)(?:-(\d{1,3}))?\.age$`)
	var all []madeHere
	for _, e := range entries {
		m := own.FindStringSubmatch(e.Name())
		if m == nil || !e.Type().IsRegular() {
			continue
		}
		n, _ := strconv.Atoi(m[2])
		all = append(all, madeHere{name: e.Name(), stamp: m[1], n: n})
	}
	slices.SortFunc(all, func(a, b madeHere) int {
		if c := strings.Compare(a.stamp, b.stamp); c != 0 {
			return c
		}
		return a.n - b.n
	})
	return all, nil
}

// prune takes the oldest backups away until keep are left. The new one stays
// also where the clock says that it is the oldest. It also clears away what a
// backup that was killed has left.
func (b *backups) prune(p backupPlace, fresh string, keep int) ([]string, error) {
	all, err := p.list()
	if err != nil {
		return nil, err
	}
	var removed []string
	left := len(all)
	for _, old := range all {
		path := filepath.Join(p.path, old.name)
		if left <= keep {
			break
		}
		if path == fresh {
			continue
		}
		if err := b.step("remove", path); err != nil {
			return removed, fmt.Errorf("take an older backup away: %w", err)
		}
		if err := ignoreAbsent(os.Remove(path)); err != nil {
			return removed, fmt.Errorf("take an older backup away: %w", err)
		}
		removed = append(removed, path)
		left--
	}
	b.sweep(p)
	return removed, nil
}

// sweep removes files that never got their name; nobody is still writing one
// that is an hour old.
func (b *backups) sweep(p backupPlace) {
	stale, _ := filepath.Glob(filepath.Join(p.path, ".twofold-"+p.vault+"-*.new"))
	for _, path := range stale {
		if info, err := os.Lstat(path); err == nil && info.Mode().IsRegular() && time.Since(info.ModTime()) > time.Hour {
			_ = os.Remove(path)
		}
	}
}
