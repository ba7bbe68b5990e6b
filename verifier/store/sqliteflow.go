package store

import (
	"errors"
	"time"

	"twofold/verifier"
)

func (tx *sqliteTx) AddFlow(f verifier.Flow) error {
	return tx.add(f.UserID, `INSERT INTO flows (key, kind, user_id, created, expires, factor, chosen, device, method, target,
		proven, skipped, done) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		f.Key[:], string(f.Kind), f.UserID, micros(f.Created), micros(f.Expires), f.Factor, f.Chosen, f.Device,
		string(f.Method), f.Target, micros(f.Proven), micros(f.Skipped), micros(f.Done))
}

func (tx *sqliteTx) Flow(key verifier.Digest) (verifier.Flow, error) {
	f := verifier.Flow{Key: key}
	var kind, method string
	var created, expires, proven, skipped, done int64
	err := tx.row([]any{
		&kind, &f.UserID, &created, &expires, &f.Factor, &f.Chosen, &f.Device, &method, &f.Target,
		&proven, &skipped, &done,
	}, `SELECT kind, user_id, created, expires, factor, chosen, device, method, target, proven, skipped, done
		FROM flows WHERE key = ?`, key[:])
	f.Kind, f.Method = verifier.FlowKind(kind), verifier.Method(method)
	f.Created, f.Expires = instant(created), instant(expires)
	f.Proven, f.Skipped, f.Done = instant(proven), instant(skipped), instant(done)
	return f, err
}

func (tx *sqliteTx) SetFlow(f verifier.Flow) error {
	return tx.one(`UPDATE flows SET expires = ?, factor = ?, chosen = ?, device = ?, target = ?, proven = ?,
		skipped = ?, done = ? WHERE key = ?`, micros(f.Expires), f.Factor, f.Chosen, f.Device, f.Target,
		micros(f.Proven), micros(f.Skipped), micros(f.Done), f.Key[:])
}

// EndFlows leaves the challenges to the layout, which deletes them with their
// flow.
func (tx *sqliteTx) EndFlows(userID string) error {
	return tx.exec("DELETE FROM flows WHERE user_id = ?", userID)
}

func (tx *sqliteTx) AddChallenge(c verifier.Challenge) error {
	if err := tx.has("SELECT 1 FROM flows WHERE key = ?", c.Flow[:]); err != nil {
		return err
	}
	n, err := tx.change(`INSERT INTO challenges (id, flow, method, target, hash, sent, expires, spent, failed)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`, c.ID, c.Flow[:], string(c.Method), c.Target, c.Hash[:],
		micros(c.Sent), micros(c.Expires), micros(c.Spent), micros(c.Failed))
	if err == nil && n == 0 {
		err = verifier.ErrTaken
	}
	return err
}

// Challenges goes by the order of adding, not by the clock, which may stand
// still between two, or be set back.
func (tx *sqliteTx) Challenges(flow verifier.Digest) ([]verifier.Challenge, error) {
	return list(tx, func(scan func(...any) error) (verifier.Challenge, error) {
		c := verifier.Challenge{Flow: flow}
		var method string
		var hash []byte
		var sent, expires, spent, failed int64
		err := scan(&c.ID, &method, &c.Target, &hash, &sent, &expires, &spent, &failed)
		c.Method, c.Hash = verifier.Method(method), digest(hash)
		c.Sent, c.Expires, c.Spent, c.Failed = instant(sent), instant(expires), instant(spent), instant(failed)
		return c, err
	}, `SELECT id, method, target, hash, sent, expires, spent, failed FROM challenges WHERE flow = ? ORDER BY seq DESC`, flow[:])
}

func (tx *sqliteTx) SpendChallenge(id string, at time.Time) (bool, error) {
	return tx.spend(at, "UPDATE challenges SET spent = ? WHERE id = ? AND spent = 0", "SELECT 1 FROM challenges WHERE id = ?", id)
}

func (tx *sqliteTx) FailChallenge(id string, at time.Time) error {
	return tx.one("UPDATE challenges SET failed = ? WHERE id = ?", micros(at), id)
}

func (tx *sqliteTx) Sweep(before time.Time) error {
	t := micros(before)
	return errors.Join(
		tx.exec(`DELETE FROM factors WHERE confirmed = 0 AND deferred = 0
			AND id IN (SELECT factor FROM flows WHERE expires < ?)`, t),
		tx.exec("DELETE FROM flows WHERE expires < ?", t), // and their challenges
		tx.exec("DELETE FROM sessions WHERE expires < ?", t),
		tx.exec("DELETE FROM devices WHERE expires < ?", t),
		tx.exec("DELETE FROM links WHERE expires < ?", t),
		tx.exec("DELETE FROM throttles WHERE last_failure < ?", t),
	)
}
