package store

import (
	"database/sql"
	"errors"

	"twofold/verifier"
)

func (tx *sqliteTx) Throttle(key verifier.Digest) (verifier.Guard, error) {
	var g verifier.Guard
	var locked, last int64
	err := tx.row([]any{&g.Failures, &locked, &last},
		"SELECT failures, locked_until, last_failure FROM throttles WHERE key = ?", key[:])
	if errors.Is(err, verifier.ErrNotFound) {
		return verifier.Guard{}, nil
	}
	g.LockedUntil, g.LastFailure = instant(locked), instant(last)
	return g, err
}

func (tx *sqliteTx) SetThrottle(key verifier.Digest, g verifier.Guard) error {
	if g == (verifier.Guard{}) {
		return tx.exec("DELETE FROM throttles WHERE key = ?", key[:])
	}
	return tx.exec(`INSERT INTO throttles (key, failures, locked_until, last_failure) VALUES (?1, ?2, ?3, ?4)
		ON CONFLICT (key) DO UPDATE SET failures = ?2, locked_until = ?3, last_failure = ?4`,
		key[:], g.Failures, micros(g.LockedUntil), micros(g.LastFailure))
}

// trimEvery is how often old events are deleted, in events.
const trimEvery = 1000

func (tx *sqliteTx) AddEvent(e verifier.Event) (int64, error) {
	var off sql.NullInt64
	if e.StepsOff != nil {
		off = sql.NullInt64{Int64: int64(*e.StepsOff), Valid: true}
	}
	err := tx.exec(`INSERT INTO events (at, type, user, method, outcome, cause, operator, detail, steps_off)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`, micros(e.At), string(e.Type), e.User, string(e.Method), string(e.Outcome),
		string(e.Cause), e.Operator, e.Detail, off)
	if err != nil {
		return 0, err
	}
	seq, err := tx.LastEvent()
	if err == nil && seq%trimEvery == 0 {
		err = tx.exec("DELETE FROM events WHERE seq <= ?", seq-verifier.EventsKept)
	}
	return seq, err
}

func (tx *sqliteTx) Events(after int64, limit int) ([]verifier.Event, error) {
	return list(tx, func(scan func(...any) error) (verifier.Event, error) {
		var e verifier.Event
		var at int64
		var kind, method, outcome, cause string
		var off sql.NullInt64
		err := scan(&e.Seq, &at, &kind, &e.User, &method, &outcome, &cause, &e.Operator, &e.Detail, &off)
		e.At, e.Type, e.Method = instant(at), verifier.EventType(kind), verifier.Method(method)
		e.Outcome, e.Cause = verifier.Outcome(outcome), verifier.Cause(cause)
		if off.Valid {
			n := int(off.Int64)
			e.StepsOff = &n
		}
		return e, err
	}, `SELECT seq, at, type, user, method, outcome, cause, operator, detail, steps_off FROM events
		WHERE seq > ? ORDER BY seq LIMIT ?`, after, max(limit, 0))
}

func (tx *sqliteTx) LastEvent() (int64, error) {
	var seq int64
	err := tx.row([]any{&seq}, "SELECT coalesce(max(seq), 0) FROM events")
	return seq, err
}
