package storetest

import (
	"errors"
	"testing"

	"twofold/verifier"
)

func hasSessions(t *testing.T, s Store, userID string, want ...verifier.Session) {
	t.Helper()
	view(t, s, func(tx verifier.Tx) error {
		all, err := tx.Sessions(userID)
		same(t, all, want)
		for _, w := range want {
			one, err2 := tx.Session(w.Key)
			same(t, one, w)
			err = errors.Join(err, err2)
		}
		return err
	})
}

func sessionsRoundTrip(t *testing.T, s Store) {
	addBoth(t, s)
	older, newer, newest, other := session("1"), session("2"), session("3"), session("4")
	newer.Created, newer.Device, newest.Created, other.UserID = after(1), "", after(2), "u2"
	update(t, s, func(tx verifier.Tx) error {
		return errors.Join(tx.AddSession(newer), tx.AddSession(older), tx.AddSession(newest), tx.AddSession(other))
	})
	hasSessions(t, s, "u1", newest, newer, older)
	update(t, s, func(tx verifier.Tx) error { return tx.EndSession(newer.Key) })
	hasSessions(t, s, "u1", newest, older)
	update(t, s, func(tx verifier.Tx) error { return tx.EndSessions("u1") })
	hasSessions(t, s, "u1")
	hasSessions(t, s, "u2", other)
	err := s.View(t.Context(), func(tx verifier.Tx) error { _, err := tx.Session(older.Key); return err })
	if !errors.Is(err, verifier.ErrNotFound) {
		t.Errorf("an ended session: %v, want ErrNotFound", err)
	}
}
