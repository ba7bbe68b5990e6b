package store

import (
	"strconv"
	"strings"
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

func (tx *sqliteTx) AddUser(u verifier.User) error {
	n, err := tx.change(`INSERT INTO users (id, email, password, role, created, failures, locked_until, last_failure)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (email) DO NOTHING`,
		u.ID, u.Email, u.Password.RevealText(), u.Role, micros(u.Created),
		u.Guard.Failures, micros(u.Guard.LockedUntil), micros(u.Guard.LastFailure))
	if err == nil && n == 0 {
		err = verifier.ErrTaken
	}
	return err
}

const userColumns = `SELECT id, email, password, role, created, failures, locked_until, last_failure FROM users `

func scanUser(scan func(...any) error) (verifier.User, error) {
	var u verifier.User
	var password string
	var created, locked, last int64
	err := scan(&u.ID, &u.Email, &password, &u.Role, &created, &u.Guard.Failures, &locked, &last)
	if password != "" {
		u.Password = verifier.SecretOf(password)
	}
	u.Created, u.Guard.LockedUntil, u.Guard.LastFailure = instant(created), instant(locked), instant(last)
	return u, err
}

func (tx *sqliteTx) users(where string, args ...any) ([]verifier.User, error) {
	var users []verifier.User
	err := tx.c.query(func(scan func(...any) error) error {
		u, err := scanUser(scan)
		users = append(users, u)
		return err
	}, userColumns+where, args...)
	if err != nil {
		return nil, err
	}
	for i := range users {
		if users[i].Factors, err = tx.factors(users[i].ID); err != nil {
			return nil, err
		}
	}
	return users, nil
}

func (tx *sqliteTx) user(where string, args ...any) (verifier.User, error) {
	users, err := tx.users(where, args...)
	if err != nil {
		return verifier.User{}, err
	}
	if len(users) == 0 {
		return verifier.User{}, verifier.ErrNotFound
	}
	return users[0], nil
}

func (tx *sqliteTx) User(id string) (verifier.User, error) { return tx.user("WHERE id = ?", id) }

func (tx *sqliteTx) UserByEmail(email string) (verifier.User, error) {
	return tx.user("WHERE email = ?", email)
}

func (tx *sqliteTx) Users() ([]verifier.User, error) { return tx.users("ORDER BY created, id") }

func (tx *sqliteTx) SetPassword(userID string, hash verifier.Secret) error {
	return tx.one("UPDATE users SET password = ? WHERE id = ?", hash.RevealText(), userID)
}

func (tx *sqliteTx) SetGuard(userID string, g verifier.Guard) error {
	return tx.one("UPDATE users SET failures = ?, locked_until = ?, last_failure = ? WHERE id = ?",
		g.Failures, micros(g.LockedUntil), micros(g.LastFailure), userID)
}

func (tx *sqliteTx) AddFactor(f verifier.Factor) error {
	if _, err := tx.User(f.UserID); err != nil {
		return err
	}
	n, err := tx.change(`INSERT INTO factors (id, user_id, method, name, issuer, label, sealed, algorithm, digits, period,
		created, confirmed, last_step, spent) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
		f.ID, f.UserID, string(f.Method), f.Name, f.Issuer, f.Label, f.Sealed, f.Algorithm, f.Digits,
		int64(f.Period/time.Second), micros(f.Created), micros(f.Confirmed), int64(f.LastStep), joinSteps(f.Spent))
	if err == nil && n == 0 {
		err = verifier.ErrTaken
	}
	return err
}

func (tx *sqliteTx) factors(userID string) ([]verifier.Factor, error) {
	var factors []verifier.Factor
	err := tx.c.query(func(scan func(...any) error) error {
		var f verifier.Factor
		var period, created, confirmed, last int64
		var method, spent string
		err := scan(&f.ID, &f.UserID, &method, &f.Name, &f.Issuer, &f.Label, &f.Sealed, &f.Algorithm, &f.Digits,
			&period, &created, &confirmed, &last, &spent)
		f.Method, f.Period, f.LastStep = verifier.Method(method), time.Duration(period)*time.Second, verifier.TimeStep(last)
		f.Created, f.Confirmed, f.Spent = instant(created), instant(confirmed), splitSteps(spent)
		factors = append(factors, f)
		return err
	}, `SELECT id, user_id, method, name, issuer, label, sealed, algorithm, digits, period, created, confirmed,
		last_step, spent FROM factors WHERE user_id = ? ORDER BY created, id`, userID)
	return factors, err
}

func (tx *sqliteTx) RenameFactor(id, name string) error {
	return tx.one("UPDATE factors SET name = ? WHERE id = ?", name, id)
}

func (tx *sqliteTx) ConfirmFactor(id string, at time.Time) error {
	return tx.one("UPDATE factors SET confirmed = ? WHERE id = ?", micros(at), id)
}

func (tx *sqliteTx) DeleteFactor(id string) error {
	return tx.exec("DELETE FROM factors WHERE id = ?", id)
}

// longestSpent bounds the column of remembered steps, in bytes: enough for the
// steps kept, at any period.
const longestSpent = 160

// Spend is one statement: whoever changes the row has spent the step.
func (tx *sqliteTx) Spend(id string, step verifier.TimeStep) (bool, error) {
	n, err := tx.change(`UPDATE factors SET last_step = ?1, spent = substr(?2 || spent, 1, ?3) WHERE id = ?4 AND last_step < ?1`,
		int64(step), strconv.FormatInt(int64(step), 10)+" ", longestSpent, id)
	if err != nil || n > 0 {
		return n > 0, err
	}
	var there int
	return false, tx.row([]any{&there}, "SELECT 1 FROM factors WHERE id = ?", id)
}

func joinSteps(steps []verifier.TimeStep) string {
	var text strings.Builder
	for _, step := range steps {
		text.WriteString(strconv.FormatInt(int64(step), 10) + " ")
	}
	return text.String()
}

// splitSteps reads the newest steps; what the bound cut off lies behind them.
func splitSteps(text string) []verifier.TimeStep {
	var steps []verifier.TimeStep
	for field := range strings.FieldsSeq(text) {
		step, err := strconv.ParseInt(field, 10, 64)
		if err != nil || len(steps) == verifier.SpentKept {
			break
		}
		steps = append(steps, verifier.TimeStep(step))
	}
	return steps
}
