package vault

import (
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// Find gives what Match gives, for accounts and filters put together at random.
func TestFindIsMatch(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	names := []string{"GitHub", "git", "Örebro Bank", "a:b", `quo"ted`, `back\slash`, "KOR", "Kelvin K", "x^y", "!not", "", "日本語", "price$", "^", "K o r"}
	pick := func() string { return names[random.IntN(len(names))] }
	r := rig{dir: filepath.Join(t.TempDir(), "vault"), kind: KindKeyring, items: newFakeItems()}
	v := r.mustOpen(t)
	if err := v.Init(t.Context()); err != nil {
		t.Fatal(err)
	}
	err := v.change(t.Context(), func(d *document) error {
		for range 120 {
			k := aKey(t, pick(), pick()+pick())
			id, err := v.newID()
			if err != nil {
				return err
			}
			k.ID = id
			if random.IntN(5) == 0 {
				k.Removed = theTime()
			}
			if err := d.put(record{Account: k.trimmed(), Fingerprint: d.fingerprint(k.Secret)}, nil); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	filters := []string{"", " ", v.Accounts()[3].ID, strings.ToUpper(v.Accounts()[3].ID), v.Accounts()[5].Name(), ":", "!", "$", "kelvin k", "KELVIN K"}
	for range 400 {
		f := pick()
		for range random.IntN(3) {
			f += []string{" ", ":", "", " !", " ^"}[random.IntN(5)] + pick()
		}
		filters = append(filters, f, strings.ToLower(f), strings.ToUpper(f))
	}
	matched := 0
	for _, f := range filters {
		fresh := r.mustOpen(t) // with nothing read yet
		got, want := fresh.Find(f), Match(v.Accounts(), f)
		if len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
			t.Fatalf("%q: %d found, %d match", f, len(got), len(want))
		}
		if len(want) > 0 && len(want) < len(v.Accounts()) {
			matched++
		}
	}
	if matched < 100 {
		t.Errorf("only %d of the filters tell accounts apart", matched)
	}
}
