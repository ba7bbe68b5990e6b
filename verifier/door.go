package verifier

import (
	"context"
	"errors"
	"unicode/utf8"
)

// guess is a password that somebody says is that of an address.
type guess struct {
	address  string
	password Secret
	door     Digest    // that it counts at; zero: that of the address
	event    EventType // that it is recorded as
	wrong    Cause
}

// Failures of passwords are counted at doors. A stranger can lock the front
// one. Whoever is inside already, or comes on a trusted device, has a door of
// their own, so that no stranger shuts them out (P13). The address itself is
// not kept: it may be no account's.
func frontDoor(email string) Digest { return DigestOf(SecretOf("password of " + email)) }

func insideDoor(userID string) Digest { return DigestOf(SecretOf("password from inside of " + userID)) }

func deviceDoor(device string) Digest { return DigestOf(SecretOf("password on " + device)) }

// doorOf gives the door that a sign-in comes to.
func (s *Service) doorOf(ctx context.Context, c Credentials) (door Digest, err error) {
	if c.Device.IsZero() {
		return Digest{}, nil
	}
	email, _ := CleanEmail(c.Email) // nobody has an empty one
	err = s.store.View(ctx, func(tx Tx) error {
		door = Digest{}
		user, err := tx.UserByEmail(email)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		device, refusal, err := s.trusted(tx, user.ID, c.Device, s.clock.Now())
		if err == nil && refusal == nil {
			door = deviceDoor(device.ID)
		}
		return err
	})
	return door, err
}

// unlockPassword takes back the failures at every door of user.
func unlockPassword(w *work, user User) error {
	devices, err := w.Devices(user.ID)
	if err != nil {
		return err
	}
	doors := []Digest{frontDoor(user.Email), insideDoor(user.ID)}
	for _, d := range devices {
		doors = append(doors, deviceDoor(d.ID))
	}
	for _, door := range doors {
		if err := w.SetThrottle(door, Guard{}); err != nil {
			return err
		}
	}
	return nil
}

// password checks the password of an address. The failure is counted and
// durable before the check, and taken back by a right password only; addresses
// without an account are counted the same.
func (s *Service) password(ctx context.Context, g guess) (User, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, passwordWait, &Refusal{Cause: CauseBusy})
	defer cancel()
	email, err := CleanEmail(g.address)
	if err != nil || utf8.RuneCount(prepared(g.password)) > s.rules().Password.MaxLength {
		email = "" // no account can have it; do the work all the same
	}
	key := g.door
	if key == (Digest{}) {
		key = frontDoor(email)
	}
	leave, err := s.doors.enter(ctx, key)
	if err != nil {
		return User{}, causeOf(ctx, err)
	}
	defer leave()

	var user User
	var before Guard
	err = s.update(ctx, func(w *work) error {
		user = User{}
		if before, err = w.Throttle(key); err != nil {
			return err
		}
		if w.now.Sub(before.LastFailure) > kept {
			before = Guard{}
		}
		limits := s.rules().Limits
		limits.HardStop = before.Failures + 1 // a stranger must not lock a password for good
		if refusal := before.Refuses(limits, w.now); refusal != nil {
			return w.deny(Event{Type: g.event, User: email}, refusal)
		}
		if user, err = w.UserByEmail(email); err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		return w.SetThrottle(key, before.Counted(limits, limits.PasswordFailures, w.now))
	})
	if err != nil {
		return User{}, causeOf(ctx, err)
	}

	right, err := s.hasher.verify(ctx, g.password, user.Password)
	if err != nil {
		return User{}, causeOf(ctx, err)
	}
	err = s.update(ctx, func(w *work) error {
		e := Event{Type: g.event, User: email}
		switch {
		case right:
			return errors.Join(w.SetThrottle(key, Guard{}), w.record(e))
		case user.ID == "":
			return w.refuse(e, &Refusal{Cause: CauseUserUnknown})
		}
		return w.refuse(e, &Refusal{Cause: g.wrong})
	})
	if err != nil {
		return User{}, err
	}
	if !right {
		return User{}, &Refusal{Cause: g.wrong}
	}
	return user, nil
}

// stripes let the password checks of one address take turns, so that a burst
// of right passwords is not mistaken for a burst of guesses.
type stripes [256]chan struct{}

func newStripes() *stripes {
	var s stripes
	for i := range s {
		s[i] = make(chan struct{}, 1)
	}
	return &s
}

// enter waits for the turn of key, and gives the function that ends it.
func (s *stripes) enter(ctx context.Context, key Digest) (leave func(), err error) {
	door := s[key[0]]
	select {
	case door <- struct{}{}:
		return func() { <-door }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
