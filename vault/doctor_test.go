package vault

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func (r rig) unopened() *Vault {
	v := newVault(Options{Now: theTime, Passphrase: passphrase(testPassphrase)})
	v.work, v.most = 4, recentMost
	v.dir, v.files, v.items = r.dir, &disk{dir: r.dir}, r.items
	return v
}

func (r rig) examine(t testing.TB) *Examination {
	t.Helper()
	x := newExaminer(r.unopened(), r.kind, nil)
	if err := x.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	return &x.Examination
}

func (r rig) mend(t testing.TB) (*Examination, []string) {
	t.Helper()
	var did []string
	x, err := mend(t.Context(), func() (*examiner, error) { return newExaminer(r.unopened(), r.kind, nil), nil },
		func(f Finding) { did = append(did, f.Mend) })
	if err != nil {
		t.Fatal(err)
	}
	return &x.Examination, did
}

func problems(x *Examination) []string {
	var out []string
	for _, f := range x.Findings {
		if f.Level == LevelProblem {
			out = append(out, f.Check+": "+f.Says)
		}
	}
	return out
}

func TestASoundVaultIsFoundSound(t *testing.T) {
	for _, kind := range []Kind{KindKeyring, KindFile, KindKeyedFile} {
		r := rig{dir: filepath.Join(t.TempDir(), "vault"), kind: kind, items: newFakeItems()}
		if x := r.examine(t); !x.Clean() || x.Exists {
			t.Errorf("%s, before: %+v", kind, x)
		}
		v := r.mustOpen(t)
		if _, err := v.Add(t.Context(), aKey(t, "A", "a")); err != nil {
			t.Fatal(err)
		}
		was := snapshot(t, r.dir)
		if x := r.examine(t); !x.Clean() || !x.Exists || x.Kind != kind {
			t.Errorf("%s: %+v", kind, x)
		}
		if !maps.Equal(was, snapshot(t, r.dir)) {
			t.Errorf("%s: looking changed the folder", kind)
		}
	}
}

