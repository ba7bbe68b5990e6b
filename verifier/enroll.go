package verifier

import (
	"context"
	"slices"

	"twofold/verifier/delivery"
)

// secretSize is the length of a new shared key: 160 bits (RFC 4226, 4, R6).
const secretSize = 20

// longestName bounds what a person calls their app, in characters.
const longestName = 64

// NewFactor says which factor to enroll.
type NewFactor struct {
	Method Method
	Name   string // what the person calls their app; may be empty
	Email  string // where codes go; empty: the account's address
	Phone  string // where codes go; empty: the account's number
}

// Enroll begins the set-up of a factor in a flow. Asked again for the same
// method while the factor is unconfirmed, it gives the same shared key; another
// method is begun in its place. A code that has to be sent is sent.
func (s *Service) Enroll(ctx context.Context, id string, want NewFactor) (Progress, error) {
	return s.onFlow(ctx, id, func(w *work, v *visit) error {
		if v.flow.Kind == FlowContact {
			return &Refusal{Cause: CauseFlowElsewhere}
		}
		pending, ok := v.user.Factor(v.step.Factor)
		if v.step.Kind == StepConfirm && ok && pending.Method == want.Method {
			same, err := s.enrollAgain(w, v, pending, want)
			if err != nil || same {
				return err
			}
		} else if v.step.Kind == StepConfirm && !slices.Contains(v.step.Methods, want.Method) {
			return &Refusal{Cause: CauseFlowElsewhere}
		}
		factor, err := s.freshFactor(v.user, want)
		if err != nil {
			return err
		}
		return s.enroll(w, v, factor)
	}, StepChooseMethod, StepConfirm)
}

// enrollAgain keeps a pending factor that is asked for again, under a new name
// if there is one, and reports false where codes are to go elsewhere.
func (s *Service) enrollAgain(w *work, v *visit, pending Factor, want NewFactor) (bool, error) {
	name, err := cleanName(want.Name)
	if err != nil {
		return false, err
	}
	if !pending.App() {
		to, err := s.reach(v.user, want)
		if err != nil || want.Email == "" && want.Phone == "" {
			return err == nil, err
		}
		return to == pending.Target, nil
	}
	if name == "" || name == pending.Name {
		return true, nil
	}
	if err := w.RenameFactor(pending.ID, name); err != nil {
		return false, err
	}
	return true, v.reload(w)
}

// cleanName gives what a person calls their app without what nobody sees.
func cleanName(name string) (string, error) {
	clean := printable(name, longestName+1)
	if len([]rune(clean)) > longestName {
		return "", &Refusal{Cause: CauseNameTooLong}
	}
	return clean, nil
}

// freshFactor holds a new factor of user against the roll-out and makes it, and
// its shared key, which is sealed in it. Nothing is stored.
func (s *Service) freshFactor(user User, want NewFactor) (Factor, error) {
	rules := s.rules()
	if !slices.Contains(rules.SecondStep.Methods, want.Method) {
		return Factor{}, &Refusal{Cause: CauseMethodNotAllowed}
	}
	name, err := cleanName(want.Name)
	if err != nil {
		return Factor{}, err
	}
	to, err := s.reach(user, want)
	if err != nil {
		return Factor{}, err
	}
	id, err := s.id()
	if err != nil {
		return Factor{}, err
	}
	f := Factor{
		ID: id, UserID: user.ID, Method: want.Method, Name: name, Target: to, Issuer: rules.Issuer,
		Label: user.Email, LastStep: NoStep,
	}
	if !f.App() {
		return f, nil
	}
	f.Algorithm, f.Digits, f.Period = rules.TOTP.Algorithm, rules.TOTP.Digits, rules.TOTP.Period.Std()
	key, err := randomSecret(s.rand, secretSize)
	if err != nil {
		return Factor{}, err
	}
	f.Sealed, err = s.sealer.seal(key, user.ID, f.ID)
	return f, err
}

// enroll stores a pending factor and binds the flow to it. Factors that work
// already are left as they are (P23).
func (s *Service) enroll(w *work, v *visit, factor Factor) error {
	if err := dropOldest(w, v.user); err != nil {
		return err
	}
	factor.Created = w.now
	if err := w.AddFactor(factor); err != nil {
		return err
	}
	v.flow.Factor = factor.ID
	v.flow.Expires = w.now.Add(s.rules().Lifetimes.Enrollment.Std())
	if err := w.SetFlow(v.flow); err != nil {
		return err
	}
	if err := v.reload(w); err != nil {
		return err
	}
	return w.record(Event{Type: EventEnroll, User: v.user.Email, Method: factor.Method})
}

