package verifier

import "time"

// Outcome says how something ended.
type Outcome string

// The outcomes of an event.
const (
	Accepted Outcome = "accepted"
	Refused  Outcome = "refused"
)

// EventType says what was tried.
type EventType string

// The types of events. They are a promise to those who read lab/events.
const (
	EventSignUp        EventType = "sign_up"
	EventPassword      EventType = "password"
	EventEnroll        EventType = "enroll"
	EventConfirm       EventType = "confirm"
	EventCode          EventType = "code"
	EventSkip          EventType = "skip"
	EventSignOut       EventType = "sign_out"
	EventFactorRemoved EventType = "factor_removed"
	EventUserAdded     EventType = "user_added"
	EventUnlock        EventType = "unlock"
	EventResetMFA      EventType = "reset_mfa"
	EventClock         EventType = "clock"
	EventPasswordReset EventType = "password_reset"

	EventPasswordChanged EventType = "password_changed"
	EventTemporary       EventType = "temporary_password"
	EventInvitation      EventType = "invitation"
	EventMessage         EventType = "message" // an e-mail or SMS on its way
	EventDevice          EventType = "device"
	EventDeviceForgotten EventType = "device_forgotten"
	EventRecoveryCodes   EventType = "recovery_codes"
	EventPreferred       EventType = "preferred"
	EventContact         EventType = "contact"
	EventHelpdesk        EventType = "helpdesk"
	EventUserChanged     EventType = "user_changed"
	EventRollout         EventType = "rollout"
	EventCancel          EventType = "cancel"
)

// Event is what happened, with its exact cause, for the tester's side and the
// audit trail. It holds no secret, code or token.
type Event struct {
	Seq      int64 // 1 is the first; later ones are greater
	At       time.Time
	Type     EventType
	User     string // e-mail address, where one is known
	Method   Method // where a second step was involved
	Outcome  Outcome
	Cause    Cause  // of a refusal
	Operator string // who did it, of what the helpdesk or an administrator does
	Detail   string // more about the cause, in words for testers; no secret and no code
	StepsOff *int   // how many steps a code was behind (-) or ahead (+) of the clock, where it matched at all
}
