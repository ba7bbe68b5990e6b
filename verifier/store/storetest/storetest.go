// Package storetest is what every store of the verifier has to pass. It tests
// the promises of verifier.Store and verifier.Tx, and nothing about how they
// are kept; durability over a crash is tested by the server, which can be
// killed.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"twofold/verifier"
)

// Store is what the suite gets: a store it can close.
type Store interface {
	verifier.Store
	Close() error
}

var now = time.Date(2026, 7, 13, 9, 30, 0, 123456000, time.UTC)

// Run holds the stores that open gives, each empty, to the suite.
func Run(t *testing.T, open func(*testing.T) Store) {
	tests := map[string]func(*testing.T, Store){
		"UsersRoundTrip":           usersRoundTrip,
		"EmailsAreUnique":          emailsAreUnique,
		"FactorsRoundTrip":         factorsRoundTrip,
		"FlowsRoundTrip":           flowsRoundTrip,
		"SessionsRoundTrip":        sessionsRoundTrip,
		"ThrottlesRoundTrip":       throttlesRoundTrip,
		"EventsAreNumbered":        eventsAreNumbered,
		"EventsAreBounded":         eventsAreBounded,
		"MissingIsNotFound":        missingIsNotFound,
		"FailedChangeLeavesNone":   failedChangeLeavesNone,
		"PanicIsAnError":           panicIsAnError,
		"ViewCannotChange":         viewCannotChange,
		"SpendOnlyMovesOn":         spendOnlyMovesOn,
		"SpendOnceAmongMany":       spendOnceAmongMany,
		"ChangesDoNotMix":          changesDoNotMix,
		"SweepTakesOldOnly":        sweepTakesOldOnly,
		"CancelledChangeIsNotRun":  cancelledChangeIsNotRun,
		"FailureBesideOthersStays": failureBesideOthersStays,
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			t.Cleanup(func() {
				if err := s.Close(); err != nil {
					t.Errorf("close: %v", err)
				}
			})
			test(t, s)
		})
	}
}

func update(t *testing.T, s Store, change func(verifier.Tx) error) {
	t.Helper()
	if err := s.Update(t.Context(), change); err != nil {
		t.Fatalf("update: %v", err)
	}
}

func view(t *testing.T, s Store, read func(verifier.Tx) error) {
	t.Helper()
	if err := s.View(t.Context(), read); err != nil {
		t.Fatalf("view: %v", err)
	}
}