// mostPending bounds the enrollments that one user can leave unfinished.
const mostPending = 8

// dropOldest makes room for one more unconfirmed factor of user.
func dropOldest(tx Tx, user User) error {
	pending := 0
	for _, f := range slices.Backward(user.Factors) {
		if !f.Pending() || f.Deferred {
			continue
		}
		if pending++; pending >= mostPending {
			if err := tx.DeleteFactor(f.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// confirm makes the pending factor of a flow one that works. Where a user has
// one at a time, it takes the place of the others.
func (s *Service) confirm(w *work, v *visit) error {
	factor, _ := v.user.Factor(v.step.Factor)
	if err := w.ConfirmFactor(factor.ID, w.now); err != nil {
		return err
	}
	before := v.user.Confirmed()
	if !s.rules().SecondStep.Several {
		for _, old := range before {
			if err := w.DeleteFactor(old.ID); err != nil {
				return err
			}
		}
		if waiting, ok := v.user.Deferred(); ok && waiting.ID != factor.ID {
			if err := w.DeleteFactor(waiting.ID); err != nil { // a newer choice was made
				return err
			}
		}
	}
	if err := s.verified(w, v.user, factor); err != nil {
		return err
	}
	if err := v.reload(w); err != nil {
		return err
	}
	if len(before) == 0 && s.rules().Recovery.Codes > 0 {
		codes, err := s.freshRecovery(w, v.user)
		if err != nil {
			return err
		}
		v.out.RecoveryCodes = codes
	}
	s.post(w, delivery.Message{To: v.user.Email}, "message_notice_subject", "message_changed_email", "method", s.asks(factor))
	return nil
}

// asks names what a factor asks for.
func (s *Service) asks(f Factor) string {
	name := s.rules().Text("method_" + string(f.Method) + "_name")
	if hint := hint(f); hint != "" {
		name += " (" + hint + ")"
	}
	return name
}

// verified keeps that the account's address or number was proven by a factor.
// A number that was typed at enrollment becomes the account's.
func (s *Service) verified(w *work, user User, f Factor) error {
	switch {
	case f.Method == MethodEmail && f.Target == user.Email:
		user.EmailVerified = w.now
	case f.Method == MethodSMS && (user.Phone == "" || user.PhoneVerified.IsZero() || user.Phone == f.Target):
		user.Phone, user.PhoneVerified = f.Target, w.now
	default:
		return nil
	}
	return w.SetUser(user)
}

// Skip goes on without a factor, where the roll-out lets people at this very
// moment.
func (s *Service) Skip(ctx context.Context, id string) (Progress, error) {
	return s.onFlow(ctx, id, func(w *work, v *visit) error {
		e := Event{Type: EventSkip, User: v.user.Email}
		if !v.step.Skippable {
			return w.deny(e, &Refusal{Cause: CauseSkipNotAllowed})
		}
		v.flow.Skipped = w.now
		if err := w.SetFlow(v.flow); err != nil {
			return err
		}
		return w.record(e)
	})
}

// Cancel gives up the enrollment or change of contact that a flow is about. The
// secret that was shown is dead, and the flow is over.
func (s *Service) Cancel(ctx context.Context, id string) error {
	return s.update(ctx, func(w *work) error {
		flow, user, err := s.open(w, id)
		if err != nil {
			return err
		}
		step, err := s.expect(user, flow, w.now, StepChooseMethod, StepConfirm)
		if err != nil {
			return err
		}
		if factor, ok := user.Factor(flow.Factor); ok && factor.Pending() {
			if err := w.DeleteFactor(factor.ID); err != nil {
				return err
			}
		}
		flow.Expires = flow.Created
		if err := w.SetFlow(flow); err != nil {
			return err
		}
		return w.refuse(Event{Type: EventCancel, User: user.Email, Method: step.Method}, &Refusal{Cause: CauseEnrollmentCancelled})
	})
}

// Choose goes on with another of the user's factors, and sends its code where
// it needs one.
func (s *Service) Choose(ctx context.Context, id, factorID string) (Progress, error) {
	return s.onFlow(ctx, id, func(w *work, v *visit) error {
		if f, ok := v.user.Factor(factorID); !ok || f.Pending() {
			return &Refusal{Cause: CauseFactorUnknown}
		}
		v.flow.Chosen = factorID
		return w.SetFlow(v.flow)
	}, StepCode)
}