// TestDoctorFindsAndMends damages a vault in one way a case, and wants the
// finding, and after mending a vault with both accounts.
func TestDoctorFindsAndMends(t *testing.T) {
	garbage := func(name string) func(testing.TB, rig, *Vault) {
		return func(t testing.TB, r rig, _ *Vault) {
			if err := os.WriteFile(filepath.Join(r.dir, name), []byte("nonsense"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	gone := func(name string) func(testing.TB, rig, *Vault) {
		return func(t testing.TB, r rig, _ *Vault) {
			if err := os.Remove(filepath.Join(r.dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, c := range map[string]struct {
		kind   Kind
		damage func(testing.TB, rig, *Vault)
		check  string
		left   int // accounts after mending
		mended string
	}{
		"file readable": {KindFile, func(t testing.TB, r rig, _ *Vault) {
			if err := os.Chmod(filepath.Join(r.dir, accountsName), 0o644); err != nil {
				t.Fatal(err)
			}
		}, "permissions", 2, "chmod 600"},
		"folder not to be changed": {KindFile, func(t testing.TB, r rig, _ *Vault) {
			if err := os.Chmod(r.dir, 0o500); err != nil {
				t.Fatal(err)
			}
		}, "permissions", 2, "chmod 700"},
		"file not to be read": {KindFile, func(t testing.TB, r rig, _ *Vault) {
			if err := os.Chmod(filepath.Join(r.dir, accountsName), 0); err != nil {
				t.Fatal(err)
			}
		}, "permissions", 2, "chmod 600"},
		"folder open": {KindKeyring, func(t testing.TB, r rig, _ *Vault) {
			if err := os.Chmod(r.dir, 0o755); err != nil {
				t.Fatal(err)
			}
		}, "permissions", 2, "chmod 700"},
		"index damaged":    {KindKeyring, garbage(indexName), "list", 2, "put back index.age.1"},
		"index gone":       {KindKeyring, gone(indexName), "list", 2, "put back index.age.1"},
		"accounts damaged": {KindFile, garbage(accountsName), "list", 1, "put back accounts.age.1"},
		"header damaged":   {KindFile, garbage(headerName), "header", 2, "write vault.json anew"},
		"header gone":      {KindFile, gone(headerName), "header", 2, "write vault.json anew"},
		"key damaged":      {KindFile, garbage(identityName), "key", 2, "put back identity.age.1"},
		"key gone":         {KindFile, gone(identityName), "key", 2, "put back identity.age.1"},
		"not in the list": {KindKeyring, func(t testing.TB, r rig, v *Vault) {
			k := aKey(t, "C", "orphan")
			r.items.held[v.head.mark()+"orphan"] = k.RevealURI()
		}, "orphans", 3, "list C:orphan again"},
		"cut short": {KindKeyring, func(t testing.TB, r rig, v *Vault) {
			err := v.change(t.Context(), func(d *document) error {
				k := aKey(t, "C", "half")
				k.ID = v.head.mark() + "half"
				return d.put(record{Account: k.Account, Fingerprint: d.fingerprint(k.Secret), Intent: intentAdd}, nil)
			})
			if err != nil {
				t.Fatal(err)
			}
		}, "list", 2, "finish it"},
		"older copy": {KindFile, func(t testing.TB, r rig, _ *Vault) {
			if err := os.Rename(filepath.Join(r.dir, accountsName+".1"), filepath.Join(r.dir, accountsName)); err != nil {
				t.Fatal(err)
			}
		}, "history", 1, "take it for the newest"},
	} {
		t.Run(name, func(t *testing.T) {
			r := rig{dir: filepath.Join(t.TempDir(), "vault"), kind: c.kind, items: newFakeItems()}
			v := r.mustOpen(t)
			for _, l := range []string{"a", "b"} {
				if _, err := v.Add(t.Context(), aKey(t, "A", l)); err != nil {
					t.Fatal(err)
				}
			}
			c.damage(t, r, v)
			x := r.examine(t)
			if p := problems(x); x.Clean() || !slices.ContainsFunc(p, func(s string) bool { return strings.HasPrefix(s, c.check+": ") }) {
				t.Fatalf("not found: %+v", x.Findings)
			}
			x, did := r.mend(t)
			if !x.Clean() {
				t.Errorf("after mending: %v", problems(x))
			}
			if !slices.ContainsFunc(did, func(s string) bool { return strings.Contains(s, c.mended) }) {
				t.Errorf("it did %q", did)
			}
			if got := everyKey(t, r.mustOpen(t)); len(got) != c.left {
				t.Errorf("%d accounts", len(got))
			}
			if again, did := r.mend(t); len(did) != 0 || !again.Clean() {
				t.Errorf("a second time it did %q", did)
			}
		})
	}
}

// What cannot be mended from here is named, and nothing is touched.
func TestDoctorNamesWhatItCannotMend(t *testing.T) {
	r := rig{dir: filepath.Join(t.TempDir(), "vault"), kind: KindKeyring, items: newFakeItems()}
	v := r.mustOpen(t)
	var ids []string
	for _, l := range []string{"gone", "other", "sound"} {
		a, err := v.Add(t.Context(), aKey(t, "A", l))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, a.ID)
	}
	delete(r.items.held, ids[0])
	r.items.held[ids[1]] = "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP"
	was := snapshot(t, r.dir)
	x, did := r.mend(t)
	if p := problems(x); len(p) != 2 || !strings.Contains(p[0]+p[1], "A:gone") || !strings.Contains(p[0]+p[1], "A:other") {
		t.Errorf("%q", p)
	}
	if len(did) != 0 || !maps.Equal(was, snapshot(t, r.dir)) {
		t.Errorf("it did %q", did)
	}
	r.items.state = KeyringState{State: StateLocked, Err: ErrLocked}
	if x := r.examine(t); x.Clean() || !errors.Is(x.Findings[len(x.Findings)-1].Err, ErrLocked) {
		t.Errorf("%+v", x.Findings)
	}
}

// Where no key opens the vault nothing can be restored into it: the advice says
// what has to be done first, and works.
func TestTheAdviceForALostKeyWorks(t *testing.T) {
	r := rig{dir: filepath.Join(t.TempDir(), "vault"), kind: KindFile, items: newFakeItems()}
	if _, err := r.mustOpen(t).Add(t.Context(), aKey(t, "A", "b")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{identityName, identityCopy} {
		if err := os.Remove(filepath.Join(r.dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	x := r.examine(t)
	last := x.Findings[len(x.Findings)-1]
	if mv := "mv " + r.dir + " " + r.dir + ".damaged"; last.Check != "key" || !strings.Contains(last.Advice, mv) {
		t.Fatalf("%+v", last)
	}
	if err := os.Rename(r.dir, r.dir+".damaged"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.mustOpen(t).Merge(t.Context(), []Key{aKey(t, "A", "b")}, nil); err != nil {
		t.Fatal(err)
	}
}

// The items of another vault in the same keyring are not taken for ours.
func TestAnotherVaultsItemsAreNotOrphans(t *testing.T) {
	items := newFakeItems()
	items.held["anolderversionid"] = aKey(t, "V1", "x").RevealURI() // whose, cannot be told
	for _, name := range []string{"zero", "one", "two"} {
		r := rig{dir: filepath.Join(t.TempDir(), name), kind: KindKeyring, items: items}
		if name == "zero" {
			if err := r.mustOpen(t).Init(t.Context()); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if _, err := r.mustOpen(t).Add(t.Context(), aKey(t, "A", name)); err != nil {
			t.Fatal(err)
		}
		if x := r.examine(t); !x.Clean() {
			t.Errorf("%s: %v", name, problems(x))
		}
		if _, did := r.mend(t); len(did) != 0 {
			t.Errorf("%s: it did %q", name, did)
		}
	}
}

// Items of the first version carry no mark of their vault. They are this one's
// where every other vault can be read and none names them; else the list is not
// made anew as an empty one.
func TestRebuildOfAnOlderVaultBesideAnother(t *testing.T) {
	items := newFakeItems()
	vaults := map[string]rig{}
	for _, name := range []string{"one", "two"} {
		r := rig{dir: filepath.Join(t.TempDir(), name), kind: KindKeyring, items: items}
		k := aKey(t, "V1", name)
		k.ID = "anolderid" + name
		if _, err := r.mustOpen(t).Merge(t.Context(), []Key{k}, nil); err != nil {
			t.Fatal(err)
		}
		vaults[name] = r
	}
	r := vaults["one"]
	if err := os.RemoveAll(r.dir); err != nil {
		t.Fatal(err)
	}
	away := vaults["two"].dir + "-away"
	if err := os.Rename(vaults["two"].dir, away); err != nil {
		t.Fatal(err)
	}
	if err := newRebuilder(r.unopened(), nil).rebuild(t.Context()); !errors.Is(err, ErrNothingInKeyring) {
		t.Fatal(err)
	}
	if _, err := r.open(t, nil); !errors.Is(err, ErrIndexMissing) {
		t.Fatalf("an empty vault was made: %v", err)
	}
	if err := os.Rename(away, vaults["two"].dir); err != nil {
		t.Fatal(err)
	}
	if err := newRebuilder(r.unopened(), nil).rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := r.mustOpen(t).Accounts(); len(got) != 1 || got[0].Label != "one" {
		t.Errorf("%+v", got)
	}
}

func TestRebuildFromTheKeyring(t *testing.T) {
	remove := func(names ...string) func(testing.TB, rig) {
		return func(t testing.TB, r rig) {
			for _, pattern := range names {
				found, err := filepath.Glob(filepath.Join(r.dir, pattern))
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range found {
					if err := os.RemoveAll(f); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
	for name, c := range map[string]struct {
		damage func(testing.TB, rig)
		from   string // the copy that is used
		names  bool   // edited names are kept
	}{
		"index gone, copies there": {remove(indexName), indexName + ".1", true},
		"index and copies gone":    {remove("index.age*", "recent.age*"), "", false},
		"folder gone":              {remove(""), "", false},
		"header gone":              {remove(headerName, "index.age*"), "", false},
		"key gone": {func(_ testing.TB, r rig) {
			for user := range r.items.held {
				if strings.HasPrefix(user, indexUser("")) {
					delete(r.items.held, user)
				}
			}
		}, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			r := rig{dir: filepath.Join(t.TempDir(), "vault"), kind: KindKeyring, items: newFakeItems()}
			want := movable(t, r)
			rebuild := func() (Rebuilt, error) {
				b := newRebuilder(r.unopened(), nil)
				defer b.close()
				err := b.rebuild(t.Context())
				return b.Rebuilt, err
			}
			if _, err := rebuild(); !errors.Is(err, ErrNothingToRebuild) {
				t.Fatalf("a sound vault: %v", err)
			}
			c.damage(t, r)
			if _, err := r.open(t, nil); err == nil {
				t.Fatal("nothing is damaged")
			}
			got, err := rebuild()
			if err != nil {
				t.Fatal(err)
			}
			if got.From != c.from || len(got.Counters) != 1 || len(got.Lost) != 0 {
				t.Errorf("%+v", got)
			}
			all := everyKey(t, r.mustOpen(t))
			for id, k := range want {
				l, there := all[id]
				if !there || !k.Secret.Equal(l.Secret) || k.Digits != l.Digits || k.Algorithm != l.Algorithm {
					t.Errorf("%s became %+v", k.Name(), l.Account)
				}
				if c.names && (l.Name() != k.Name() || l.Pinned != k.Pinned) {
					t.Errorf("%s is called %s", k.Name(), l.Name())
				}
			}
			if len(all) != len(want) {
				t.Errorf("%d accounts", len(all))
			}
			if x := r.examine(t); len(problems(x)) > 1 { // the entry that was set aside
				t.Errorf("%v", problems(x))
			}
		})
	}
	r := rig{dir: filepath.Join(t.TempDir(), "vault"), kind: KindKeyring, items: newFakeItems()}
	if err := newRebuilder(r.unopened(), nil).rebuild(t.Context()); !errors.Is(err, ErrNothingInKeyring) {
		t.Error(err)
	}
}
