package vault

import (
	"path/filepath"
	"testing"
	"time"
)

func TestEmptyTrashPurgesWhatIsInItAndNothingElse(t *testing.T) {
	everyKind(t, func(t *testing.T, p place) {
		v := p.open(t)
		var ids []string
		for _, label := range []string{"a", "b", "c", "d"} {
			a, err := v.Add(t.Context(), aKey(t, "A", label))
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, a.ID)
		}
		for _, id := range ids[:3] {
			if err := v.Remove(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}
		other := v
		if p.again {
			other = p.open(t) // restores one behind v's back
		}
		if err := other.Restore(t.Context(), ids[1]); err != nil {
			t.Fatal(err)
		}
		if n, err := v.EmptyTrash(t.Context()); n != 2 || err != nil {
			t.Fatalf("%d purged, %v", n, err)
		}
		if _, err := v.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(v.Trash()) != 0 || len(v.Accounts()) != 2 {
			t.Fatalf("%d in the trash, %d accounts", len(v.Trash()), len(v.Accounts()))
		}
		for _, a := range v.Accounts() {
			if _, err := v.Key(t.Context(), a.ID); err != nil {
				t.Error(err)
			}
		}
		if n, err := v.EmptyTrash(t.Context()); n != 0 || err != nil {
			t.Errorf("empty already: %d purged, %v", n, err)
		}
	})
}

// A computer without a battery clock wakes up in the past. What is removed then
// stays its thirty days all the same.
func TestAClockThatIsBehindDoesNotShortenTheTrash(t *testing.T) {
	r := rig{dir: filepath.Join(t.TempDir(), "vault"), kind: KindKeyring, items: newFakeItems()}
	v := r.mustOpen(t)
	clock := theTime()
	v.now, v.trashLife = func() time.Time { return clock }, 30*24*time.Hour
	a, err := v.Add(t.Context(), aKey(t, "A", "b"))
	if err != nil {
		t.Fatal(err)
	}
	clock = theTime().AddDate(-20, 0, 0)
	if err := v.Remove(t.Context(), a.ID); err != nil {
		t.Fatal(err)
	}
	clock = theTime().Add(time.Hour)
	for _, label := range []string{"c", "d", "e"} {
		if _, err := v.Add(t.Context(), aKey(t, "A", label)); err != nil {
			t.Fatal(err)
		}
	}
	if len(v.Trash()) != 1 {
		t.Error("it is gone")
	}
}
