package storetest

import (
	"errors"
	"testing"
	"time"

	"twofold/verifier"
)

func missingIsNotFound(t *testing.T, s Store) {
	addAda(t, s)
	var none verifier.Digest
	f, d, l, se := flow("f"), device("d"), link("l"), session("s")
	f.UserID, d.UserID, l.UserID, se.UserID = "x", "x", "x", "x"
	calls := map[string]func(verifier.Tx) error{
		"User":           func(tx verifier.Tx) error { _, err := tx.User("x"); return err },
		"UserByEmail":    func(tx verifier.Tx) error { _, err := tx.UserByEmail("x"); return err },
		"SetGuard":       func(tx verifier.Tx) error { return tx.SetGuard("x", verifier.Guard{}) },
		"SetUser":        func(tx verifier.Tx) error { return tx.SetUser(grace()) },
		"AddFactor":      func(tx verifier.Tx) error { return tx.AddFactor(factor("f", "x")) },
		"RenameFactor":   func(tx verifier.Tx) error { return tx.RenameFactor("x", "y") },
		"ConfirmFactor":  func(tx verifier.Tx) error { return tx.ConfirmFactor("x", now) },
		"RetargetFactor": func(tx verifier.Tx) error { return tx.RetargetFactor("x", "y") },
		"SetDrift":       func(tx verifier.Tx) error { return tx.SetDrift("x", 1) },
		"Spend":          func(tx verifier.Tx) error { _, err := tx.Spend("x", 1); return err },
		"AddFlow":        func(tx verifier.Tx) error { return tx.AddFlow(f) },
		"Flow":           func(tx verifier.Tx) error { _, err := tx.Flow(none); return err },
		"SetFlow":        func(tx verifier.Tx) error { return tx.SetFlow(verifier.Flow{}) },
		"AddChallenge":   func(tx verifier.Tx) error { return tx.AddChallenge(challenge("c", "x")) },
		"SpendChallenge": func(tx verifier.Tx) error { _, err := tx.SpendChallenge("x", now); return err },
		"FailChallenge":  func(tx verifier.Tx) error { return tx.FailChallenge("x", now) },
		"SetRecovery":    func(tx verifier.Tx) error { return tx.SetRecovery("x", nil) },
		"AddDevice":      func(tx verifier.Tx) error { return tx.AddDevice(d) },
		"Device":         func(tx verifier.Tx) error { _, err := tx.Device(none); return err },
		"SetDevice":      func(tx verifier.Tx) error { return tx.SetDevice(verifier.Device{}) },
		"AddLink":        func(tx verifier.Tx) error { return tx.AddLink(l) },
		"Link":           func(tx verifier.Tx) error { _, err := tx.Link(none); return err },
		"SpendLink":      func(tx verifier.Tx) error { _, err := tx.SpendLink(none, now); return err },
		"AddSession":     func(tx verifier.Tx) error { return tx.AddSession(se) },
		"Session":        func(tx verifier.Tx) error { _, err := tx.Session(none); return err },
	}
	for name, call := range calls {
		if err := s.Update(t.Context(), call); !errors.Is(err, verifier.ErrNotFound) {
			t.Errorf("%s of what is not there: %v, want ErrNotFound", name, err)
		}
	}
}

func takenIsTaken(t *testing.T, s Store) {
	seed(t, s)
	before := everything(t, s)
	again := device("d9")
	again.ID = "d1"
	for name, call := range map[string]func(verifier.Tx) error{
		"AddUser":         func(tx verifier.Tx) error { u := ada(); u.Email = "new@example.com"; return tx.AddUser(u) },
		"AddFactor":       func(tx verifier.Tx) error { return tx.AddFactor(factor("f1", "u2")) },
		"AddFlow":         func(tx verifier.Tx) error { return tx.AddFlow(flow("flow")) },
		"AddChallenge":    func(tx verifier.Tx) error { return tx.AddChallenge(challenge("c1", "old")) },
		"AddDevice":       func(tx verifier.Tx) error { return tx.AddDevice(device("d1")) },
		"AddDevice by id": func(tx verifier.Tx) error { return tx.AddDevice(again) },
		"AddLink":         func(tx verifier.Tx) error { return tx.AddLink(link("l1")) },
		"AddSession":      func(tx verifier.Tx) error { return tx.AddSession(session("s1")) },
	} {
		if err := s.Update(t.Context(), call); !errors.Is(err, verifier.ErrTaken) {
			t.Errorf("%s of what is there: %v, want ErrTaken", name, err)
		}
	}
	unchanged(t, s, before, "a refused addition")
}

// nothingIsSpentAtNoTime: a store tells the spent from the others by their
// time, so without one a code could be spent again.
func nothingIsSpentAtNoTime(t *testing.T, s Store) {
	seed(t, s)
	for _, at := range []time.Time{{}, time.Unix(0, 0)} {
		for name, spend := range map[string]func(verifier.Tx) (bool, error){
			"challenge": func(tx verifier.Tx) (bool, error) { return tx.SpendChallenge("c1", at) },
			"link":      func(tx verifier.Tx) (bool, error) { return tx.SpendLink(key("l1"), at) },
			"recovery code": func(tx verifier.Tx) (bool, error) {
				_, won, err := tx.SpendRecovery("u1", key("r1"), at)
				return won, err
			},
		} {
			err := s.Update(t.Context(), func(tx verifier.Tx) error {
				won, err := spend(tx)
				if won {
					t.Errorf("a %s was spent at %v", name, at)
				}
				return err
			})
			if err == nil {
				t.Errorf("a %s spent at %v: no error", name, at)
			}
		}
	}
}
