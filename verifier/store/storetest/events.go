package storetest

import (
	"errors"
	"testing"
	"time"

	"twofold/verifier"
)

func throttlesRoundTrip(t *testing.T, s Store) {
	door := key("somebody")
	get := func() (g verifier.Guard) {
		view(t, s, func(tx verifier.Tx) (err error) { g, err = tx.Throttle(door); return err })
		return g
	}
	same(t, get(), verifier.Guard{})
	for n := 1; n <= 2; n++ {
		want := verifier.Guard{Failures: n, LastFailure: now, LockedUntil: now.Add(time.Minute)}
		update(t, s, func(tx verifier.Tx) error { return tx.SetThrottle(door, want) })
		same(t, get(), want)
	}
	update(t, s, func(tx verifier.Tx) error { return tx.SetThrottle(door, verifier.Guard{}) })
	same(t, get(), verifier.Guard{})
}

func eventsAreNumbered(t *testing.T, s Store) {
	off := -3
	events := []verifier.Event{
		{At: now, Type: verifier.EventCode, User: "ada@example.com", Method: "totp", Outcome: verifier.Refused, Cause: verifier.CauseCodeOldStep, StepsOff: &off},
		{At: now.Add(time.Second), Type: verifier.EventSignOut, Outcome: verifier.Accepted},
		{At: now, Type: verifier.EventHelpdesk, Outcome: verifier.Accepted, Operator: "grace@example.com", Detail: "two questions"},
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
