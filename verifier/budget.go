package verifier

import (
	"errors"
	"time"
)

// Limits on messages besides those of the roll-out (P31).
const (
	freeSends   = 5         // that leave by themselves, before they wait as resends do
	quiet       = time.Hour // after which resends count from the start
	longestWait = 15 * time.Minute
)

// recipient is where a message goes, and on whose behalf.
type recipient struct {
	to     string
	userID string
	known  bool // the account's own, rather than one that was typed and awaits its proof
}

// recipient is where the code that step waits for goes.
func (u User) recipient(flow Flow, step Step) recipient {
	to := flow.Target
	if flow.Kind != FlowContact {
		factor, _ := u.Factor(step.Factor)
		to = factor.Target
	}
	return recipient{to: to, userID: u.ID, known: step.Kind == StepCode || to == u.Email}
}

// budget is a count of messages, and who they count for.
type budget struct {
	of     string
	perDay int  // that may leave before this one waits for tomorrow
	paced  bool // each further one waits twice as long
}

func (b budget) today(now time.Time) Digest {
	return DigestOf(SecretOf("messages " + b.of + " on " + now.Format(time.DateOnly)))
}

func (b budget) pace() Digest { return DigestOf(SecretOf("messages " + b.of)) }

// budgets are what a message to r counts for. To one address or number only so
// many leave a day, whatever the account. Half of them are kept for accounts
// whose own it is: nobody else can use those up, or make their codes wait, by
// typing it. An account in turn can have so many sent to what it types.
func (r recipient) budgets(perDay int) []budget {
	if r.known {
		return []budget{{of: "to " + r.to, perDay: perDay}, {of: "to " + r.to + " for " + r.userID, perDay: perDay, paced: true}}
	}
	return []budget{
		{of: "to " + r.to, perDay: (perDay + 1) / 2, paced: true},
		{of: "to what was typed for " + r.userID, perDay: perDay, paced: true},
	}
}

// sendAllowed counts a message, or says why there is none: too soon after the
// one before, or too many on one day. One that is not sent counts for nothing.
func (s *Service) sendAllowed(w *work, automatic bool, budgets ...budget) (*Refusal, error) {
	for _, b := range budgets {
		refusal, err := b.refuses(w, automatic)
		if err != nil || refusal != nil {
			return refusal, err
		}
	}
	for _, b := range budgets {
		if err := b.count(w, s.rules().Message.ResendAfter.Std()); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

func (b budget) refuses(w *work, automatic bool) (*Refusal, error) {
	today, err := w.Throttle(b.today(w.now))
	if err != nil {
		return nil, err
	}
	if today.Failures >= b.perDay {
		midnight := w.now.Truncate(24 * time.Hour).Add(24 * time.Hour)
		return &Refusal{Cause: CauseResendTooSoon, RetryAfter: seconds(midnight.Sub(w.now))}, nil
	}
	if !b.paced {
		return nil, nil
	}
	pace, err := b.paceAt(w, w.now)
	if err != nil || automatic && pace.Failures < freeSends {
		return nil, err
	}
	if wait := pace.left(w.now); wait > 0 {
		return &Refusal{Cause: CauseResendTooSoon, RetryAfter: seconds(wait)}, nil
	}
	return nil, nil
}

// count counts one more message.
func (b budget) count(w *work, wait time.Duration) error {
	return b.change(w, func(today, pace *Guard) {
		for range pace.Failures {
			wait = min(2*wait, longestWait)
		}
		today.Failures++
		pace.Failures++
		today.LastFailure, pace.LastFailure, pace.LockedUntil = w.now, w.now, w.now.Add(wait)
	})
}

// refund takes back one that could not be handed over. The next one waits as the
// first one did, however many failed before it.
func (b budget) refund(w *work, wait time.Duration) error {
	return b.change(w, func(today, pace *Guard) {
		today.Failures = max(0, today.Failures-1)
		if pace.Failures > 0 {
			pace.Failures--
			pace.LockedUntil = pace.LastFailure.Add(wait)
		}
	})
}

// change changes what b counted, today and lately.
func (b budget) change(w *work, by func(today, pace *Guard)) error {
	today, errToday := w.Throttle(b.today(w.now))
	pace, errPace := b.paceAt(w, w.now)
	if err := errors.Join(errToday, errPace); err != nil {
		return err
	}
	by(&today, &pace)
	if err := w.SetThrottle(b.today(w.now), today); err != nil || !b.paced {
		return err
	}
	return w.SetThrottle(b.pace(), pace)
}

// paceAt is what b counted lately.
func (b budget) paceAt(tx Tx, now time.Time) (Guard, error) {
	pace, err := tx.Throttle(b.pace())
	if now.Sub(pace.LastFailure) > quiet {
		pace = Guard{}
	}
	return pace, err
}

// left is how long a resend still waits at now; never longer than the longest
// wait, should the clock have been set back.
func (g Guard) left(now time.Time) time.Duration {
	return max(0, min(g.LockedUntil.Sub(now), longestWait))
}

// answered lets the resends to a recipient count from the start: a code that
// was sent there came back.
func (r recipient) answered(w *work) error {
	var errs []error
	for _, b := range r.budgets(0) {
		if b.paced {
			errs = append(errs, w.SetThrottle(b.pace(), Guard{}))
		}
	}
	return errors.Join(errs...)
}

// wait is how long a resend to a recipient waits at now.
func (r recipient) wait(tx Tx, now time.Time) (time.Duration, error) {
	longest := time.Duration(0)
	for _, b := range r.budgets(0) {
		if !b.paced {
			continue
		}
		pace, err := b.paceAt(tx, now)
		if err != nil {
			return 0, err
		}
		longest = max(longest, pace.left(now))
	}
	return longest, nil
}

// seconds rounds a wait up.
func seconds(d time.Duration) time.Duration { return (d + time.Second - 1).Truncate(time.Second) }
