package verifier

import (
	"time"

	"twofold/verifier/rollout"
)

// Guard counts consecutive failures at one door, a user's second step or the
// password of one address, and says until when the door is shut.
type Guard struct {
	Failures    int
	LockedUntil time.Time
	LastFailure time.Time
}

// Refuses gives the refusal of an attempt at now, or nil where it may be made.
func (g Guard) Refuses(limits rollout.Limits, now time.Time) *Refusal {
	if g.Failures >= limits.HardStop {
		return &Refusal{Cause: CauseLocked, RetryAfter: limits.LongestLock.Std()}
	}
	if left := g.LockedUntil.Sub(now); left > 0 {
		// Never longer than the longest lock: after the clock was set back, the
		// door stays shut for longer than it says. Bounded first, as left may be
		// the longest Duration there is, and then rounded up.
		left = min(left, limits.LongestLock.Std())
		return &Refusal{Cause: CauseTooManyAttempts, RetryAfter: (left + time.Second - 1).Truncate(time.Second)}
	}
	return nil
}

// Counted is the guard after one more failure at now, where allowed failures
// come before the first lock. Each failure after that locks for twice as long
// as the one before, up to the longest lock.
func (g Guard) Counted(limits rollout.Limits, allowed int, now time.Time) Guard {
	g.Failures++
	g.LastFailure = now
	if over := g.Failures - allowed; over >= 0 {
		lock := limits.FirstLock.Std()
		for range over {
			if lock >= limits.LongestLock.Std() {
				break
			}
			lock *= 2
		}
		g.LockedUntil = now.Add(min(lock, limits.LongestLock.Std()))
	}
	return g
}

// Left is how many attempts remain before the next lock, at least 1 while the
// door is open.
func (g Guard) Left(allowed int) int { return max(1, allowed-g.Failures) }
