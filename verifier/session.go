package verifier

import (
	"context"
	"errors"
)

// Me gives the user that a session belongs to.
func (s *Service) Me(ctx context.Context, token Secret) (User, error) {
	var user User
	err := s.store.View(ctx, func(tx Tx) (err error) {
		user, err = s.holder(tx, token)
		return err
	})
	return user, err
}

// holder gives the user of a session that is alive.
func (s *Service) holder(tx Tx, token Secret) (User, error) {
	session, err := tx.Session(DigestOf(token))
	if err == nil && s.clock.Now().Before(session.Expires) {
		user, err := tx.User(session.UserID)
		if !errors.Is(err, ErrNotFound) {
			return user, err
		}
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return User{}, err
	}
	return User{}, &Refusal{Cause: CauseSessionRefused}
}

// SignOut ends a session.
func (s *Service) SignOut(ctx context.Context, token Secret) error {
	return s.update(ctx, func(tx Tx) error {
		user, err := s.holder(tx, token)
		if err != nil {
			return err
		}
		if err := tx.EndSession(DigestOf(token)); err != nil {
			return err
		}
		return s.record(tx, Event{At: s.clock.Now(), Type: EventSignOut, User: user.Email, Outcome: Accepted})
	})
}

// AddFactor begins the enrollment of a factor for the holder of a session. The
// factors that work already keep working until the new one is confirmed, and
// after that where the roll-out allows several.
func (s *Service) AddFactor(ctx context.Context, token Secret, want NewFactor) (Progress, error) {
	name, err := s.checkNew(want)
	if err != nil {
		return Progress{}, err
	}
	user, err := s.Me(ctx, token)
	if err != nil {
		return Progress{}, err
	}
	fresh, key, err := s.freshFactor(want.Method, name)
	if err != nil {
		return Progress{}, err
	}
	id, err := s.token()
	if err != nil {
		return Progress{}, err
	}
	var out Progress
	err = s.update(ctx, func(tx Tx) error {
		if user, err = s.holder(tx, token); err != nil {
			return err
		}
		if step := s.rollout.SecondStep; step.Several && len(user.Confirmed()) >= step.MaxFactors {
			return &Refusal{Cause: CauseTooManyFactors}
		}
		now := s.clock.Now()
		flow := Flow{
			Key: DigestOf(id), Kind: FlowAddFactor, UserID: user.ID,
			Created: now, Expires: now.Add(s.rollout.Lifetimes.Flow.Std()),
		}
		if err := tx.AddFlow(flow); err != nil {
			return err
		}
		if err := s.enroll(tx, &flow, user, fresh, key, now); err != nil {
			return err
		}
		if user, err = tx.User(user.ID); err != nil {
			return err
		}
		out, err = s.progress(id.RevealText(), flow, user)
		return err
	})
	return out, err
}

// RemoveFactor takes a factor away from the holder of a session, who proves to
// be the account's by its password. The last one stays where the roll-out does
// not let people remove it.
func (s *Service) RemoveFactor(ctx context.Context, token Secret, id string, password Secret) error {
	user, err := s.Me(ctx, token)
	if err != nil {
		return err
	}
	if _, err := s.password(ctx, Credentials{Email: user.Email, Password: password}, EventPassword, CauseDisablePasswordWrong); err != nil {
		return err
	}
	var refusal *Refusal
	err = s.update(ctx, func(tx Tx) error {
		refusal = nil
		if user, err = s.holder(tx, token); err != nil {
			return err
		}
		factor, ok := user.Factor(id)
		if !ok || factor.Pending() {
			return &Refusal{Cause: CauseFactorUnknown}
		}
		e := Event{At: s.clock.Now(), Type: EventFactorRemoved, User: user.Email, Method: factor.Method, Outcome: Accepted}
		if len(user.Confirmed()) == 1 && !s.rollout.SecondStep.Removable {
			refusal = &Refusal{Cause: CauseDisableForbiddenByPolicy}
			e.Outcome, e.Cause = Refused, refusal.Cause
			return s.record(tx, e)
		}
		if err := tx.DeleteFactor(id); err != nil {
			return err
		}
		return s.record(tx, e)
	})
	if err == nil && refusal != nil {
		err = refusal
	}
	return err
}
