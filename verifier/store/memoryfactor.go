package store

import (
	"cmp"
	"slices"
	"time"

	"twofold/verifier"
)

// cloned is f with nothing in it that somebody else can change.
func cloned(f verifier.Factor) verifier.Factor {
	f.Sealed, f.Spent = slices.Clone(f.Sealed), slices.Clone(f.Spent)
	return f
}

func (tx *memoryTx) AddFactor(f verifier.Factor) error {
	return add(tx, tx.m.factors, f.ID, cloned(f), f.UserID)
}

func (tx *memoryTx) RenameFactor(id, name string) error {
	return change(tx, tx.m.factors, id, func(f *verifier.Factor) { f.Name = name })
}

func (tx *memoryTx) ConfirmFactor(id string, at time.Time) error {
	return change(tx, tx.m.factors, id, func(f *verifier.Factor) { f.Confirmed, f.Deferred = at, false })
}

func (tx *memoryTx) RetargetFactor(id, target string) error {
	return change(tx, tx.m.factors, id, func(f *verifier.Factor) { f.Target = target })
}

func (tx *memoryTx) SetDrift(id string, steps int) error {
	return change(tx, tx.m.factors, id, func(f *verifier.Factor) { f.Drift = steps })
}

func (tx *memoryTx) DeleteFactor(id string) error { return put(tx, tx.m.factors, id, nil) }

func (tx *memoryTx) OtherFactors(userID string, limit int) ([]verifier.Factor, error) {
	others := sorted(tx.m.factors, func(f verifier.Factor) bool {
		return f.UserID != userID && !f.Pending() && len(f.Sealed) > 0
	}, func(a, b verifier.Factor) int {
		return cmp.Or(b.Confirmed.Compare(a.Confirmed), cmp.Compare(b.ID, a.ID))
	})
	others = others[:min(max(limit, 0), len(others))]
	for i, f := range others {
		others[i] = cloned(f)
	}
	return others, nil
}

func (tx *memoryTx) Spend(id string, step verifier.TimeStep) (bool, error) {
	f, err := find(tx.m.factors, id)
	if err != nil || step <= f.LastStep {
		return false, err
	}
	f.LastStep = step
	f.Spent = append([]verifier.TimeStep{step}, f.Spent[:min(len(f.Spent), verifier.SpentKept-1)]...)
	return true, put(tx, tx.m.factors, id, &f)
}
