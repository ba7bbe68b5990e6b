package storetest

import (
	"errors"
	"testing"

	"twofold/verifier"
)

// hasFlow looks for a flow as it is now.
func hasFlow(t *testing.T, s Store, want verifier.Flow) {
	t.Helper()
	view(t, s, func(tx verifier.Tx) error {
		got, err := tx.Flow(want.Key)
		same(t, got, want)
		return err
	})
}

func flowsRoundTrip(t *testing.T, s Store) {
	addAda(t, s)
	whole := flow("whole")
	whole.Kind, whole.Method, whole.Target = verifier.FlowContact, "sms", "+491701234567"
	whole.Factor, whole.Chosen, whole.Device = "f7", "f8", "d9"
	whole.Proven, whole.Skipped, whole.Done = after(2), after(3), after(4)
	update(t, s, func(tx verifier.Tx) error { return errors.Join(tx.AddFlow(whole), tx.AddFlow(flow("bare"))) })
	hasFlow(t, s, whole)

	bare := flow("bare")
	hasFlow(t, s, bare)
	bare.Expires, bare.Factor, bare.Chosen, bare.Device, bare.Target = after(1200), "f9", "f1", "d1", "new@example.com"
	bare.Proven, bare.Skipped, bare.Done = after(6), after(7), after(8)
	update(t, s, func(tx verifier.Tx) error { return tx.SetFlow(bare) })
	hasFlow(t, s, bare)
	update(t, s, func(tx verifier.Tx) error { return tx.SetFlow(flow("bare")) })
	hasFlow(t, s, flow("bare"))
	hasFlow(t, s, whole)

	update(t, s, func(tx verifier.Tx) error { return tx.EndFlows("u1") })
	err := s.View(t.Context(), func(tx verifier.Tx) error { _, err := tx.Flow(whole.Key); return err })
	if !errors.Is(err, verifier.ErrNotFound) {
		t.Errorf("an ended flow: %v, want ErrNotFound", err)
	}
}

func setFlowLeavesWhatIsFixed(t *testing.T, s Store) {
	addBoth(t, s)
	update(t, s, func(tx verifier.Tx) error { return tx.AddFlow(flow("flow")) })
	other := flow("flow")
	other.Kind, other.UserID, other.Created, other.Method = verifier.FlowContact, "u2", after(1), "sms"
	update(t, s, func(tx verifier.Tx) error { return tx.SetFlow(other) })
	hasFlow(t, s, flow("flow"))
}

func endFlowsTakesChallenges(t *testing.T, s Store) {
	addBoth(t, s)
	other := flow("other")
	other.UserID = "u2"
	update(t, s, func(tx verifier.Tx) error {
		return errors.Join(tx.AddFlow(flow("flow")), tx.AddFlow(other),
			tx.AddChallenge(challenge("c1", "flow")), tx.AddChallenge(challenge("c2", "other")))
	})
	update(t, s, func(tx verifier.Tx) error { return tx.EndFlows("u1") })
	hasChallenges(t, s, "flow")
	hasChallenges(t, s, "other", challenge("c2", "other"))
	hasFlow(t, s, other)
	update(t, s, func(tx verifier.Tx) error { return tx.AddFlow(flow("flow")) })
	hasChallenges(t, s, "flow")
}
