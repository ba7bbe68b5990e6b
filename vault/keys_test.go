package vault

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
)

func TestKeysAnswersForEachID(t *testing.T) {
	for _, r := range []rig{
		{dir: filepath.Join(t.TempDir(), "vault"), kind: KindKeyring, items: newFakeItems()},
		{dir: filepath.Join(t.TempDir(), "vault"), kind: KindFile, items: newFakeItems()},
	} {
		t.Run(string(r.kind), func(t *testing.T) {
			v := r.mustOpen(t)
			if got := v.Keys(t.Context(), []string{"none"}); !errors.Is(got["none"].Err, ErrNotFound) {
				t.Errorf("of an empty vault: %v", got)
			}
			var ids []string
			for _, label := range []string{"one", "two"} {
				a, err := v.Add(t.Context(), aKey(t, "Issuer", label))
				if err != nil {
					t.Fatal(err)
				}
				ids = append(ids, a.ID)
			}
			got := v.Keys(t.Context(), append(ids, "none"))
			if len(got) != 3 || !errors.Is(got["none"].Err, ErrNotFound) {
				t.Fatalf("%d answers, %v for an id that is not there", len(got), got["none"].Err)
			}
			for i, id := range ids {
				one, err := v.Key(t.Context(), id)
				if err != nil {
					t.Fatal(err)
				}
				if k := got[id]; k.Err != nil || k.Key.ID != id || !k.Key.Secret.Equal(one.Secret) {
					t.Errorf("account %d: %v", i, k.Err)
				}
			}
			_ = v.Close()
			if got := v.Keys(t.Context(), ids); !errors.Is(got[ids[1]].Err, ErrClosed) {
				t.Errorf("of a closed vault: %v", got[ids[1]].Err)
			}
		})
	}
}

// TestKeysAsksAKeyringThatIsAwayOnce: each question may take two seconds.
func TestKeysAsksAKeyringThatIsAwayOnce(t *testing.T) {
	r := rig{dir: filepath.Join(t.TempDir(), "vault"), kind: KindKeyring, items: newFakeItems()}
	seed := r.mustOpen(t)
	var ids []string
	for i := range 3 {
		a, err := seed.Add(t.Context(), aKey(t, "Issuer", fmt.Sprint(i)))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, a.ID)
	}
	away, asked := false, 0
	v, err := r.open(t, func(step, _ string) error {
		if step == "get many" && away {
			asked++
			return fmt.Errorf("%w: it hangs", ErrKeyringUnreachable)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	away = true
	got := v.Keys(context.Background(), ids)
	for _, id := range ids {
		if !errors.Is(got[id].Err, ErrKeyringUnreachable) {
			t.Errorf("%v", got[id].Err)
		}
	}
	if asked != 1 {
		t.Errorf("the keyring was asked %d times", asked)
	}
	away = false
	if got := v.Keys(context.Background(), ids); got[ids[2]].Err != nil {
		t.Errorf("when it is back: %v", got[ids[2]].Err)
	}
}

func TestEmptyTrashRemovesForGood(t *testing.T) {
	v := Throwaway(Options{})
	for _, label := range []string{"one", "two", "three"} {
		a, err := v.Add(t.Context(), aKey(t, "Issuer", label))
		if err != nil {
			t.Fatal(err)
		}
		if label == "three" {
			continue
		}
		if err := v.Remove(t.Context(), a.ID); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := v.EmptyTrash(t.Context()); n != 2 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	if len(v.Trash()) != 0 || len(v.Accounts()) != 1 {
		t.Errorf("%d in the trash, %d accounts", len(v.Trash()), len(v.Accounts()))
	}
}
