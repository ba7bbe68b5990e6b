package verifier

import (
	"time"

	"twofold/verifier/rollout"
)

// FlowKind says what a flow is for.
type FlowKind string

// The kinds of flows.
const (
	FlowSignUp    FlowKind = "sign_up"
	FlowSignIn    FlowKind = "sign_in"
	FlowAddFactor FlowKind = "add_factor"
	FlowContact   FlowKind = "change_contact" // a new e-mail address or number
)

// Flow is what a person has done so far on the way to a session or a factor.
// There is none before a right password, so that strangers cannot open any.
type Flow struct {
	Key     Digest // of the id, which only its holder knows
	Kind    FlowKind
	UserID  string
	Created time.Time
	Expires time.Time // as soon as Created: it was given up
	Factor  string    // id of the factor under enrollment, if any
	Chosen  string    // id of the factor to sign in with, where the person chose
	Device  string    // id of the trusted device that it began on, or that it made
	Method  Method    // of a change of contact: MethodEmail or MethodSMS
	Target  string    // of a change of contact: the new address or number
	Proven  time.Time // when the second step succeeded; zero before
	Skipped time.Time // when set-up was skipped; zero if not
	Done    time.Time // when it ended well; zero before
}

// StepKind says what a flow waits for.
type StepKind string

// What a flow can wait for. StepOver is never shown: a flow that is over is
// refused.
const (
	StepChangePassword StepKind = "change_password"
	StepChooseMethod   StepKind = "choose_method"
	StepConfirm        StepKind = "confirm"
	StepCode           StepKind = "code"
	StepDone           StepKind = "done"
	StepOver           StepKind = "over"
)

// Step is what comes next in a flow.
type Step struct {
	Kind      StepKind
	Method    Method   // confirm, code
	Methods   []Method // choose_method: what there is; confirm: what may be begun instead
	Skippable bool     // choose_method, confirm
	Factor    string   // confirm: id of the pending factor; code: of the one that is asked for
	Begin     Method   // choose_method: begun without asking
	Cause     Cause    // over: why
}

// Next decides what comes next in flow, for user, under the roll-out, at now.
// It is the only place that does, for pages and API alike, and it depends on
// nothing but its arguments.
func Next(r rollout.Rollout, user User, flow Flow, now time.Time) Step {
	pending, enrolling := user.Factor(flow.Factor)
	enrolling = enrolling && pending.Pending()
	switch {
	case !flow.Done.IsZero():
		return Step{Kind: StepDone}
	case flow.Expires.Equal(flow.Created):
		return Step{Kind: StepOver, Cause: CauseEnrollmentCancelled}
	case !now.Before(flow.Expires) && enrolling:
		return Step{Kind: StepOver, Cause: CauseEnrollmentExpired}
	case !now.Before(flow.Expires):
		return Step{Kind: StepOver, Cause: CauseFlowExpired}
	case !user.Disabled.IsZero():
		return Step{Kind: StepOver, Cause: CauseAccountDisabled}
	case flow.Kind == FlowAddFactor:
		return nextOfAdding(r, user, flow, pending, enrolling)
	case flow.Kind == FlowContact:
		return nextOfContact(flow)
	}
	return nextOfSignIn(r, user, flow, pending, enrolling, now)
}

// nextOfAdding is Next for somebody who is signed in and enrolls a factor.
func nextOfAdding(r rollout.Rollout, user User, flow Flow, pending Factor, enrolling bool) Step {
	switch {
	case enrolling && r.SecondStep.Several && len(user.Confirmed()) >= r.SecondStep.MaxFactors:
		// The last place was taken while this enrollment was under way.
		return Step{Kind: StepOver, Cause: CauseTooManyFactors}
	case enrolling:
		return Step{Kind: StepConfirm, Method: pending.Method, Factor: pending.ID}
	case flow.Proven.IsZero():
		return Step{Kind: StepOver, Cause: CauseEnrollmentCancelled}
	}
	return Step{Kind: StepDone}
}

// nextOfContact is Next for a new address or number, which has to be proven.
func nextOfContact(flow Flow) Step {
	switch {
	case !flow.Proven.IsZero():
		return Step{Kind: StepDone}
	}
	return Step{Kind: StepConfirm, Method: flow.Method}
}

// nextOfSignIn is Next between a right password and a session.
func nextOfSignIn(r rollout.Rollout, user User, flow Flow, pending Factor, enrolling bool, now time.Time) Step {
	policy := r.At(now, user.Role, user.Office)
	first, has := user.First()
	proven := !flow.Proven.IsZero() || flow.Device != ""
	deferred, waits := user.Deferred()
	switch {
	case has && !proven && !policy.Exempt:
		// Before anything else, also where another enrollment was begun in this
		// flow: a factor that was confirmed meanwhile has to be shown first (P17).
		if chosen, ok := user.Factor(flow.Chosen); ok && !chosen.Pending() {
			first = chosen
		}
		return Step{Kind: StepCode, Method: first.Method, Factor: first.ID}
	case !user.Temporary.IsZero():
		return Step{Kind: StepChangePassword}
	case policy.Exempt:
		return Step{Kind: StepDone}
	case has && waits && flow.Skipped.IsZero():
		// The old factor was shown. The new one may wait once more, so that
		// nobody is locked out by a choice.
		return Step{Kind: StepConfirm, Method: deferred.Method, Factor: deferred.ID, Skippable: true}
	case has:
		return Step{Kind: StepDone}
	case waits && !enrolling && flow.Skipped.IsZero():
		// Chosen by somebody who had none yet.
		return Step{
			Kind: StepConfirm, Method: deferred.Method, Factor: deferred.ID, Methods: others(r, deferred.Method),
			Skippable: policy.Enroll != rollout.Required,
		}
	case enrolling:
		return Step{Kind: StepConfirm, Method: pending.Method, Factor: pending.ID, Methods: others(r, pending.Method)}
	case policy.Enroll == rollout.Required:
		return Step{Kind: StepChooseMethod, Methods: r.SecondStep.Methods, Begin: policy.Automatic}
	case policy.Enroll == rollout.Prompted && flow.Skipped.IsZero():
		return Step{Kind: StepChooseMethod, Methods: r.SecondStep.Methods, Skippable: true}
	}
	return Step{Kind: StepDone}
}

// others are the methods besides m.
func others(r rollout.Rollout, m Method) []Method {
	var out []Method
	for _, other := range r.SecondStep.Methods {
		if other != m {
			out = append(out, other)
		}
	}
	return out
}
