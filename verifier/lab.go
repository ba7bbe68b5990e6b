package verifier

import (
	"context"
	"errors"
	"time"
)

// What follows is the tester's side. It exists on loopback only, behind the
// lab token; the server sees to both.

// Users lists every account, oldest first.
func (s *Service) Users(ctx context.Context) ([]User, error) {
	var users []User
	err := s.store.View(ctx, func(tx Tx) (err error) {
		users, err = tx.Users()
		return err
	})
	return users, err
}

// AddUser makes an account without a flow. An empty role is "user".
func (s *Service) AddUser(ctx context.Context, c Credentials, role string) (User, error) {
	if role == "" {
		role = "user"
	}
	user, err := s.newUser(ctx, c, role)
	if err != nil {
		return User{}, err
	}
	err = s.update(ctx, func(tx Tx) error {
		err := tx.AddUser(user)
		if errors.Is(err, ErrTaken) {
			return &Refusal{Cause: CauseEmailTaken}
		}
		if err != nil {
			return err
		}
		return s.record(tx, Event{At: s.clock.Now(), Type: EventUserAdded, User: user.Email, Outcome: Accepted})
	})
	return user, err
}

// Unlock takes back the failures of a user, of codes and passwords.
func (s *Service) Unlock(ctx context.Context, userID string) error {
	return s.onUser(ctx, userID, EventUnlock, func(tx Tx, user User) error {
		if err := tx.SetThrottle(passwordDoor(user.Email), Guard{}); err != nil {
			return err
		}
		return tx.SetGuard(user.ID, Guard{})
	})
}

// ResetMFA takes all factors from a user and ends their flows and sessions.
// The next sign-in enrolls anew.
func (s *Service) ResetMFA(ctx context.Context, userID string) error {
	return s.onUser(ctx, userID, EventResetMFA, func(tx Tx, user User) error {
		for _, f := range user.Factors {
			if err := tx.DeleteFactor(f.ID); err != nil {
				return err
			}
		}
		if err := tx.EndFlows(user.ID); err != nil {
			return err
		}
		if err := tx.EndSessions(user.ID); err != nil {
			return err
		}
		return tx.SetGuard(user.ID, Guard{})
	})
}

func (s *Service) onUser(ctx context.Context, id string, door EventType, change func(Tx, User) error) error {
	return s.update(ctx, func(tx Tx) error {
		user, err := tx.User(id)
		if errors.Is(err, ErrNotFound) {
			return &Refusal{Cause: CauseUserNotFound}
		}
		if err != nil {
			return err
		}
		if err := change(tx, user); err != nil {
			return err
		}
		return s.record(tx, Event{At: s.clock.Now(), Type: door, User: user.Email, Outcome: Accepted})
	})
}

// ClockChange moves the clock in one of three ways; exactly one is given.
type ClockChange struct {
	Now     *time.Time     // run on from here
	Offset  *time.Duration // this far ahead of the machine's clock
	Advance *time.Duration // this much further
}

// SetClock moves the clock. No step that was spent opens again, wherever it is
// moved to.
func (s *Service) SetClock(ctx context.Context, change ClockChange) error {
	var err error
	switch {
	case change.Now != nil:
		err = s.clock.Set(*change.Now)
	case change.Offset != nil:
		err = s.clock.SetOffset(*change.Offset)
	case change.Advance != nil:
		err = s.clock.Advance(*change.Advance)
	}
	if err != nil {
		return err
	}
	return s.update(ctx, func(tx Tx) error {
		return s.record(tx, Event{At: s.clock.Now(), Type: EventClock, Outcome: Accepted})
	})
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
