package vault

import "testing"

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
