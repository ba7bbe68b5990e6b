package verifier

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
)

// NewAccount is what a sign-up begins with.
type NewAccount struct {
	Email    string
	Password Secret
	Phone    string // may be empty
	Method   Method // may be empty: the flow asks, or the roll-out's default is taken
}

// SignUp makes an account and gives its first flow. A method that is named is
// begun at once; without one the flow asks, or begins the default where
// registration is about methods too.
func (s *Service) SignUp(ctx context.Context, a NewAccount) (Progress, error) {
	rules := s.rules()
	if !rules.SignUp.Allowed {
		return Progress{}, &Refusal{Cause: CauseSignUpNotAllowed}
	}
	if a.Method == "" && rules.SignUp.ChooseMethod {
		a.Method = rules.SecondStep.Default
	}
	user, err := s.newUser(ctx, NewUser{Email: a.Email, Password: a.Password, Phone: a.Phone})
	if err != nil {
		return Progress{}, err
	}
	var factor Factor
	if a.Method != "" { // before there is an account
		if factor, err = s.freshFactor(user, NewFactor{Method: a.Method}); err != nil {
			return Progress{}, err
		}
	}
	return s.begin(ctx, FlowSignUp, func(w *work, v *visit) error {
		if err := addUser(w, user); err != nil {
			return err
		}
		v.user = user
		if err := w.record(Event{Type: EventSignUp, User: user.Email}); err != nil {
			return err
		}
		if a.Method == "" {
			return s.addFlow(w, v)
		}
		return errors.Join(s.addFlow(w, v), s.enroll(w, v, factor))
	})
}

func addUser(w *work, user User) error {
	err := w.AddUser(user)
	if errors.Is(err, ErrTaken) {
		return &Refusal{Cause: CauseEmailTaken}
	}
	return err
}

// NewUser is an account to make.
type NewUser struct {
	Email     string
	Phone     string // may be empty
	Password  Secret // zero: none, for an invitation, or with a temporary one
	Role      string // empty is RoleUser
	Office    string
	Temporary bool // mail a temporary password
	Invite    bool // mail a link to set a password
}

// newUser checks what was sent and hashes the password; it stores nothing.
func (s *Service) newUser(ctx context.Context, n NewUser) (User, error) {
	email, err := CleanEmail(n.Email)
	if err != nil {
		return User{}, err
	}
	phone := ""
	if strings.TrimSpace(n.Phone) != "" {
		if phone, err = CleanPhone(n.Phone); err != nil {
			return User{}, err
		}
	}
	role := cmp.Or(n.Role, RoleUser)
	if !slices.Contains(roles, role) {
		return User{}, &Refusal{Cause: CauseRoleUnknown}
	}
	id, err := s.id()
	if err != nil {
		return User{}, err
	}
	user := User{
		ID: id, Email: email, Phone: phone, Role: role, Office: printable(n.Office, longestName), Created: s.clock.Now(),
	}
	if !n.Password.IsZero() || !n.Temporary && !n.Invite {
		user.Password, err = s.newPassword(ctx, user, n.Password)
	}
	return user, err
}

// newPassword holds a new password of user against the roll-out and hashes it.
// The one that the user has is no new one where it was temporary (ASVS 6.4.1).
func (s *Service) newPassword(ctx context.Context, user User, password Secret) (Secret, error) {
	if err := checkPassword(s.rules().Password, password, s.rules().Issuer, user.Email); err != nil {
		return Secret{}, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, passwordWait, &Refusal{Cause: CauseBusy})
	defer cancel()
	if !user.Temporary.IsZero() {
		same, err := s.hasher.verify(ctx, password, user.Password)
		if err != nil {
			return Secret{}, causeOf(ctx, err)
		}
		if same {
			return Secret{}, &Refusal{Cause: CausePasswordMustChange}
		}
	}
	hash, err := s.hasher.hash(ctx, password)
	return hash, causeOf(ctx, err)
}
