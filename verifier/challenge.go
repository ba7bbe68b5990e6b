package verifier

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"math/big"
	"time"
)

// Challenge is a code that was sent by e-mail or SMS. It belongs to the flow it
// was asked for, and to no other (ASVS 6.6.2).
type Challenge struct {
	ID      string
	Flow    Digest
	Method  Method
	Target  string // address or number that it went to
	Hash    Digest // keyed hash of flow and code
	Sent    time.Time
	Expires time.Time
	Spent   time.Time // when it was accepted; zero before
	Failed  time.Time // when its delivery failed; zero if it did not
}

// awaitsMessage reports whether step is answered with a code that is sent.
func awaitsMessage(step Step) bool {
	return (step.Kind == StepCode || step.Kind == StepConfirm) && (step.Method == MethodEmail || step.Method == MethodSMS)
}

// sendCode sends the first code that a step waits for, by itself.
func (s *Service) sendCode(w *work, v *visit, step Step) error {
	r := v.user.recipient(v.flow, step)
	before, err := w.Challenges(v.flow.Key)
	if err != nil {
		return err
	}
	for _, c := range before {
		if c.Target == r.to {
			return nil
		}
	}
	if refusal, err := s.sendAllowed(w, true, r.budgets(s.rules().Message.PerDay)...); err != nil || refusal != nil {
		if err != nil {
			return err
		}
		return w.refuse(Event{Type: EventMessage, User: v.user.Email, Method: step.Method}, refusal)
	}
	return s.issue(w, v, step, r.to)
}

// issue makes a new code for a flow and puts it on its way. Older ones of the
// flow are superseded by it: only the newest is accepted.
func (s *Service) issue(w *work, v *visit, step Step, to string) error {
	code, err := s.digits(s.rules().Message.Digits)
	if err != nil {
		return err
	}
	id, err := s.id()
	if err != nil {
		return err
	}
	c := Challenge{
		ID: id, Flow: v.flow.Key, Method: step.Method, Target: to, Hash: s.codeHash(v.flow.Key, code.RevealText()),
		Sent: w.now, Expires: w.now.Add(s.rules().Message.Lifetime.Std()),
	}
	if err := w.AddChallenge(c); err != nil {
		return err
	}
	w.code = &outgoing{
		challenge: id, user: v.user.Email, message: s.codeMessage(step.Method, to, code.RevealText(), w.now),
		recipient: v.user.recipient(v.flow, step),
	}
	return w.record(Event{Type: EventMessage, User: v.user.Email, Method: step.Method})
}

// digits makes a random code of n digits.
func (s *Service) digits(n int) (Secret, error) {
	bound := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
	number, err := rand.Int(s.rand, bound)
	if err != nil {
		return Secret{}, fmt.Errorf("make code: %w", err)
	}
	return SecretOf(fmt.Sprintf("%0*d", n, number)), nil
}

// codeHash is what is stored of a code that was sent: a hash under the
// service's key, as the code itself is short enough to be tried.
func (s *Service) codeHash(flow Digest, code string) Digest {
	return s.keyed("code", string(flow[:]), code)
}

// keyed hashes values that are too short for a plain hash.
func (s *Service) keyed(purpose string, values ...string) Digest {
	mac := hmac.New(sha256.New, s.sealer.key.Reveal())
	for _, v := range append([]string{purpose}, values...) {
		fmt.Fprintf(mac, "%d:%s", len(v), v)
	}
	return Digest(mac.Sum(nil))
}

// sent says what became of the code that step waits for.
func (s *Service) sent(tx Tx, flow Flow, user User, step Step, now time.Time) (*Sent, error) {
	r := user.recipient(flow, step)
	wait, err := r.wait(tx, now)
	if err != nil {
		return nil, err
	}
	challenges, err := tx.Challenges(flow.Key)
	if err != nil {
		return nil, err
	}
	out := &Sent{To: r.to, TooSoon: true, ResendAfter: seconds(wait)}
	if step.Kind == StepCode || flow.Kind == FlowSignIn && r.to == user.Phone {
		out.To = masked(step.Method, r.to) // the person has not typed it
	}
	for _, c := range challenges {
		if c.Target == r.to {
			out.At, out.Expires, out.Failed, out.TooSoon = c.Sent, c.Expires, !c.Failed.IsZero(), false
			break
		}
	}
	return out, nil
}

// Send sends the e-mail or SMS code that a flow waits for again. The older one
// is dead from then on. Failures of codes stay counted.
func (s *Service) Send(ctx context.Context, id string) (Progress, error) {
	p, err := s.onFlow(ctx, id, func(w *work, v *visit) error {
		if !awaitsMessage(v.step) {
			return &Refusal{Cause: CauseFlowElsewhere}
		}
		r := v.user.recipient(v.flow, v.step)
		refusal, err := s.sendAllowed(w, false, r.budgets(s.rules().Message.PerDay)...)
		if err != nil {
			return err
		}
		if refusal != nil {
			return w.deny(Event{Type: EventMessage, User: v.user.Email, Method: v.step.Method}, refusal)
		}
		return s.issue(w, v, v.step, r.to)
	}, StepCode, StepConfirm)
	if err == nil && p.Sent != nil && p.Sent.Failed {
		return p, &Refusal{Cause: CauseDeliveryFailed}
	}
	return p, err
}
