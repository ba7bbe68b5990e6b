//go:build unix

package vault

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"testing"
)

// promised is what was reported of an account: what must be there whatever the power does.
type promised struct {
	where   string // "accounts", "trash" or "gone"
	issuer  string
	counter uint64 // at least
}

// TestAPowerCutLosesNothingReported cuts the power before each step of each change, and opens every disk that can be
// left then: a rename or an unlink that never reached it, a write that was torn.
func TestAPowerCutLosesNothingReported(t *testing.T) {
	for _, kind := range []Kind{KindFile, KindKeyring} {
		t.Run(string(kind), func(t *testing.T) {
			c := &cut{
				kind: kind, items: newFakeItems(), promises: map[string]promised{}, ids: map[string]string{}, seen: map[string]bool{},
			}
			c.dir = filepath.Join(t.TempDir(), "vault")
			if err := os.Mkdir(c.dir, 0o700); err != nil {
				t.Fatal(err)
			}
			c.platter.dir = c.dir
			c.day(t)
			if c.cuts < 100 || c.disks < 150 {
				t.Errorf("only %d cuts and %d disks", c.cuts, c.disks)
			}
			line := fmt.Sprintf("power cuts, %s vault: %d cuts, %d disks looked at, lost: 0", kind, c.cuts, c.disks)
			if !t.Failed() {
				tell(t, line)
			}
		})
	}
}

// cut is a vault at work, whose power is cut again and again beside it.
type cut struct {
	platter
	dir      string
	kind     Kind
	items    *fakeItems
	promises map[string]promised
	ids      map[string]string
	busy     map[string]bool // what the change under way is about: it may have happened or not

	cuts, disks int
	seen        map[string]bool // disks that were looked at since the last report
}

// day is a day's changes.
func (c *cut) day(t *testing.T) {
	v, err := rig{dir: c.dir, kind: c.kind, items: c.items}.open(t, func(step, name string) error {
		c.power(t, step, name)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	do := func(change func() error, about ...string) {
		t.Helper()
		c.busy, c.seen = map[string]bool{}, map[string]bool{}
		for _, label := range about {
			c.busy[label] = true
		}
		if err := change(); err != nil {
			t.Fatal(err)
		}
		c.busy, c.seen = nil, map[string]bool{}
		c.power(t, "done", "")
	}
	add := func(label string) {
		do(func() error {
			a, err := v.Add(t.Context(), aKey(t, "A", label))
			c.ids[label], c.promises[label] = a.ID, promised{where: "accounts", issuer: "A"}
			return err
		}, label)
	}
	promise := func(label string, change func(*promised)) {
		p := c.promises[label]
		change(&p)
		c.promises[label] = p
	}
	for _, label := range []string{"a", "b", "c"} {
		add(label)
	}
	do(func() error {
		h, err := v.Add(t.Context(), mustParse(t, "otpauth://hotp/A:h?issuer=A&secret="+rfcSecret))
		c.ids["h"], c.promises["h"] = h.ID, promised{where: "accounts", issuer: "A"}
		return err
	}, "h")
	for range 2 {
		do(func() error {
			code, err := v.Code(t.Context(), c.ids["h"], theTime())
			promise("h", func(p *promised) { p.counter = code.Counter + 1 })
			return err
		}, "h")
	}
	do(func() error {
		_, err := v.Edit(t.Context(), c.ids["a"], func(a *Account) error { a.Issuer = "B"; return nil })
		promise("a", func(p *promised) { p.issuer = "B" })
		return err
	}, "a")
	for _, label := range []string{"b", "c"} {
		do(func() error {
			err := v.Remove(t.Context(), c.ids[label])
			promise(label, func(p *promised) { p.where = "trash" })
			return err
		}, label)
	}
	do(func() error {
		err := v.Restore(t.Context(), c.ids["c"])
		promise("c", func(p *promised) { p.where = "accounts" })
		return err
	}, "c")
	do(func() error {
		_, err := v.EmptyTrash(t.Context())
		promise("b", func(p *promised) { p.where = "gone" })
		return err
	}, "b")
	add("d")
}

// power cuts it before a step.
func (c *cut) power(t *testing.T, step, name string) {
	c.step(t, step, name)
	c.cuts++
	for _, files := range c.outcomes() {
		key := fmt.Sprint(files, c.items.held, c.busy)
		if c.seen[key] {
			continue
		}
		if t.Failed() {
			return
		}
		c.seen[key] = true
		c.disks++
		at := fmt.Sprintf("cut %d, before %s %s, busy with %v, on disk: %s", c.cuts, step, name, c.busy, describe(files))
		c.boot(t, at, files)
	}
}

// boot opens what is left, and holds it against what was promised. Then it changes something.
func (c *cut) boot(t *testing.T, at string, files map[string][]byte) {
	items := newFakeItems()
	items.held = maps.Clone(c.items.held)
	dir := mount(t, files)
	defer func() { _ = os.RemoveAll(dir) }()
	v, err := rig{dir: dir, kind: c.kind, items: items}.open(t, nil)
	if err != nil {
		t.Errorf("%s: %v", at, err)
		return
	}
	defer func() { _ = v.Close() }()
	found := map[string]promised{}
	for where, list := range map[string][]Account{"accounts": v.Accounts(), "trash": v.Trash()} {
		for _, a := range list {
			k, err := v.Key(t.Context(), a.ID)
			if err != nil || !k.Secret.Equal(aKey(t, "", "").Secret) {
				t.Errorf("%s: %s is half there: %v", at, a.Label, err)
			}
			found[a.Label] = promised{where: where, issuer: a.Issuer, counter: a.Counter}
		}
	}
	for label, want := range c.promises {
		got, ok := found[label]
		if !ok {
			got.where = "gone"
		}
		switch {
		case label == "h" && ok && got.counter < want.counter:
			t.Errorf("%s: the counter is %d after the code of %d", at, got.counter, want.counter-1)
		case c.busy[label]:
		case got.where != want.where || ok && got.issuer != want.issuer:
			t.Errorf("%s: %s is %+v, and %+v was reported", at, label, got, want)
		}
	}
	for _, d := range v.SetAside() {
		t.Errorf("%s: set aside: %v", at, d)
	}
	if _, err := v.Add(t.Context(), aKey(t, "A", "later")); err != nil {
		t.Errorf("%s: the next change: %v", at, err)
	}
}
