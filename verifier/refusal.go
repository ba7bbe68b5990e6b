package verifier

import (
	"cmp"
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

	CauseCodeOfOtherAccount    Cause = "code_of_other_account"
	CauseCodeLooksCounterBased Cause = "code_looks_counter_based"
	CauseCodeWrongAlgorithm    Cause = "code_wrong_algorithm" // or digits, or period
	CauseCodeExpired           Cause = "code_expired"
	CauseCodeSuperseded        Cause = "code_superseded"
	CauseRecoveryCodeUsed      Cause = "recovery_code_used"
)

// Causes that lie in messages and whom they go to.
const (
	CausePhoneMissing        Cause = "phone_missing"
	CausePhoneInvalid        Cause = "phone_invalid"
	CausePhoneCountryUnknown Cause = "phone_country_unknown"
	CauseEmailUnverified     Cause = "email_unverified"
	CauseDeliveryFailed      Cause = "delivery_failed"
	CauseResendTooSoon       Cause = "resend_too_soon"
)

// Causes that lie in devices, the helpdesk and the state of an account.
const (
	CauseDeviceTrustExpired       Cause = "device_trust_expired"
	CauseDeviceTrustRevoked       Cause = "device_trust_revoked"
	CauseDeviceUnknown            Cause = "device_unknown"
	CauseHelpdeskIdentityFailed   Cause = "helpdesk_identity_failed"
	CauseHelpdeskNotAllowed       Cause = "helpdesk_not_allowed" // by the roll-out, or to this operator
	CauseAccountDisabled          Cause = "account_disabled"
	CausePasswordTemporaryExpired Cause = "password_temporary_expired" // or used
	CausePasswordMustChange       Cause = "password_must_change"
	CausePasswordBreached         Cause = "password_breached"
	CauseLinkRefused              Cause = "link_refused" // of a reset or invitation: unknown, used, or too old
	CauseResetNotAllowed          Cause = "reset_not_allowed"
	CauseRoleUnknown              Cause = "role_unknown"
	CauseRolloutInvalid           Cause = "rollout_invalid"
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
		CauseCodeFutureStep, CauseCodeAlreadyUsed, CauseCodeOfOtherAccount, CauseCodeLooksCounterBased,
		CauseCodeWrongAlgorithm, CauseCodeExpired, CauseCodeSuperseded, CauseRecoveryCodeUsed:
		return CauseCodeRefused
	case CauseUserUnknown, CausePasswordWrong, CauseAccountDisabled:
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
	Open       bool          // the roll-out lets the account holder hear the exact cause
	coarse     Cause         // what the account holder hears otherwise; zero: Cause.Public()
}

// Heard is the cause as the account holder may hear it.
func (r *Refusal) Heard() Cause {
	if r.Open {
		return r.Cause
	}
	return cmp.Or(r.coarse, r.Cause.Public())
}

// asRefusal gives the refusal in err, if it is one.
func asRefusal(err error) (*Refusal, bool) {
	var r *Refusal
	ok := errors.As(err, &r)
	return r, ok
}

// Error says the public cause only, so that a logged refusal confirms no guess.
func (r *Refusal) Error() string { return "refused: " + string(r.Heard()) }

// Is lets errors.Is compare by cause alone.
func (r *Refusal) Is(target error) bool {
	var other *Refusal
	return errors.As(target, &other) && other.Cause == r.Cause
}
