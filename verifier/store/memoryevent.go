package store

import (
	"cmp"
	"slices"

	"twofold/verifier"
)

func (tx *memoryTx) Throttle(key verifier.Digest) (verifier.Guard, error) {
	return tx.m.throttles[key], nil
}

func (tx *memoryTx) SetThrottle(key verifier.Digest, g verifier.Guard) error {
	if g == (verifier.Guard{}) {
		return put(tx, tx.m.throttles, key, nil)
	}
	return put(tx, tx.m.throttles, key, &g)
}

func (tx *memoryTx) AddEvent(e verifier.Event) (int64, error) {
	if tx.readOnly {
		return 0, errReadOnly
	}
	events, seq := tx.m.events, tx.m.seq
	tx.undo = append(tx.undo, func() { tx.m.events, tx.m.seq = events, seq })
	tx.m.seq++
	e.Seq = tx.m.seq
	if len(events) >= verifier.EventsKept {
		events = events[len(events)-verifier.EventsKept+1:]
	}
	tx.m.events = append(events, e)
	return e.Seq, nil
}

func (tx *memoryTx) Events(after int64, limit int) ([]verifier.Event, error) {
	at, _ := slices.BinarySearchFunc(tx.m.events, after+1, func(e verifier.Event, seq int64) int {
		return cmp.Compare(e.Seq, seq)
	})
	rest := tx.m.events[at:]
	return slices.Clone(rest[:min(max(limit, 0), len(rest))]), nil
}

func (tx *memoryTx) LastEvent() (int64, error) { return tx.m.seq, nil }
