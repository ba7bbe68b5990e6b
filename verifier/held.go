package verifier

import (
	"context"
	"errors"
)

// Held is what a user has besides the account, for the tester's side.
type Held struct {
	Devices       []Device // the newest first, revoked ones too
	Sessions      int
	RecoveryCodes int // that can still be used
}

// Held gives what a user has.
func (s *Service) Held(ctx context.Context, userID string) (Held, error) {
	var h Held
	err := s.store.View(ctx, func(tx Tx) error {
		devices, err := tx.Devices(userID)
		sessions, errSessions := tx.Sessions(userID)
		left, errLeft := tx.RecoveryLeft(userID)
		h = Held{devices, len(sessions), left}
		return errors.Join(err, errSessions, errLeft)
	})
	return h, err
}
