package verifier_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"twofold/verifier"
	"twofold/verifier/rollout"
	"twofold/verifier/store"
)

// TestP15_DiagnosisTakesTheSameTimeWhateverItFinds refuses a used code, one
// that is still to come and one that is nothing at all: how long the answer
// takes must not tell them apart.
func TestP15_DiagnosisTakesTheSameTimeWhateverItFinds(t *testing.T) {
	w := newWorld(t, store.NewMemory(), func(r *rollout.Rollout) { r.Limits.CodeFailures, r.Limits.HardStop = 5000, 5000 })
	ada := w.enrolled("ada@example.com")
	var bob *person
	for n := range 60 {
		bob = w.enrolled(fmt.Sprintf("bob%d@example.com", n))
	}
	w.accepted(w.signIn(ada).ID, w.code(ada, 0))
	flow := w.signIn(ada).ID
	codes := map[verifier.Cause]string{
		verifier.CauseCodeAlreadyUsed:    w.code(ada, 0),
		verifier.CauseCodeFutureStep:     w.code(ada, 5),
		verifier.CauseCodeOfOtherAccount: w.code(bob, 0),
		verifier.CauseCodeWrong:          w.wrong(ada),
	}
	took := map[verifier.Cause][]time.Duration{}
	for range 41 {
		for cause, code := range codes {
			begun := time.Now()
			_, err := w.answer(flow, code)
			took[cause] = append(took[cause], time.Since(begun))
			w.refusal(err, cause)
		}
	}
	median := func(cause verifier.Cause) time.Duration {
		slices.Sort(took[cause])
		return took[cause][len(took[cause])/2]
	}
	for cause := range codes {
		if is, want := median(cause), median(verifier.CauseCodeWrong); 2*is < want || is > 2*want {
			t.Errorf("%s takes %v, a wrong code %v", cause, is, want)
		}
	}
}

// TestP11_FailureIsCountedWhateverTheDiagnosisMeets has a row of an abandoned
// enrollment that no key opens.
func TestP11_FailureIsCountedWhateverTheDiagnosisMeets(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.enrolled("ada@example.com")
		w.must(w.store.Update(t.Context(), func(tx verifier.Tx) error {
			return tx.AddFactor(verifier.Factor{
				ID: "damaged", UserID: ada.id, Method: "totp", Sealed: []byte("damaged"), Algorithm: "SHA1",
				Digits: 6, Period: 30 * time.Second, Created: w.clock.Now(), LastStep: verifier.NoStep,
			})
		}))
		flow := w.signIn(ada).ID
		w.refused(flow, w.wrong(ada), verifier.CauseCodeWrong)
		if n := w.failures(ada); n != 1 {
			t.Errorf("%d failures are counted, want 1", n)
		}
		w.accepted(flow, w.code(ada, 0))
	})
}
