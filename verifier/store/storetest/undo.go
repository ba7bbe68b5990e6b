package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"twofold/verifier"
)

var errOnPurpose = errors.New("on purpose")

// seed puts one of each kind into an empty store.
func seed(t *testing.T, s Store) {
	t.Helper()
	deferred := factor("f2", "u1")
	deferred.Deferred, deferred.Created = true, after(1)
	old := flow("old")
	old.Expires = after(-9)
	update(t, s, func(tx verifier.Tx) error {
		_, err := tx.AddEvent(verifier.Event{At: now, Type: verifier.EventClock, Outcome: verifier.Accepted})
		return errors.Join(err,
			tx.AddUser(ada()), tx.AddUser(grace()), tx.AddFactor(factor("f1", "u1")), tx.AddFactor(deferred),
			tx.AddFlow(flow("flow")), tx.AddFlow(old), tx.AddChallenge(challenge("c1", "flow")),
			tx.SetRecovery("u1", []verifier.Digest{key("r1"), key("r2")}),
			tx.AddDevice(device("d1")), tx.AddLink(link("l1")), tx.AddSession(session("s1")), tx.AddSession(session("s2")),
			tx.SetThrottle(key("t1"), verifier.Guard{Failures: 1, LastFailure: now}))
	})
}

// everything is all that is visible of a store that was seeded and changed.
func everything(t *testing.T, s Store) map[string]any {
	t.Helper()
	out := map[string]any{}
	view(t, s, func(tx verifier.Tx) error {
		users, err := tx.Users()
		for _, u := range users {
			hash, rest := open(u)
			out["hash "+u.ID], out["user "+u.ID] = hash, rest
		}
		for _, email := range []string{ada().Email, grace().Email, "new@example.com"} {
			u, _ := tx.UserByEmail(email)
			out["email "+email] = u.ID
		}
		for _, name := range []string{"flow", "old", "flow2"} {
			f, there := tx.Flow(key(name))
			c, err2 := tx.Challenges(key(name))
			out["flow "+name], out["flow there "+name], out["challenges "+name] = f, there == nil, c
			err = errors.Join(err, err2)
		}
		for _, name := range []string{"l1", "l2"} {
			l, there := tx.Link(key(name))
			out["link "+name], out["link there "+name] = l, there == nil
		}
		var err3, err4, err5, err6, err7 error
		out["left"], err3 = tx.RecoveryLeft("u1")
		out["devices"], err4 = tx.Devices("u1")
		out["sessions"], err5 = tx.Sessions("u1")
		out["events"], err6 = tx.Events(0, 99)
		out["last event"], err7 = tx.LastEvent()
		out["throttle"], _ = tx.Throttle(key("t1"))
		out["throttle2"], _ = tx.Throttle(key("t2"))
		return errors.Join(err, err3, err4, err5, err6, err7)
	})
	return out
}

// changes are all there are, each of which a store that was seeded shows. They
// can be made one after another.
func changes() []struct {
	name string
	make func(verifier.Tx) error
} {
	moved := full()
	moved.Email = "new@example.com"
	third := grace()
	third.ID, third.Email = "u3", "third@example.com"
	set := flow("flow")
	set.Chosen, set.Target = "f1", "new@example.com"
	revoked := device("d1")
	revoked.Revoked = now
	won := func(won bool, err error) error {
		if err == nil && !won {
			err = errors.New("not won")
		}
		return err
	}
	return []struct {
		name string
		make func(verifier.Tx) error
	}{
		{"AddUser", func(tx verifier.Tx) error { return tx.AddUser(third) }},
		{"SetUser", func(tx verifier.Tx) error { return tx.SetUser(moved) }},
		{"SetGuard", func(tx verifier.Tx) error { return tx.SetGuard("u1", verifier.Guard{Failures: 3}) }},
		{"AddFactor", func(tx verifier.Tx) error { return tx.AddFactor(factor("f3", "u1")) }},
		{"RenameFactor", func(tx verifier.Tx) error { return tx.RenameFactor("f1", "renamed") }},
		{"ConfirmFactor", func(tx verifier.Tx) error { return tx.ConfirmFactor("f2", now) }},
		{"RetargetFactor", func(tx verifier.Tx) error { return tx.RetargetFactor("f1", "elsewhere") }},
		{"SetDrift", func(tx verifier.Tx) error { return tx.SetDrift("f1", 1) }},
		{"Spend", func(tx verifier.Tx) error { return won(tx.Spend("f1", 99)) }},
		{"AddFlow", func(tx verifier.Tx) error { return tx.AddFlow(flow("flow2")) }},
		{"SetFlow", func(tx verifier.Tx) error { return tx.SetFlow(set) }},
		{"AddChallenge", func(tx verifier.Tx) error { return tx.AddChallenge(challenge("c2", "flow")) }},
		{"SpendChallenge", func(tx verifier.Tx) error { return won(tx.SpendChallenge("c1", now)) }},
		{"FailChallenge", func(tx verifier.Tx) error { return tx.FailChallenge("c1", now) }},
		{"SpendRecovery", func(tx verifier.Tx) error {
			_, spent, err := tx.SpendRecovery("u1", key("r1"), now)
			return won(spent, err)
		}},
		{"SetRecovery", func(tx verifier.Tx) error { return tx.SetRecovery("u1", nil) }},
		{"AddDevice", func(tx verifier.Tx) error { return tx.AddDevice(device("d2")) }},
		{"SetDevice", func(tx verifier.Tx) error { return tx.SetDevice(revoked) }},
		{"AddLink", func(tx verifier.Tx) error { return tx.AddLink(link("l2")) }},
		{"SpendLink", func(tx verifier.Tx) error { return won(tx.SpendLink(key("l1"), now)) }},
		{"AddSession", func(tx verifier.Tx) error { return tx.AddSession(session("s3")) }},
		{"SetThrottle", func(tx verifier.Tx) error { return tx.SetThrottle(key("t2"), verifier.Guard{Failures: 1}) }},
		{"AddEvent", func(tx verifier.Tx) error { _, err := tx.AddEvent(verifier.Event{At: now}); return err }},
		{"DeleteFactor", func(tx verifier.Tx) error { return tx.DeleteFactor("f1") }},
		{"Sweep", func(tx verifier.Tx) error { return tx.Sweep(now) }},
		{"EndSession", func(tx verifier.Tx) error { return tx.EndSession(key("s1")) }},
		{"EndSessions", func(tx verifier.Tx) error { return tx.EndSessions("u1") }},
		{"EndLinks", func(tx verifier.Tx) error { return tx.EndLinks("u1") }},
		{"EndFlows", func(tx verifier.Tx) error { return tx.EndFlows("u1") }},
	}
}

