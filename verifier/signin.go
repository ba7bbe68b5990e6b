package verifier

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// NewAccount is what a sign-up begins with.
type NewAccount struct {
	Email    string
	Password Secret
	Phone    string // may be empty
	Method   Method // may be empty: the flow asks, or the roll-out's default is taken
}

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

var roles = []string{RoleUser, RoleAdmin, RoleHelpdesk, RoleService}

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
		if v.refusal = mayEnter(fresh, w.now); v.refusal != nil {
			return w.refuse(Event{Type: EventPassword, User: fresh.Email}, v.refusal)
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

// guess is a password that somebody says is that of an address.
type guess struct {
	address  string
	password Secret
	door     Digest    // that it counts at; zero: that of the address
	event    EventType // that it is recorded as
	wrong    Cause
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
	var refusal *Refusal
	err = s.update(ctx, func(w *work) error {
		user, refusal = User{}, nil
		if before, err = w.Throttle(key); err != nil {
			return err
		}
		if w.now.Sub(before.LastFailure) > kept {
			before = Guard{}
		}
		limits := s.rules().Limits
		limits.HardStop = before.Failures + 1 // a stranger must not lock a password for good
		if refusal = before.Refuses(limits, w.now); refusal != nil {
			return w.refuse(Event{Type: g.event, User: email}, refusal)
		}
		if user, err = w.UserByEmail(email); err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		return w.SetThrottle(key, before.Counted(limits, limits.PasswordFailures, w.now))
	})
	if err != nil {
		return User{}, causeOf(ctx, err)
	}
	if refusal != nil {
		return User{}, refusal
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
