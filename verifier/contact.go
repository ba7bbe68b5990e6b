package verifier

import (
	"context"
	"errors"
)

// Contact is a new e-mail address or number for an account; one of both.
type Contact struct {
	Email    string
	Phone    string
	Password Secret
}

// ChangeContact begins to change the address or number of the holder of a
// session. Nothing changes before the code that goes to the new one is right.
func (s *Service) ChangeContact(ctx context.Context, token Secret, c Contact) (Progress, error) {
	method := MethodEmail
	to, err := "", error(nil)
	if c.Email != "" {
		to, err = CleanEmail(c.Email)
	} else {
		method = MethodSMS
		to, err = CleanPhone(c.Phone)
	}
	if err != nil {
		return Progress{}, err
	}
	if err := s.prove(ctx, token, c.Password, CausePasswordWrong); err != nil {
		return Progress{}, err
	}
	return s.begin(ctx, FlowContact, func(w *work, v *visit) error {
		user, _, err := s.holder(w, token)
		if err != nil {
			return err
		}
		v.user, v.flow.Method, v.flow.Target = user, method, to
		return s.addFlow(w, v)
	})
}

// changeContact makes a proven address or number the account's. Codes go there
// from now on, and the old address hears of it.
func (s *Service) changeContact(w *work, v *visit) error {
	user, method, to := v.user, v.flow.Method, v.flow.Target
	before := user.Email
	if method == MethodEmail {
		user.Email, user.EmailVerified = to, w.now
	}
	old := user.Phone
	if method == MethodSMS {
		user.Phone, user.PhoneVerified = to, w.now
	}
	err := w.SetUser(user)
	if errors.Is(err, ErrTaken) {
		return &Refusal{Cause: CauseEmailTaken}
	}
	if err := errors.Join(err, w.EndLinks(user.ID)); err != nil { // they went to the old address
		return err
	}
	for _, f := range user.Factors {
		if f.Method == method && (f.Target == before || f.Target == old) {
			if err := w.RetargetFactor(f.ID, to); err != nil {
				return err
			}
		}
	}
	s.notify(w, before, "Codes and messages for your account now go to "+masked(method, to)+".")
	if err := v.reload(w); err != nil {
		return err
	}
	return w.record(Event{Type: EventContact, User: user.Email, Method: method})
}
