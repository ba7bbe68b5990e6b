package storetest

import (
	"errors"
	"testing"

	"twofold/verifier"
)

func factorsRoundTrip(t *testing.T, s Store) {
	addAda(t, s)
	first, second := factor("f1", "u1"), factor("f2", "u1")
	second.Method, second.Target, second.Sealed = "email", "ada@example.com", nil
	second.Deferred, second.Created = true, after(1)
	update(t, s, func(tx verifier.Tx) error {
		return errors.Join(tx.AddFactor(second), tx.AddFactor(first),
			tx.RenameFactor("f1", "tablet"), tx.ConfirmFactor("f1", now), tx.SetDrift("f1", -2),
			tx.RetargetFactor("f2", "ada@example.org"))
	})
	first.Name, first.Confirmed, first.Drift = "tablet", now, -2
	second.Target = "ada@example.org"
	hasFactors(t, s, first, second)
	update(t, s, func(tx verifier.Tx) error { return errors.Join(tx.DeleteFactor("f1"), tx.SetDrift("f2", 3)) })
	second.Drift = 3
	hasFactors(t, s, second)
}

func hasFactors(t *testing.T, s Store, want ...verifier.Factor) {
	t.Helper()
	view(t, s, func(tx verifier.Tx) error {
		u, err := tx.User("u1")
		same(t, u.Factors, want)
		return err
	})
}

func confirmedIsNoLongerDeferred(t *testing.T, s Store) {
	addAda(t, s)
	f := factor("f1", "u1")
	f.Deferred = true
	update(t, s, func(tx verifier.Tx) error {
		return errors.Join(tx.AddFactor(f), tx.RenameFactor("f1", "tablet"))
	})
	f.Name = "tablet"
	hasFactors(t, s, f)
	update(t, s, func(tx verifier.Tx) error { return tx.ConfirmFactor("f1", now) })
	f.Deferred, f.Confirmed = false, now
	hasFactors(t, s, f)
}

func otherFactorsAreOthers(t *testing.T, s Store) {
	addBoth(t, s)
	third := ada()
	third.ID, third.Email = "u3", "third@example.com"
	own, older, newer := factor("own", "u1"), factor("older", "u2"), factor("newer", "u3")
	own.Confirmed, older.Confirmed, newer.Confirmed = after(9), after(1), after(2)
	newer.Created = after(-1000) // which does not decide
	pending, keyless := factor("pending", "u2"), factor("keyless", "u2")
	keyless.Method, keyless.Sealed, keyless.Confirmed = "sms", nil, after(3)
	update(t, s, func(tx verifier.Tx) error {
		err := tx.AddUser(third)
		for _, f := range []verifier.Factor{own, older, newer, pending, keyless} {
			err = errors.Join(err, tx.AddFactor(f))
		}
		return err
	})
	for limit, want := range [][]verifier.Factor{{}, {newer}, {newer, older}, {newer, older}} {
		view(t, s, func(tx verifier.Tx) error {
			got, err := tx.OtherFactors("u1", limit)
			same(t, append([]verifier.Factor{}, got...), want)
			return err
		})
	}
}

func spendOnlyMovesOn(t *testing.T, s Store) {
	addAda(t, s)
	update(t, s, func(tx verifier.Tx) error { return tx.AddFactor(factor("f1", "u1")) })
	for _, try := range []struct {
		step verifier.TimeStep
		want bool
	}{{0, true}, {0, false}, {10, true}, {10, false}, {9, false}, {11, true}, {10, false}, {1 << 40, true}, {11, false}} {
		update(t, s, func(tx verifier.Tx) error {
			won, err := tx.Spend("f1", try.step)
			if won != try.want {
				t.Errorf("spend %d: %v, want %v", try.step, won, try.want)
			}
			return err
		})
	}
	for step := verifier.TimeStep(1 << 41); step < 1<<41+20; step++ {
		update(t, s, func(tx verifier.Tx) error { _, err := tx.Spend("f1", step); return err })
	}
	view(t, s, func(tx verifier.Tx) error {
		u, err := tx.User("u1")
		if f := u.Factors[0]; f.LastStep != 1<<41+19 || len(f.Spent) != verifier.SpentKept || f.Spent[0] != f.LastStep || f.Spent[7] != f.LastStep-7 {
			t.Errorf("last step %d, remembered %v", f.LastStep, f.Spent)
		}
		return err
	})
}
