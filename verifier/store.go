package verifier

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"
)

// Digest stands for a bearer credential in a store: SHA-256 of it. The
// credentials have 256 random bits, so nothing slower is needed.
type Digest [sha256.Size]byte

// DigestOf gives the digest of a credential.
func DigestOf(credential Secret) Digest { return sha256.Sum256(credential.Reveal()) }

// ErrNotFound is returned by a Tx for what is not there.
var ErrNotFound = errors.New("not found")

// ErrTaken is returned by Tx.AddUser for an address that has an account.
var ErrTaken = errors.New("taken")

// Store keeps everything. Both methods give the function a consistent view
// that nobody else changes meanwhile; neither lets it see half of another's
// changes.
type Store interface {
	// Update runs change and keeps what it did if it returns nil, durably
	// before Update returns; otherwise nothing of it. Changes may be run
	// again, so they set what they hand out rather than add to it, and they
	// are quick: others wait.
	Update(ctx context.Context, change func(Tx) error) error
	// View runs read, which must not change anything.
	View(ctx context.Context, read func(Tx) error) error
}

// Tx is what can be done inside a Store's functions.
type Tx interface {
	AddUser(User) error // without its factors; ErrTaken
	User(id string) (User, error)
	UserByEmail(email string) (User, error)
	Users() ([]User, error) // oldest first
	// SetUser changes everything of a user but the guard and the factors;
	// ErrTaken for an address that is another's.
	SetUser(User) error
	SetGuard(userID string, g Guard) error

	AddFactor(Factor) error
	RenameFactor(id, name string) error
	ConfirmFactor(id string, at time.Time) error // and it is no longer deferred
	RetargetFactor(id, target string) error
	DeleteFactor(id string) error
	SetDrift(id string, steps int) error
	// OtherFactors lists confirmed factors with a shared key of users other than
	// userID, the newest first, at most limit.
	OtherFactors(userID string, limit int) ([]Factor, error)
	// Spend is the one compare-and-set that accepts a code: it moves the
	// factor's last step on to step and reports true, if and only if step is
	// greater. There is no way to move it back.
	Spend(factorID string, step TimeStep) (bool, error)

	AddFlow(Flow) error
	Flow(Digest) (Flow, error)
	SetFlow(Flow) error
	EndFlows(userID string) error // deletes the user's flows and their challenges

	AddChallenge(Challenge) error
	Challenges(flow Digest) ([]Challenge, error) // the newest first
	// SpendChallenge is the compare-and-set that accepts a code that was sent:
	// true if and only if nobody spent it before.
	SpendChallenge(id string, at time.Time) (bool, error)
	FailChallenge(id string, at time.Time) error

	// SetRecovery replaces the user's recovery codes.
	SetRecovery(userID string, codes []Digest) error
	// SpendRecovery reports whether the user has that code, and whether it was
	// spent by this call.
	SpendRecovery(userID string, code Digest, at time.Time) (found, won bool, err error)
	RecoveryLeft(userID string) (int, error)

	AddDevice(Device) error
	Device(Digest) (Device, error)
	Devices(userID string) ([]Device, error) // the newest first, revoked ones included
	SetDevice(Device) error                  // name, used, revoked, expires

	AddLink(Link) error
	Link(Digest) (Link, error)
	SpendLink(key Digest, at time.Time) (bool, error) // true once
	EndLinks(userID string) error                     // deletes the user's links

	AddSession(Session) error
	Session(Digest) (Session, error)
	Sessions(userID string) ([]Session, error) // the newest first
	EndSession(Digest) error
	EndSessions(userID string) error

	// Throttle gives the guard of a key, a zero one where there is none.
	Throttle(key Digest) (Guard, error)
	SetThrottle(key Digest, g Guard) error // a zero guard deletes it

	// Sweep deletes what has been useless since before: flows that expired,
	// with their challenges and unconfirmed factors (deferred ones stay),
	// sessions, devices and links that expired, and throttles without a failure
	// since.
	Sweep(before time.Time) error

	AddEvent(Event) (int64, error) // gives its Seq
	// Events lists what came after seq, oldest first, at most limit.
	Events(after int64, limit int) ([]Event, error)
	LastEvent() (int64, error)
}

// Session is the proof of a finished sign-in.
type Session struct {
	Key     Digest // of the token, which only its holder knows
	UserID  string
	Device  string // id of the trusted device that it was made on, if any
	Created time.Time
	Expires time.Time
}
