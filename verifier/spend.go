package verifier

import (
	"context"
	"time"
)

// Code answers a flow that waits for a code: one that confirms an enrollment,
// or one that signs in.
//
// The failure is counted before the code is looked at, the step is spent, and
// the count taken back, in one change of the store that is durable before the
// answer leaves. Whatever the flow, session or method, the count is the
// account's.
func (s *Service) Code(ctx context.Context, id string, typed Secret) (Progress, error) {
	token, err := s.token()
	if err != nil {
		return Progress{}, err
	}
	code := CleanCode(typed.RevealText())
	var out Progress
	var refusal *Refusal
	err = s.update(ctx, func(tx Tx) error {
		refusal = nil
		flow, user, err := s.open(tx, id)
		if err != nil {
			return err
		}
		now := s.clock.Now()
		step, err := s.expect(user, flow, now, StepCode, StepConfirm)
		if err != nil {
			return err
		}
		e := Event{At: now, Type: EventCode, User: user.Email, Method: step.Method, Outcome: Accepted}
		candidates := user.Confirmed()
		if step.Kind == StepConfirm {
			pending, _ := user.Factor(step.Factor)
			candidates, e.Type = []Factor{pending}, EventConfirm
		}
		if refusal = user.Guard.Refuses(s.rollout.Limits, now); refusal != nil {
			e.Outcome, e.Cause = Refused, refusal.Cause
			return s.record(tx, e)
		}
		user.Guard = user.Guard.Counted(s.rollout.Limits, s.rollout.Limits.CodeFailures, now)
		if err := tx.SetGuard(user.ID, user.Guard); err != nil {
			return err
		}
		spent, finding, err := s.spend(tx, candidates, code, now)
		if err != nil {
			return err
		}
		e.StepsOff = finding.stepsOff
		if spent == nil {
			refusal = &Refusal{Cause: finding.cause}
			e.Outcome, e.Cause = Refused, finding.cause
			return s.record(tx, e)
		}
		e.Method = spent.Method
		if err := tx.SetGuard(user.ID, Guard{}); err != nil {
			return err
		}
		if err := s.record(tx, e); err != nil {
			return err
		}
		out, err = s.proven(tx, id, &flow, user, step, now, token)
		return err
	})
	if err == nil && refusal != nil {
		err = refusal
	}
	if err != nil {
		return Progress{}, err
	}
	return out, nil
}

// spend looks for code among the candidates and spends the step it belongs to.
// It gives the factor, or nil and the reason. All candidates are looked at,
// whichever matches.
func (s *Service) spend(tx Tx, candidates []Factor, code string, now time.Time) (*Factor, finding, error) {
	var hit *Factor
	var at TimeStep
	var off int
	keys := make([]TOTP, len(candidates))
	for i, f := range candidates {
		totp, err := s.sealer.totp(f)
		if err != nil {
			return nil, finding{}, err
		}
		keys[i] = totp
		if step, ok := totp.Match(code, now, s.rollout.TOTP.Skew); ok && step > f.LastStep {
			hit, at, off = &candidates[i], step, int(step-totp.StepAt(now))
		}
	}
	if hit == nil {
		return nil, diagnose(candidates, keys, code, now, s.rollout.TOTP.Skew), nil
	}
	won, err := tx.Spend(hit.ID, at)
	if err != nil {
		return nil, finding{}, err
	}
	if !won {
		// Spent since the factor was read, which only a store shared by
		// several nodes lets happen.
		return nil, finding{cause: CauseCodeAlreadyUsed, stepsOff: &off}, nil
	}
	return hit, finding{stepsOff: &off}, nil
}

// proven moves a flow on after its code was accepted.
func (s *Service) proven(tx Tx, id string, flow *Flow, user User, step Step, now time.Time, token Secret) (Progress, error) {
	if step.Kind == StepConfirm {
		if err := tx.ConfirmFactor(step.Factor, now); err != nil {
			return Progress{}, err
		}
		if !s.rollout.SecondStep.Several {
			for _, old := range user.Confirmed() {
				if err := tx.DeleteFactor(old.ID); err != nil {
					return Progress{}, err
				}
			}
		}
	}
	flow.Proven = now
	if err := tx.SetFlow(*flow); err != nil {
		return Progress{}, err
	}
	user, err := tx.User(user.ID)
	if err != nil {
		return Progress{}, err
	}
	return s.settle(tx, id, flow, user, now, token)
}
