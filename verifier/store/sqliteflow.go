package store

import (
	"database/sql"
	"errors"
	"time"

	"twofold/verifier"
)

func (tx *sqliteTx) AddFlow(f verifier.Flow) error {
	return tx.exec(`INSERT INTO flows (key, kind, user_id, created, expires, factor, proven, skipped, done)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`, f.Key[:], string(f.Kind), f.UserID, micros(f.Created), micros(f.Expires),
		f.Factor, micros(f.Proven), micros(f.Skipped), micros(f.Done))
}

func (tx *sqliteTx) Flow(key verifier.Digest) (verifier.Flow, error) {
	f := verifier.Flow{Key: key}
	var kind string
	var created, expires, proven, skipped, done int64
	err := tx.row([]any{&kind, &f.UserID, &created, &expires, &f.Factor, &proven, &skipped, &done},
		"SELECT kind, user_id, created, expires, factor, proven, skipped, done FROM flows WHERE key = ?", key[:])
	f.Kind, f.Created, f.Expires = verifier.FlowKind(kind), instant(created), instant(expires)
	f.Proven, f.Skipped, f.Done = instant(proven), instant(skipped), instant(done)
	return f, err
}

func (tx *sqliteTx) SetFlow(f verifier.Flow) error {
	return tx.one("UPDATE flows SET expires = ?, factor = ?, proven = ?, skipped = ?, done = ? WHERE key = ?",
		micros(f.Expires), f.Factor, micros(f.Proven), micros(f.Skipped), micros(f.Done), f.Key[:])
}

func (tx *sqliteTx) EndFlows(userID string) error {
	return tx.exec("DELETE FROM flows WHERE user_id = ?", userID)
}

func (tx *sqliteTx) Sweep(before time.Time) error {
	t := micros(before)
	return errors.Join(
		tx.exec(`DELETE FROM factors WHERE confirmed = 0 AND id IN (SELECT factor FROM flows WHERE expires < ?)`, t),
		tx.exec("DELETE FROM flows WHERE expires < ?", t),
		tx.exec("DELETE FROM sessions WHERE expires < ?", t),
		tx.exec("DELETE FROM throttles WHERE last_failure < ?", t),
	)
}

func (tx *sqliteTx) AddSession(s verifier.Session) error {
	return tx.exec("INSERT INTO sessions (key, user_id, created, expires) VALUES (?, ?, ?, ?)",
		s.Key[:], s.UserID, micros(s.Created), micros(s.Expires))
}

func (tx *sqliteTx) Session(key verifier.Digest) (verifier.Session, error) {
	s := verifier.Session{Key: key}
	var created, expires int64
	err := tx.row([]any{&s.UserID, &created, &expires},
		"SELECT user_id, created, expires FROM sessions WHERE key = ?", key[:])
	s.Created, s.Expires = instant(created), instant(expires)
	return s, err
}

func (tx *sqliteTx) EndSession(key verifier.Digest) error {
	return tx.exec("DELETE FROM sessions WHERE key = ?", key[:])
}

func (tx *sqliteTx) EndSessions(userID string) error {
	return tx.exec("DELETE FROM sessions WHERE user_id = ?", userID)
}

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
	err := tx.exec(`INSERT INTO events (at, type, user, method, outcome, cause, steps_off) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		micros(e.At), string(e.Type), e.User, string(e.Method), string(e.Outcome), string(e.Cause), off)
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
	var events []verifier.Event
	err := tx.c.query(func(scan func(...any) error) error {
		var e verifier.Event
		var at int64
		var kind, method, outcome, cause string
		var off sql.NullInt64
		err := scan(&e.Seq, &at, &kind, &e.User, &method, &outcome, &cause, &off)
		e.At, e.Type, e.Method = instant(at), verifier.EventType(kind), verifier.Method(method)
		e.Outcome, e.Cause = verifier.Outcome(outcome), verifier.Cause(cause)
		if off.Valid {
			n := int(off.Int64)
			e.StepsOff = &n
		}
		events = append(events, e)
		return err
	}, `SELECT seq, at, type, user, method, outcome, cause, steps_off FROM events WHERE seq > ? ORDER BY seq LIMIT ?`,
		after, limit)
	return events, err
}

func (tx *sqliteTx) LastEvent() (int64, error) {
	var seq int64
	err := tx.row([]any{&seq}, "SELECT coalesce(max(seq), 0) FROM events")
	return seq, err
}