// eachChangeIsTakenBack also makes each change to stay, so that it shows that
// everything tells them apart.
func eachChangeIsTakenBack(t *testing.T, s Store) {
	seed(t, s)
	for _, change := range changes() {
		before := everything(t, s)
		err := s.Update(t.Context(), func(tx verifier.Tx) error {
			if err := change.make(tx); err != nil {
				t.Errorf("%s: %v", change.name, err)
			}
			return errOnPurpose
		})
		if !errors.Is(err, errOnPurpose) {
			t.Errorf("%s: %v, want the change's own error", change.name, err)
		}
		unchanged(t, s, before, change.name)
		update(t, s, change.make)
		if reflect.DeepEqual(everything(t, s), before) {
			t.Errorf("%s changed nothing", change.name)
		}
	}
}

func unchanged(t *testing.T, s Store, before map[string]any, name string) {
	t.Helper()
	for what, now := range everything(t, s) {
		if !reflect.DeepEqual(now, before[what]) {
			t.Errorf("%s was not taken back: %s is %+v, and was %+v", name, what, now, before[what])
		}
	}
}

func makeAll(t *testing.T, tx verifier.Tx) {
	for _, change := range changes() {
		if err := change.make(tx); err != nil {
			t.Errorf("%s: %v", change.name, err)
		}
	}
}

func allChangesAreTakenBack(t *testing.T, s Store) {
	seed(t, s)
	before := everything(t, s)
	err := s.Update(t.Context(), func(tx verifier.Tx) error {
		makeAll(t, tx)
		return errOnPurpose
	})
	if !errors.Is(err, errOnPurpose) {
		t.Errorf("got %v, want the change's own error", err)
	}
	unchanged(t, s, before, "a failed change")
	update(t, s, func(tx verifier.Tx) error { makeAll(t, tx); return nil })
}

// panicTellsTypeAndPlaceOnly: what panicked may hold a secret, so the error
// must not.
func panicTellsTypeAndPlaceOnly(t *testing.T, s Store) {
	seed(t, s)
	before := everything(t, s)
	for kind, value := range map[string]any{
		"string": "hunter2", "*errors.errorString": errors.New("hunter2"), "verifier.Digest": key("hunter2"),
	} {
		var line int
		use := func(tx verifier.Tx) error {
			_, _, line, _ = runtime.Caller(0)
			panic(value) // on the line below
		}
		changed := func(tx verifier.Tx) error { makeAll(t, tx); return use(tx) }
		for name, err := range map[string]error{"update": s.Update(t.Context(), changed), "view": s.View(t.Context(), use)} {
			if err == nil {
				t.Fatalf("%s: a panic is no success", name)
			}
			if text := err.Error(); !strings.Contains(text, kind) || !strings.Contains(text, fmt.Sprintf(" undo.go:%d ", line+1)) {
				t.Errorf("%s: %q does not tell type %s and line %d", name, text, kind, line+1)
			} else if strings.Contains(text, "hunter2") || strings.Contains(text, fmt.Sprint(value)) {
				t.Errorf("%s: %q tells the value", name, text)
			}
		}
	}
	err := s.Update(t.Context(), func(tx verifier.Tx) error {
		makeAll(t, tx)
		var none *verifier.User
		_ = none.Email
		return nil
	})
	if err == nil || !strings.Contains(err.Error(), "runtime.errorString at undo.go:") && !strings.Contains(err.Error(), "runtime.errorAddressString at undo.go:") {
		t.Errorf("a fault of the machine: %v", err)
	}
	unchanged(t, s, before, "a panic")
}

func viewCannotChange(t *testing.T, s Store) {
	seed(t, s)
	before := everything(t, s)
	for _, change := range changes() {
		if err := s.View(t.Context(), change.make); err == nil {
			t.Errorf("%s in a view: no error", change.name)
		}
		unchanged(t, s, before, change.name+" in a view")
	}
}
