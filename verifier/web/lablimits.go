package web

import (
	"fmt"
	"math"
	"net/http"
	"time"

	"twofold/verifier"
	"twofold/verifier/rollout"
)

// labLimitsPage is what the page of codes and limits shows.
type labLimitsPage struct {
	Guesses []labGuess
	Locks   []labLock
	Soonest string // how long the tries before the hard stop take at least
	PerDay  int    // tries that fit into the first day
}

// labGuess is how likely somebody guesses a code.
type labGuess struct {
	What, How          string
	Each, First, Never string // for one try, for the tries before the first lock, for all before the hard stop
}

// labLock is a lock after so many failures.
type labLock struct {
	Failures int
	For      string
}

func (h *handler) labLimits(w http.ResponseWriter, r *http.Request) {
	v := h.labView(r, "limits")
	page := labLimitsPage{Guesses: labGuesses(v.Rollout)}
	page.Locks, page.Soonest, page.PerDay = labSchedule(v.Rollout.Limits)
	v.Data = page
	h.lab(w, r, http.StatusOK, "limits", v)
}

// labGuesses are the odds of each method that r offers.
func labGuesses(r rollout.Rollout) []labGuess {
	var out []labGuess
	for _, m := range r.SecondStep.Methods {
		valid, digits, how := 1, r.TOTP.Digits, ""
		switch m {
		case rollout.TOTP:
			valid = 2*r.TOTP.Skew + 1
			how = fmt.Sprintf("%d of %s codes are accepted: the step of the clock and %d either side", valid, labCodes(digits), r.TOTP.Skew)
		case rollout.HOTP:
			valid = r.HOTP.LookAhead + 1
			how = fmt.Sprintf("%d of %s codes are accepted: the expected counter and %d after it", valid, labCodes(digits), r.HOTP.LookAhead)
		default:
			digits = r.Message.Digits
			how = fmt.Sprintf("1 of %s codes is accepted: the newest that was sent, for %s", labCodes(digits), lasting(r.Message.Lifetime.Std()))
		}
		p := float64(valid) / math.Pow10(digits)
		out = append(out, labGuess{
			What: labSentence(labMethods[m]), How: how,
			Each: labFraction(valid, digits), First: labOdds(p, r.Limits.CodeFailures), Never: labOdds(p, r.Limits.HardStop),
		})
	}
	return out
}

// labCodes is how many codes of so many digits there are.
func labCodes(digits int) string { return labThousands(int64(math.Pow10(digits))) }

// labFraction writes "3 in 1,000,000".
func labFraction(n, digits int) string {
	return fmt.Sprintf("%d in %s", n, labCodes(digits))
}

// labOdds writes the chance of at least one hit in so many tries, as one in
// how many and in percent.
func labOdds(p float64, tries int) string {
	hit := -math.Expm1(float64(tries) * math.Log1p(-p))
	if hit <= 0 {
		return "none"
	}
	return fmt.Sprintf("1 in %s (%.2g%%)", labThousands(int64(math.Round(1/hit))), hit*100)
}

func labThousands(n int64) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return labThousands(n/1000) + fmt.Sprintf(",%03d", n%1000)
}

// labSchedule lets somebody guess as soon as each lock ends, by the rules that
// are in force, and tells the locks apart, how long it takes to the hard stop,
// and how many tries fit into a day.
func labSchedule(limits rollout.Limits) (locks []labLock, soonest string, perDay int) {
	begin := time.Unix(0, 0).UTC()
	now, guard, last := begin, verifier.Guard{}, time.Duration(-1)
	for guard.Failures < limits.HardStop {
		guard = guard.Counted(limits, limits.CodeFailures, now)
		if now.Sub(begin) < 24*time.Hour {
			perDay = guard.Failures
		}
		lock := max(0, guard.LockedUntil.Sub(now))
		if guard.Failures < limits.HardStop && lock != last && lock > 0 {
			locks = append(locks, labLock{Failures: guard.Failures, For: lasting(lock)})
		}
		last = lock
		if guard.Failures < limits.HardStop {
			now = now.Add(lock)
		}
	}
	locks = append(locks, labLock{Failures: limits.HardStop, For: "until somebody unlocks the account"})
	return locks, lasting(now.Sub(begin)), perDay
}
