package verifier

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"twofold/verifier/delivery"
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
	address, old := user.Email, user.Email
	if method == MethodEmail {
		user.Email, user.EmailVerified = to, w.now
	} else {
		old, user.Phone, user.PhoneVerified = user.Phone, to, w.now
	}
	err := w.SetUser(user)
	if errors.Is(err, ErrTaken) {
		return &Refusal{Cause: CauseEmailTaken}
	}
	if err := errors.Join(err, w.EndLinks(user.ID)); err != nil { // they went to the old address
		return err
	}
	for _, f := range user.Factors {
		if f.Method == method && f.Target == old {
			if err := w.RetargetFactor(f.ID, to); err != nil {
				return err
			}
		}
	}
	s.notify(w, address, "Codes and messages for your account now go to "+masked(method, to)+".")
	if err := v.reload(w); err != nil {
		return err
	}
	return w.record(Event{Type: EventContact, User: user.Email, Method: method})
}

// reach gives where the codes of an e-mail or SMS factor go: what was asked
// for, or what the account has on file. Where the roll-out has them go to the
// account's own address and number only, nothing else can be asked for; a first
// number becomes the account's once it is proven.
func (s *Service) reach(user User, want NewFactor) (string, error) {
	own, asked, err := "", "", error(nil)
	switch want.Method {
	case MethodEmail:
		if own = user.Email; want.Email != "" {
			asked, err = CleanEmail(want.Email)
		}
	case MethodSMS:
		if own = user.Phone; strings.TrimSpace(want.Phone) != "" {
			asked, err = CleanPhone(want.Phone)
		}
	default:
		return "", nil
	}
	switch {
	case err != nil:
		return "", err
	case s.rules().Message.OwnContacts && own != "" && asked != "" && asked != own:
		return "", &Refusal{Cause: CauseMethodNotAllowed}
	}
	if to := cmp.Or(asked, own); to != "" {
		return to, nil
	}
	return "", &Refusal{Cause: CausePhoneMissing}
}

// CleanPhone gives a number in E.164. It refuses with CausePhoneMissing,
// CausePhoneCountryUnknown or CausePhoneInvalid.
func CleanPhone(typed string) (string, error) {
	number, err := delivery.CleanPhone(typed)
	switch {
	case errors.Is(err, delivery.ErrPhoneMissing):
		return "", &Refusal{Cause: CausePhoneMissing}
	case errors.Is(err, delivery.ErrPhoneCountryUnknown):
		return "", &Refusal{Cause: CausePhoneCountryUnknown}
	case err != nil:
		return "", &Refusal{Cause: CausePhoneInvalid}
	}
	return number, nil
}
