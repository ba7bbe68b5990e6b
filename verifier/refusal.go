package verifier

import (
	"errors"
	"time"
)

// Cause is why something was refused, exactly. The names are those of the
// error catalog and never change their meaning.
type Cause string

// Causes of refused codes. The account holder hears CauseCodeRefused for all
// of them.
const (
	CauseCodeWrong       Cause = "code_wrong"
	CauseCodeWrongLength Cause = "code_wrong_length"
	CauseCodeNotDigits   Cause = "code_not_digits"
	CauseCodeOldStep     Cause = "code_old_step"
	CauseCodeFutureStep  Cause = "code_future_step"
	CauseCodeAlreadyUsed Cause = "code_already_used"
)

// Causes of refused passwords and addresses. The account holder hears
// CauseCredentialsRefused for the first two.
const (
	CauseUserUnknown          Cause = "user_unknown"
	CausePasswordWrong        Cause = "password_wrong"
	CausePasswordTooShort     Cause = "password_too_short"
	CausePasswordTooLong      Cause = "password_too_long"
	CauseEmailInvalid         Cause = "email_invalid"
	CauseEmailTaken           Cause = "email_taken"
	CauseDisablePasswordWrong Cause = "disable_password_wrong"
)

// Causes of the limits. The account holder hears CauseTooManyAttempts.
const (
	CauseTooManyAttempts Cause = "too_many_attempts" // locked for a while
	CauseLocked          Cause = "locked"            // until somebody unlocks it
)

// Causes that lie in the flow or the roll-out.
const (
	CauseFlowUnknown              Cause = "flow_unknown"
	CauseFlowOver                 Cause = "flow_over"
	CauseFlowExpired              Cause = "flow_expired"
	CauseFlowElsewhere            Cause = "flow_elsewhere"
	CauseEnrollmentExpired        Cause = "enrollment_expired"
	CauseEnrollmentCancelled      Cause = "enrollment_cancelled" //nolint:misspell // the name is a promise
	CauseEnrollmentNotConfirmed   Cause = "enrollment_not_confirmed"
	CauseSkipNotAllowed           Cause = "skip_not_allowed"
	CauseMethodNotAllowed         Cause = "method_not_allowed"
	CauseSignUpNotAllowed         Cause = "signup_not_allowed"
	CauseTooManyFactors           Cause = "too_many_factors"
	CauseDisableForbiddenByPolicy Cause = "disable_forbidden_by_policy"
	CauseSessionRefused           Cause = "session_refused"
	CauseFactorUnknown            Cause = "factor_unknown"
	CauseUserNotFound             Cause = "user_not_found"
	CauseNameTooLong              Cause = "name_too_long"
	CauseClockOutOfRange          Cause = "clock_out_of_range"
	CauseBusy                     Cause = "busy"
)

// What the account holder hears where the cause is not for them.
const (
	CauseCredentialsRefused Cause = "credentials_refused"
	CauseCodeRefused        Cause = "code_refused"
)

// Public is what the account holder may hear of c: coarse where telling more
// would confirm a guess.
func (c Cause) Public() Cause {
	switch c {
	case CauseCodeWrong, CauseCodeWrongLength, CauseCodeNotDigits, CauseCodeOldStep,
		CauseCodeFutureStep, CauseCodeAlreadyUsed:
		return CauseCodeRefused
	case CauseUserUnknown, CausePasswordWrong:
		return CauseCredentialsRefused
	case CauseLocked:
		return CauseTooManyAttempts
	}
	return c
}

// Refusal is an error that follows from the rules, not from a fault.
type Refusal struct {
	Cause      Cause         // exact; for events, never for the account holder
	RetryAfter time.Duration // with the limits' causes: when to try again, rounded up to seconds
}

// Error says the public cause only, so that a logged refusal confirms no guess.
func (r *Refusal) Error() string { return "refused: " + string(r.Cause.Public()) }

// Is lets errors.Is compare by cause alone.
func (r *Refusal) Is(target error) bool {
	var other *Refusal
	return errors.As(target, &other) && other.Cause == r.Cause
}
