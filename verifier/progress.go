package verifier

import (
	"context"
	"errors"
	"time"
)

// Progress is a flow as its holder sees it: what comes next, and what is
// needed to do it.
type Progress struct {
	ID      string // the bearer credential of the flow; secret to its holder
	Kind    FlowKind
	Email   string
	Expires time.Time
	Step    Step

	Enrollment   *Enrollment // with StepConfirm
	Hint         string      // with StepCode: what the person called their app
	AttemptsLeft int         // with StepCode and StepConfirm: before the account is locked for a while
	Session      Secret      // with StepDone, once: the bearer token
}

// Enrollment is a pending factor as the person enrolling it must see it.
type Enrollment struct {
	Name   string // what the person calls their app
	Issuer string
	Label  string
	URI    Secret // key URI, for a QR
	Key    Secret // the shared key; RevealBase32 to type it
}

// Flow gives the flow with this id. The session of a finished one is not shown
// again.
func (s *Service) Flow(ctx context.Context, id string) (Progress, error) {
	var out Progress
	err := s.store.View(ctx, func(tx Tx) error {
		flow, user, err := s.open(tx, id)
		if err != nil {
			return err
		}
		out, err = s.progress(id, flow, user)
		return err
	})
	return out, err
}

// open gives a flow and its user.
func (s *Service) open(tx Tx, id string) (Flow, User, error) {
	flow, err := tx.Flow(DigestOf(SecretOf(id)))
	if errors.Is(err, ErrNotFound) {
		return Flow{}, User{}, &Refusal{Cause: CauseFlowUnknown}
	}
	if err != nil {
		return Flow{}, User{}, err
	}
	user, err := tx.User(flow.UserID)
	if errors.Is(err, ErrNotFound) {
		return Flow{}, User{}, &Refusal{Cause: CauseFlowUnknown}
	}
	return flow, user, err
}

// next is Next, with a flow that is over as a refusal.
func (s *Service) next(user User, flow Flow, now time.Time) (Step, error) {
	step := Next(s.rollout, user, flow, now)
	if step.Kind == StepOver {
		return step, &Refusal{Cause: step.Cause}
	}
	return step, nil
}

// expect is next for a call that needs one of kinds.
func (s *Service) expect(user User, flow Flow, now time.Time, kinds ...StepKind) (Step, error) {
	step, err := s.next(user, flow, now)
	if err != nil {
		return step, err
	}
	for _, kind := range kinds {
		if step.Kind == kind {
			return step, nil
		}
	}
	if step.Kind == StepDone {
		return step, &Refusal{Cause: CauseFlowOver}
	}
	return step, &Refusal{Cause: CauseFlowElsewhere}
}

// progress shows a flow to its holder.
func (s *Service) progress(id string, flow Flow, user User) (Progress, error) {
	step, err := s.next(user, flow, s.clock.Now())
	if err != nil {
		return Progress{}, err
	}
	p := Progress{ID: id, Kind: flow.Kind, Email: user.Email, Expires: flow.Expires, Step: step}
	switch step.Kind {
	case StepCode:
		p.Hint = user.Confirmed()[0].Name
		p.AttemptsLeft = user.Guard.Left(s.rollout.Limits.CodeFailures)
	case StepConfirm:
		p.AttemptsLeft = user.Guard.Left(s.rollout.Limits.CodeFailures)
		factor, _ := user.Factor(step.Factor)
		totp, err := s.sealer.totp(factor)
		if err != nil {
			return Progress{}, err
		}
		p.Enrollment = &Enrollment{
			Name: factor.Name, Issuer: factor.Issuer, Label: factor.Label,
			URI: totp.RevealURI(factor.Issuer, factor.Label), Key: totp.Key,
		}
	}
	return p, nil
}

// finish turns a flow whose next step is done into a finished one, with a
// session where it is a way to sign in.
func (s *Service) finish(tx Tx, flow *Flow, now time.Time, token Secret) error {
	flow.Done = now
	if err := tx.SetFlow(*flow); err != nil || flow.Kind == FlowAddFactor {
		return err
	}
	return tx.AddSession(Session{
		Key: DigestOf(token), UserID: flow.UserID,
		Created: now, Expires: now.Add(s.rollout.Lifetimes.Session.Std()),
	})
}
