package verifier

import (
	"fmt"
	"slices"
	"time"
)

// How far a refused code is looked for. The bounds are also the cost: at most
// about two thousand codes are computed, whatever is found.
const (
	searched         = 20  // steps either side of the clock: ten minutes at the usual period
	searchedNear     = 2   // steps either side, with other parameters or another secret
	searchedCounters = 100 // counters from the first
	searchedAccounts = 200 // factors of other accounts, the newest
)

// finding is what the tester's side hears of a code.
type finding struct {
	cause    Cause
	stepsOff *int
	detail   string
}

// diagnose says why a code was refused. It decides nothing: what it says
// reaches events, and the account holder only where the roll-out says so. It
// looks everywhere, whatever it finds: how long the answer takes must not tell
// a guesser that a code was right once, or will be (P15).
func (s *Service) diagnose(w *work, user User, a attempt, keys []TOTP, challenges []Challenge) (finding, error) {
	switch {
	case a.code == "":
		return finding{cause: CauseCodeWrongLength}, nil
	case !onlyDigits(a.code):
		return finding{cause: CauseCodeNotDigits}, nil
	}
	var all []finding // the likeliest first
	add := func(f finding, found bool) {
		if found {
			all = append(all, f)
		}
	}
	add(ofFactors(a, keys, w.now, s.rules().TOTP.Skew))
	add(s.ofChallenges(a, challenges))
	add(ofParameters(a, keys, w.now))
	add(finding{cause: CauseCodeWrongLength, detail: fmt.Sprintf("%d digits", len(a.code))}, !s.rightLength(a))
	add(ofCounters(a, keys, w.now))
	add(s.ofAbandoned(user, a, w.now))
	others, found, err := s.ofOthers(w, user, a)
	add(others, found)
	add(finding{cause: CauseCodeWrong}, true)
	return all[0], err
}

func (s *Service) rightLength(a attempt) bool {
	sent := a.flow != nil && (a.method == MethodEmail || a.method == MethodSMS) && len(a.code) == s.rules().Message.Digits
	return sent || slices.ContainsFunc(a.factors, func(f Factor) bool { return f.App() && f.Digits == len(a.code) })
}

// ofFactors looks among the right factors, further away.
func ofFactors(a attempt, keys []TOTP, now time.Time, skew int) (finding, bool) {
	var best finding
	found := false
	for i, f := range a.factors {
		if !f.App() || f.Digits != len(a.code) {
			continue
		}
		current, first, last, ahead := span(f, keys[i], now, skew)
		step, ok := keys[i].search(a.code, first, last)
		if used := usedStep(f, keys[i], a.code); used != NoStep {
			step, ok = used, true
		}
		if !ok {
			continue
		}
		off := int(step - current)
		cause := CauseCodeOldStep
		switch {
		case slices.Contains(f.Spent, step):
			cause = CauseCodeAlreadyUsed
		case off > ahead:
			cause = CauseCodeFutureStep
		}
		best, found = finding{cause: cause, stepsOff: &off}, true
	}
	return best, found
}

// span is where a factor's code is looked for: around the clock, or around the
// counter that is expected next.
func span(f Factor, key TOTP, now time.Time, skew int) (current, first, last TimeStep, ahead int) {
	if f.Method == MethodHOTP {
		current = f.LastStep + 1
		return current, current - searched, current + searchedCounters, 0
	}
	current = key.StepAt(now)
	return current, current - searched, current + searched, skew
}

// usedStep gives the remembered step of f that code was spent for, or NoStep.
func usedStep(f Factor, key TOTP, code string) TimeStep {
	used := NoStep
	for _, step := range f.Spent {
		if _, ok := key.search(code, step, step); ok {
			used = step
		}
	}
	return used
}

// ofChallenges looks among the codes that were sent for this flow.
func (s *Service) ofChallenges(a attempt, challenges []Challenge) (finding, bool) {
	if a.flow == nil {
		return finding{}, false
	}
	want := s.codeHash(a.flow.Key, a.code)
	newest := true
	for _, c := range challenges {
		same, latest := c.Hash == want, newest && c.Target == a.to.to
		if c.Target == a.to.to {
			newest = false
		}
		switch {
		case !same:
		case !c.Spent.IsZero():
			return finding{cause: CauseCodeAlreadyUsed}, true
		case latest:
			return finding{cause: CauseCodeExpired}, true
		default:
			return finding{cause: CauseCodeSuperseded, detail: "a newer code was sent"}, true
		}
	}
	return finding{}, false
}

