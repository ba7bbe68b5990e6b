package verifier

import (
	"context"
	"errors"
	"slices"

	"twofold/verifier/delivery"
	"twofold/verifier/rollout"
)

// Me gives the user that a session belongs to.
func (s *Service) Me(ctx context.Context, token Secret) (User, error) {
	var user User
	err := s.store.View(ctx, func(tx Tx) (err error) {
		user, _, err = s.holder(tx, token)
		return err
	})
	return user, err
}

// holder gives the user of a session that is alive. One that came about without
// a second step ends when the roll-out begins to require one (P29).
func (s *Service) holder(tx Tx, token Secret) (User, Session, error) {
	refused := &Refusal{Cause: CauseSessionRefused}
	session, err := tx.Session(DigestOf(token))
	if errors.Is(err, ErrNotFound) {
		return User{}, Session{}, refused
	}
	if err != nil {
		return User{}, Session{}, err
	}
	now := s.clock.Now()
	user, err := tx.User(session.UserID)
	switch {
	case errors.Is(err, ErrNotFound):
		return User{}, Session{}, refused
	case err != nil:
		return User{}, Session{}, err
	case !now.Before(session.Expires), !user.Disabled.IsZero(), user.mustEnroll(*s.rules(), now):
		return User{}, Session{}, refused
	}
	return user, session, nil
}

// asHolder runs change for the holder of a session.
func (s *Service) asHolder(ctx context.Context, token Secret, change func(*work, User, Session) error) error {
	return s.update(ctx, func(w *work) error {
		user, session, err := s.holder(w, token)
		if err != nil {
			return err
		}
		return change(w, user, session)
	})
}

// prove checks the password of the holder of a session.
func (s *Service) prove(ctx context.Context, token, password Secret, wrong Cause) error {
	user, err := s.Me(ctx, token)
	if err != nil {
		return err
	}
	_, err = s.password(ctx, guess{
		address: user.Email, password: password, door: insideDoor(user.ID), event: EventPassword, wrong: wrong,
	})
	return err
}

// SignOut ends a session, and with forget also the trust in the device that it
// was made on.
func (s *Service) SignOut(ctx context.Context, token Secret, forget bool) error {
	return s.asHolder(ctx, token, func(w *work, user User, session Session) error {
		if err := w.EndSession(session.Key); err != nil {
			return err
		}
		if forget && session.Device != "" {
			if err := forgetDevice(w, user, session.Device); err != nil && !errors.Is(err, &Refusal{Cause: CauseDeviceUnknown}) {
				return err
			}
		}
		return w.record(Event{Type: EventSignOut, User: user.Email})
	})
}

// AddFactor begins the enrollment of a factor for the holder of a session. The
// factors that work already keep working until the new one is confirmed, and
// after that where the roll-out allows several. Where the roll-out sets the
// method up at the next sign-in, the flow is done at once.
func (s *Service) AddFactor(ctx context.Context, token Secret, want NewFactor) (Progress, error) {
	return s.begin(ctx, FlowAddFactor, func(w *work, v *visit) error {
		user, _, err := s.holder(w, token)
		if err != nil {
			return err
		}
		v.user = user
		rules := s.rules()
		if step := rules.SecondStep; step.Several && len(user.Confirmed()) >= step.MaxFactors {
			return &Refusal{Cause: CauseTooManyFactors}
		}
		factor, err := s.freshFactor(user, want)
		if err != nil {
			return err
		}
		if err := s.addFlow(w, v); err != nil {
			return err
		}
		if slices.Contains(rules.SetUp.Deferred, want.Method) {
			return s.postpone(w, v, factor)
		}
		return s.enroll(w, v, factor)
	})
}

// postpone keeps a factor to be set up at the next sign-in, in place of one
// that waits already.
func (s *Service) postpone(w *work, v *visit, factor Factor) error {
	if err := dropDeferred(w, v.user); err != nil {
		return err
	}
	factor.Created, factor.Deferred = w.now, true
	if err := w.AddFactor(factor); err != nil {
		return err
	}
	v.flow.Proven = w.now // there is nothing left to do in this flow
	return w.record(Event{Type: EventEnroll, User: v.user.Email, Method: factor.Method, Detail: "at the next sign-in"})
}

func dropDeferred(w *work, user User) error {
	if f, ok := user.Deferred(); ok {
		return w.DeleteFactor(f.ID)
	}
	return nil
}

