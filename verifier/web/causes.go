package web

import (
	"net/http"

	"twofold/verifier"
)

// wording is every cause that a page can meet. The exact ones of a refused code
// are heard only where the roll-out turns diagnosis on. {min}, {max}, {names},
// {digits}, {period}, {wait} and {support} are filled in by said.
var wording = map[verifier.Cause]said{
	// Passwords and addresses.
	verifier.CauseCredentialsRefused: {
		status: http.StatusUnauthorized, fields: []string{"email", "password"},
		text: "That e-mail address and password don’t match an account. Check both and try again.",
	},
	verifier.CausePasswordTooShort: {
		status: http.StatusUnprocessableEntity, fields: []string{"password"},
		text: "That password is too short. Choose one with at least {min} characters.",
	},
	verifier.CausePasswordTooLong: {
		status: http.StatusUnprocessableEntity, fields: []string{"password"},
		text: "That password is too long. Choose one with at most {max} characters.",
	},
	verifier.CausePasswordBreached: {
		status: http.StatusUnprocessableEntity, fields: []string{"password"},
		text: "That password is well known, or easy to guess from your address or our name. Attackers try such ones first: choose another.",
	},
	verifier.CausePasswordMustChange: {
		status: http.StatusConflict, fields: []string{"password"}, heading: "Choose a new password first", link: goOn,
		text: "The password that you were sent cannot be kept. Choose one of your own.",
	},
	verifier.CausePasswordTemporaryExpired: {
		status: http.StatusForbidden, fields: []string{"password"},
		text: "That temporary password was used already, or is too old. Ask {support} for a new one.",
	},
	verifier.CauseDisablePasswordWrong: {
		status: http.StatusForbidden, fields: []string{"password"}, text: "That password is not right. Nothing was changed.",
	},
	verifier.CauseEmailInvalid: {
		status: http.StatusUnprocessableEntity, fields: []string{"email"},
		text: "That is not an e-mail address. Enter one like name@example.com.",
	},
	verifier.CauseEmailTaken: {
		status: http.StatusConflict, fields: []string{"email"}, heading: "That address is taken", link: toAccount,
		text: "This e-mail address has an account already. Sign in with it, or enter another address.",
	},
	verifier.CauseLinkRefused: {
		status: http.StatusGone, heading: "This link does not work", link: link{"Have another one sent", "/password-reset"},
		text: "It was used already, is too old, or is not complete. Links work once.",
	},
	verifier.CauseResetNotAllowed: {
		status: http.StatusForbidden, heading: "Your password is set by somebody else", link: toSignIn,
		text: "To have it replaced, ask {support}.",
	},
	verifier.CauseSignUpNotAllowed: {
		status: http.StatusForbidden, heading: "You cannot sign up here", link: toSignIn,
		text: "Accounts are made by an administrator. Ask for one, then sign in.",
	},
	verifier.CauseSessionRefused: {
		status: http.StatusUnauthorized, fields: []string{"email"},
		text: "You are no longer signed in. Sign in again to go on.",
	},

	// Codes, and what bounds guessing them.
	verifier.CauseCodeRefused: {
		status: http.StatusUnauthorized, fields: []string{"code"},
		text: "That code didn’t work. Wait for the newest code, as each works only once; " +
			"take it from the entry for this account; and check that your device sets its clock by itself.",
	},
	verifier.CauseCodeWrong:             refusedCode("That code is not right. Take it from the entry for this account, in the app that you set up."),
	verifier.CauseCodeWrongLength:       refusedCode("That code has too many or too few characters. Enter all {digits} digits."),
	verifier.CauseCodeNotDigits:         refusedCode("That is not a code: it has other characters than digits."),
	verifier.CauseCodeOldStep:           refusedCode("That code is an older one. Enter the newest; if it was, your device’s clock is behind: have it set by itself."),
	verifier.CauseCodeFutureStep:        refusedCode("That code is not valid yet: your device’s clock is ahead. Have it set by itself, then try again."),
	verifier.CauseCodeAlreadyUsed:       refusedCode("That code was used already. Wait up to {period} for the next one."),
	verifier.CauseCodeOfOtherAccount:    refusedCode("That code belongs to another entry in your app. Take the one for this account."),
	verifier.CauseCodeLooksCounterBased: refusedCode("Your app counts instead of using the time. Delete the entry and add it anew as “time-based”."),
	verifier.CauseCodeWrongAlgorithm:    refusedCode("Your app computes its codes in another way than was asked for. Use another app."),
	verifier.CauseCodeExpired:           refusedCode("That code is too old. Have another one sent."),
	verifier.CauseCodeSuperseded:        refusedCode("We sent a newer code since. Enter the one from the last message."),
	verifier.CauseRecoveryCodeUsed:      refusedCode("That recovery code was used already. Enter another one."),
	verifier.CauseTooManyAttempts: {
		status: http.StatusTooManyRequests, fields: []string{"email", "password"},
		heading: "Too many attempts", link: link{"Try again", "/flow"},
		text: "To protect the account, nothing is accepted for {wait}. Wait, then try again.",
	},

	// Messages.
	verifier.CausePhoneMissing: {
		status: http.StatusUnprocessableEntity, fields: []string{"phone"},
		text: "Enter your phone number. Without one, no text message can reach you.",
	},
	verifier.CausePhoneInvalid: {
		status: http.StatusUnprocessableEntity, fields: []string{"phone"},
		text: "That is not a phone number. Check its digits.",
	},
	verifier.CausePhoneCountryUnknown: {
		status: http.StatusUnprocessableEntity, fields: []string{"country", "phone"},
		text: "Enter the country code of your number, such as +1 for the United States.",
	},
	verifier.CauseEmailUnverified: {
		status: http.StatusForbidden, heading: "Confirm your e-mail address first", link: toAccount,
		text: "Codes go only to an address that you have shown to read.",
	},
	verifier.CauseDeliveryFailed: {
		status: http.StatusBadGateway, fields: []string{"resend"},
		text: "The code could not be sent to you. Have another one sent, or try again later.",
	},
	verifier.CauseResendTooSoon: {
		status: http.StatusTooManyRequests, fields: []string{"resend"},
		text: "A code was sent just now. Give it time: you can have another one sent in {wait}.",
	},

	// Flows.
	verifier.CauseFlowUnknown: {
		status: http.StatusGone, heading: "There is nothing to continue here", link: startAgain,
		text: "Either nothing was begun in this browser, or it is long over. Start again from the beginning.",
	},
	verifier.CauseFlowExpired: {
		status: http.StatusGone, heading: "This took too long", link: startAgain,
		text: "For your safety, what was begun has ended. Nothing is lost: start again from the beginning.",
	},
	verifier.CauseFlowOver: {
		status: http.StatusGone, heading: "This is finished already", link: link{"Go to your account", "/account"},
		text: "What was begun here has been completed, and cannot be completed twice.",
	},
	verifier.CauseFlowElsewhere: {
		status: http.StatusConflict, heading: "That step is not up now", link: goOn,
		text: "What you sent belongs to another step, perhaps from a page that was left open. Go on where you are.",
	},
	verifier.CauseEnrollmentExpired: {
		status: http.StatusGone, heading: "This set-up has expired", link: startAgain,
		text: "It took too long, and what was shown or sent no longer works. Delete the entry in your app, if you added one, then start again.",
	},
	verifier.CauseEnrollmentCancelled: {
		status: http.StatusGone, heading: "This set-up was canceled", link: startAgain,
		text: "What was shown or sent no longer works. Delete the entry in your app, if you added one, then start again.",
	},
	verifier.CauseEnrollmentNotConfirmed: {
		status: http.StatusConflict, heading: "That method is not set up yet", link: toAccount,
		text: "Set it up first: it works once its first code is confirmed.",
	},
	verifier.CauseSkipNotAllowed: {
		status: http.StatusForbidden, heading: "This cannot be skipped", link: link{"Back to set-up", "/flow"},
		text: "A second step is required for this account now.",
	},
	verifier.CauseMethodNotAllowed: {
		status: http.StatusForbidden, fields: []string{"method"}, heading: "That method is not offered", link: link{"Choose another", "/flow"},
		text: "That method is not offered. Choose one of those on the page.",
	},
	verifier.CauseBusy: {
		status: http.StatusServiceUnavailable, heading: "Too busy just now", link: startAgain,
		text: "Too many people are signing in at the same moment. Try again in a few seconds.",
	},

	// Factors and devices.
	verifier.CauseNameTooLong: {
		status: http.StatusUnprocessableEntity, fields: []string{"name"}, heading: "That name is too long", link: goOn,
		text: "That name is too long. Choose a shorter one for your app.",
	},
	verifier.CauseTooManyFactors: {
		status: http.StatusForbidden, heading: "You have enough methods", link: toAccount,
		text: "An account can have at most {names}. Remove one first.",
	},
	verifier.CauseFactorUnknown: {
		status: http.StatusNotFound, heading: "That method is gone", link: toAccount,
		text: "It was removed, or never was part of this account.",
	},
	verifier.CauseDisableForbiddenByPolicy: {
		status: http.StatusForbidden, fields: []string{"password"},
		text: "This one stays: a second step is required for this account. Set up another one first.",
	},
	verifier.CauseDeviceUnknown: {
		status: http.StatusNotFound, heading: "That device is gone", link: toAccount,
		text: "It was forgotten already.",
	},
}

// refusedCode is one of the exact causes of a code that was refused.
func refusedCode(text string) said {
	return said{status: http.StatusUnauthorized, fields: []string{"code"}, text: text}
}
