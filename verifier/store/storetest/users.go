package storetest

import (
	"errors"
	"testing"

	"twofold/verifier"
)

// full is ada with everything that a user can have.
func full() verifier.User {
	u := ada()
	u.EmailVerified, u.Phone, u.PhoneVerified, u.Office = after(1), "+491701234567", after(2), "Zürich"
	u.Disabled, u.Temporary, u.TemporaryUsed, u.Preferred = after(3), after(4), after(5), "f1"
	u.Questions = []verifier.Question{
		{Ask: `the "first" car?`, Answer: key("2CV")}, {Ask: "ñandú\n<b>", Answer: key("yes")},
	}
	return u
}

// open gives a user's hash, and the user without it: functions do not compare.
func open(u verifier.User) (string, verifier.User) {
	hash := u.Password.RevealText()
	u.Password = verifier.Secret{}
	return hash, u
}

func sameUser(t *testing.T, got, want verifier.User) {
	t.Helper()
	gotHash, got := open(got)
	wantHash, want := open(want)
	if gotHash != wantHash {
		t.Errorf("the password's hash did not come back")
	}
	same(t, got, want)
}

func usersRoundTrip(t *testing.T, s Store) {
	added := full()
	added.Guard = verifier.Guard{Failures: 1, LockedUntil: after(7), LastFailure: after(6)}
	update(t, s, func(tx verifier.Tx) error { return tx.AddUser(added) })
	everywhere(t, s, added)

	changed := ada()
	changed.Password, changed.Role = verifier.SecretOf("$argon2id$another"), "admin"
	changed.Created = after(9)
	changed.Guard = verifier.Guard{Failures: 7, LockedUntil: after(60), LastFailure: now}
	update(t, s, func(tx verifier.Tx) error {
		return errors.Join(tx.SetGuard("u1", changed.Guard), tx.SetUser(changed))
	})
	everywhere(t, s, changed)

	again := full()
	again.Guard = changed.Guard
	update(t, s, func(tx verifier.Tx) error { return tx.SetUser(again) })
	everywhere(t, s, again)

	invited := grace() // without a password
	update(t, s, func(tx verifier.Tx) error { return tx.AddUser(invited) })
	view(t, s, func(tx verifier.Tx) error {
		u, err := tx.User("u2")
		if !u.Password.IsZero() {
			t.Error("an account without a password got one")
		}
		return err
	})
}

// everywhere looks for the only user in each way there is.
func everywhere(t *testing.T, s Store, want verifier.User) {
	t.Helper()
	view(t, s, func(tx verifier.Tx) error {
		byID, err := tx.User(want.ID)
		byEmail, err2 := tx.UserByEmail(want.Email)
		all, err3 := tx.Users()
		if len(all) != 1 {
			t.Errorf("%d users, want 1", len(all))
		}
		for _, u := range append(all, byID, byEmail) {
			sameUser(t, u, want)
		}
		return errors.Join(err, err2, err3)
	})
}

func usersAreOldestFirst(t *testing.T, s Store) {
	update(t, s, func(tx verifier.Tx) error { return errors.Join(tx.AddUser(grace()), tx.AddUser(ada())) })
	view(t, s, func(tx verifier.Tx) error {
		all, err := tx.Users()
		var ids []string
		for _, u := range all {
			ids = append(ids, u.ID)
		}
		same(t, ids, []string{"u1", "u2"})
		return err
	})
}

func emailsAreUnique(t *testing.T, s Store) {
	addBoth(t, s)
	again := ada()
	again.ID = "u3"
	err := s.Update(t.Context(), func(tx verifier.Tx) error { return tx.AddUser(again) })
	if !errors.Is(err, verifier.ErrTaken) {
		t.Errorf("a second account with one address: %v, want ErrTaken", err)
	}
	moved := grace()
	moved.Email, moved.Role = ada().Email, "admin"
	err = s.Update(t.Context(), func(tx verifier.Tx) error { return tx.SetUser(moved) })
	if !errors.Is(err, verifier.ErrTaken) {
		t.Errorf("an address that is another's: %v, want ErrTaken", err)
	}
	view(t, s, func(tx verifier.Tx) error {
		first, err := tx.UserByEmail(ada().Email)
		second, err2 := tx.User("u2")
		sameUser(t, first, ada())
		sameUser(t, second, grace())
		return errors.Join(err, err2)
	})
}

func setUserLeavesGuardAndFactors(t *testing.T, s Store) {
	addAda(t, s)
	guard := verifier.Guard{Failures: 3, LockedUntil: after(1), LastFailure: now}
	update(t, s, func(tx verifier.Tx) error {
		return errors.Join(tx.AddFactor(factor("f1", "u1")), tx.SetGuard("u1", guard))
	})
	changed := full() // its guard is open, and it has no factor
	update(t, s, func(tx verifier.Tx) error { return tx.SetUser(changed) })
	changed.Factors = []verifier.Factor{factor("f2", "u1")}
	update(t, s, func(tx verifier.Tx) error { return tx.SetUser(changed) })
	changed.Guard, changed.Factors = guard, []verifier.Factor{factor("f1", "u1")}
	everywhere(t, s, changed)
}

func setUserMovesTheAddress(t *testing.T, s Store) {
	addAda(t, s)
	moved := ada()
	moved.Email = "ada@example.org"
	update(t, s, func(tx verifier.Tx) error { return tx.SetUser(moved) })
	everywhere(t, s, moved)
	err := s.View(t.Context(), func(tx verifier.Tx) error { _, err := tx.UserByEmail(ada().Email); return err })
	if !errors.Is(err, verifier.ErrNotFound) {
		t.Errorf("the old address: %v, want ErrNotFound", err)
	}
	heir := grace()
	heir.Email = ada().Email
	update(t, s, func(tx verifier.Tx) error { return tx.AddUser(heir) })
}
