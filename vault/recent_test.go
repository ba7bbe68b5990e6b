package vault

import (
	"errors"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// manyRig is a keyring vault of so many accounts that changes go to recent.age.
func manyRig(t testing.TB) rig {
	return rig{dir: filepath.Join(t.TempDir(), "vault"), kind: KindKeyring, items: newFakeItems(), most: 3}
}

// Changes go to recent.age, and index.age is written anew when they have become
// many; a new process sees the same at each point.
func TestRecentChangesAreOverlaid(t *testing.T) {
	r := manyRig(t)
	v := r.mustOpen(t)
	want := map[string]string{}
	check := func(at string) {
		t.Helper()
		for name, w := range map[string]*Vault{"this": v, "another": r.mustOpen(t)} {
			got := map[string]string{}
			for _, a := range append(w.Accounts(), w.Trash()...) {
				got[a.ID] = a.Label
			}
			if len(got) != len(want) {
				t.Fatalf("%s, %s process: %d accounts, want %d", at, name, len(got), len(want))
			}
			for id, label := range want {
				if got[id] != label {
					t.Fatalf("%s, %s process: %s is %q, want %q", at, name, id, got[id], label)
				}
			}
		}
	}
	var ids []string
	indexes := map[stamp]bool{}
	for n := range 24 {
		a, err := v.Add(t.Context(), aKey(t, "A", strconv.Itoa(n)))
		if err != nil {
			t.Fatal(err)
		}
		ids, want[a.ID] = append(ids, a.ID), a.Label
		if n%4 == 3 {
			id := ids[n/2]
			if _, err := v.Edit(t.Context(), id, func(a *Account) error { a.Label = "edited " + strconv.Itoa(n); return nil }); err != nil {
				t.Fatal(err)
			}
			want[id] = "edited " + strconv.Itoa(n)
		}
		if n%6 == 5 {
			id := ids[n-1]
			if err := v.Remove(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			if err := v.Purge(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			delete(want, id)
		}
		check("after " + strconv.Itoa(n))
		at, err := v.files.stamp(indexName)
		if err != nil {
			t.Fatal(err)
		}
		indexes[at] = true
	}
	if len(indexes) < 4 || len(indexes) > 20 {
		t.Errorf("index.age was written %d times", len(indexes))
	}
	if s, err := v.files.stamp(recentName); err != nil || s == (stamp{}) {
		t.Errorf("no recent.age: %v", err)
	}
}

// An index that was put back from an older copy does not hide what recent.age
// says, and the next change makes a whole of it.
func TestAnOlderIndexBesideRecentChanges(t *testing.T) {
	r := manyRig(t)
	v := r.mustOpen(t)
	var old []byte
	for n := range 13 {
		if _, err := v.Add(t.Context(), aKey(t, "A", strconv.Itoa(n))); err != nil {
			t.Fatal(err)
		}
		if n == 5 {
			var err error
			if old, err = v.files.read(indexName); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := v.files.write(indexName, old, false, nil); err != nil {
		t.Fatal(err)
	}
	w := r.mustOpen(t)
	last := w.Accounts()[len(w.Accounts())-1].Label
	if last != "12" {
		t.Errorf("the last account is %q", last)
	}
	if _, err := w.Add(t.Context(), aKey(t, "A", "later")); err != nil {
		t.Fatal(err)
	}
	_, did := r.mend(t)
	if got := r.mustOpen(t).Accounts(); len(got) != 14 {
		t.Errorf("%d accounts after %q", len(got), did)
	}
}

// A program of format 1 that is still running reads index.age alone. It must
// not find one that it knows once this one has changed the vault.
func TestTheFirstChangeOfAnOlderVaultIsWholeWritten(t *testing.T) {
	r := manyRig(t)
	v := r.mustOpen(t)
	for n := range 8 {
		if _, err := v.Add(t.Context(), aKey(t, "A", strconv.Itoa(n))); err != nil {
			t.Fatal(err)
		}
	}
	d, _, err := v.load()
	if err != nil {
		t.Fatal(err)
	}
	d.head.Format = 1
	plain, err := d.encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.sealInto(indexName, plain, false); err != nil {
		t.Fatal(err)
	}
	if err := v.files.remove(recentName); err != nil {
		t.Fatal(err)
	}
	w := r.mustOpen(t)
	if err := w.Remove(t.Context(), w.Accounts()[0].ID); err != nil {
		t.Fatal(err)
	}
	whole, err := w.loadWhole()
	if err != nil || whole.head.Format != format {
		t.Errorf("index.age is of format %d, %v", whole.head.Format, err)
	}
	if got := len(r.mustOpen(t).Trash()); got != 1 {
		t.Errorf("%d in the trash", got)
	}
}

// Two entries of one id are damage. The first is the one that is shown and
// changed, also when the change is in recent.age.
func TestOneIDTwiceBesideRecentChanges(t *testing.T) {
	r := manyRig(t)
	v := r.mustOpen(t)
	for n := range 6 {
		if _, err := v.Add(t.Context(), aKey(t, "A", strconv.Itoa(n))); err != nil {
			t.Fatal(err)
		}
	}
	id := v.Accounts()[1].ID
	err := v.change(t.Context(), func(d *document) error {
		d.entries = append(d.entries, d.find(id).as(KindKeyring))
		d.edited, d.rewrite = true, true
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Edit(t.Context(), id, func(a *Account) error { a.Label = "edited"; return nil }); err != nil {
		t.Fatal(err)
	}
	w := r.mustOpen(t)
	if got := w.Accounts()[1].Label; got != "edited" || len(w.SetAside()) != 1 {
		t.Errorf("it is %q, set aside: %v", got, w.SetAside())
	}
}

func TestADamagedRecentIsPutBack(t *testing.T) {
	r := manyRig(t)
	v := r.mustOpen(t)
	for n := range 8 {
		if _, err := v.Add(t.Context(), aKey(t, "A", strconv.Itoa(n))); err != nil {
			t.Fatal(err)
		}
	}
	if err := v.files.write(recentName, []byte("nonsense"), false, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := r.open(t, nil); !errors.Is(err, ErrDamaged) {
		t.Fatal(err)
	}
	x, did := r.mend(t)
	if got := r.mustOpen(t).Accounts(); len(got) != 8 || !x.Clean() {
		t.Errorf("%d accounts after %q: %v", len(got), did, problems(x))
	}
}

func FuzzRecent(f *testing.F) {
	const head = `{"format":2,"kind":"keyring","vault":"v","generation":7,"fingerprint_key":"MDEyMzQ1Njc4OWFiY2RlZg=="`
	f.Add([]byte(head + `,"base":3,"dropped":["b"],"entries":[{"id":"a","type":"totp","algorithm":"SHA1","digits":6,"period":30,"intent":"add"}]}`))
	f.Add([]byte(head + ",\"base\":3,\n\"entries\":[\n{\"id\":\"c\"}\n]}\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		h := header{Format: 2, Kind: KindKeyring, ID: "v"}
		d, err := decodeDocument([]byte(head+`,"entries":[{"id":"a","type":"totp","algorithm":"SHA1","digits":6,"period":30},{"id":"b"},7]}`), h, KindKeyring)
		if err != nil {
			t.Fatal(err)
		}
		d.head.Generation = 3
		d.rebase()
		if err := d.follow(b, h); err != nil {
			if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNewerFormat) {
				t.Fatal(err)
			}
			return
		}
		for _, part := range []func() ([]byte, error){d.encode, d.encodeRecent} {
			out, err := part()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := decodeDocument(out, h, KindKeyring); err != nil {
				t.Fatalf("%v\n%s\n%s", err, b, out)
			}
		}
	})
}

// FuzzIdentity reads what lies in identity.age and in a key item.
func FuzzIdentity(f *testing.F) {
	key, err := newIdentity("a comment")
	if err != nil {
		f.Fatal(err)
	}
	pass, err := NewSecret([]byte("p"))
	if err != nil {
		f.Fatal(err)
	}
	sealed, err := sealIdentity(key, pass, 1)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sealed)
	f.Add(key.bytes())
	f.Add([]byte("age-encryption.org/v1\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA 20\nAAAA\n--- AAAA\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := readIdentity(hold(append([]byte(nil), b...))); err != nil && !errors.Is(err, ErrDamaged) {
			t.Fatal(err)
		}
		if asksMuch(b) {
			return // it may take seconds, which is not what is looked for
		}
		got, err := unsealIdentity(b, pass)
		if err == nil {
			_, err = readIdentity(got)
		}
		if err != nil && !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrWrongPassphrase) {
			t.Fatal(err)
		}
	})
}

// asksMuch is true for a scrypt stanza with a work factor of two digits.
func asksMuch(b []byte) bool {
	_, after, found := strings.Cut(string(b), "-> scrypt ")
	line, _, _ := strings.Cut(after, "\n")
	words := strings.Fields(line)
	return found && len(words) == 2 && len(words[1]) > 1
}
