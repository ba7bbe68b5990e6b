package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"twofold/verifier"
)

// labEventsShown is how many events a page has.
const labEventsShown = 50

// labEventNames say what was tried.
var labEventNames = map[verifier.EventType]string{
	verifier.EventSignUp:          "Sign-up",
	verifier.EventPassword:        "Password",
	verifier.EventEnroll:          "Set-up begun",
	verifier.EventConfirm:         "First code",
	verifier.EventCode:            "Code",
	verifier.EventSkip:            "Skip",
	verifier.EventSignOut:         "Sign-out",
	verifier.EventFactorRemoved:   "Factor removed",
	verifier.EventUserAdded:       "User added",
	verifier.EventUnlock:          "Unlocked",
	verifier.EventResetMFA:        "Second step reset",
	verifier.EventClock:           "Clock set",
	verifier.EventPasswordReset:   "Password reset",
	verifier.EventPasswordChanged: "Password changed",
	verifier.EventTemporary:       "Temporary password",
	verifier.EventInvitation:      "Invitation",
	verifier.EventMessage:         "Message",
	verifier.EventDevice:          "Trusted device",
	verifier.EventDeviceForgotten: "Device forgotten",
	verifier.EventRecoveryCodes:   "Recovery codes",
	verifier.EventPreferred:       "Preferred factor",
	verifier.EventContact:         "Address or number",
	verifier.EventHelpdesk:        "Help desk case",
	verifier.EventUserChanged:     "User changed",
	verifier.EventRollout:         "Roll-out taken",
	verifier.EventCancel:          "Given up",
}

// labMethods are the methods in words.
var labMethods = map[verifier.Method]string{
	verifier.MethodTOTP:     "authenticator app",
	verifier.MethodHOTP:     "counter-based app",
	verifier.MethodEmail:    "e-mail",
	verifier.MethodSMS:      "SMS",
	verifier.MethodRecovery: "recovery code",
}

// labEvent is an event in words.
type labEvent struct {
	Seq             int64
	At              time.Time
	What, Method    string
	User, Operator  string
	Refused         bool
	Cause           string // its name in the API
	Name, Why, Next string // of a refusal
	Detail          string
	Steps           string // how far off a code was that was accepted
}

func labEventOf(e verifier.Event) labEvent {
	row := labCauses[e.Cause]
	out := labEvent{
		Seq: e.Seq, At: e.At, What: labEventNames[e.Type], Method: labMethods[e.Method], User: e.User, Operator: e.Operator,
		Refused: e.Outcome == verifier.Refused, Cause: string(e.Cause),
		Name: row.Name, Why: row.Means, Next: row.Next, Detail: labSentence(e.Detail),
	}
	if found, ok := strings.CutPrefix(e.Detail, "it is "); out.Refused && (ok || e.Cause == verifier.CauseCodeWrongAlgorithm) {
		out.Name, out.Detail = found, "" // the diagnosis says it best
	}
	if e.Type == verifier.EventHelpdesk && e.Detail != "" {
		out.Detail = "Note: " + e.Detail
	}
	if e.StepsOff == nil {
		return out
	}
	switch off := labOff(e.Method, *e.StepsOff); {
	case !out.Refused:
		out.Steps = off
	case e.Cause == verifier.CauseCodeOldStep || e.Cause == verifier.CauseCodeFutureStep:
		out.Name = off
	default:
		out.Why += " It is of " + labAt(e.Method, *e.StepsOff) + "."
	}
	return out
}

// labOff says how far off a code was: "1 step old".
func labOff(m verifier.Method, off int) string {
	unit := labUnit(m)
	switch {
	case off < 0:
		return count(-off, unit) + " old"
	case off > 0:
		return count(off, unit) + " ahead"
	}
	return "on time"
}

// labAt says which step a code is of.
func labAt(m verifier.Method, off int) string {
	unit := labUnit(m)
	switch {
	case off < 0:
		return count(-off, unit) + " ago"
	case off > 0:
		return count(off, unit) + " ahead"
	}
	return "the present " + unit
}

func labUnit(m verifier.Method) string {
	if m == verifier.MethodHOTP {
		return "counter"
	}
	return "step"
}

// labSentence makes a detail a sentence of its own.
func labSentence(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// labFilter says which events are wanted; what is empty is not asked for.
type labFilter struct {
	User, Outcome, Cause string
}

// labFiltered are the events that f lets through, newest first.
func labFiltered(events []verifier.Event, f labFilter) []verifier.Event {
	var out []verifier.Event
	for _, e := range slices.Backward(events) {
		if (f.User == "" || strings.Contains(e.User, f.User)) &&
			(f.Outcome == "" || string(e.Outcome) == f.Outcome) && (f.Cause == "" || string(e.Cause) == f.Cause) {
			out = append(out, e)
		}
	}
	return out
}

// labEventsPage is what the page of events shows.
type labEventsPage struct {
	Events []labEvent
	Paging labPaging
	Filter labFilter
	Causes []labChoice // of all events there are
	Again  string      // the address of this page, newest first
	Follow string      // the same, loading itself again
}

// labChoice is one of a list to choose from.
type labChoice struct {
	Value, Text string
	Chosen      bool
}

func (h *handler) labEvents(w http.ResponseWriter, r *http.Request) {
	all, err := h.svc.Events(r.Context(), 0)
	if err != nil {
		h.fault(w, r, err)
		return
	}
	q := r.URL.Query()
	page := labEventsPage{Filter: labFilter{
		User: strings.ToLower(strings.TrimSpace(q.Get("user"))), Outcome: q.Get("outcome"), Cause: q.Get("cause"),
	}}
	var events []verifier.Event
	events, page.Paging = labPaged(r, labFiltered(all, page.Filter), labEventsShown)
	for _, e := range events {
		page.Events = append(page.Events, labEventOf(e))
	}
	page.Causes = labCausesOf(all, page.Filter.Cause)
	q.Del("page")
	q.Del("done")
	q.Del("follow")
	page.Again = strings.TrimSuffix(r.URL.Path+"?"+q.Encode(), "?")
	q.Set("follow", "1")
	page.Follow = r.URL.Path + "?" + q.Encode()
	v := h.labView(r, "events")
	v.Follow, v.Data = r.URL.Query().Get("follow") == "1", page
	h.lab(w, r, http.StatusOK, "events", v)
}

// labCausesOf are the causes that events have, to choose from.
func labCausesOf(events []verifier.Event, chosen string) []labChoice {
	counts := map[verifier.Cause]int{}
	for _, e := range events {
		if e.Cause != "" {
			counts[e.Cause]++
		}
	}
	var out []labChoice
	for cause, n := range counts {
		out = append(out, labChoice{
			Value: string(cause), Text: fmt.Sprintf("%s (%d)", cause, n), Chosen: string(cause) == chosen,
		})
	}
	slices.SortFunc(out, func(a, b labChoice) int { return strings.Compare(a.Value, b.Value) })
	return out
}