// ofParameters looks for apps that ignored what the key URI said.
func ofParameters(a attempt, keys []TOTP, now time.Time) (first finding, found bool) {
	for i, f := range a.factors {
		if f.Method != MethodTOTP {
			continue
		}
		for _, algorithm := range []string{"SHA1", "SHA256", "SHA512"} {
			for _, digits := range []int{6, 8} {
				for _, period := range []time.Duration{30 * time.Second, time.Minute} {
					other := TOTP{Key: keys[i].Key, Algorithm: algorithm, Digits: digits, Period: period}
					if digits != len(a.code) || algorithm == f.Algorithm && digits == f.Digits && period == f.Period {
						continue
					}
					if _, ok := other.Match(a.code, now, searchedNear); ok && !found {
						first, found = finding{cause: CauseCodeWrongAlgorithm, detail: ignored(f, other)}, true
					}
				}
			}
		}
	}
	return first, found
}

// ignored says what an app made of a key URI.
func ignored(f Factor, app TOTP) string {
	switch {
	case app.Algorithm != f.Algorithm:
		return fmt.Sprintf("the app ignored algorithm=%s and computes %s", f.Algorithm, app.Algorithm)
	case app.Digits != f.Digits:
		return fmt.Sprintf("the app ignored digits=%d and shows %d", f.Digits, app.Digits)
	}
	return fmt.Sprintf("the app ignored period=%d and counts %d seconds", f.Period/time.Second, app.Period/time.Second)
}

// ofCounters looks for apps that count where they should go by the clock, and
// the other way round.
func ofCounters(a attempt, keys []TOTP, now time.Time) (last finding, found bool) {
	for i, f := range a.factors {
		switch f.Method {
		case MethodTOTP:
			if counter, ok := keys[i].search(a.code, 0, searchedCounters); ok {
				last, found = finding{
					cause: CauseCodeLooksCounterBased, detail: fmt.Sprintf("it is the code of counter %d: the app was set to counter-based", counter),
				}, true
			}
		case MethodHOTP:
			if _, ok := keys[i].Match(a.code, now, searchedNear); ok {
				last, found = finding{cause: CauseCodeWrongAlgorithm, detail: "the app was set to time-based; this factor counts"}, true
			}
		}
	}
	return last, found
}

// ofAbandoned looks among the user's enrollments that were never confirmed.
func (s *Service) ofAbandoned(user User, a attempt, now time.Time) (last finding, found bool) {
	for _, f := range user.Factors {
		asked := slices.ContainsFunc(a.factors, func(g Factor) bool { return g.ID == f.ID })
		if asked || !f.Pending() || !f.App() {
			continue
		}
		key, err := s.sealer.totp(f)
		if err != nil {
			continue // a fault here would take back the count of the failure
		}
		if off, ok := near(f, key, a.code, now); ok {
			last, found = finding{
				cause: CauseEnrollmentNotConfirmed, stepsOff: off,
				detail: "it is the code of a QR that was shown and never confirmed",
			}, true
		}
	}
	return last, found
}

// ofOthers looks among the factors of other accounts.
func (s *Service) ofOthers(w *work, user User, a attempt) (newest finding, found bool, err error) {
	factors, err := w.OtherFactors(user.ID, searchedAccounts)
	if err != nil {
		return finding{}, false, err
	}
	for _, f := range factors {
		key, err := s.sealer.totp(f)
		if err != nil {
			continue // one damaged row of somebody else's must not stop this person
		}
		if off, ok := near(f, key, a.code, w.now); ok && !found {
			newest, found = finding{cause: CauseCodeOfOtherAccount, stepsOff: off, detail: "it is the code of " + f.Label}, true
		}
	}
	return newest, found, nil
}

// near matches a code with a factor that it was not meant for.
func near(f Factor, key TOTP, code string, now time.Time) (*int, bool) {
	if f.Method == MethodHOTP {
		_, ok := key.search(code, f.LastStep+1, f.LastStep+1+searchedNear)
		return nil, ok
	}
	step, ok := key.Match(code, now, searchedNear)
	off := int(step - key.StepAt(now))
	return &off, ok
}
