//go:build unix

package vault

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// platter is what of a folder is on disk for sure, and what may be: the contents of a file are there after its fsync,
// the names in the folder after the folder's. It follows the steps of disk, whatever files are written.
type platter struct {
	dir     string
	now     map[string]*blob   // the folder as programs see it
	names   map[string]*blob   // as it was last synced
	since   []map[string]*blob // as it was at each step since
	pending func()             // what the step that is under way makes durable
}

// blob is a file, whatever it is called.
type blob struct {
	inode        uint64
	data, synced []byte
	durable      bool // synced is data
}

// step is called before each step of disk, and once after the last.
func (p *platter) step(t testing.TB, step, name string) {
	t.Helper()
	p.look(t)
	if p.pending != nil {
		p.pending()
		p.pending = nil
	}
	switch step {
	case "sync":
		p.pending = func() {
			for n, b := range p.now {
				if strings.HasPrefix(n, name) {
					b.synced, b.durable = b.data, true
				}
			}
		}
	case "sync folder":
		names := maps.Clone(p.now)
		p.pending = func() { p.names, p.since = names, nil }
	}
	p.since = append(p.since, maps.Clone(p.now))
}

// look reads the folder. An inode that was there at the last look is the same file under another name.
func (p *platter) look(t testing.TB) {
	t.Helper()
	entries, err := os.ReadDir(p.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	byInode := map[uint64]*blob{}
	for _, b := range p.now {
		byInode[b.inode] = b
	}
	now := map[string]*blob{}
	for _, e := range entries {
		if e.Name() == lockName {
			continue
		}
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		stat, ok := info.Sys().(*syscall.Stat_t)
		if !ok {
			t.Fatal("no inode")
		}
		data, err := os.ReadFile(filepath.Join(p.dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		b := byInode[stat.Ino]
		if b == nil {
			b = &blob{inode: stat.Ino}
			byInode[stat.Ino] = b
		}
		if !bytes.Equal(b.data, data) {
			b.data, b.durable = data, bytes.Equal(data, b.synced)
		}
		now[e.Name()] = b
	}
	p.now = now
}

// outcomes are the folders that a loss of power at this moment can leave: the names as synced, as at each step since, or
// with one of the changes since and not the others; the contents that are not synced empty, torn or whole.
func (p *platter) outcomes() []map[string][]byte {
	folders := append([]map[string]*blob{p.names}, p.since...)
	for name := range mergeKeys(p.names, p.now) {
		if p.names[name] == p.now[name] {
			continue
		}
		one := maps.Clone(p.names)
		if one == nil {
			one = map[string]*blob{}
		}
		if b := p.now[name]; b != nil {
			one[name] = b
		} else {
			delete(one, name)
		}
		folders = append(folders, one)
	}
	seen := map[string]bool{}
	var all []map[string][]byte
	for _, folder := range folders {
		for _, torn := range []func([]byte) []byte{
			func(b []byte) []byte { return b },
			func(b []byte) []byte { return b[:len(b)/2] },
			func([]byte) []byte { return nil },
			func(b []byte) []byte { return make([]byte, len(b)) }, // its length was written and its blocks were not
		} {
			files := map[string][]byte{}
			for name, b := range folder {
				files[name] = b.data
				if !b.durable {
					files[name] = torn(b.data)
				}
			}
			key := fmt.Sprint(files)
			if !seen[key] {
				seen[key] = true
				all = append(all, files)
			}
		}
	}
	return all
}

func mergeKeys(a, b map[string]*blob) map[string]bool {
	all := map[string]bool{}
	for _, m := range []map[string]*blob{a, b} {
		for name := range m {
			all[name] = true
		}
	}
	return all
}

// mount puts a folder on a disk of its own.
func mount(t testing.TB, files map[string][]byte) string {
	t.Helper()
	dir, err := os.MkdirTemp(t.TempDir(), "disk-")
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func describe(files map[string][]byte) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(files)) {
		parts = append(parts, fmt.Sprintf("%s (%d bytes)", name, len(files[name])))
	}
	return strings.Join(parts, ", ")
}
