package verifier

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"twofold/verifier/delivery"
	"twofold/verifier/rollout"
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

// User gives one account.
func (s *Service) User(ctx context.Context, id string) (User, error) {
	var user User
	err := s.store.View(ctx, func(tx Tx) (err error) {
		user, err = tx.User(id)
		return err
	})
	if errors.Is(err, ErrNotFound) {
		err = &Refusal{Cause: CauseUserNotFound}
	}
	return user, err
}

// Policy is what the roll-out asks of user now.
func (s *Service) Policy(user User) rollout.Policy {
	return s.rules().At(s.clock.Now(), user.Role, user.Office)
}

// AddUser makes an account without a flow, and mails what it takes to use it:
// a temporary password, or a link to set one. A service account without a
// password gets an access key, given here once, in its place.
func (s *Service) AddUser(ctx context.Context, n NewUser) (User, Secret, error) {
	var access Secret
	if n.Role == RoleService && n.Password.IsZero() {
		key, err := s.token()
		if err != nil {
			return User{}, Secret{}, err
		}
		access, n.Password, n.Temporary, n.Invite = key, key, false, false
	}
	user, err := s.newUser(ctx, n)
	if err != nil {
		return User{}, Secret{}, err
	}
	var temporary, token Secret
	switch {
	case n.Temporary:
		if temporary, user.Password, err = s.temporary(ctx); err != nil {
			return User{}, Secret{}, err
		}
	case n.Invite:
		if token, err = s.token(); err != nil {
			return User{}, Secret{}, err
		}
	}
	err = s.update(ctx, func(w *work) error {
		if n.Temporary {
			user.Temporary = w.now.Add(s.rules().Lifetimes.Temporary.Std())
		}
		if err := addUser(w, user); err != nil {
			return err
		}
		switch {
		case n.Temporary:
			s.mailTemporary(w, user, temporary)
		case n.Invite:
			if err := s.mailLink(w, user, LinkInvitation, token); err != nil {
				return err
			}
		}
		return w.record(Event{Type: EventUserAdded, User: user.Email})
	})
	return user, access, err
}

// Invite mails a user a link to set a password.
func (s *Service) Invite(ctx context.Context, userID string) error {
	token, err := s.token()
	if err != nil {
		return err
	}
	return s.onUser(ctx, userID, Event{Type: EventInvitation}, func(w *work, user User) error {
		return s.mailLink(w, user, LinkInvitation, token)
	})
}

// Unlock takes back the failures of a user, of codes and passwords.
func (s *Service) Unlock(ctx context.Context, userID string) error {
	return s.onUser(ctx, userID, Event{Type: EventUnlock}, func(w *work, user User) error {
		return errors.Join(unlockPassword(w, user), w.SetGuard(user.ID, Guard{}))
	})
}

// ResetMFA takes all factors, recovery codes and trusted devices from a user
// and ends their flows and sessions. The next sign-in goes by the roll-out for
// somebody who has none. The operator is for the audit.
func (s *Service) ResetMFA(ctx context.Context, userID, operator string) error {
	e := Event{Type: EventResetMFA, Operator: printable(operator, longestEmail)}
	return s.onUser(ctx, userID, e, func(w *work, user User) error {
		s.tellRemoved(w, user)
		return s.removeAll(w, user)
	})
}

// tellRemoved tells user, as they were before, that their second step is gone;
// there is nothing to tell where they had none.
func (s *Service) tellRemoved(w *work, user User) {
	if len(user.Confirmed()) > 0 {
		s.post(w, delivery.Message{To: user.Email}, "message_notice_subject", "message_disabled_email")
	}
}

// removeAll takes everything from a user that the second step is done with, and
// what was signed in with it.
func (s *Service) removeAll(w *work, user User) error {
	for _, f := range user.Factors {
		if err := w.DeleteFactor(f.ID); err != nil {
			return err
		}
	}
	return errors.Join(s.endAll(w, user), w.SetRecovery(user.ID, nil), w.SetGuard(user.ID, Guard{}))
}

