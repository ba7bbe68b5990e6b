package verifier

import (
	"context"
	"errors"
	"time"
	"unicode/utf8"
)

// Credentials are what a sign-in or sign-up begins with.
type Credentials struct {
	Email    string
	Password Secret
}

// passwordWait is how long a request waits for its turn at argon2.
const passwordWait = 20 * time.Second

// kept is how long failures at an address are remembered, and how long what
// expired stays in the store, to be named as expired rather than as unknown.
const kept = 24 * time.Hour

// SignUp makes an account and gives its first flow. A method that is named is
// chosen at once; without one the flow asks.
func (s *Service) SignUp(ctx context.Context, c Credentials, method Method) (Progress, error) {
	if !s.rollout.SignUp.Allowed {
		return Progress{}, &Refusal{Cause: CauseSignUpNotAllowed}
	}
	if method != "" {
		if _, err := s.checkNew(NewFactor{Method: method}); err != nil {
			return Progress{}, err // before there is an account
		}
	}
	first, err := s.signUp(ctx, c)
	if err != nil || method == "" || first.Step.Kind != StepChooseMethod {
		return first, err
	}
	return s.Enroll(ctx, first.ID, NewFactor{Method: method})
}

func (s *Service) signUp(ctx context.Context, c Credentials) (Progress, error) {
	user, err := s.newUser(ctx, c, "user")
	if err != nil {
		return Progress{}, err
	}
	return s.begin(ctx, FlowSignUp, user, func(tx Tx, now time.Time) error {
		err := tx.AddUser(user)
		if errors.Is(err, ErrTaken) {
			return &Refusal{Cause: CauseEmailTaken}
		}
		if err != nil {
			return err
		}
		return s.record(tx, Event{At: now, Type: EventSignUp, User: user.Email, Outcome: Accepted})
	})
}

// newUser checks what was sent and hashes the password; it stores nothing.
func (s *Service) newUser(ctx context.Context, c Credentials, role string) (User, error) {
	email, err := CleanEmail(c.Email)
	if err != nil {
		return User{}, err
	}
	if err := checkPassword(s.rollout.Password, c.Password); err != nil {
		return User{}, err
	}
	id, err := s.id()
	if err != nil {
		return User{}, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, passwordWait, &Refusal{Cause: CauseBusy})
	defer cancel()
	hash, err := s.hasher.hash(ctx, c.Password)
	if err != nil {
		return User{}, causeOf(ctx, err)
	}
	return User{ID: id, Email: email, Password: hash, Role: role, Created: s.clock.Now()}, nil
}

// SignIn gives a flow for a right password. An unknown address and a wrong
// password are refused alike, after the same work.
func (s *Service) SignIn(ctx context.Context, c Credentials) (Progress, error) {
	user, err := s.password(ctx, c, EventPassword, CausePasswordWrong)
	if err != nil {
		return Progress{}, err
	}
	return s.begin(ctx, FlowSignIn, user, func(tx Tx, _ time.Time) error {
		fresh, err := tx.User(user.ID)
		if errors.Is(err, ErrNotFound) || err == nil && !fresh.Password.Equal(user.Password) {
			return &Refusal{Cause: CausePasswordWrong} // changed since it was checked
		}
		user = fresh
		return err
	})
}

// password checks the password of an address. The failure is counted and
// durable before the check, and taken back by a right password only; addresses
// without an account are counted the same.
func (s *Service) password(ctx context.Context, c Credentials, door EventType, wrong Cause) (User, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, passwordWait, &Refusal{Cause: CauseBusy})
	defer cancel()
	email, err := CleanEmail(c.Email)
	if err != nil || utf8.RuneCount(prepared(c.Password)) > s.rollout.Password.MaxLength {
		email = "" // no account can have it; do the work all the same
	}
	key := passwordDoor(email)
	leave, err := s.doors.enter(ctx, key)
	if err != nil {
		return User{}, causeOf(ctx, err)
	}
	defer leave()

	var user User
	var before Guard
	var refusal *Refusal
	err = s.update(ctx, func(tx Tx) error {
		now := s.clock.Now()
		user, refusal = User{}, nil
		if before, err = tx.Throttle(key); err != nil {
			return err
		}
		if now.Sub(before.LastFailure) > kept {
			before = Guard{}
		}
		limits := s.rollout.Limits
		limits.HardStop = before.Failures + 1 // a stranger must not lock a password for good
		if refusal = before.Refuses(limits, now); refusal != nil {
			return s.record(tx, Event{At: now, Type: door, User: email, Outcome: Refused, Cause: refusal.Cause})
		}
		if user, err = tx.UserByEmail(email); err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		return tx.SetThrottle(key, before.Counted(limits, limits.PasswordFailures, now))
	})
	if err != nil {
		return User{}, causeOf(ctx, err)
	}
	if refusal != nil {
		return User{}, refusal
	}

	right, err := s.hasher.verify(ctx, c.Password, user.Password)
	if err != nil {
		return User{}, causeOf(ctx, err)
	}
	err = s.update(ctx, func(tx Tx) error {
		e := Event{At: s.clock.Now(), Type: door, User: email, Outcome: Accepted}
		if right {
			if err := tx.SetThrottle(key, Guard{}); err != nil {
				return err
			}
		} else {
			e.Outcome, e.Cause = Refused, wrong
			if user.ID == "" {
				e.Cause = CauseUserUnknown
			}
		}
		return s.record(tx, e)
	})
	if err != nil {
		return User{}, err
	}
	if !right {
		return User{}, &Refusal{Cause: wrong}
	}
	return user, nil
}

// passwordDoor is what failures at an address are counted under. The address
// itself is not kept: it may be no account's.
func passwordDoor(email string) Digest { return DigestOf(SecretOf("password of " + email)) }

// begin stores a new flow of user together with what first does.
func (s *Service) begin(ctx context.Context, kind FlowKind, user User, first func(Tx, time.Time) error) (Progress, error) {
	id, err := s.token()
	if err != nil {
		return Progress{}, err
	}
	token, err := s.token()
	if err != nil {
		return Progress{}, err
	}
	var out Progress
	err = s.update(ctx, func(tx Tx) error {
		now := s.clock.Now()
		if err := tx.Sweep(now.Add(-kept)); err != nil {
			return err
		}
		if err := first(tx, now); err != nil {
			return err
		}
		fresh, err := tx.User(user.ID)
		if err != nil {
			return err
		}
		flow := Flow{
			Key: DigestOf(id), Kind: kind, UserID: user.ID,
			Created: now, Expires: now.Add(s.rollout.Lifetimes.Flow.Std()),
		}
		if err := tx.AddFlow(flow); err != nil {
			return err
		}
		out, err = s.settle(tx, id.RevealText(), &flow, fresh, now, token)
		return err
	})
	return out, err
}

// settle shows a flow that changed, and finishes it where nothing is left to
// do.
func (s *Service) settle(tx Tx, id string, flow *Flow, user User, now time.Time, token Secret) (Progress, error) {
	step, err := s.next(user, *flow, now)
	if err != nil {
		return Progress{}, err
	}
	finished := step.Kind == StepDone && flow.Done.IsZero()
	if finished {
		if err := s.finish(tx, flow, now, token); err != nil {
			return Progress{}, err
		}
	}
	out, err := s.progress(id, *flow, user)
	if finished && flow.Kind != FlowAddFactor {
		out.Session = token
	}
	return out, err
}

// causeOf replaces the error of a context that was given up by its cause.
func causeOf(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return context.Cause(ctx)
	}
	return err
}
