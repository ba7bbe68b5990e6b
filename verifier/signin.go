package verifier

import (
	"context"
	"errors"
	"time"
)

// Credentials are what a sign-in begins with.
type Credentials struct {
	Email    string
	Password Secret
	Device   Secret // token of a trusted device, if there is one
	Agent    string // what the device says of itself
}

// passwordWait is how long a request waits for its turn at argon2.
const passwordWait = 20 * time.Second

// kept is how long failures at an address are remembered, and how long what
// expired stays in the store, to be named as expired rather than as unknown.
const kept = 24 * time.Hour

// SignIn gives a flow for a right password. An unknown address and a wrong
// password are refused alike, after the same work.
func (s *Service) SignIn(ctx context.Context, c Credentials) (Progress, error) {
	door, err := s.doorOf(ctx, c)
	if err != nil {
		return Progress{}, err
	}
	user, err := s.password(ctx, guess{
		address: c.Email, password: c.Password, door: door, event: EventPassword, wrong: CausePasswordWrong,
	})
	if err != nil {
		return Progress{}, err
	}
	return s.begin(ctx, FlowSignIn, func(w *work, v *visit) error {
		fresh, err := w.User(user.ID)
		if errors.Is(err, ErrNotFound) || err == nil && !fresh.Password.Equal(user.Password) {
			return &Refusal{Cause: CausePasswordWrong} // changed since it was checked
		}
		if err != nil {
			return err
		}
		v.user, v.agent = fresh, c.Agent
		if refusal := mayEnter(fresh, w.now); refusal != nil {
			return w.deny(Event{Type: EventPassword, User: fresh.Email}, refusal)
		}
		if !fresh.Temporary.IsZero() {
			v.user.TemporaryUsed = w.now
			if err := w.SetUser(v.user); err != nil {
				return err
			}
		}
		if err := s.recognize(w, v, c.Device); err != nil {
			return err
		}
		return s.addFlow(w, v)
	})
}

// mayEnter refuses a right password that may not be used.
func mayEnter(user User, now time.Time) *Refusal {
	switch {
	case !user.Disabled.IsZero():
		return &Refusal{Cause: CauseAccountDisabled}
	case user.Temporary.IsZero():
		return nil
	case !now.Before(user.Temporary) || !user.TemporaryUsed.IsZero():
		return &Refusal{Cause: CausePasswordTemporaryExpired}
	}
	return nil
}

// begin opens a new flow, which first stores with addFlow among what else it
// does.
func (s *Service) begin(ctx context.Context, kind FlowKind, first func(*work, *visit) error) (Progress, error) {
	id, err := s.token()
	if err != nil {
		return Progress{}, err
	}
	v, err := s.newVisit(id.RevealText())
	if err != nil {
		return Progress{}, err
	}
	return s.visit(ctx, v, func(w *work) error {
		v.flow = Flow{
			Key: DigestOf(id), Kind: kind, Created: w.now, Expires: w.now.Add(s.rules().Lifetimes.Flow.Std()),
		}
		if err := w.Sweep(w.now.Add(-kept)); err != nil {
			return err
		}
		return first(w, v)
	})
}

// addFlow stores the flow of a visit, as its user's.
func (s *Service) addFlow(w *work, v *visit) error {
	v.flow.UserID = v.user.ID
	if err := w.AddFlow(v.flow); err != nil {
		return err
	}
	return v.reload(w)
}

// causeOf replaces the error of a context that was given up by its cause.
func causeOf(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return context.Cause(ctx)
	}
	return err
}
