package store

import (
	"errors"
	"time"

	"twofold/verifier"
)

// sqliteTx is verifier.Tx inside a savepoint or a snapshot of one connection.
type sqliteTx struct {
	c        *connection
	readOnly bool
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func instant(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

var errNoTime = errors.New("spent at no time, which would leave it unspent")

// mark is micros of the time at which something is spent. That is what tells
// it from what is not, so the time must be one.
func mark(at time.Time) (int64, error) {
	if micros(at) == 0 {
		return 0, errNoTime
	}
	return micros(at), nil
}

// digest reads a column of one.
func digest(raw []byte) (d verifier.Digest) {
	copy(d[:], raw)
	return d
}

// exec changes any number of rows.
func (tx *sqliteTx) exec(query string, args ...any) error {
	_, err := tx.change(query, args...)
	return err
}

func (tx *sqliteTx) change(query string, args ...any) (int64, error) {
	if tx.readOnly {
		return 0, errReadOnly
	}
	return tx.c.change(query, args...)
}

// one changes exactly one row, or gives ErrNotFound.
func (tx *sqliteTx) one(query string, args ...any) error {
	n, err := tx.change(query, args...)
	if err == nil && n == 0 {
		err = verifier.ErrNotFound
	}
	return err
}

// add inserts a row of a user, or gives ErrTaken where there is one.
func (tx *sqliteTx) add(userID, query string, args ...any) error {
	if err := tx.has("SELECT 1 FROM users WHERE id = ?", userID); err != nil {
		return err
	}
	n, err := tx.change(query+" ON CONFLICT DO NOTHING", args...)
	if err == nil && n == 0 {
		err = verifier.ErrTaken
	}
	return err
}

// spend is a compare-and-set: true if query, which marks what is not marked
// yet, changed a row. Where it did not, there must be one for exists.
func (tx *sqliteTx) spend(at time.Time, query, exists string, key ...any) (bool, error) {
	t, err := mark(at)
	if err != nil {
		return false, err
	}
	n, err := tx.change(query, append([]any{t}, key...)...)
	if err != nil || n > 0 {
		return n > 0, err
	}
	return false, tx.has(exists, key...)
}

// has gives ErrNotFound where query finds no row.
func (tx *sqliteTx) has(query string, args ...any) error {
	var one int
	return tx.row([]any{&one}, query, args...)
}

// row reads at most one row, or gives ErrNotFound.
func (tx *sqliteTx) row(to []any, query string, args ...any) error {
	found := false
	err := tx.c.query(func(scan func(...any) error) error {
		found = true
		return scan(to...)
	}, query, args...)
	if err == nil && !found {
		err = verifier.ErrNotFound
	}
	return err
}

// list reads rows with read.
func list[V any](tx *sqliteTx, read func(scan func(...any) error) (V, error), query string, args ...any) ([]V, error) {
	var out []V
	err := tx.c.query(func(scan func(...any) error) error {
		v, err := read(scan)
		out = append(out, v)
		return err
	}, query, args...)
	return out, err
}

// first is list of at most one row, or gives ErrNotFound.
func first[V any](tx *sqliteTx, read func(scan func(...any) error) (V, error), query string, args ...any) (V, error) {
	found, err := list(tx, read, query, args...)
	if err == nil && len(found) == 0 {
		err = verifier.ErrNotFound
	}
	if err != nil {
		var none V
		return none, err
	}
	return found[0], nil
}
