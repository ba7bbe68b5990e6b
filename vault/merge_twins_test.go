package vault

import (
	"path/filepath"
	"strconv"
	"testing"
)

// Accounts of one file may share a secret, or a name: they are accounts of their own, and Merge does what Plan said.
func TestAccountsThatShareASecretOrANameAllCome(t *testing.T) {
	for _, kind := range []Kind{KindKeyring, KindFile} {
		v := rig{dir: filepath.Join(t.TempDir(), "vault"), kind: kind, items: newFakeItems()}.mustOpen(t)
		var keys []Key
		for i := range 20 {
			keys = append(keys, aKey(t, "Issuer "+strconv.Itoa(i), "me"))
		}
		other := aKeyWith(t, "Issuer 0", "me", "another secret")
		steam := aKeyWith(t, "", "", "a third one")
		nameless := aKeyWith(t, "", "", "a fourth one")
		keys = append(keys, other, steam, nameless)
		plan, err := v.Plan(t.Context(), keys)
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range plan {
			if s.Fate != FateNew || s.Known.ID != "" {
				t.Errorf("%s: account %d is %s", kind, i, s.Fate)
			}
		}
		if _, err := v.Merge(t.Context(), keys, nil); err != nil {
			t.Fatal(err)
		}
		if n := len(v.Accounts()); n != len(keys) {
			t.Errorf("%s: %d accounts came of %d", kind, n, len(keys))
		}
		again, err := v.Plan(t.Context(), keys)
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range again {
			if s.Fate != FateHere {
				t.Errorf("%s: the second time, account %d is %s", kind, i, s.Fate)
			}
		}
	}
}

func aKeyWith(t *testing.T, issuer, label, secret string) Key {
	t.Helper()
	k := aKey(t, issuer, label)
	var err error
	if k.Secret, err = NewSecret([]byte(secret)); err != nil {
		t.Fatal(err)
	}
	return k
}
