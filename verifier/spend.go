package verifier

import (
	"context"
	"crypto/subtle"
	"errors"
	"time"
)

// Answer is what a person sends where a code is waited for.
type Answer struct {
	Code     Secret
	Remember bool   // trust this device from now on
	Agent    string // what the device says of itself
}

// Code answers a flow that waits for a code: one that confirms an enrollment,
// or one that signs in, where a recovery code is taken too.
//
// The failure is counted before the code is looked at, the step is spent, and
// the count taken back, in one change of the store that is durable before the
// answer leaves. Whatever the flow, session or method, the count is the
// account's.
func (s *Service) Code(ctx context.Context, id string, a Answer) (Progress, error) {
	return s.onFlow(ctx, id, func(w *work, v *visit) error {
		v.remember, v.agent = a.Remember, a.Agent
		try := attempt{code: CleanCode(a.Code.RevealText()), flow: &v.flow, event: EventConfirm}
		switch {
		case v.step.Kind == StepCode:
			try.event, try.factors, try.recovery = EventCode, v.user.Confirmed(), true
		case v.flow.Kind != FlowContact:
			pending, _ := v.user.Factor(v.step.Factor)
			try.factors = []Factor{pending}
		}
		try.method, try.to = v.step.Method, v.user.recipient(v.flow, v.step)
		if right, err := s.judge(w, v.user, try); err != nil || !right {
			return err
		}
		return s.proven(w, v)
	}, StepCode, StepConfirm)
}

// attempt is a code, and everything that it may be right for.
type attempt struct {
	code     string // as CleanCode gives it
	factors  []Factor
	flow     *Flow     // whose challenges may be answered; nil: none
	to       recipient // of the challenge that is waited for
	recovery bool      // a recovery code is taken too
	event    EventType
	method   Method // waited for, for the event
}

// match is what a code was right for.
type match struct {
	method Method
	off    *int // steps off the clock, of a time-based code
	factor *Factor
	step   TimeStep
	sent   *Challenge
}

// judge counts an attempt of user, looks at its code, and spends what it is
// right for. A code that is not right for anything is denied; either is recorded.
func (s *Service) judge(w *work, user User, a attempt) (right bool, err error) {
	limits := s.rules().Limits
	e := Event{Type: a.event, User: user.Email, Method: a.method}
	if refusal := user.Guard.Refuses(limits, w.now); refusal != nil {
		return false, w.deny(e, refusal)
	}
	if err := w.SetGuard(user.ID, user.Guard.Counted(limits, limits.CodeFailures, w.now)); err != nil {
		return false, err
	}
	hit, why, err := s.spend(w, user, a)
	if err != nil {
		return false, err
	}
	e.StepsOff, e.Detail = why.stepsOff, why.detail
	if hit == nil {
		return false, w.deny(e, &Refusal{Cause: why.cause, Open: s.rules().Diagnosis, coarse: CauseCodeRefused})
	}
	e.Method = hit.method
	return true, errors.Join(w.SetGuard(user.ID, Guard{}), w.record(e))
}

// spend looks for what the code is right for and spends it, or says why not.
func (s *Service) spend(w *work, user User, a attempt) (*match, finding, error) {
	if a.recovery && looksLikeRecoveryCode(a.code) {
		return s.spendRecovery(w, user, a.code)
	}
	keys, err := s.keys(a.factors)
	if err != nil {
		return nil, finding{}, err
	}
	var challenges []Challenge
	if a.flow != nil {
		if challenges, err = w.Challenges(a.flow.Key); err != nil {
			return nil, finding{}, err
		}
	}
	hit := s.matchSent(a, challenges, w.now)
	if hit == nil {
		hit = matchApp(a, keys, w.now, s.rules().TOTP.Skew, s.rules().HOTP.LookAhead)
	}
	if hit == nil {
		why, err := s.diagnose(w, user, a, keys, challenges)
		return nil, why, err
	}
	won := false
	if hit.sent != nil {
		if won, err = w.SpendChallenge(hit.sent.ID, w.now); err == nil && won {
			err = a.to.answered(w)
		}
	} else {
		won, err = s.spendStep(w, hit)
	}
	switch {
	case err != nil:
		return nil, finding{}, err
	case !won:
		// Spent since it was read, which only a store shared by several nodes
		// lets happen.
		return nil, finding{cause: CauseCodeAlreadyUsed, stepsOff: hit.off}, nil
	}
	return hit, finding{stepsOff: hit.off}, nil
}

// spendStep spends a step, and keeps how far the app's clock is off (RFC 6238,
// 6).
func (s *Service) spendStep(w *work, hit *match) (bool, error) {
	won, err := w.Spend(hit.factor.ID, hit.step)
	if err == nil && won && hit.off != nil && *hit.off != hit.factor.Drift {
		err = w.SetDrift(hit.factor.ID, *hit.off)
	}
	return won, err
}

// keys opens the shared keys of factors; those that have none stay zero.
func (s *Service) keys(factors []Factor) ([]TOTP, error) {
	keys := make([]TOTP, len(factors))
	for i, f := range factors {
		if !f.App() {
			continue
		}
		key, err := s.sealer.totp(f)
		if err != nil {
			return nil, err
		}
		keys[i] = key
	}
	return keys, nil
}

// matchSent looks at the newest code that was sent for the flow to where it is
// waited for. Codes of other flows are no match, nor are older ones.
func (s *Service) matchSent(a attempt, challenges []Challenge, now time.Time) *match {
	if a.flow == nil {
		return nil
	}
	want := s.codeHash(a.flow.Key, a.code)
	for i, c := range challenges {
		if c.Target != a.to.to {
			continue
		}
		if subtle.ConstantTimeCompare(want[:], c.Hash[:]) == 1 && c.Spent.IsZero() && now.Before(c.Expires) {
			return &match{method: c.Method, sent: &challenges[i]}
		}
		break
	}
	return nil
}

// matchApp looks for the code among the steps that apps may show now. All
// factors are looked at, whichever matches.
func matchApp(a attempt, keys []TOTP, now time.Time, skew, lookAhead int) *match {
	var hit *match
	for i, f := range a.factors {
		switch f.Method {
		case MethodTOTP:
			if step, ok := keys[i].Match(a.code, now, skew); ok && step > f.LastStep {
				off := int(step - keys[i].StepAt(now))
				hit = &match{method: f.Method, factor: &a.factors[i], step: step, off: &off}
			}
		case MethodHOTP:
			// The expected counter and those after it (RFC 4226, 7.4).
			if step, ok := keys[i].search(a.code, f.LastStep+1, f.LastStep+1+TimeStep(lookAhead)); ok {
				hit = &match{method: f.Method, factor: &a.factors[i], step: step}
			}
		}
	}
	return hit
}

// proven moves a flow on after its code was accepted.
func (s *Service) proven(w *work, v *visit) error {
	v.flow.Proven = w.now
	if err := w.SetFlow(v.flow); err != nil {
		return err
	}
	switch {
	case v.flow.Kind == FlowContact:
		return s.changeContact(w, v)
	case v.step.Kind == StepConfirm:
		return s.confirm(w, v)
	}
	return nil
}
