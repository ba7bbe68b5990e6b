package vault

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// fakeItems is a keyring in memory; the real one passes the same suite. Its
// fault is asked before each step, as that of disk is.
type fakeItems struct {
	mu    sync.Mutex // over held and fault
	held  map[string]string
	state KeyringState
	fault func(step, user string) error
}

func newFakeItems() *fakeItems {
	return &fakeItems{held: map[string]string{}, state: KeyringState{State: StateUsable, Provider: "a fake"}}
}

func (f *fakeItems) step(step, user string) error {
	if f.state.Err != nil {
		return f.state.Err
	}
	f.mu.Lock()
	fault := f.fault
	f.mu.Unlock()
	if fault == nil {
		return nil
	}
	return fault(step, user)
}

func (f *fakeItems) breakWith(fault func(step, user string) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault = fault
}

func (f *fakeItems) probe(context.Context) KeyringState { return f.state }

func (f *fakeItems) get(_ context.Context, user string) (string, error) {
	if err := f.step("get", user); err != nil {
		return "", err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	value, ok := f.held[user]
	if !ok {
		return "", errItemAbsent
	}
	return value, nil
}

func (f *fakeItems) getMany(ctx context.Context, users []string) (map[string]string, error) {
	if err := f.step("get many", strings.Join(users, " ")); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	values := map[string]string{}
	for _, user := range users {
		if value, ok := f.held[user]; ok {
			values[user] = value
		}
	}
	return values, nil
}

func (f *fakeItems) all(context.Context) (map[string]string, error) {
	if err := f.step("all", ""); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.held), nil
}

func (f *fakeItems) set(_ context.Context, user, value string) error {
	if err := f.step("set", user); err != nil {
		return err
	}
	f.mu.Lock()
	f.held[user] = value
	f.mu.Unlock()
	return f.step("set, done", user)
}

func (f *fakeItems) remove(_ context.Context, user string) error {
	if err := f.step("remove", user); err != nil {
		return err
	}
	f.mu.Lock()
	delete(f.held, user)
	f.mu.Unlock()
	return f.step("remove, done", user)
}

func (f *fakeItems) users(context.Context) ([]string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Sorted(maps.Keys(f.held)), nil
}

func (f *fakeItems) close() {}

// rig opens a vault over a folder and a fake keyring, with faults in both.
type rig struct {
	dir   string
	kind  Kind
	items *fakeItems
	most  int // see recentMost; zero means that
}

func (r rig) open(t testing.TB, fault func(step, name string) error) (*Vault, error) {
	t.Helper()
	v := newVault(Options{Now: theTime, Passphrase: passphrase(testPassphrase)})
	v.work, v.most = 4, cmp.Or(r.most, recentMost)
	r.items.breakWith(fault)
	v.dir, v.files, v.items = r.dir, &disk{dir: r.dir, fault: fault}, r.items
	err := v.open(t.Context(), r.kind)
	return v, err
}