// SetDisabled shuts an account, or opens it again.
func (s *Service) SetDisabled(ctx context.Context, userID string, disabled bool) error {
	return s.onUser(ctx, userID, Event{Type: EventUserChanged, Detail: fmt.Sprintf("disabled: %t", disabled)}, func(w *work, user User) error {
		user.Disabled = time.Time{}
		if !disabled {
			return w.SetUser(user)
		}
		user.Disabled = w.now
		return errors.Join(w.SetUser(user), s.endAll(w, user))
	})
}

// SetOffice says which part of the organization a user works in.
func (s *Service) SetOffice(ctx context.Context, userID, office string) error {
	office = printable(office, longestName)
	return s.onUser(ctx, userID, Event{Type: EventUserChanged, Detail: "office: " + office}, func(w *work, user User) error {
		user.Office = office
		return w.SetUser(user)
	})
}

// SetRole gives a user another role.
func (s *Service) SetRole(ctx context.Context, userID, role string) error {
	if !slices.Contains(roles, role) {
		return &Refusal{Cause: CauseRoleUnknown}
	}
	return s.onUser(ctx, userID, Event{Type: EventUserChanged, Detail: "role: " + role}, func(w *work, user User) error {
		user.Role = role
		return w.SetUser(user)
	})
}

// onUser runs change on a user and records e.
func (s *Service) onUser(ctx context.Context, id string, e Event, change func(*work, User) error) error {
	return s.update(ctx, func(w *work) error {
		user, err := w.User(id)
		if errors.Is(err, ErrNotFound) {
			return &Refusal{Cause: CauseUserNotFound}
		}
		if err != nil {
			return err
		}
		if err := change(w, user); err != nil {
			return err
		}
		e.User = user.Email
		return w.record(e)
	})
}

// SetRollout puts another policy in force, from the next request on. It holds
// until the program ends.
func (s *Service) SetRollout(ctx context.Context, r rollout.Rollout) error {
	s.ruling.Lock()
	defer s.ruling.Unlock()
	return s.rule(ctx, r)
}

func (s *Service) rule(ctx context.Context, r rollout.Rollout) error {
	if err := r.Check(); err != nil {
		return err
	}
	before := s.rollout.Swap(&r)
	err := s.update(ctx, func(w *work) error { return w.record(Event{Type: EventRollout, Detail: r.Name}) })
	if err != nil {
		s.rollout.Store(before)
	}
	return err
}

// SwitchOffice changes the rule of one office, for everybody in it, from the
// next request on. An office that the roll-out does not have yet is added.
func (s *Service) SwitchOffice(ctx context.Context, name string, enroll rollout.Enroll) error {
	s.ruling.Lock()
	defer s.ruling.Unlock()
	r := *s.rules()
	r.Offices = slices.Clone(r.Offices)
	at := slices.IndexFunc(r.Offices, func(o rollout.Office) bool { return o.Name == name })
	if at < 0 {
		at, r.Offices = len(r.Offices), append(r.Offices, rollout.Office{Name: name})
	}
	r.Offices[at].Enroll = enroll
	return s.rule(ctx, r)
}

// ClockChange moves the clock in one of three ways, at most, and says how fast
// it runs.
type ClockChange struct {
	Now     *time.Time     // run on from here
	Offset  *time.Duration // this far ahead of the machine's clock
	Advance *time.Duration // this much further
	Frozen  *bool          // stand still, or run as fast as the machine's
	Rate    *float64       // this many times as fast
}

// SetClock moves the clock. No step that was spent opens again, wherever it is
// moved to. Where one value is out of range, nothing is changed.
func (s *Service) SetClock(ctx context.Context, change ClockChange) error {
	var err error
	if change.Rate != nil {
		if err = checkRate(*change.Rate); err != nil {
			return err
		}
	}
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
	switch {
	case change.Frozen != nil && *change.Frozen:
		err = s.clock.SetRate(0)
	case change.Rate != nil:
		err = s.clock.SetRate(*change.Rate)
	case change.Frozen != nil && s.clock.Frozen():
		err = s.clock.SetRate(1)
	}
	if err != nil {
		return err
	}
	return s.update(ctx, func(w *work) error { return w.record(Event{Type: EventClock}) })
}
