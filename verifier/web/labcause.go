package web

import "twofold/verifier"

// labCause is what testers read of a cause.
type labCause struct {
	Name  string // in a few words
	Means string // what happened
	Next  string // what to do about it
}

// labCauses has every cause there is. Nothing in it is for the account holder.
var labCauses = map[verifier.Cause]labCause{
	verifier.CauseCodeWrong: {
		"wrong code", "The code matches nothing that was looked at: no step within ten minutes, no other parameters, no other account.",
		"Check that it was taken from this account’s entry and typed without a slip. An app with a far wrong clock looks the same.",
	},
	verifier.CauseCodeWrongLength: {
		"wrong length", "The code has too few or too many digits.",
		"Type all digits. If the app shows another number of them, it ignored digits= in the QR.",
	},
	verifier.CauseCodeNotDigits: {
		"not digits", "There is something else than the digits 0 to 9 in the code.",
		"Type digits. A password manager may have filled in a password.",
	},
	verifier.CauseCodeOldStep: {
		"older step", "The code is right, but of an older step than is accepted.",
		"Use the newest code. If it happens each time, the app’s clock is behind.",
	},
	verifier.CauseCodeFutureStep: {
		"step ahead", "The code is right, but of a step that is still to come.",
		"The app’s clock is ahead: let the device set its clock by itself. Or the verifier’s clock was set back on the clock page.",
	},
	verifier.CauseCodeAlreadyUsed: {
		"already used", "The code was accepted before, and each is accepted once.",
		"Wait for the next code.",
	},
	verifier.CauseCodeOfOtherAccount: {
		"another account’s code", "The code is right for another account.",
		"Take the code from the entry with this account’s address.",
	},
	verifier.CauseCodeLooksCounterBased: {
		"counter-based app", "The app counts codes instead of going by the clock.",
		"Delete the entry in the app and add it again as time-based.",
	},
	verifier.CauseCodeWrongAlgorithm: {
		"app ignored a parameter", "The app computes codes with other parameters than the QR says.",
		"Use another app, or a roll-out with SHA1, 6 digits and 30 seconds, which all apps know.",
	},
	verifier.CauseCodeExpired: {
		"expired", "The code that was sent was right, and is too old.",
		"Send a new one. If messages are slow, look at the outbox and the faults.",
	},
	verifier.CauseCodeSuperseded: {
		"superseded", "It is the code of an earlier message; a newer one was sent since.",
		"Type the code of the newest message.",
	},
	verifier.CauseRecoveryCodeUsed: {
		"recovery code used", "The recovery code was accepted before, and each is accepted once.",
		"Use another one of the list, or make a new list in the account.",
	},

	verifier.CausePhoneMissing: {
		"no number", "Codes by SMS were chosen, and the account has no number.",
		"Give a number, or add one to the account first.",
	},
	verifier.CausePhoneInvalid: {
		"no such number", "What was typed is not a phone number.",
		"Write it with its country code, as +1 202 555 0143.",
	},
	verifier.CausePhoneCountryUnknown: {
		"no country code", "The number has no country code, or one that no country has.",
		"Begin with + and the country code; leave out the zero after it.",
	},
	verifier.CauseEmailUnverified: {
		"address unconfirmed", "The address was never confirmed, so no code goes there.",
		"Confirm it with the code that is sent first.",
	},
	verifier.CauseDeliveryFailed: {
		"not delivered", "The message could not be handed over.",
		"Look at the outbox for the reason, and at the faults: somebody may have asked for this.",
	},
	verifier.CauseResendTooSoon: {
		"resent too soon", "The wait before another message is not over, or the day’s messages are used up.",
		"Wait, or move the clock on.",
	},

	verifier.CauseDeviceTrustExpired: {
		"trust expired", "The device was trusted for a time that is over, or the roll-out trusts none now.",
		"Nothing is wrong: the second step is asked, and the device can be trusted again.",
	},
	verifier.CauseDeviceTrustRevoked: {
		"trust taken back", "The trust in this device was taken back: forgotten, or by a new password or a reset.",
		"Nothing is wrong: the second step is asked, and the device can be trusted again.",
	},
	verifier.CauseDeviceUnknown: {
		"unknown device", "The browser sent the token of a device that this account does not have.",
		"Usual after the store was made anew or with another account in the same browser.",
	},
	verifier.CauseHelpdeskIdentityFailed: {
		"identity not proven", "Not every answer was right, or there is no question to ask. Nothing changed.",
		"Ask again, or set the questions first. Too many tries lock the case for a while.",
	},
	verifier.CauseHelpdeskNotAllowed: {
		"help desk may not", "The roll-out has no help desk reset, or the operator is not an enabled account with the role helpdesk or admin other than this one.",
		"Take a roll-out with helpdesk.reset, or name another operator.",
	},
	verifier.CauseAccountDisabled: {
		"account disabled", "The account was disabled by the tester’s side.",
		"Enable it on the user’s page.",
	},
	verifier.CausePasswordTemporaryExpired: {
		"temporary password over", "The temporary password is too old, or was used before.",
		"Mail another one from the user’s page.",
	},
	verifier.CausePasswordMustChange: {
		"password must change", "The temporary password has to be replaced by another one first.",
		"Choose a password that is not the temporary one.",
	},
	verifier.CausePasswordBreached: {
		"well-known password", "The password is on the list of well-known ones, or made of the address or the organization’s name.",
		"Choose another one.",
	},
	verifier.CauseLinkRefused: {
		"link refused", "The link from the mail is unknown, was used, or is too old.",
		"Ask for another one, and open the newest mail.",
	},
	verifier.CauseResetNotAllowed: {
		"no reset here", "The roll-out does not replace forgotten passwords by e-mail.",
		"Mail a temporary password from the user’s page, or set password.reset.",
	},
	verifier.CauseRoleUnknown: {
		"no such role", "There is no such role.",
		"Take one of user, admin, helpdesk and service.",
	},
	verifier.CauseRolloutInvalid: {
		"roll-out has mistakes", "The roll-out has mistakes; the one before stays in force.",
		"Mend the lines that are named.",
	},

	verifier.CauseUserUnknown: {
		"unknown address", "There is no account with this address. The person heard the same as for a wrong password.",
		"Check the address, or add the account.",
	},
	verifier.CausePasswordWrong: {
		"wrong password", "The password is wrong.",
		"Type it again, or mail a temporary one from the user’s page.",
	},
	verifier.CausePasswordTooShort: {
		"password too short", "The password has fewer characters than the roll-out asks for.",
		"Choose a longer one; password.min_length has the number.",
	},
	verifier.CausePasswordTooLong: {
		"password too long", "The password has more characters than the roll-out takes.",
		"Choose a shorter one; password.max_length has the number.",
	},
	verifier.CauseEmailInvalid: {
		"no e-mail address", "What was typed is not an e-mail address.",
		"Enter one like name@example.com.",
	},
	verifier.CauseEmailTaken: {
		"address taken", "There is an account with this address already.",
		"Use another address, or the account that is there.",
	},
	verifier.CauseDisablePasswordWrong: {
		"wrong password, kept on", "The password was wrong, so the second step stays on.",
		"Try again with the right one.",
	},

	verifier.CauseTooManyAttempts: {
		"locked for a while", "Too many failures in a row: nothing is accepted for a while, not even the right thing.",
		"Wait, move the clock on, or unlock the account.",
	},
	verifier.CauseLocked: {
		"locked", "So many failures in a row that the account stays locked.",
		"Unlock it on the user’s page.",
	},

	verifier.CauseFlowUnknown: {
		"unknown flow", "The browser’s flow is not there: never begun, ended, or swept.",
		"Start again from the beginning.",
	},
	verifier.CauseFlowOver: {
		"flow over", "The flow was completed before.",
		"Start again from the beginning.",
	},
	verifier.CauseFlowExpired: {
		"flow expired", "The flow took longer than lifetimes.flow.",
		"Start again. If the clock was moved on, that is why.",
	},
	verifier.CauseFlowElsewhere: {
		"another step is up", "What was sent belongs to another step than the one that is up.",
		"Usual with two tabs or the back button: go on where the flow is.",
	},
	verifier.CauseEnrollmentExpired: {
		"set-up expired", "The QR was shown longer ago than lifetimes.enrollment.",
		"Delete the entry in the app, and begin the set-up again: there is a new QR.",
	},
	verifier.CauseEnrollmentCancelled: {
		"set-up canceled", "The set-up was given up, and its secret with it.",
		"Delete the entry in the app, and begin the set-up again.",
	},
	verifier.CauseEnrollmentNotConfirmed: {
		"abandoned QR", "The code belongs to a QR that was shown, and never confirmed with a first code.",
		"Delete that entry in the app; use the one whose first code was accepted.",
	},
	verifier.CauseSkipNotAllowed: {
		"no skipping", "Set-up cannot be skipped in the phase that is in force.",
		"Set up a method. The phase is decided when Skip is pressed, not when the page was shown.",
	},
	verifier.CauseMethodNotAllowed: {
		"method not offered", "The roll-out does not offer this method.",
		"Choose one of second_step.methods.",
	},
	verifier.CauseSignUpNotAllowed: {
		"no sign-up", "The roll-out has no sign-up.",
		"Add the account on the users page.",
	},
	verifier.CauseTooManyFactors: {
		"too many factors", "The account has as many factors as the roll-out allows.",
		"Remove one first, or raise second_step.max_factors.",
	},
	verifier.CauseDisableForbiddenByPolicy: {
		"may not be off", "The roll-out, its phase or the office requires a second step, so the last one cannot be removed.",
		"Replace it by another method, or change the rule.",
	},
	verifier.CauseSessionRefused: {
		"session over", "The session is unknown, ended, or too old.",
		"Sign in again.",
	},
	verifier.CauseFactorUnknown: {
		"unknown factor", "The account has no such factor.",
		"Reload the page: it may have been removed elsewhere.",
	},
	verifier.CauseUserNotFound: {
		"no such user", "There is no account with this id.",
		"Look it up on the users page.",
	},
	verifier.CauseNameTooLong: {
		"name too long", "The name has too many characters.",
		"Choose a shorter one.",
	},
	verifier.CauseClockOutOfRange: {
		"clock out of range", "The clock goes from 1970 to 2300, and at most 100,000 times as fast.",
		"Choose something between.",
	},
	verifier.CauseBusy: {
		"busy", "Too many passwords were being checked at the same moment.",
		"Try again in a few seconds.",
	},

	verifier.CauseCredentialsRefused: {
		"credentials refused", "What the account holder hears in place of the exact cause.",
		"Look for the event with the exact one.",
	},
	verifier.CauseCodeRefused: {
		"code refused", "What the account holder hears in place of the exact cause.",
		"Look for the event with the exact one.",
	},
}
