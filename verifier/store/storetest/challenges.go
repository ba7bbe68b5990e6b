package storetest

import (
	"errors"
	"testing"
	"time"

	"twofold/verifier"
)

// hasChallenges looks for the challenges of a flow, the newest first.
func hasChallenges(t *testing.T, s Store, flow string, want ...verifier.Challenge) {
	t.Helper()
	view(t, s, func(tx verifier.Tx) error {
		got, err := tx.Challenges(key(flow))
		same(t, got, want)
		return err
	})
}

func challengesRoundTrip(t *testing.T, s Store) {
	addAda(t, s)
	whole, bare := challenge("whole", "flow"), challenge("bare", "flow")
	whole.Method, whole.Target = "sms", "+491701234567"
	whole.Spent, whole.Failed = after(1), after(2)
	update(t, s, func(tx verifier.Tx) error {
		return errors.Join(tx.AddFlow(flow("flow")), tx.AddFlow(flow("other")),
			tx.AddChallenge(whole), tx.AddChallenge(bare), tx.AddChallenge(challenge("other", "other")))
	})
	hasChallenges(t, s, "flow", bare, whole)
	hasChallenges(t, s, "no flow")

	update(t, s, func(tx verifier.Tx) error { return tx.FailChallenge("bare", after(3)) })
	bare.Failed = after(3)
	for _, want := range []bool{true, false} {
		update(t, s, func(tx verifier.Tx) error {
			won, err := tx.SpendChallenge("bare", after(4))
			if won != want {
				t.Errorf("spent: %v, want %v", won, want)
			}
			return err
		})
	}
	bare.Spent = after(4)
	hasChallenges(t, s, "flow", bare, whole)
	hasChallenges(t, s, "other", challenge("other", "other"))
}

// challengesGoByOrder adds challenges while the clock stands still, and after
// it was set back: only the newest may be accepted, so the clock has no say.
func challengesGoByOrder(t *testing.T, s Store) {
	addAda(t, s)
	update(t, s, func(tx verifier.Tx) error { return tx.AddFlow(flow("flow")) })
	var want []verifier.Challenge
	for _, c := range []struct {
		id   string
		sent time.Time
	}{{"m", now}, {"z", now}, {"a", now}, {"k", after(-60)}, {"b", after(-30)}} {
		sent := challenge(c.id, "flow")
		sent.Sent = c.sent
		update(t, s, func(tx verifier.Tx) error { return tx.AddChallenge(sent) })
		want = append([]verifier.Challenge{sent}, want...)
	}
	hasChallenges(t, s, "flow", want...)
}
