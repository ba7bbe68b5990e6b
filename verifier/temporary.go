package verifier

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"time"

	"twofold/verifier/delivery"
)

// temporaryAlphabet has nothing in it that looks like something else.
const temporaryAlphabet = "abcdefghjkmnpqrstuvwxyz23456789"

// temporary makes a temporary password, and its hash.
func (s *Service) temporary(ctx context.Context) (password, hash Secret, err error) {
	text := make([]byte, 16) // 79 bits
	for i := range text {
		n, err := rand.Int(s.rand, big.NewInt(int64(len(temporaryAlphabet))))
		if err != nil {
			return Secret{}, Secret{}, fmt.Errorf("make temporary password: %w", err)
		}
		text[i] = temporaryAlphabet[n.Int64()]
	}
	password = SecretOf(inGroups(string(text), 4))
	hash, err = s.hasher.hash(ctx, password)
	return password, hash, err
}

func (s *Service) mailTemporary(w *work, user User, password Secret) {
	s.post(w, delivery.Message{To: user.Email, Code: password.RevealText(), Link: s.url},
		"message_invitation_subject", "message_temporary_email", "number", password.RevealText(), "link", s.url)
}

// Temporary mails a new temporary password to a user. The old password, and
// what was signed in with it, is dead; the second step stays.
func (s *Service) Temporary(ctx context.Context, userID string) error {
	password, hash, err := s.temporary(ctx)
	if err != nil {
		return err
	}
	return s.onUser(ctx, userID, Event{Type: EventTemporary}, func(w *work, user User) error {
		user.Password, user.Temporary = hash, w.now.Add(s.rules().Lifetimes.Temporary.Std())
		user.TemporaryUsed = time.Time{}
		s.mailTemporary(w, user, password)
		return errors.Join(w.SetUser(user), s.endAll(w, user))
	})
}

// ChangePassword replaces a temporary password in a flow that waits for it.
func (s *Service) ChangePassword(ctx context.Context, id string, fresh Secret) (Progress, error) {
	var user User
	err := s.store.View(ctx, func(tx Tx) error {
		flow, found, err := s.open(tx, id)
		if err == nil {
			user = found
			_, err = s.expect(user, flow, s.clock.Now(), StepChangePassword)
		}
		return err
	})
	if err != nil {
		return Progress{}, err
	}
	hash, err := s.newPassword(ctx, user, fresh)
	if err != nil {
		return Progress{}, err
	}
	return s.onFlow(ctx, id, func(w *work, v *visit) error {
		v.user.Password, v.user.Temporary = hash, time.Time{}
		v.user.EmailVerified = w.now // the temporary one was mailed
		if err := w.SetUser(v.user); err != nil {
			return err
		}
		return w.record(Event{Type: EventPasswordChanged, User: v.user.Email})
	}, StepChangePassword)
}
