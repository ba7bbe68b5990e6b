package vault

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// movable makes a vault with a live, a pinned, a removed and a counter-based
// account, and an entry that this program does not know.
func movable(t testing.TB, r rig) map[string]Key {
	t.Helper()
	v := r.mustOpen(t)
	var ids []string
	for _, uri := range []string{
		"otpauth://totp/A:live?issuer=A&secret=" + rfcSecret,
		"otpauth://totp/B:pinned?issuer=B&digits=8&algorithm=SHA512&secret=JBSWY3DPEHPK3PXP",
		"otpauth://totp/C:removed?issuer=C&secret=MFRGGZDFMZTWQ2LK",
		"otpauth://hotp/D:counter?issuer=D&counter=7&secret=KRUGS4ZANFZSAYJA",
	} {
		a, err := v.Add(t.Context(), mustParse(t, uri))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, a.ID)
	}
	if _, err := v.Edit(t.Context(), ids[1], func(a *Account) error {
		a.Pinned, a.Tags, a.Note, a.Label = true, []string{"x"}, "a note", "renamed"
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := v.Remove(t.Context(), ids[2]); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Code(t.Context(), ids[3], theTime()); err != nil {
		t.Fatal(err)
	}
	err := v.change(t.Context(), func(d *document) error {
		d.entries = append(d.entries, rawEntry(d.head.Kind, []byte(strangeEntry)))
		d.edited, d.rewrite = true, true
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return everyKey(t, v)
}

const strangeEntry = `{"id":"strange","type":"ocra","what":{"is":["this"]}}`

// everyKey is what a vault holds, in the trash too.
func everyKey(t testing.TB, v *Vault) map[string]Key {
	t.Helper()
	all := map[string]Key{}
	for _, a := range append(v.Accounts(), v.Trash()...) {
		k, err := v.Key(t.Context(), a.ID)
		if err != nil {
			t.Fatalf("%s: %v", a.Name(), err)
		}
		all[a.ID] = k
	}
	return all
}

func sameKeys(a, b map[string]Key) error {
	if len(a) != len(b) {
		return fmt.Errorf("%d accounts, then %d", len(a), len(b))
	}
	for id, k := range a {
		l, there := b[id]
		if !there || !k.Secret.Equal(l.Secret) || fmt.Sprintf("%+v", k.Account) != fmt.Sprintf("%+v", l.Account) {
			return fmt.Errorf("%+v became %+v", k.Account, l.Account)
		}
	}
	return nil
}

var moves = []struct{ from, to Kind }{
	{KindKeyring, KindFile},
	{KindKeyring, KindKeyedFile},
	{KindFile, KindKeyring},
	{KindFile, KindKeyedFile},
	{KindKeyedFile, KindKeyring},
	{KindKeyedFile, KindFile},
}

// TestACrashAtAnyStepOfAMoveLosesNothing moves a vault between every two kinds,
// dies at each step in turn, and looks at what the next process finds, then
// lets that one finish.
func TestACrashAtAnyStepOfAMoveLosesNothing(t *testing.T) {
	for _, m := range moves {
		t.Run(string(m.from)+" to "+string(m.to), func(t *testing.T) {
			steps := 0
			for n := 0; ; n++ {
				r := rig{dir: filepath.Join(t.TempDir(), "vault"), kind: m.from, items: newFakeItems()}
				want := movable(t, r)
				v := r.mustOpen(t)
				fault, at := dieAt(n)
				v.files.(*disk).fault, r.items.fault = fault, fault
				err := v.Move(t.Context(), m.to, nil)
				step, dead := at()
				r.kind, r.items.fault = KindAuto, nil
				w := r.mustOpen(t)
				where := fmt.Sprintf("step %d, %s (%v), then %s", n, step, err, w.Kind())
				if err := sameKeys(want, everyKey(t, w)); err != nil {
					t.Fatalf("%s: %v", where, err)
				}
				if aside := w.SetAside(); len(aside) != 1 || aside[0].ID != "strange" {
					t.Fatalf("%s: set aside: %v", where, aside)
				}
				if !dead && (err != nil || w.Kind() != m.to) {
					t.Fatal(where, err)
				}
				if _, err := w.Add(t.Context(), aKey(t, "E", "later")); err != nil {
					t.Fatalf("%s: the next change: %v", where, err)
				}
				if w.Kind() != m.to {
					if err := w.Move(t.Context(), m.to, nil); err != nil {
						t.Fatalf("%s: the second try: %v", where, err)
					}
					w = r.mustOpen(t)
				}
				if got := everyKey(t, w); len(got) != len(want)+1 {
					t.Fatalf("%s: at last %d accounts", where, len(got))
				}
				onlyOf(t, r, w, where)
				if !dead {
					break
				}
				steps++
			}
			if steps < 10 {
				t.Fatalf("only %d steps were tried", steps)
			}
			t.Logf("%d steps, lost: 0", steps)
		})
	}
}

// onlyOf looks that nothing is left of another kind.
func onlyOf(t testing.TB, r rig, v *Vault, where string) {
	t.Helper()
	items := []string{}
	if v.kind.usesKeyring() {
		items = append(items, indexUser(v.head.ID))
	}
	if v.kind == KindKeyring {
		for id := range everyKey(t, v) {
			items = append(items, id)
		}
	} else {
		items = append(items, seenUser(v.head.ID))
	}
	slices.Sort(items)
	if got := slices.Sorted(maps.Keys(r.items.held)); !slices.Equal(got, items) {
		t.Fatalf("%s: items %v, want %v", where, got, items)
	}
	files, err := os.ReadDir(r.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		of := map[string]bool{headerName: true, lockName: true, identityName: v.kind.usesPassphrase(), identityCopy: v.kind.usesPassphrase()}
		name := strings.TrimRight(f.Name(), ".123")
		if !of[f.Name()] && name != v.kind.document() && (v.kind != KindKeyring || name != recentName) {
			t.Fatalf("%s: %s is left", where, f.Name())
		}
	}
	if v.head.Moving != "" || v.head.Leaving != "" {
		t.Fatalf("%s: %+v", where, v.head)
	}
}

func TestAMoveThatWouldLeaveSecretsBehindMovesNothing(t *testing.T) {
	r := rig{dir: filepath.Join(t.TempDir(), "vault"), kind: KindKeyring, items: newFakeItems()}
	want := movable(t, r)
	gone := slices.Sorted(maps.Keys(want))[0]
	delete(r.items.held, gone)
	before := len(r.items.held)
	var lost *UnreadableError
	err := r.mustOpen(t).Move(t.Context(), KindFile, nil)
	if !errors.As(err, &lost) || len(lost.Accounts) != 1 || lost.Accounts[0].ID != gone || !errors.Is(err, ErrSecretMissing) {
		t.Fatal(err)
	}
	v := r.mustOpen(t)
	if _, err := v.Add(t.Context(), aKey(t, "E", "later")); err != nil || len(r.items.held) != before+1 {
		t.Fatal(err, r.items.held)
	}
	if v.Kind() != KindKeyring || len(v.Accounts()) != 4 {
		t.Fatal(v.Kind(), v.Accounts())
	}
}

// An entry that this program does not know has its secret in an item like any
// other: it goes along, and back.
func TestWhatWasSetAsideMovesWithItsSecret(t *testing.T) {
	const secret = "otpauth://ocra/S:s?secret=" + rfcSecret
	r := rig{dir: filepath.Join(t.TempDir(), "vault"), kind: KindKeyring, items: newFakeItems()}
	movable(t, r)
	r.items.held["strange"] = secret
	for _, to := range []Kind{KindFile, KindKeyring, KindKeyedFile, KindKeyring} {
		if err := r.mustOpen(t).Move(t.Context(), to, nil); err != nil {
			t.Fatal(err)
		}
		r.kind = to
		v := r.mustOpen(t)
		if aside := v.SetAside(); len(aside) != 1 || aside[0].ID != "strange" {
			t.Fatalf("%s: set aside: %v", to, aside)
		}
		if to == KindKeyring && r.items.held["strange"] != secret {
			t.Errorf("%s: its item holds %q", to, r.items.held["strange"])
		}
		if to.stored() == KindFile && r.items.held["strange"] != "" {
			t.Errorf("%s: its item is left", to)
		}
		d, _, err := v.load()
		if err != nil {
			t.Fatal(err)
		}
		last := d.entries[len(d.entries)-1]
		if last.text() != secret || !strings.HasPrefix(string(last.raw), strings.TrimSuffix(strangeEntry, "}")) {
			t.Errorf("%s: the entry is %s", to, last.raw)
		}
	}
}

func TestAVaultMovedByAnotherProcessIsNotWrittenTo(t *testing.T) {
	r := rig{dir: filepath.Join(t.TempDir(), "vault"), kind: KindKeyring, items: newFakeItems()}
	movable(t, r)
	other := r.mustOpen(t)
	if err := r.mustOpen(t).Move(t.Context(), KindFile, nil); err != nil {
		t.Fatal(err)
	}
	before := len(r.items.held)
	if _, err := other.Refresh(t.Context()); !errors.Is(err, ErrMoved) {
		t.Error(err)
	}
	if _, err := other.Add(t.Context(), aKey(t, "E", "later")); !errors.Is(err, ErrMoved) {
		t.Error(err)
	}
	if err := other.Remove(t.Context(), other.Accounts()[0].ID); !errors.Is(err, ErrMoved) {
		t.Error(err)
	}
	if len(r.items.held) != before {
		t.Error("an item was made")
	}
}

func TestWhereAVaultCannotMove(t *testing.T) {
	r := rig{dir: filepath.Join(t.TempDir(), "vault"), kind: KindKeyring, items: newFakeItems()}
	movable(t, r)
	if err := r.mustOpen(t).Move(t.Context(), KindKeyring, nil); !errors.Is(err, ErrSameKind) {
		t.Error(err)
	}
	file := r
	file.kind = KindFile
	if _, err := file.mustOpen(t).Add(t.Context(), aKey(t, "E", "beside")); err != nil {
		t.Fatal(err)
	}
	if err := r.mustOpen(t).Move(t.Context(), KindFile, nil); !errors.Is(err, ErrOccupied) {
		t.Error(err)
	}
	if err := Throwaway(Options{}).Move(t.Context(), KindFile, nil); err == nil {
		t.Error("a throwaway vault was moved")
	}
}

// On the real keyring, with its progress.
func TestAMoveOnARealKeyring(t *testing.T) {
	needKeyring(t)
	o := Options{Dir: filepath.Join(t.TempDir(), "vault"), Passphrase: passphrase(testPassphrase), Now: theTime, patience: testPatience}
	v := mustOpen(t, o)
	for n := range 30 {
		if _, err := v.Add(t.Context(), aKey(t, "A", strconv.Itoa(n))); err != nil {
			t.Fatal(err)
		}
	}
	want := everyKey(t, v)
	for _, to := range []Kind{KindKeyedFile, KindFile, KindKeyring} {
		v := mustOpen(t, o)
		last, total := 0, 0
		if err := v.Move(t.Context(), to, func(done, of int) { last, total = done, of }); err != nil {
			t.Fatal(err)
		}
		if last != total {
			t.Errorf("to %s: the progress ended at %d of %d", to, last, total)
		}
		w := mustOpen(t, o)
		if w.Kind() != to {
			t.Fatal(w.Kind())
		}
		if err := sameKeys(want, everyKey(t, w)); err != nil {
			t.Fatal(err)
		}
	}
}
