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

var (
	startAgain = link{"Start again", "/"}
	goOn       = link{"Go to the current step", "/flow"}
	toAccount  = link{"Back to your account", "/account"}
	toSignIn   = link{"Sign in", "/signin"}
)

// sentCodeRefused is CauseCodeRefused for a code that was sent.
const sentCodeRefused = "That code didn’t work. Enter the one from our newest message; each works once, and only on this page."

// lockedText is CauseTooManyAttempts where waiting does not help.
const lockedText = "To protect the account, nothing is accepted until somebody unlocks it. Ask {support}."

// passwordNotRight is CauseCredentialsRefused for somebody who is signed in.
var passwordNotRight = said{
	status: http.StatusForbidden, fields: []string{"password"}, text: "That password is not right. Nothing was changed.",
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
	s, ok := wording[refusal.Heard()]
	rules := h.svc.Rollout()
	switch {
	case refusal.Cause == verifier.CauseLocked:
		s.text = lockedText
	case refusal.Cause == verifier.CauseLinkRefused && !rules.Password.Reset:
		s.link = toSignIn
	}
	s.text = strings.NewReplacer(
		"{min}", strconv.Itoa(rules.Password.MinLength),
		"{max}", strconv.Itoa(rules.Password.MaxLength),
		"{names}", count(rules.SecondStep.MaxFactors, "method"),
		"{digits}", strconv.Itoa(rules.TOTP.Digits),
		"{period}", lasting(rules.TOTP.Period.Std()),
		"{wait}", lasting(refusal.RetryAfter),
		"{support}", rules.Support.String(),
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
