package web

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"twofold/verifier"
)

// said is what people read of a refusal: what happened, and what to do next.
type said struct {
	status  int
	heading string // of a page of its own
	text    string
	fields  []string // of the form it belongs to, the first one to be mended first; none: a page of its own
	link    link     // where to go on from a page of its own
}

type link struct{ Text, Path string }

var startAgain = link{"Start again", "/"}

// wording is every public cause that a page can meet. {min}, {max}, {names}
// and {wait} are filled in by said.
var wording = map[verifier.Cause]said{
	verifier.CauseCredentialsRefused: {
		status: http.StatusUnauthorized, fields: []string{"email", "password"},
		text: "That e-mail address and password don’t match an account. Check both and try again.",
	},
	verifier.CauseCodeRefused: {
		status: http.StatusUnauthorized, fields: []string{"code"},
		text: "That code didn’t work. Wait for the newest code, as each works only once; " +
			"take it from the entry for this account; and check that your device sets its clock by itself.",
	},
	verifier.CauseTooManyAttempts: {
		status: http.StatusTooManyRequests, fields: []string{"email", "password"},
		heading: "Too many attempts",
		text: "To protect the account, nothing is accepted for {wait}. Wait, then try again. " +
			"If it goes on, ask whoever runs this verifier to unlock the account.",
		link: link{"Try again", "/flow"},
	},
	verifier.CausePasswordTooShort: {
		status: http.StatusUnprocessableEntity, fields: []string{"password"},
		text: "That password is too short. Choose one with at least {min} characters.",
	},
	verifier.CausePasswordTooLong: {
		status: http.StatusUnprocessableEntity, fields: []string{"password"},
		text: "That password is too long. Choose one with at most {max} characters.",
	},
	verifier.CauseEmailInvalid: {
		status: http.StatusUnprocessableEntity, fields: []string{"email"},
		text: "That is not an e-mail address. Enter one like name@example.com.",
	},
	verifier.CauseEmailTaken: {
		status: http.StatusConflict, fields: []string{"email"},
		text: "This e-mail address has an account already. Sign in with it, or enter another address.",
	},
	verifier.CauseNameTooLong: {
		status: http.StatusUnprocessableEntity, fields: []string{"name"},
		heading: "That name is too long", link: link{"Go to the current step", "/flow"},
		text: "That name is too long. Choose a shorter one for your app.",
	},
	verifier.CauseSessionRefused: {
		status: http.StatusUnauthorized, fields: []string{"email"},
		text: "You are no longer signed in. Sign in again to go on.",
	},
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
		status: http.StatusConflict, heading: "That step is not up now", link: link{"Go to the current step", "/flow"},
		text: "What you sent belongs to another step, perhaps from a page that was left open. Go on where you are.",
	},
	verifier.CauseEnrollmentExpired: {
		status: http.StatusGone, heading: "This QR code has expired", link: startAgain,
		text: "The set-up took too long. Delete the entry in your app if you have scanned the code, then start again: you will get a new one.",
	},
	verifier.CauseEnrollmentCancelled: {
		status: http.StatusGone, heading: "This set-up was canceled", link: startAgain,
		text: "Its QR code is no longer valid. Delete the entry in your app if you have scanned it, then start again.",
	},
	verifier.CauseSkipNotAllowed: {
		status: http.StatusForbidden, heading: "This cannot be skipped", link: link{"Back to set-up", "/flow"},
		text: "A second step is required for every account here.",
	},
	verifier.CauseMethodNotAllowed: {
		status: http.StatusForbidden, heading: "That method is not offered", link: link{"Choose another", "/flow"},
		text: "Choose one of the methods on the page.",
	},
	verifier.CauseSignUpNotAllowed: {
		status: http.StatusForbidden, heading: "You cannot sign up here", link: link{"Sign in", "/signin"},
		text: "Accounts are made by an administrator. Ask for one, then sign in.",
	},
	verifier.CauseTooManyFactors: {
		status: http.StatusForbidden, heading: "You have enough authenticators", link: link{"Back to your account", "/account"},
		text: "An account can have at most {names}. To have one replaced, ask whoever runs this verifier.",
	},
	verifier.CauseBusy: {
		status: http.StatusServiceUnavailable, heading: "Too busy just now", link: startAgain,
		text: "Too many people are signing in at the same moment. Try again in a few seconds.",
	},
}

// Messages that no refusal of the service stands behind.
var (
	notFound = said{
		status: http.StatusNotFound, heading: "There is no such page", link: link{"Go to the start page", "/"},
		text: "Check the address, or go on from the start page.",
	}
	wrongMethod = said{
		status: http.StatusMethodNotAllowed, heading: "This page does not take that", link: link{"Go to the start page", "/"},
		text: "The request was made in a way that this address does not answer.",
	}
	tooLarge = said{
		status: http.StatusRequestEntityTooLarge, heading: "That was too much", link: link{"Go to the start page", "/"},
		text: "What was sent is larger than any form here needs.",
	}
	malformed = said{
		status: http.StatusBadRequest, heading: "That could not be read", link: link{"Go to the start page", "/"},
		text: "What was sent is not a form from these pages.",
	}
	broken = said{
		status: http.StatusInternalServerError, heading: "Something went wrong here", link: link{"Go to the start page", "/"},
		text: "It is not your doing, and nothing you entered was kept. Try again; whoever runs this verifier finds the reason in its log.",
	}
)

func unreadable(err error) said {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return tooLarge
	}
	return malformed
}

// said gives the words for an error; not ok means that it is a fault, or a
// cause that no page should meet.
func (h *handler) said(err error) (said, bool) {
	var refusal *verifier.Refusal
	if !errors.As(err, &refusal) {
		return said{}, false
	}
	s, ok := wording[refusal.Cause.Public()]
	rules := h.svc.Rollout()
	s.text = strings.NewReplacer(
		"{min}", strconv.Itoa(rules.Password.MinLength),
		"{max}", strconv.Itoa(rules.Password.MaxLength),
		"{names}", count(rules.SecondStep.MaxFactors, "authenticator"),
		"{wait}", lasting(refusal.RetryAfter),
	).Replace(s.text)
	return s, ok
}

// lasting writes a duration as people say it, in its two largest units.
func lasting(d time.Duration) string {
	d = d.Round(time.Second)
	units := []struct {
		name string
		size time.Duration
	}{{"day", 24 * time.Hour}, {"hour", time.Hour}, {"minute", time.Minute}, {"second", time.Second}}
	var parts []string
	for _, unit := range units {
		if n := d / unit.size; n > 0 {
			parts = append(parts, count(int(n), unit.name))
			d -= n * unit.size
		} else if len(parts) > 0 {
			break
		}
		if len(parts) == 2 {
			break
		}
	}
	if len(parts) == 0 {
		return "a moment"
	}
	return strings.Join(parts, " ")
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