func same(t *testing.T, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func ada() verifier.User {
	return verifier.User{
		ID: "u1", Email: "ada@example.com", Password: verifier.SecretOf("$argon2id$made-up"),
		Role: "user", Created: now,
	}
}

func factor(id, user string) verifier.Factor {
	return verifier.Factor{
		ID: id, UserID: user, Method: "totp", Name: "phone", Issuer: "Twofold", Label: "ada@example.com",
		Sealed: []byte{0, 1, 2, 255}, Algorithm: "SHA1", Digits: 6, Period: 30 * time.Second,
		Created: now, LastStep: verifier.NoStep,
	}
}

func addAda(t *testing.T, s Store) {
	t.Helper()
	update(t, s, func(tx verifier.Tx) error { return tx.AddUser(ada()) })
}

func usersRoundTrip(t *testing.T, s Store) {
	addAda(t, s)
	guard := verifier.Guard{Failures: 7, LockedUntil: now.Add(time.Minute), LastFailure: now}
	hash := verifier.SecretOf("$argon2id$another")
	update(t, s, func(tx verifier.Tx) error {
		return errors.Join(tx.SetGuard("u1", guard), tx.SetPassword("u1", hash))
	})
	view(t, s, func(tx verifier.Tx) error {
		byID, err := tx.User("u1")
		if err != nil {
			return err
		}
		byEmail, err := tx.UserByEmail("ada@example.com")
		if err != nil {
			return err
		}
		all, err := tx.Users()
		if err != nil {
			return err
		}
		if len(all) != 1 {
			t.Fatalf("%d users, want 1", len(all))
		}
		for _, u := range []verifier.User{byID, byEmail, all[0]} {
			if !u.Password.Equal(hash) {
				t.Errorf("the password's hash did not come back")
			}
			u.Password = verifier.Secret{}
			want := ada()
			want.Password, want.Guard = verifier.Secret{}, guard
			same(t, u, want)
		}
		return nil
	})
}

func emailsAreUnique(t *testing.T, s Store) {
	addAda(t, s)
	again := ada()
	again.ID = "u2"
	err := s.Update(t.Context(), func(tx verifier.Tx) error { return tx.AddUser(again) })
	if !errors.Is(err, verifier.ErrTaken) {
		t.Errorf("a second account with one address: %v, want ErrTaken", err)
	}
}

func factorsRoundTrip(t *testing.T, s Store) {
	addAda(t, s)
	first, second := factor("f1", "u1"), factor("f2", "u1")
	second.Created = now.Add(time.Second)
	update(t, s, func(tx verifier.Tx) error {
		return errors.Join(tx.AddFactor(second), tx.AddFactor(first), tx.RenameFactor("f1", "tablet"), tx.ConfirmFactor("f1", now))
	})
	first.Name, first.Confirmed = "tablet", now
	view(t, s, func(tx verifier.Tx) error {
		u, err := tx.User("u1")
		same(t, u.Factors, []verifier.Factor{first, second})
		return err
	})
	update(t, s, func(tx verifier.Tx) error { return tx.DeleteFactor("f1") })
	view(t, s, func(tx verifier.Tx) error {
		u, err := tx.User("u1")
		same(t, u.Factors, []verifier.Factor{second})
		return err
	})
}

func flowsRoundTrip(t *testing.T, s Store) {
	addAda(t, s)
	flow := verifier.Flow{
		Key: verifier.DigestOf(verifier.SecretOf("flow")), Kind: verifier.FlowSignIn, UserID: "u1",
		Created: now, Expires: now.Add(time.Hour),
	}
	update(t, s, func(tx verifier.Tx) error { return tx.AddFlow(flow) })
	flow.Expires, flow.Factor = now.Add(2*time.Hour), "f9"
	flow.Proven, flow.Skipped, flow.Done = now.Add(1), now.Add(2*time.Second), now.Add(3*time.Second)
	flow.Proven = now.Add(time.Second)
	update(t, s, func(tx verifier.Tx) error { return tx.SetFlow(flow) })
	view(t, s, func(tx verifier.Tx) error {
		got, err := tx.Flow(flow.Key)
		same(t, got, flow)
		return err
	})
	update(t, s, func(tx verifier.Tx) error { return tx.EndFlows("u1") })
	err := s.View(t.Context(), func(tx verifier.Tx) error { _, err := tx.Flow(flow.Key); return err })
	if !errors.Is(err, verifier.ErrNotFound) {
		t.Errorf("an ended flow: %v, want ErrNotFound", err)
	}
}

func sessionsRoundTrip(t *testing.T, s Store) {
	addAda(t, s)
	one := verifier.Session{Key: verifier.DigestOf(verifier.SecretOf("1")), UserID: "u1", Created: now, Expires: now.Add(time.Hour)}
	two := one
	two.Key = verifier.DigestOf(verifier.SecretOf("2"))
	update(t, s, func(tx verifier.Tx) error { return errors.Join(tx.AddSession(one), tx.AddSession(two)) })
	view(t, s, func(tx verifier.Tx) error {
		got, err := tx.Session(one.Key)
		same(t, got, one)
		return err
	})
	gone := func(key verifier.Digest) bool {
		err := s.View(t.Context(), func(tx verifier.Tx) error { _, err := tx.Session(key); return err })
		return errors.Is(err, verifier.ErrNotFound)
	}
	update(t, s, func(tx verifier.Tx) error { return tx.EndSession(one.Key) })
	if !gone(one.Key) || gone(two.Key) {
		t.Error("ending one session must end that one alone")
	}
	update(t, s, func(tx verifier.Tx) error { return tx.EndSessions("u1") })
	if !gone(two.Key) {
		t.Error("a session outlived EndSessions")
	}
}

func throttlesRoundTrip(t *testing.T, s Store) {
	key := verifier.DigestOf(verifier.SecretOf("somebody"))
	get := func() (g verifier.Guard) {
		view(t, s, func(tx verifier.Tx) (err error) { g, err = tx.Throttle(key); return err })
		return g
	}
	same(t, get(), verifier.Guard{})
	for n := 1; n <= 2; n++ {
		want := verifier.Guard{Failures: n, LastFailure: now, LockedUntil: now.Add(time.Minute)}
		update(t, s, func(tx verifier.Tx) error { return tx.SetThrottle(key, want) })
		same(t, get(), want)
	}
	update(t, s, func(tx verifier.Tx) error { return tx.SetThrottle(key, verifier.Guard{}) })
	same(t, get(), verifier.Guard{})
}

func eventsAreNumbered(t *testing.T, s Store) {
	off := -3
	events := []verifier.Event{
		{At: now, Type: verifier.EventCode, User: "ada@example.com", Method: "totp", Outcome: verifier.Refused, Cause: verifier.CauseCodeOldStep, StepsOff: &off},
		{At: now.Add(time.Second), Type: verifier.EventSignOut, Outcome: verifier.Accepted},
		{At: now, Type: verifier.EventClock, Outcome: verifier.Accepted},
	}
	update(t, s, func(tx verifier.Tx) error {
		for i := range events {
			seq, err := tx.AddEvent(events[i])
			if err != nil {
				return err
			}
			if events[i].Seq = seq; seq != int64(i+1) {
				t.Errorf("event %d has number %d", i+1, seq)
			}
		}
		return nil
	})
	view(t, s, func(tx verifier.Tx) error {
		all, err := tx.Events(0, 10)
		same(t, all, events)
		two, err2 := tx.Events(1, 1)
		same(t, two, events[1:2])
		none, err3 := tx.Events(3, 10)
		last, err4 := tx.LastEvent()
		if len(none) != 0 || last != 3 {
			t.Errorf("%d events after the last one, which is %d", len(none), last)
		}
		return errors.Join(err, err2, err3, err4)
	})
}

func eventsAreBounded(t *testing.T, s Store) {
	const sent = verifier.EventsKept + 1500
	for n := 0; n < sent; n += 500 {
		update(t, s, func(tx verifier.Tx) error {
			for range 500 {
				if _, err := tx.AddEvent(verifier.Event{At: now, Type: verifier.EventClock, Outcome: verifier.Accepted}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	view(t, s, func(tx verifier.Tx) error {
		all, err := tx.Events(0, 2*sent)
		if len(all) > verifier.EventsKept+1000 || len(all) < verifier.EventsKept {
			t.Errorf("%d events are kept, want about %d", len(all), verifier.EventsKept)
		}
		if last := all[len(all)-1].Seq; last != sent {
			t.Errorf("the last event is %d, want %d", last, sent)
		}
		return err
	})
}

func missingIsNotFound(t *testing.T, s Store) {
	var none verifier.Digest
	calls := map[string]func(verifier.Tx) error{
		"User":          func(tx verifier.Tx) error { _, err := tx.User("x"); return err },
		"UserByEmail":   func(tx verifier.Tx) error { _, err := tx.UserByEmail("x"); return err },
		"SetGuard":      func(tx verifier.Tx) error { return tx.SetGuard("x", verifier.Guard{}) },
		"SetPassword":   func(tx verifier.Tx) error { return tx.SetPassword("x", verifier.Secret{}) },
		"AddFactor":     func(tx verifier.Tx) error { return tx.AddFactor(factor("f", "x")) },
		"RenameFactor":  func(tx verifier.Tx) error { return tx.RenameFactor("x", "y") },
		"ConfirmFactor": func(tx verifier.Tx) error { return tx.ConfirmFactor("x", now) },
		"Spend":         func(tx verifier.Tx) error { _, err := tx.Spend("x", 1); return err },
		"Flow":          func(tx verifier.Tx) error { _, err := tx.Flow(none); return err },
		"SetFlow":       func(tx verifier.Tx) error { return tx.SetFlow(verifier.Flow{}) },
		"Session":       func(tx verifier.Tx) error { _, err := tx.Session(none); return err },
	}
	for name, call := range calls {
		if err := s.Update(t.Context(), call); !errors.Is(err, verifier.ErrNotFound) {
			t.Errorf("%s of what is not there: %v, want ErrNotFound", name, err)
		}
	}
}

var errOnPurpose = errors.New("on purpose")

// everything changes one of each kind.
func everything(tx verifier.Tx) error {
	_, err := tx.AddEvent(verifier.Event{At: now, Type: verifier.EventClock, Outcome: verifier.Accepted})
	_, spend := tx.Spend("f1", 99)
	return errors.Join(err, spend,
		tx.SetGuard("u1", verifier.Guard{Failures: 3}),
		tx.SetThrottle(verifier.Digest{1}, verifier.Guard{Failures: 1, LastFailure: now}),
		tx.AddFlow(verifier.Flow{Key: verifier.Digest{2}, UserID: "u1", Created: now, Expires: now}),
		tx.AddSession(verifier.Session{Key: verifier.Digest{3}, UserID: "u1", Created: now, Expires: now}),
	)
}

func untouched(t *testing.T, s Store) {
	t.Helper()
	view(t, s, func(tx verifier.Tx) error {
		u, err := tx.User("u1")
		if u.Guard.Failures != 0 || len(u.Factors) != 1 || u.Factors[0].LastStep != verifier.NoStep || len(u.Factors[0].Spent) != 0 {
			t.Errorf("the change of a user or factor stayed: %+v", u)
		}
		if g, _ := tx.Throttle(verifier.Digest{1}); g.Failures != 0 {
			t.Error("the throttle stayed")
		}
		if _, err := tx.Flow(verifier.Digest{2}); err == nil {
			t.Error("the flow stayed")
		}
		if _, err := tx.Session(verifier.Digest{3}); err == nil {
			t.Error("the session stayed")
		}
		if events, _ := tx.Events(0, 9); len(events) != 0 {
			t.Error("the event stayed")
		}
		return err
	})
}

func failedChangeLeavesNone(t *testing.T, s Store) {
	addAda(t, s)
	update(t, s, func(tx verifier.Tx) error { return tx.AddFactor(factor("f1", "u1")) })
	err := s.Update(t.Context(), func(tx verifier.Tx) error {
		if err := everything(tx); err != nil {
			t.Errorf("change: %v", err)
		}
		return errOnPurpose
	})
	if !errors.Is(err, errOnPurpose) {
		t.Errorf("got %v, want the change's own error", err)
	}
	untouched(t, s)
	update(t, s, everything)
}

func panicIsAnError(t *testing.T, s Store) {
	addAda(t, s)
	update(t, s, func(tx verifier.Tx) error { return tx.AddFactor(factor("f1", "u1")) })
	err := s.Update(t.Context(), func(tx verifier.Tx) error {
		if err := everything(tx); err != nil {
			t.Errorf("change: %v", err)
		}
		panic("on purpose")
	})
	if err == nil {
		t.Error("a panic is no success")
	}
	untouched(t, s)
}

func viewCannotChange(t *testing.T, s Store) {
	addAda(t, s)
	update(t, s, func(tx verifier.Tx) error { return tx.AddFactor(factor("f1", "u1")) })
	if err := s.View(t.Context(), everything); err == nil {
		t.Error("a view changed the store")
	}
	untouched(t, s)
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

func spendOnceAmongMany(t *testing.T, s Store) {
	addAda(t, s)
	update(t, s, func(tx verifier.Tx) error { return tx.AddFactor(factor("f1", "u1")) })
	for round := range verifier.TimeStep(50) {
		var wins atomic.Int32
		start := make(chan struct{})
		var all sync.WaitGroup
		for range 64 {
			all.Go(func() {
				<-start
				won := false
				err := s.Update(context.Background(), func(tx verifier.Tx) (err error) {
					won, err = tx.Spend("f1", round)
					return err
				})
				if err != nil {
					t.Errorf("spend: %v", err)
				} else if won {
					wins.Add(1)
				}
			})
		}
		close(start)
		all.Wait()
		if wins.Load() != 1 {
			t.Fatalf("round %d: %d of 64 spent the same step, want 1", round, wins.Load())
		}
	}
}

// changesDoNotMix counts with read and write in two calls: no count is lost if
// changes run one after another.
func changesDoNotMix(t *testing.T, s Store) {
	addAda(t, s)
	var all sync.WaitGroup
	for range 32 {
		all.Go(func() {
			for range 10 {
				err := s.Update(context.Background(), func(tx verifier.Tx) error {
					u, err := tx.User("u1")
					if err != nil {
						return err
					}
					u.Guard.Failures++
					return tx.SetGuard("u1", u.Guard)
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	view(t, s, func(tx verifier.Tx) error {
		u, err := tx.User("u1")
		if u.Guard.Failures != 320 {
			t.Errorf("counted to %d, want 320", u.Guard.Failures)
		}
		return err
	})
}

func sweepTakesOldOnly(t *testing.T, s Store) {
	addAda(t, s)
	old, young := now.Add(-time.Second), now.Add(time.Second)
	update(t, s, func(tx verifier.Tx) error {
		for i, at := range []time.Time{old, young} {
			flow, pending := byte(10+i), factor(fmt.Sprint("pending", i), "u1")
			confirmed := factor(fmt.Sprint("confirmed", i), "u1")
			confirmed.Confirmed = now
			if err := errors.Join(
				tx.AddFactor(pending), tx.AddFactor(confirmed),
				tx.AddFlow(verifier.Flow{Key: verifier.Digest{flow}, UserID: "u1", Created: old, Expires: at, Factor: pending.ID}),
				tx.AddFlow(verifier.Flow{Key: verifier.Digest{flow, 1}, UserID: "u1", Created: old, Expires: at, Factor: confirmed.ID}),
				tx.AddSession(verifier.Session{Key: verifier.Digest{flow}, UserID: "u1", Created: old, Expires: at}),
				tx.SetThrottle(verifier.Digest{flow}, verifier.Guard{Failures: 1, LastFailure: at}),
			); err != nil {
				return err
			}
		}
		return tx.Sweep(now)
	})
	view(t, s, func(tx verifier.Tx) error {
		u, err := tx.User("u1")
		var left []string
		for _, f := range u.Factors {
			left = append(left, f.ID)
		}
		same(t, left, []string{"confirmed0", "confirmed1", "pending1"})
		for i, want := range []bool{false, true} {
			key := verifier.Digest{byte(10 + i)}
			_, flow := tx.Flow(key)
			_, session := tx.Session(key)
			throttle, _ := tx.Throttle(key)
			same(t, []bool{flow == nil, session == nil, throttle.Failures == 1}, []bool{want, want, want})
		}
		return err
	})
}

func cancelledChangeIsNotRun(t *testing.T, s Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := s.Update(ctx, func(verifier.Tx) error {
		t.Error("the change ran")
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
}

// failureBesideOthersStays runs failing and succeeding changes at once: where
// they share a commit, only the failing ones are taken back.
func failureBesideOthersStays(t *testing.T, s Store) {
	addAda(t, s)
	var all sync.WaitGroup
	for n := range 64 {
		all.Go(func() {
			key := verifier.Digest{byte(n), 7}
			err := s.Update(context.Background(), func(tx verifier.Tx) error {
				if err := tx.SetThrottle(key, verifier.Guard{Failures: 1, LastFailure: now}); err != nil {
					return err
				}
				if n%2 == 0 {
					return errOnPurpose
				}
				return nil
			})
			if (n%2 == 0) != errors.Is(err, errOnPurpose) {
				t.Errorf("change %d: %v", n, err)
			}
		})
	}
	all.Wait()
	view(t, s, func(tx verifier.Tx) error {
		for n := range 64 {
			g, err := tx.Throttle(verifier.Digest{byte(n), 7})
			if err != nil {
				return err
			}
			same(t, g.Failures, n%2)
		}
		return nil
	})
}
