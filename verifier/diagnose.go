package verifier

import (
	"slices"
	"time"
)

// searched is how many steps either side of the clock a refused code is looked
// for: ten minutes at the usual period. The bound is also the cost.
const searched = 20

// finding is what the tester's side hears of a code.
type finding struct {
	cause    Cause
	stepsOff *int
}

// diagnose says why a code was refused. It decides nothing: what it says
// reaches events only.
func diagnose(factors []Factor, keys []TOTP, code string, now time.Time, skew int) finding {
	switch {
	case code == "" || len(factors) == 0:
		return finding{cause: CauseCodeWrongLength}
	case !onlyDigits(code):
		return finding{cause: CauseCodeNotDigits}
	case !slices.ContainsFunc(factors, func(f Factor) bool { return f.Digits == len(code) }):
		return finding{cause: CauseCodeWrongLength}
	}
	best := finding{cause: CauseCodeWrong}
	for i, f := range factors {
		current := keys[i].StepAt(now)
		step, ok := keys[i].search(code, current-searched, current+searched)
		if used := usedStep(f, keys[i], code); used != NoStep {
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
		case off > skew:
			cause = CauseCodeFutureStep
		}
		best = finding{cause: cause, stepsOff: &off}
	}
	return best
}

// usedStep gives the remembered step of f that code was spent for, or NoStep.
func usedStep(f Factor, key TOTP, code string) TimeStep {
	for _, step := range f.Spent {
		if _, ok := key.search(code, step, step); ok {
			return step
		}
	}
	return NoStep
}
