package storetest

import (
	"errors"
	"testing"

	"twofold/verifier"
)

func recoveryLeft(t *testing.T, s Store, userID string, want int) {
	t.Helper()
	view(t, s, func(tx verifier.Tx) error {
		left, err := tx.RecoveryLeft(userID)
		same(t, left, want)
		return err
	})
}

func spendRecovery(t *testing.T, s Store, userID, code string, wantFound, wantWon bool) {
	t.Helper()
	update(t, s, func(tx verifier.Tx) error {
		found, won, err := tx.SpendRecovery(userID, key(code), now)
		if found != wantFound || won != wantWon {
			t.Errorf("%s's %s: found %v, won %v, want %v, %v", userID, code, found, won, wantFound, wantWon)
		}
		return err
	})
}

func recoveryIsReplaced(t *testing.T, s Store) {
	addBoth(t, s)
	set := func(userID string, codes ...verifier.Digest) {
		update(t, s, func(tx verifier.Tx) error { return tx.SetRecovery(userID, codes) })
	}
	recoveryLeft(t, s, "u1", 0)
	set("u1", key("one"), key("two"), key("two"))
	set("u2", key("two"))
	recoveryLeft(t, s, "u1", 2)
	spendRecovery(t, s, "u1", "one", true, true)
	set("u1", key("one"), key("three"))
	recoveryLeft(t, s, "u1", 2)
	spendRecovery(t, s, "u1", "two", false, false)
	spendRecovery(t, s, "u1", "one", true, true) // made anew
	set("u1")
	recoveryLeft(t, s, "u1", 0)
	spendRecovery(t, s, "u1", "three", false, false)
	recoveryLeft(t, s, "u2", 1)
}

func recoveryIsSpentOnce(t *testing.T, s Store) {
	addBoth(t, s)
	update(t, s, func(tx verifier.Tx) error {
		return errors.Join(tx.SetRecovery("u1", []verifier.Digest{key("one"), key("two")}),
			tx.SetRecovery("u2", []verifier.Digest{key("one")}))
	})
	spendRecovery(t, s, "u1", "one", true, true)
	spendRecovery(t, s, "u1", "one", true, false)
	spendRecovery(t, s, "u1", "none", false, false)
	spendRecovery(t, s, "u2", "two", false, false) // another's
	spendRecovery(t, s, "nobody", "one", false, false)
	recoveryLeft(t, s, "u1", 1)
	recoveryLeft(t, s, "u2", 1)
	spendRecovery(t, s, "u2", "one", true, true)
	spendRecovery(t, s, "u1", "two", true, true)
}
