package api

import (
	"net/http"

	"twofold/verifier"
)

// heard is how a refusal is told: its HTTP status and its words.
type heard struct {
	status int
	detail string
}

// refusals is the one table from what the service refuses to status and words.
// It holds every cause: where the roll-out turns diagnosis on, the account
// holder hears the exact one.
var refusals = map[verifier.Cause]heard{
	// Coarse ones.
	verifier.CauseCredentialsRefused: {http.StatusUnauthorized, "The e-mail address or the password is not right."},
	verifier.CauseCodeRefused:        {http.StatusUnauthorized, "The code was not accepted. Each works once; try the newest one."},
	verifier.CauseTooManyAttempts:    {http.StatusTooManyRequests, "Too many attempts. Wait before trying again."},
	verifier.CauseLocked:             {http.StatusTooManyRequests, "Too many attempts. An administrator has to unlock the account."},
	verifier.CauseSessionRefused:     {http.StatusUnauthorized, "There is no such session, or it has ended."},

	// Codes.
	verifier.CauseCodeWrong:             {http.StatusUnauthorized, "The code is not right."},
	verifier.CauseCodeWrongLength:       {http.StatusUnauthorized, "The code has too many or too few digits."},
	verifier.CauseCodeNotDigits:         {http.StatusUnauthorized, "The code has characters that are no digits."},
	verifier.CauseCodeOldStep:           {http.StatusUnauthorized, "The code was right and is too old. Compare the clock of the device with the real time."},
	verifier.CauseCodeFutureStep:        {http.StatusUnauthorized, "The code is not right yet. Compare the clock of the device with the real time."},
	verifier.CauseCodeAlreadyUsed:       {http.StatusUnauthorized, "The code was used before. Each works once."},
	verifier.CauseCodeOfOtherAccount:    {http.StatusUnauthorized, "The code is that of another account, or of a QR that was given up."},
	verifier.CauseCodeLooksCounterBased: {http.StatusUnauthorized, "The app counts codes instead of using the time."},
	verifier.CauseCodeWrongAlgorithm:    {http.StatusUnauthorized, "The app uses another algorithm, period or number of digits."},
	verifier.CauseCodeExpired:           {http.StatusUnauthorized, "The code has expired. Have another one sent."},
	verifier.CauseCodeSuperseded:        {http.StatusUnauthorized, "A newer code was sent. Use the last one."},
	verifier.CauseRecoveryCodeUsed:      {http.StatusUnauthorized, "The recovery code was used before. Take another one."},

	// Messages and whom they go to.
	verifier.CausePhoneMissing:        {http.StatusUnprocessableEntity, "A phone number is needed."},
	verifier.CausePhoneInvalid:        {http.StatusUnprocessableEntity, "That is no phone number."},
	verifier.CausePhoneCountryUnknown: {http.StatusUnprocessableEntity, "The phone number needs its country code, such as +1."},
	verifier.CauseEmailInvalid:        {http.StatusUnprocessableEntity, "That is no e-mail address."},
	verifier.CauseEmailUnverified:     {http.StatusForbidden, "The e-mail address was not confirmed yet."},
	verifier.CauseEmailTaken:          {http.StatusConflict, "There is an account with this address. Sign in instead."},
	verifier.CauseDeliveryFailed:      {http.StatusBadGateway, "The code could not be sent. Try again, or use another method."},
	verifier.CauseResendTooSoon:       {http.StatusTooManyRequests, "A code was sent just now. Wait before asking for another."},

	// Passwords.
	verifier.CauseUserUnknown:              {http.StatusUnauthorized, "There is no account with this address."},
	verifier.CausePasswordWrong:            {http.StatusUnauthorized, "The password is not right."},
	verifier.CausePasswordTooShort:         {http.StatusUnprocessableEntity, "The password is too short."},
	verifier.CausePasswordTooLong:          {http.StatusUnprocessableEntity, "The password is too long."},
	verifier.CausePasswordBreached:         {http.StatusUnprocessableEntity, "The password is among those that attackers try first. Choose another."},
	verifier.CausePasswordMustChange:       {http.StatusConflict, "The password has to be changed first."},
	verifier.CausePasswordTemporaryExpired: {http.StatusForbidden, "The temporary password has expired or was used. Ask for a new one."},
	verifier.CauseDisablePasswordWrong:     {http.StatusForbidden, "The password is not right; nothing was changed."},
	verifier.CauseLinkRefused:              {http.StatusGone, "The link is unknown, was used, or is too old. Ask for a new one."},
	verifier.CauseResetNotAllowed:          {http.StatusForbidden, "Forgotten passwords are replaced by somebody else here."},

	// Flows and the roll-out.
	verifier.CauseFlowUnknown:              {http.StatusNotFound, "There is no such flow. Sign in again."},
	verifier.CauseFlowOver:                 {http.StatusGone, "This flow is done."},
	verifier.CauseFlowExpired:              {http.StatusGone, "This flow took too long. Sign in again."},
	verifier.CauseFlowElsewhere:            {http.StatusConflict, "The flow waits for something else; see its next step."},
	verifier.CauseEnrollmentExpired:        {http.StatusGone, "The enrollment took too long. Sign in again for a new one."},
	verifier.CauseEnrollmentCancelled:      {http.StatusGone, "The enrollment was given up. Begin a new one."},
	verifier.CauseEnrollmentNotConfirmed:   {http.StatusConflict, "No enrollment is under way in this flow."},
	verifier.CauseSignUpNotAllowed:         {http.StatusForbidden, "Accounts are made by somebody else here."},
	verifier.CauseSkipNotAllowed:           {http.StatusForbidden, "Set-up cannot be skipped."},
	verifier.CauseMethodNotAllowed:         {http.StatusForbidden, "This method is not among those of the roll-out."},
	verifier.CauseTooManyFactors:           {http.StatusForbidden, "There are as many factors as an account may have. Remove one first."},
	verifier.CauseDisableForbiddenByPolicy: {http.StatusForbidden, "The last factor stays: a second step is required here."},
	verifier.CauseRolloutInvalid:           {http.StatusUnprocessableEntity, "The roll-out has mistakes; the one before stays in force."},

	// Accounts, devices, the helpdesk.
	verifier.CauseAccountDisabled:        {http.StatusForbidden, "The account is disabled."},
	verifier.CauseFactorUnknown:          {http.StatusNotFound, "There is no such factor."},
	verifier.CauseDeviceUnknown:          {http.StatusNotFound, "There is no such device."},
	verifier.CauseDeviceTrustExpired:     {http.StatusUnauthorized, "The device is no longer trusted. Do the second step."},
	verifier.CauseDeviceTrustRevoked:     {http.StatusUnauthorized, "The trust in this device was taken back. Do the second step."},
	verifier.CauseUserNotFound:           {http.StatusNotFound, "There is no such user."},
	verifier.CauseRoleUnknown:            {http.StatusUnprocessableEntity, "There is no such role, or it does not go with the rest."},
	verifier.CauseHelpdeskIdentityFailed: {http.StatusForbidden, "The answers are not right; nothing was changed."},
	verifier.CauseHelpdeskNotAllowed:     {http.StatusForbidden, "The roll-out has no such helpdesk, or the operator is none of its people."},
	verifier.CauseNameTooLong:            {http.StatusUnprocessableEntity, "The name is too long."},

	// The verifier itself.
	verifier.CauseClockOutOfRange: {http.StatusUnprocessableEntity, "The clock goes from 1970 to 2299, at up to 100000 seconds a second."},
	verifier.CauseBusy:            {http.StatusServiceUnavailable, "Too many passwords wait to be checked. Try again."},
}

// Codes that are not the service's.
const (
	codeLabTokenRefused = "lab_token_refused"
	codeInvalid         = "invalid_request"
	codeRolloutInvalid  = string(verifier.CauseRolloutInvalid)
)

// codeOfStatus names what the HTTP side refuses by itself.
func codeOfStatus(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "bad_json"
	case http.StatusNotFound:
		return "not_found"
	case http.StatusMethodNotAllowed:
		return "http_method_not_allowed"
	case http.StatusRequestTimeout:
		return "request_timeout"
	case http.StatusRequestEntityTooLarge:
		return "body_too_large"
	case http.StatusUnprocessableEntity:
		return codeInvalid
	}
	return "internal"
}
