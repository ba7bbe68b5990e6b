package verifier

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// secretSize is the length of a new shared key: 160 bits (RFC 4226, 4, R6).
const secretSize = 20

// longestName bounds what a person calls their app, in characters.
const longestName = 64

// NewFactor says which factor to enroll.
type NewFactor struct {
	Method Method
	Name   string // what the person calls their app; may be empty
}

// Enroll begins the set-up of a factor in a flow. Asked again while the factor
// is unconfirmed, it gives the same shared key.
func (s *Service) Enroll(ctx context.Context, id string, want NewFactor) (Progress, error) {
	name, err := s.checkNew(want)
	if err != nil {
		return Progress{}, err
	}
	fresh, key, err := s.freshFactor(want.Method, name)
	if err != nil {
		return Progress{}, err
	}
	var out Progress
	err = s.update(ctx, func(tx Tx) error {
		flow, user, err := s.open(tx, id)
		if err != nil {
			return err
		}
		now := s.clock.Now()
		step, err := s.expect(user, flow, now, StepChooseMethod, StepConfirm)
		if err != nil {
			return err
		}
		if step.Kind == StepConfirm {
			if pending, _ := user.Factor(step.Factor); name != "" && pending.Name != name {
				if err := tx.RenameFactor(pending.ID, name); err != nil {
					return err
				}
			}
		} else if err := s.enroll(tx, &flow, user, fresh, key, now); err != nil {
			return err
		}
		if user, err = tx.User(user.ID); err != nil {
			return err
		}
		out, err = s.progress(id, flow, user)
		return err
	})
	return out, err
}

// checkNew holds a new factor against the roll-out and gives its clean name.
func (s *Service) checkNew(want NewFactor) (string, error) {
	if !slices.Contains(s.rollout.SecondStep.Methods, want.Method) {
		return "", &Refusal{Cause: CauseMethodNotAllowed}
	}
	name := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, strings.TrimSpace(want.Name))
	if utf8.RuneCountInString(name) > longestName {
		return "", &Refusal{Cause: CauseNameTooLong}
	}
	return name, nil
}

// freshFactor makes a factor that belongs to nobody yet, and its shared key.
func (s *Service) freshFactor(method Method, name string) (Factor, Secret, error) {
	id, err := s.id()
	if err != nil {
		return Factor{}, Secret{}, err
	}
	key, err := randomSecret(s.rand, secretSize)
	if err != nil {
		return Factor{}, Secret{}, err
	}
	rules := s.rollout.TOTP
	return Factor{
		ID: id, Method: method, Name: name, Issuer: s.rollout.Issuer,
		Algorithm: rules.Algorithm, Digits: rules.Digits, Period: rules.Period.Std(),
		LastStep: NoStep,
	}, key, nil
}

// enroll stores a pending factor of user and binds flow to it. Factors that
// work already are left as they are (P23).
func (s *Service) enroll(tx Tx, flow *Flow, user User, factor Factor, key Secret, now time.Time) error {
	if err := dropOldest(tx, user); err != nil {
		return err
	}
	sealed, err := s.sealer.seal(key, user.ID, factor.ID)
	if err != nil {
		return err
	}
	factor.UserID, factor.Label, factor.Sealed, factor.Created = user.ID, user.Email, sealed, now
	if err := tx.AddFactor(factor); err != nil {
		return err
	}
	flow.Factor = factor.ID
	flow.Expires = now.Add(s.rollout.Lifetimes.Enrollment.Std())
	if err := tx.SetFlow(*flow); err != nil {
		return err
	}
	return s.record(tx, Event{At: now, Type: EventEnroll, User: user.Email, Method: factor.Method, Outcome: Accepted})
}

// mostPending bounds the enrollments that one user can leave unfinished.
const mostPending = 8

// dropOldest makes room for one more unconfirmed factor of user.
func dropOldest(tx Tx, user User) error {
	pending := 0
	for _, f := range slices.Backward(user.Factors) {
		if !f.Pending() {
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

// Skip goes on without a factor, where the roll-out lets people.
func (s *Service) Skip(ctx context.Context, id string) (Progress, error) {
	token, err := s.token()
	if err != nil {
		return Progress{}, err
	}
	var out Progress
	var refusal *Refusal
	err = s.update(ctx, func(tx Tx) error {
		refusal = nil
		flow, user, err := s.open(tx, id)
		if err != nil {
			return err
		}
		now := s.clock.Now()
		step, err := s.next(user, flow, now)
		if err != nil {
			return err
		}
		e := Event{At: now, Type: EventSkip, User: user.Email, Outcome: Accepted}
		if !step.Skippable {
			refusal = &Refusal{Cause: CauseSkipNotAllowed}
			e.Outcome, e.Cause = Refused, refusal.Cause
			return s.record(tx, e)
		}
		flow.Skipped = now
		if err := tx.SetFlow(flow); err != nil {
			return err
		}
		if out, err = s.settle(tx, id, &flow, user, now, token); err != nil {
			return err
		}
		return s.record(tx, e)
	})
	if err == nil && refusal != nil {
		err = refusal
	}
	return out, err
}

// ChangePassword is for flows that wait for it; no roll-out asks for one yet.
func (s *Service) ChangePassword(ctx context.Context, id string, _ Secret) (Progress, error) {
	return Progress{}, s.elsewhere(ctx, id, StepChangePassword)
}

// Send sends the code of an e-mail or SMS factor again. A flow that waits for
// an app's code has nothing to send.
func (s *Service) Send(ctx context.Context, id string) (Progress, error) {
	return Progress{}, s.elsewhere(ctx, id, StepChangePassword)
}

// elsewhere refuses a call for which the flow would have to stand at kind.
func (s *Service) elsewhere(ctx context.Context, id string, kind StepKind) error {
	return s.store.View(ctx, func(tx Tx) error {
		flow, user, err := s.open(tx, id)
		if err != nil {
			return err
		}
		_, err = s.expect(user, flow, s.clock.Now(), kind)
		return err
	})
}
