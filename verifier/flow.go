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
	Expires time.Time
	Factor  string    // id of the factor under enrollment, if any
	Chosen  string    // id of the factor to sign in with, where the person chose
	Device  string    // id of the trusted device that it began on, or that it made
	Method  Method    // of a change of contact: MethodEmail or MethodSMS
	Target  string    // of a change of contact: the new address or number
	Changed time.Time // when the temporary password was replaced; zero before
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
	Methods   []Method // choose_method
	Skippable bool     // choose_method
	Factor    string   // confirm: id of the pending factor
	Cause     Cause    // over: why
}

// Next decides what comes next in flow, for user, under the roll-out, at now.
// It is the only place that does, for pages and API alike, and it depends on
// nothing but its arguments.
func Next(r rollout.Rollout, user User, flow Flow, now time.Time) Step {
	confirmed := user.Confirmed()
	pending, enrolling := user.Factor(flow.Factor)
	enrolling = enrolling && pending.Pending()

	switch {
	case !flow.Done.IsZero():
		return Step{Kind: StepDone}
	case !now.Before(flow.Expires) && enrolling:
		return Step{Kind: StepOver, Cause: CauseEnrollmentExpired}
	case !now.Before(flow.Expires):
		return Step{Kind: StepOver, Cause: CauseFlowExpired}
	case flow.Kind == FlowAddFactor && enrolling && r.SecondStep.Several && len(confirmed) >= r.SecondStep.MaxFactors:
		// The last place was taken while this enrollment was under way.
		return Step{Kind: StepOver, Cause: CauseTooManyFactors}
	case flow.Kind == FlowAddFactor && enrolling:
		return Step{Kind: StepConfirm, Method: pending.Method, Factor: pending.ID}
	case flow.Kind == FlowAddFactor && flow.Proven.IsZero():
		return Step{Kind: StepOver, Cause: CauseEnrollmentCancelled}
	case !flow.Proven.IsZero():
		return Step{Kind: StepDone}
	case len(confirmed) > 0:
		// Also where another enrollment was begun in this flow: a factor that
		// was confirmed meanwhile has to be shown first (P17).
		return Step{Kind: StepCode, Method: confirmed[0].Method}
	case enrolling:
		return Step{Kind: StepConfirm, Method: pending.Method, Factor: pending.ID}
	case r.SecondStep.Required && !r.SecondStep.Skippable:
		return Step{Kind: StepChooseMethod, Methods: r.SecondStep.Methods}
	case r.SecondStep.Required && flow.Skipped.IsZero():
		return Step{Kind: StepChooseMethod, Methods: r.SecondStep.Methods, Skippable: true}
	}
	return Step{Kind: StepDone}
}
