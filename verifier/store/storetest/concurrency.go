package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"twofold/verifier"
)

// WonOnce holds the compare-and-sets to their promise: of 64 that spend the
// same thing at once, spread over stores that share one file or one memory, one
// wins. It goes through so many rounds.
func WonOnce(t *testing.T, rounds int, stores ...Store) {
	update(t, stores[0], func(tx verifier.Tx) error {
		return errors.Join(tx.AddUser(ada()), tx.AddFactor(factor("f1", "u1")), tx.AddFlow(flow("flow")))
	})
	for name, spend := range map[string]struct {
		prepare func(tx verifier.Tx, id string) error
		spend   func(tx verifier.Tx, id string, round int) (bool, error)
	}{
		"step": {
			func(verifier.Tx, string) error { return nil },
			func(tx verifier.Tx, _ string, round int) (bool, error) {
				return tx.Spend("f1", verifier.TimeStep(round))
			},
		},
		"challenge": {
			func(tx verifier.Tx, id string) error { return tx.AddChallenge(challenge(id, "flow")) },
			func(tx verifier.Tx, id string, _ int) (bool, error) { return tx.SpendChallenge(id, now) },
		},
		"recovery code": {
			func(tx verifier.Tx, id string) error {
				return tx.SetRecovery("u1", []verifier.Digest{key(id), key("another")})
			},
			func(tx verifier.Tx, id string, _ int) (bool, error) {
				_, won, err := tx.SpendRecovery("u1", key(id), now)
				return won, err
			},
		},
		"link": {
			func(tx verifier.Tx, id string) error { return tx.AddLink(link(id)) },
			func(tx verifier.Tx, id string, _ int) (bool, error) { return tx.SpendLink(key(id), now) },
		},
	} {
		for round := range rounds {
			id := fmt.Sprint(name, round)
			update(t, stores[0], func(tx verifier.Tx) error { return spend.prepare(tx, id) })
			wins := winners(t, stores, func(tx verifier.Tx) (bool, error) { return spend.spend(tx, id, round) })
			if wins != 1 {
				t.Fatalf("%s, round %d: %d of 64 spent the same one, want 1", name, round, wins)
			}
		}
	}
}

// winners lets 64 spend at once and counts those who won.
func winners(t *testing.T, stores []Store, spend func(verifier.Tx) (bool, error)) int {
	t.Helper()
	var wins atomic.Int32
	start := make(chan struct{})
	var all sync.WaitGroup
	for n := range 64 {
		all.Go(func() {
			<-start
			won := false
			err := stores[n%len(stores)].Update(context.Background(), func(tx verifier.Tx) (err error) {
				won, err = spend(tx)
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
	return int(wins.Load())
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
			door := verifier.Digest{byte(n), 7}
			err := s.Update(context.Background(), func(tx verifier.Tx) error {
				if err := tx.SetThrottle(door, verifier.Guard{Failures: 1, LastFailure: now}); err != nil {
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
