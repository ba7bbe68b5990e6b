package storetest

import (
	"errors"
	"testing"

	"twofold/verifier"
)

func hasLink(t *testing.T, s Store, want verifier.Link) {
	t.Helper()
	view(t, s, func(tx verifier.Tx) error {
		got, err := tx.Link(want.Key)
		same(t, got, want)
		return err
	})
}

func linksRoundTrip(t *testing.T, s Store) {
	addBoth(t, s)
	one, two := link("one"), link("two")
	two.Kind = verifier.LinkInvitation
	update(t, s, func(tx verifier.Tx) error { return errors.Join(tx.AddLink(one), tx.AddLink(two)) })
	hasLink(t, s, one)
	for i, want := range []bool{true, false} {
		update(t, s, func(tx verifier.Tx) error {
			won, err := tx.SpendLink(one.Key, after(1+i))
			if won != want {
				t.Errorf("spent: %v, want %v", won, want)
			}
			return err
		})
	}
	one.Used = after(1)
	hasLink(t, s, one)
	hasLink(t, s, two)

	other := link("other")
	other.UserID = "u2"
	update(t, s, func(tx verifier.Tx) error { return errors.Join(tx.AddLink(other), tx.EndLinks("u1")) })
	for _, ended := range []verifier.Link{one, two} {
		err := s.View(t.Context(), func(tx verifier.Tx) error { _, err := tx.Link(ended.Key); return err })
		if !errors.Is(err, verifier.ErrNotFound) {
			t.Errorf("an ended link: %v, want ErrNotFound", err)
		}
	}
	hasLink(t, s, other)
}