// Proof is what a person shows before a factor is taken away.
type Proof struct {
	Password Secret
	Code     Secret // where the roll-out asks for one
}

// RemoveFactor takes a factor away from the holder of a session, who proves to
// be the account's by its password, and by a code where the roll-out says so.
// The last one stays where the roll-out does not let people remove it, or
// requires one of this person now.
func (s *Service) RemoveFactor(ctx context.Context, token Secret, id string, proof Proof) error {
	if err := s.prove(ctx, token, proof.Password, CauseDisablePasswordWrong); err != nil {
		return err
	}
	return s.asHolder(ctx, token, func(w *work, user User, _ Session) error {
		factor, ok := user.Factor(id)
		if !ok || factor.Pending() && !factor.Deferred {
			return &Refusal{Cause: CauseFactorUnknown}
		}
		e := Event{Type: EventFactorRemoved, User: user.Email, Method: factor.Method}
		last := len(user.Confirmed()) == 1 && !factor.Pending()
		if last && !s.mayRemoveLast(w, user) {
			return w.deny(e, &Refusal{Cause: CauseDisableForbiddenByPolicy})
		}
		if s.rules().SecondStep.RemoveCode && !factor.Pending() {
			right, err := s.judge(w, user, attempt{
				code: CleanCode(proof.Code.RevealText()), factors: user.Confirmed(), recovery: true,
				event: EventCode, method: factor.Method,
			})
			if err != nil || !right {
				return err
			}
		}
		if last {
			if err := errors.Join(revokeDevices(w, user.ID), w.SetRecovery(user.ID, nil)); err != nil {
				return err
			}
		}
		if err := w.DeleteFactor(id); err != nil {
			return err
		}
		if last {
			s.post(w, delivery.Message{To: user.Email}, "message_notice_subject", "message_disabled_email")
		} else {
			s.notify(w, user.Email, "A second step was removed from your account: "+s.asks(factor)+".")
		}
		return w.record(e)
	})
}

func (s *Service) mayRemoveLast(w *work, user User) bool {
	rules := s.rules()
	return rules.SecondStep.Removable && rules.At(w.now, user.Role, user.Office).Enroll != rollout.Required
}

// RenameFactor changes what the holder of a session calls an app.
func (s *Service) RenameFactor(ctx context.Context, token Secret, id, name string) error {
	clean, err := cleanName(name)
	if err != nil {
		return err
	}
	return s.asHolder(ctx, token, func(w *work, user User, _ Session) error {
		if f, ok := user.Factor(id); !ok || f.Pending() {
			return &Refusal{Cause: CauseFactorUnknown}
		}
		return w.RenameFactor(id, clean)
	})
}

// Prefer makes a factor the one that sign-ins ask for first.
func (s *Service) Prefer(ctx context.Context, token Secret, id string) error {
	return s.asHolder(ctx, token, func(w *work, user User, _ Session) error {
		factor, ok := user.Factor(id)
		switch {
		case !ok:
			return &Refusal{Cause: CauseFactorUnknown}
		case factor.Pending() && factor.Method == MethodEmail:
			return &Refusal{Cause: CauseEmailUnverified}
		case factor.Pending():
			return &Refusal{Cause: CauseEnrollmentNotConfirmed}
		}
		user.Preferred = id
		return errors.Join(w.SetUser(user), w.record(Event{Type: EventPreferred, User: user.Email, Method: factor.Method}))
	})
}

// SetPassword changes the password of the holder of a session, who knows the
// old one. Every other session and every trusted device ends.
func (s *Service) SetPassword(ctx context.Context, token, old, fresh Secret) error {
	if err := s.prove(ctx, token, old, CausePasswordWrong); err != nil {
		return err
	}
	user, err := s.Me(ctx, token)
	if err != nil {
		return err
	}
	hash, err := s.newPassword(ctx, user, fresh)
	if err != nil {
		return err
	}
	return s.asHolder(ctx, token, func(w *work, user User, session Session) error {
		user.Password = hash
		session.Device = ""
		err := errors.Join(w.SetUser(user), s.endAll(w, user), w.AddSession(session))
		if err != nil {
			return err
		}
		s.notify(w, user.Email, "The password of your account was changed.")
		return w.record(Event{Type: EventPasswordChanged, User: user.Email})
	})
}
