package store

import (
	"cmp"
	"time"

	"twofold/verifier"
)

func (tx *memoryTx) AddFlow(f verifier.Flow) error { return add(tx, tx.m.flows, f.Key, f, f.UserID) }

func (tx *memoryTx) Flow(key verifier.Digest) (verifier.Flow, error) { return find(tx.m.flows, key) }

func (tx *memoryTx) SetFlow(f verifier.Flow) error {
	return change(tx, tx.m.flows, f.Key, func(kept *verifier.Flow) {
		f.Kind, f.UserID, f.Created, f.Method = kept.Kind, kept.UserID, kept.Created, kept.Method
		*kept = f
	})
}

func (tx *memoryTx) EndFlows(userID string) error {
	return tx.dropFlows(func(f verifier.Flow) bool { return f.UserID == userID })
}

// dropFlows deletes the flows that match, and their challenges.
func (tx *memoryTx) dropFlows(match func(verifier.Flow) bool) error {
	ended := map[verifier.Digest]bool{}
	err := drop(tx, tx.m.flows, func(f verifier.Flow) bool {
		ended[f.Key] = match(f)
		return ended[f.Key]
	})
	if err != nil {
		return err
	}
	return drop(tx, tx.m.challenges, func(c memoryChallenge) bool { return ended[c.Flow] })
}

// memoryChallenge knows its place: the clock may stand still between two, or
// be set back.
type memoryChallenge struct {
	verifier.Challenge
	place int
}

func (tx *memoryTx) AddChallenge(c verifier.Challenge) error {
	flow, err := find(tx.m.flows, c.Flow)
	if err != nil {
		return err
	}
	last := 0
	for _, other := range tx.m.challenges {
		if other.Flow == c.Flow {
			last = max(last, other.place)
		}
	}
	return add(tx, tx.m.challenges, c.ID, memoryChallenge{Challenge: c, place: last + 1}, flow.UserID)
}

func (tx *memoryTx) Challenges(flow verifier.Digest) ([]verifier.Challenge, error) {
	var out []verifier.Challenge
	for _, c := range sorted(tx.m.challenges, func(c memoryChallenge) bool { return c.Flow == flow },
		func(a, b memoryChallenge) int { return cmp.Compare(b.place, a.place) }) {
		out = append(out, c.Challenge)
	}
	return out, nil
}

func (tx *memoryTx) SpendChallenge(id string, at time.Time) (bool, error) {
	c, err := find(tx.m.challenges, id)
	if err != nil || !c.Spent.IsZero() {
		return false, err
	}
	if _, err := mark(at); err != nil {
		return false, err
	}
	c.Spent = at
	return true, put(tx, tx.m.challenges, id, &c)
}

func (tx *memoryTx) FailChallenge(id string, at time.Time) error {
	return change(tx, tx.m.challenges, id, func(c *memoryChallenge) { c.Failed = at })
}

func (tx *memoryTx) Sweep(before time.Time) error {
	expired := func(f verifier.Flow) bool { return f.Expires.Before(before) }
	for _, flow := range tx.m.flows {
		f, ok := tx.m.factors[flow.Factor]
		if !expired(flow) || !ok || !f.Pending() || f.Deferred {
			continue
		}
		if err := put(tx, tx.m.factors, f.ID, nil); err != nil {
			return err
		}
	}
	if err := tx.dropFlows(expired); err != nil {
		return err
	}
	if err := drop(tx, tx.m.sessions, func(s verifier.Session) bool { return s.Expires.Before(before) }); err != nil {
		return err
	}
	if err := drop(tx, tx.m.devices, func(d verifier.Device) bool { return d.Expires.Before(before) }); err != nil {
		return err
	}
	if err := drop(tx, tx.m.links, func(l verifier.Link) bool { return l.Expires.Before(before) }); err != nil {
		return err
	}
	return drop(tx, tx.m.throttles, func(g verifier.Guard) bool { return g.LastFailure.Before(before) })
}
