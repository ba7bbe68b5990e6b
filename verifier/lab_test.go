package verifier_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"twofold/verifier"
	"twofold/verifier/store"
)

// TestFollowersOfAnEarlierStoreHearAll has somebody who followed a store that
// was thrown away, and goes on with its last number.
func TestFollowersOfAnEarlierStoreHearAll(t *testing.T) {
	w := newWorld(t, store.NewMemory())
	w.signUp("ada@example.com")
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	heard := errors.New("heard")
	for after, want := range map[int64]int64{0: 1, 999: 1} {
		var first verifier.Event
		err := w.svc.FollowEvents(ctx, after, func(e verifier.Event) error {
			first = e
			return heard
		})
		if !errors.Is(err, heard) || first.Seq != want {
			t.Errorf("after %d: event %d, %v", after, first.Seq, err)
		}
	}
}
