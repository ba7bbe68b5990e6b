package verifier

import (
	"context"
	"time"
)

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

// eventPage is how many events are read at once.
const eventPage = 500

// EventsKept is how many events a store keeps; older ones go.
const EventsKept = 20000

// Events lists what happened after the event seq, oldest first.
func (s *Service) Events(ctx context.Context, after int64) ([]Event, error) {
	var all []Event
	for {
		var page []Event
		err := s.store.View(ctx, func(tx Tx) (err error) {
			page, err = tx.Events(after, eventPage)
			return err
		})
		all = append(all, page...)
		if err != nil || len(page) < eventPage {
			return all, err
		}
		after = page[len(page)-1].Seq
	}
}

// poll is how often followers look for what another process wrote to the same
// store.
const poll = 2 * time.Second

// FollowEvents calls each with every event after seq, past and future, until
// ctx is done or each returns an error; it gives that error. Below zero, seq
// means: from now on. A seq that is still to come is one of another store,
// which this one has taken the place of: then all events are new.
func (s *Service) FollowEvents(ctx context.Context, seq int64, each func(Event) error) error {
	wake := s.watch.add()
	defer s.watch.remove(wake)
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	var last int64
	err := s.store.View(ctx, func(tx Tx) (err error) {
		last, err = tx.LastEvent()
		return err
	})
	switch {
	case err != nil:
		return err
	case seq < 0:
		seq = last
	case seq > last:
		seq = 0
	}
	for {
		events, err := s.Events(ctx, seq)
		if err != nil {
			return err
		}
		for _, e := range events {
			if err := each(e); err != nil {
				return err
			}
			seq = e.Seq
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-wake:
		case <-ticker.C:
		}
	}
}
