//go:build linux || freebsd || netbsd || openbsd || dragonfly

package vault

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/godbus/dbus/v5"
)

// The Secret Service API of freedesktop.org, as far as it is used here.
const (
	secretsName    = "org.freedesktop.secrets"
	secretsPath    = dbus.ObjectPath("/org/freedesktop/secrets")
	secretsService = "org.freedesktop.Secret.Service"
	collectionType = "org.freedesktop.Secret.Collection"
	itemType       = "org.freedesktop.Secret.Item"
	promptType     = "org.freedesktop.Secret.Prompt"
	loginPath      = secretsPath + "/collection/login"
	noPath         = dbus.ObjectPath("/")
	busName        = "org.freedesktop.DBus"
)

// systemKeyring is a Secret Service, over one connection of its own.
//
// It is spoken to without go-keyring, whose items it shares: that keeps one
// connection for the life of the process, knows no deadline, waits for a person
// where the keyring is locked, and starts a bus where there is none. Here
// nobody is asked for a password but by UnlockKeyring, and nothing is started
// but what the bus itself has to offer.
type systemKeyring struct {
	wait time.Duration // for the answer to one question

	mu       sync.Mutex
	conn     *dbus.Conn
	hangUp   context.CancelFunc
	address  string
	owner    string          // the connection of the provider
	provider string          // the name of owner's program
	session  dbus.ObjectPath // of owner; empty until a value travels
}

func newSystemKeyring(patience time.Duration) *systemKeyring {
	return &systemKeyring{wait: max(patience, probeWait)}
}

// limit is the time for all the questions of one call about n items.
func (s *systemKeyring) limit(ctx context.Context, n int) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, max(s.wait, totalWait)+time.Duration(n)*eachWait)
}

// question calls a method, and stores the answer where it is told to. Each may
// take the whole time, so that one on a busy machine is not taken for a failure.
func (s *systemKeyring) question(ctx context.Context, of dbus.BusObject, method string, args ...any) func(into ...any) error {
	return func(into ...any) error {
		ctx, cancel := context.WithTimeout(ctx, s.wait)
		defer cancel()
		return of.CallWithContext(ctx, method, 0, args...).Store(into...)
	}
}

// at is an object of the provider that find has found. Messages to its own
// connection never start another program, nor reach one that took its place.
func (s *systemKeyring) at(path dbus.ObjectPath) dbus.BusObject { return s.conn.Object(s.owner, path) }

func (s *systemKeyring) property(ctx context.Context, path dbus.ObjectPath, name string, into any) error {
	dot := strings.LastIndexByte(name, '.')
	var value dbus.Variant
	if err := s.question(ctx, s.at(path), "org.freedesktop.DBus.Properties.Get", name[:dot], name[dot+1:])(&value); err != nil {
		return err
	}
	return value.Store(into)
}

// collection is the one that items go into: the same that go-keyring uses.
func (s *systemKeyring) collection(ctx context.Context) (path dbus.ObjectPath, locked bool, err error) {
	path = loginPath
	err = s.property(ctx, path, collectionType+".Locked", &locked)
	if isGone(err) {
		path, locked, err = s.defaultCollection(ctx)
	}
	if err != nil {
		return "", false, s.fails(ctx, "look at its collection", err)
	}
	return path, locked, nil
}

func (s *systemKeyring) defaultCollection(ctx context.Context) (path dbus.ObjectPath, locked bool, err error) {
	err = s.question(ctx, s.at(secretsPath), secretsService+".ReadAlias", "default")(&path)
	if err == nil && path != noPath {
		err = s.property(ctx, path, collectionType+".Locked", &locked)
	}
	if path == noPath || isGone(err) {
		err = &KeyringError{Reason: ReasonNoCollection, Provider: s.provider}
	}
	return path, locked, err
}

// usable finds the unlocked collection.
func (s *systemKeyring) usable(ctx context.Context) (dbus.ObjectPath, error) {
	path, locked, err := s.collection(ctx)
	if err == nil && locked {
		err = s.locked(ctx)
	}
	return path, err
}

func (s *systemKeyring) probe(ctx context.Context) KeyringState {
	s.mu.Lock()
	defer s.mu.Unlock()
	ctx, cancel := s.limit(ctx, 0)
	defer cancel()
	err := s.find(ctx)
	if err == nil {
		_, err = s.usable(ctx)
	}
	return stateOf(err, s.provider)
}

// fails is what an error of the provider means. The bus has just answered.
func (s *systemKeyring) fails(ctx context.Context, doing string, err error) error {
	var known *KeyringError
	if errors.As(err, &known) {
		return err
	}
	e := &KeyringError{Reason: ReasonRefused, Provider: s.provider, Doing: doing, Cause: err}
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		e.Reason = ReasonFrozenProvider
		s.drop() // a late answer is nobody's
	case errors.Is(err, dbus.ErrClosed), errors.Is(err, io.EOF):
		e.Reason = ReasonDeadBus
		s.drop()
	case named(err, busName+".Error.NoReply", busName+".Error.ServiceUnknown", busName+".Error.NameHasNoOwner", busName+".Error.Disconnected"):
		e.Reason = ReasonProviderGone
		s.owner, s.session = "", ""
	case named(err, "org.freedesktop.Secret.Error.IsLocked"):
		return s.locked(ctx)
	}
	return e
}

func named(err error, names ...string) bool {
	var refusal dbus.Error
	return errors.As(err, &refusal) && slices.Contains(names, refusal.Name)
}

// isGone tells that an object is not there, in the words of each provider.
func isGone(err error) bool {
	return named(err, "org.freedesktop.Secret.Error.NoSuchObject", busName+".Error.UnknownObject",
		busName+".Error.UnknownInterface", busName+".Error.UnknownMethod", busName+".Error.UnknownProperty")
}
