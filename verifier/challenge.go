package verifier

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
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

// target is where the code that step waits for goes.
func target(flow Flow, user User, step Step) string {
	if flow.Kind == FlowContact {
		return flow.Target
	}
	factor, _ := user.Factor(step.Factor)
	return factor.Target
}

// sendCode sends the first code that a step waits for, by itself.
func (s *Service) sendCode(w *work, v *visit, step Step) error {
	to := target(v.flow, v.user, step)
	before, err := w.Challenges(v.flow.Key)
	if err != nil {
		return err
	}
	for _, c := range before {
		if c.Target == to {
			return nil
		}
	}
	if refusal, err := s.sendAllowed(w, to, true); err != nil || refusal != nil {
		if err != nil {
			return err
		}
		return w.refuse(Event{Type: EventMessage, User: v.user.Email, Method: step.Method}, refusal)
	}
	return s.issue(w, v, step, to)
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
	w.code = &outgoing{challenge: id, user: v.user.Email, message: s.codeMessage(step.Method, to, code.RevealText(), w.now)}
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

// Limits on messages besides those of the roll-out (P31).
const (
	freeSends   = 5         // that leave by themselves, before they wait as resends do
	quiet       = time.Hour // after which a recipient's resends count from the start
	longestWait = 15 * time.Minute
)

// sendAllowed counts a message to a recipient, or says why there is none: too
// soon after the one before, or too many on one day. The counters are the
// recipient's, whatever the flow or account.
func (s *Service) sendAllowed(w *work, to string, automatic bool) (*Refusal, error) {
	rules := s.rules().Message
	day := DigestOf(SecretOf("messages to " + to + " on " + w.now.Format(time.DateOnly)))
	today, err := w.Throttle(day)
	if err != nil {
		return nil, err
	}
	if today.Failures >= rules.PerDay {
		midnight := w.now.Truncate(24 * time.Hour).Add(24 * time.Hour)
		return &Refusal{Cause: CauseResendTooSoon, RetryAfter: seconds(midnight.Sub(w.now))}, nil
	}
	burst, err := w.Throttle(sendDoor(to))
	if err != nil {
		return nil, err
	}
	if w.now.Sub(burst.LastFailure) > quiet {
		burst = Guard{}
	}
	if wait := min(burst.LockedUntil.Sub(w.now), longestWait); wait > 0 && !(automatic && burst.Failures < freeSends) {
		return &Refusal{Cause: CauseResendTooSoon, RetryAfter: seconds(wait)}, nil
	}
	wait := rules.ResendAfter.Std()
	for range burst.Failures {
		wait = min(2*wait, longestWait)
	}
	burst.Failures++
	burst.LastFailure, burst.LockedUntil = w.now, w.now.Add(wait)
	today.Failures++
	today.LastFailure = w.now
	return nil, errors.Join(w.SetThrottle(day, today), w.SetThrottle(sendDoor(to), burst))
}

// sendDoor is what messages to a recipient are counted under, until one of
// their codes is accepted.
func sendDoor(to string) Digest { return DigestOf(SecretOf("messages to " + to)) }

// seconds rounds a wait up.
func seconds(d time.Duration) time.Duration { return (d + time.Second - 1).Truncate(time.Second) }

// sent says what became of the code that step waits for.
func (s *Service) sent(tx Tx, flow Flow, user User, step Step, now time.Time) (*Sent, error) {
	to := target(flow, user, step)
	burst, err := tx.Throttle(sendDoor(to))
	if err != nil {
		return nil, err
	}
	challenges, err := tx.Challenges(flow.Key)
	if err != nil {
		return nil, err
	}
	out := &Sent{To: masked(step.Method, to), TooSoon: true}
	if wait := burst.LockedUntil.Sub(now); wait > 0 {
		out.ResendAfter = seconds(min(wait, longestWait))
	}
	if flow.Kind == FlowContact || step.Kind == StepConfirm {
		out.To = to // the person has just typed it
	}
	for _, c := range challenges {
		if c.Target == to {
			out.At, out.Expires, out.Failed, out.TooSoon = c.Sent, c.Expires, !c.Failed.IsZero(), false
			break
		}
	}
	return out, nil
}
