package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"twofold/verifier"
)

func sweepTakesOldOnly(t *testing.T, s Store) {
	addAda(t, s)
	update(t, s, func(tx verifier.Tx) error {
		return errors.Join(aging(tx, "old", after(-1)), aging(tx, "young", after(1)), aging(tx, "edge", now), tx.Sweep(now))
	})
	view(t, s, func(tx verifier.Tx) error {
		u, err := tx.User("u1")
		var left []string
		for _, f := range u.Factors {
			left = append(left, f.ID)
		}
		same(t, left, []string{
			"confirmed edge", "confirmed old", "confirmed young", "deferred edge", "deferred old", "deferred young",
			"pending edge", "pending young",
		})
		for name, want := range map[string]bool{"old": false, "young": true, "edge": true} {
			_, flow := tx.Flow(key("pending" + name))
			_, flow2 := tx.Flow(key("confirmed" + name))
			challenges, _ := tx.Challenges(key("pending" + name))
			_, session := tx.Session(key(name))
			_, device := tx.Device(key(name))
			_, link := tx.Link(key(name))
			throttle, _ := tx.Throttle(key(name))
			got := fmt.Sprint(flow == nil, flow2 == nil, len(challenges) == 1, session == nil, device == nil, link == nil, throttle.Failures == 1)
			if got != fmt.Sprint(want, want, want, want, want, want, want) {
				t.Errorf("%s: flows, challenge, session, device, link, throttle are there: %s", name, got)
			}
		}
		codes, err2 := tx.RecoveryLeft("u1")
		same(t, codes, 1)
		return errors.Join(err, err2)
	})
}

// aging adds one of each kind that is useful until at.
func aging(tx verifier.Tx, name string, at time.Time) error {
	var errs []error
	for _, kind := range []string{"pending", "confirmed", "deferred"} {
		f := factor(kind+" "+name, "u1")
		f.Deferred = kind == "deferred"
		if kind == "confirmed" {
			f.Confirmed = now
		}
		under := flow(kind + name)
		under.Created, under.Expires, under.Factor = after(-9), at, f.ID
		errs = append(errs, tx.AddFactor(f), tx.AddFlow(under))
	}
	d, l, s := device(name), link(name), session(name)
	d.Expires, l.Expires, s.Expires = at, at, at
	return errors.Join(append(errs,
		tx.AddChallenge(challenge(name, "pending"+name)), tx.AddDevice(d), tx.AddLink(l), tx.AddSession(s),
		tx.SetThrottle(key(name), verifier.Guard{Failures: 1, LastFailure: at}),
		tx.SetRecovery("u1", []verifier.Digest{key("recovery")}))...)
}