func (r rig) mustOpen(t testing.TB) *Vault {
	t.Helper()
	v, err := r.open(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

var errCrash = errors.New("the process is dead")

// dieAt lets a process live for n steps.
func dieAt(n int) (fault func(step, name string) error, at func() (string, bool)) {
	last, dead := "", false
	return func(step, name string) error {
			if n--; n < 0 {
				if !dead {
					last, dead = step+" "+name, true
				}
				return errCrash
			}
			return nil
		}, func() (string, bool) {
			return last, dead
		}
}

// TestACrashAtAnyStepLosesNothingReported does a piece of work, kills it at each
// of its steps in turn, and looks at what the next process finds.
func TestACrashAtAnyStepLosesNothingReported(t *testing.T) {
	for name, kind := range map[string]Kind{"file": KindFile, "keyring": KindKeyring, "keyring, many accounts": KindKeyring, "keyed-file": KindKeyedFile} {
		t.Run(name, func(t *testing.T) {
			most := recentMost
			if name == "keyring, many accounts" {
				most = 1
			}
			steps := 0
			for n := 0; ; n++ {
				r := rig{dir: filepath.Join(t.TempDir(), "vault"), kind: kind, items: newFakeItems(), most: most}
				fault, at := dieAt(n)
				where := func() string { s, _ := at(); return fmt.Sprintf("step %d, %s", n, s) }
				// reported[name] is whether the account was last reported as there.
				reported, touched := map[string]bool{}, ""
				counter, given := uint64(0), 0
				func() {
					v, err := r.open(t, fault)
					if err != nil {
						return
					}
					ids := map[string]string{}
					for _, l := range []string{"a", "b", "c"} {
						touched = l
						a, err := v.Add(t.Context(), aKey(t, "A", l))
						if err != nil {
							return
						}
						ids[l], reported[l], touched = a.ID, true, ""
					}
					h, err := v.Add(t.Context(), mustParse(t, "otpauth://hotp/h?secret="+rfcSecret))
					if err != nil {
						return
					}
					reported["h"] = true
					c, err := v.Code(t.Context(), h.ID, theTime())
					if err != nil {
						return
					}
					counter, given = c.Counter, 1
					touched = "b"
					if v.Remove(t.Context(), ids["b"]) != nil {
						return
					}
					delete(reported, "b")
					if v.Purge(t.Context(), ids["b"]) != nil {
						return
					}
					touched = ""
				}()
				_, dead := at()
				v := r.mustOpen(t)
				found := map[string]bool{}
				for _, a := range v.Accounts() {
					k, err := v.Key(t.Context(), a.ID)
					if err != nil {
						t.Fatalf("%s: %s is half there: %v", where(), a.Label, err)
					}
					if !k.Secret.Equal(aKey(t, "", "").Secret) {
						t.Fatalf("%s: %s has another secret", where(), a.Label)
					}
					found[a.Label] = true
					if a.Type == HOTP && given == 1 && a.Counter != counter+1 {
						t.Fatalf("%s: the counter went back to %d", where(), a.Counter)
					}
				}
				for l := range reported {
					if l != touched && !found[l] {
						t.Fatalf("%s: %s was reported and is lost; there is %v", where(), l, found)
					}
				}
				for _, e := range v.SetAside() {
					t.Fatalf("%s: set aside: %v", where(), e)
				}
				// Nothing is left over once the next change was made.
				if _, err := v.Add(t.Context(), aKey(t, "A", "later")); err != nil {
					t.Fatalf("%s: the next change: %v", where(), err)
				}
				if kind == KindKeyring {
					want := []string{indexUser(v.head.ID)}
					for _, a := range append(v.Accounts(), v.Trash()...) {
						want = append(want, a.ID)
					}
					slices.Sort(want)
					if got := slices.Sorted(maps.Keys(r.items.held)); !slices.Equal(got, want) {
						t.Fatalf("%s: items %v, accounts %v", where(), got, want)
					}
				}
				if !dead {
					break
				}
				steps++
			}
			if steps < 50 {
				t.Fatalf("only %d steps were tried", steps)
			}
			t.Logf("%d steps, lost: 0", steps)
		})
	}
}

// A step that fails without killing the process: the error is reported, the
// vault goes on as it was, and the next change succeeds.
func TestAFailedStepLeavesTheVaultAsItWas(t *testing.T) {
	for _, kind := range []Kind{KindFile, KindKeyring, KindKeyedFile} {
		t.Run(string(kind), func(t *testing.T) {
			failed := 0
			for n := 0; ; n++ {
				r := rig{dir: filepath.Join(t.TempDir(), "vault"), kind: kind, items: newFakeItems()}
				armed, left, hit := false, n, ""
				v, err := r.open(t, func(step, name string) error {
					if !armed {
						return nil
					}
					if left--; left == -1 {
						hit = step + " " + name
						return errors.New("no space left on device")
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				if _, err := v.Add(t.Context(), aKey(t, "A", "first")); err != nil {
					t.Fatal(err)
				}
				armed = true
				_, err = v.Add(t.Context(), aKey(t, "A", "second"))
				armed = false
				if hit != "" && err == nil && !strings.HasPrefix(hit, "set, done") && !strings.HasPrefix(hit, "set "+seenUser("")) {
					t.Fatalf("%s failed, and nobody was told", hit)
				}
				if err == nil {
					if hit == "" {
						break
					}
				} else {
					failed++
				}
				if _, err := v.Add(t.Context(), aKey(t, "A", "third")); err != nil {
					t.Fatalf("after %s: %v", hit, err)
				}
				v = r.mustOpen(t)
				labels := map[string]bool{}
				for _, a := range v.Accounts() {
					if _, err := v.Key(t.Context(), a.ID); err != nil {
						t.Fatalf("after %s: %v", hit, err)
					}
					labels[a.Label] = true
				}
				if !labels["first"] || !labels["third"] {
					t.Fatalf("after %s: %v", hit, labels)
				}
			}
			if failed < 5 {
				t.Fatalf("only %d faults", failed)
			}
			t.Logf("%d faults", failed)
		})
	}
}

// A folder has as many names as there are symbolic links to it.
func TestALostIndexIsMissedUnderEveryNameOfItsFolder(t *testing.T) {
	top := t.TempDir()
	home, link := filepath.Join(top, "home "), filepath.Join(top, "link")
	if err := os.Mkdir(home, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(home, link); err != nil {
		t.Skip(err)
	}
	for made, asked := range map[string]string{home: link, link: home} {
		r := rig{dir: filepath.Join(made, "vault"), kind: KindKeyring, items: newFakeItems()}
		if _, err := r.mustOpen(t).Add(t.Context(), aKey(t, "A", "x")); err != nil {
			t.Fatal(err)
		}
		if err := os.RemoveAll(r.dir); err != nil {
			t.Fatal(err)
		}
		for _, r.dir = range []string{filepath.Join(made, "vault"), filepath.Join(asked, "vault")} {
			if _, err := r.open(t, nil); !errors.Is(err, ErrIndexMissing) {
				t.Errorf("made in %q, asked for in %q: %v", made, r.dir, err)
			}
		}
		r.dir = filepath.Join(top, "elsewhere", "vault")
		if _, err := r.open(t, nil); err != nil {
			t.Errorf("another folder: %v", err)
		}
	}
}

// A new folder is on disk when the one that holds it is: a vault in a folder
// that a loss of power takes away was reported too early.
func TestNewFoldersAreSyncedUpToTheOneThatWasThere(t *testing.T) {
	home := t.TempDir()
	r := rig{dir: filepath.Join(home, "new", "vault"), kind: KindFile, items: newFakeItems()}
	var synced []string
	v, err := r.open(t, func(step, name string) error {
		if step == "sync holder" {
			synced = append(synced, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, label := range []string{"first", "second"} {
		if _, err := v.Add(t.Context(), aKey(t, "A", label)); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{filepath.Join(home, "new"), home}; !slices.Equal(synced, want) {
		t.Fatalf("synced %q, want %q", synced, want)
	}
}

// What would be too long to be read again is not put in the place of what can be.
func TestAFileThatCouldNotBeReadIsNotWritten(t *testing.T) {
	d := &disk{dir: filepath.Join(t.TempDir(), "vault")}
	unlock, err := d.lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	if err := d.write(accountsName, []byte("small"), false, nil); err != nil {
		t.Fatal(err)
	}
	if err := d.write(accountsName, make([]byte, maxFile+1), true, nil); err == nil {
		t.Error("a file longer than what is read was written")
	}
	if b, err := d.read(accountsName); err != nil || string(b) != "small" {
		t.Errorf("%d bytes, %v", len(b), err)
	}
}

// A keyring that stops answering in the middle of an add may still write the
// item. Then the account comes about; it was not reported, and is whole.
func TestAnItemWrittenLateIsTakenInOrDropped(t *testing.T) {
	for _, late := range []bool{true, false} {
		r := rig{dir: filepath.Join(t.TempDir(), "vault"), kind: KindKeyring, items: newFakeItems()}
		v := r.mustOpen(t)
		if _, err := v.Add(t.Context(), aKey(t, "A", "first")); err != nil {
			t.Fatal(err)
		}
		var user string
		r.items.fault = func(step, name string) error {
			if step == "set" {
				user = name
				return fmt.Errorf("%w: a deadline", ErrKeyringUnreachable)
			}
			return nil
		}
		second := aKey(t, "A", "second")
		if _, err := v.Add(t.Context(), second); !errors.Is(err, ErrKeyringUnreachable) {
			t.Fatal(err)
		}
		if n := len(v.Accounts()); n != 1 {
			t.Fatalf("%d accounts are shown", n)
		}
		r.items.fault = nil
		want := 1
		if late {
			r.items.held[user] = second.RevealURI()
			want = 2
		}
		if got := r.mustOpen(t).Accounts(); len(got) != want {
			t.Fatalf("late %v: %d accounts", late, len(got))
		}
	}
}
