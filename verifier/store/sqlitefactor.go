package store

import (
	"strconv"
	"strings"
	"time"

	"twofold/verifier"
)

func (tx *sqliteTx) AddFactor(f verifier.Factor) error {
	sealed := append([]byte{}, f.Sealed...) // nil would be NULL
	return tx.add(f.UserID, `INSERT INTO factors (id, user_id, method, name, target, deferred, issuer, label, sealed,
		algorithm, digits, period, created, confirmed, last_step, spent, drift)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		f.ID, f.UserID, string(f.Method), f.Name, f.Target, f.Deferred, f.Issuer, f.Label, sealed,
		f.Algorithm, f.Digits, int64(f.Period/time.Second), micros(f.Created), micros(f.Confirmed), int64(f.LastStep),
		joinSteps(f.Spent), f.Drift)
}

const factorColumns = `SELECT id, user_id, method, name, target, deferred, issuer, label, sealed, algorithm, digits, period,
	created, confirmed, last_step, spent, drift FROM factors `

func readFactor(scan func(...any) error) (verifier.Factor, error) {
	var f verifier.Factor
	var period, created, confirmed, last int64
	var method, spent string
	err := scan(&f.ID, &f.UserID, &method, &f.Name, &f.Target, &f.Deferred, &f.Issuer, &f.Label, &f.Sealed, &f.Algorithm,
		&f.Digits, &period, &created, &confirmed, &last, &spent, &f.Drift)
	if len(f.Sealed) == 0 {
		f.Sealed = nil
	}
	f.Method, f.Period, f.LastStep = verifier.Method(method), time.Duration(period)*time.Second, verifier.TimeStep(last)
	f.Created, f.Confirmed, f.Spent = instant(created), instant(confirmed), splitSteps(spent)
	return f, err
}

func (tx *sqliteTx) factors(userID string) ([]verifier.Factor, error) {
	return list(tx, readFactor, factorColumns+"WHERE user_id = ? ORDER BY created, id", userID)
}

func (tx *sqliteTx) OtherFactors(userID string, limit int) ([]verifier.Factor, error) {
	return list(tx, readFactor, factorColumns+`WHERE confirmed <> 0 AND length(sealed) > 0 AND user_id <> ?
		ORDER BY confirmed DESC, id DESC LIMIT ?`, userID, max(limit, 0))
}

func (tx *sqliteTx) RenameFactor(id, name string) error {
	return tx.one("UPDATE factors SET name = ? WHERE id = ?", name, id)
}

func (tx *sqliteTx) ConfirmFactor(id string, at time.Time) error {
	return tx.one("UPDATE factors SET confirmed = ?, deferred = 0 WHERE id = ?", micros(at), id)
}

func (tx *sqliteTx) RetargetFactor(id, target string) error {
	return tx.one("UPDATE factors SET target = ? WHERE id = ?", target, id)
}

func (tx *sqliteTx) SetDrift(id string, steps int) error {
	return tx.one("UPDATE factors SET drift = ? WHERE id = ?", steps, id)
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
	return false, tx.has("SELECT 1 FROM factors WHERE id = ?", id)
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
