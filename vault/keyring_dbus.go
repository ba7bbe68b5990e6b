//go:build linux || freebsd || netbsd || openbsd || dragonfly

package vault

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
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

// find connects to the bus and makes sure that a provider is on it.
func (s *systemKeyring) find(ctx context.Context) error {
	if err := s.connect(ctx); err != nil {
		return err
	}
	bus := s.conn.BusObject()
	var owner string
	err := s.question(ctx, bus, busName+".GetNameOwner", secretsName)(&owner)
	if named(err, busName+".Error.NameHasNoOwner") {
		if err := s.activate(ctx); err != nil {
			return err
		}
		err = s.question(ctx, bus, busName+".GetNameOwner", secretsName)(&owner)
	}
	if err != nil {
		return s.busFails("find the keyring program", err)
	}
	if owner != s.owner {
		s.owner, s.session = owner, ""
		s.provider = s.providerName(ctx, owner)
	}
	return nil
}

// connect never starts a bus: one that nobody started has no keyring.
func (s *systemKeyring) connect(ctx context.Context) error {
	address := os.Getenv("DBUS_SESSION_BUS_ADDRESS")
	if s.conn != nil && s.conn.Connected() && address == s.address {
		return nil
	}
	s.drop()
	s.provider = ""
	ctx, cancel := context.WithTimeout(ctx, s.wait)
	defer cancel()
	life, hangUp := context.WithCancel(context.Background())
	stop := context.AfterFunc(ctx, hangUp) // the handshake has our deadline
	defer stop()
	conn, err := dbus.SessionBusPrivateNoAutoStartup(dbus.WithContext(life))
	if err != nil {
		hangUp()
		// Finding the address may have put it into the environment.
		if os.Getenv("DBUS_SESSION_BUS_ADDRESS") == "" {
			return &KeyringError{Reason: ReasonNoBus}
		}
		return s.busFails("connect to the D-Bus session", err)
	}
	shaken := make(chan error, 1)
	go func() {
		err := conn.Auth(nil)
		if err == nil {
			err = conn.Hello()
		}
		shaken <- err
	}()
	select {
	case err = <-shaken:
	case <-ctx.Done():
	}
	if ctx.Err() != nil {
		err = ctx.Err() // which is why the connection was closed
	}
	if err != nil {
		hangUp()
		_ = conn.Close() // ends the goroutine too
		return s.busFails("greet the D-Bus session", err)
	}
	s.conn, s.hangUp, s.address = conn, hangUp, os.Getenv("DBUS_SESSION_BUS_ADDRESS")
	return nil
}

// activate lets the bus start the provider that is installed for it.
func (s *systemKeyring) activate(ctx context.Context) error {
	s.owner, s.provider, s.session = "", "", ""
	known, err := s.activatable(ctx, secretsName)
	if err != nil {
		return s.busFails("list what the bus can start", err)
	}
	if !known {
		return &KeyringError{Reason: ReasonNoProvider}
	}
	const doing = "start the keyring program"
	var started uint32
	err = s.question(ctx, s.conn.BusObject(), busName+".StartServiceByName", secretsName, uint32(0))(&started)
	var refusal dbus.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refusal):
		return &KeyringError{Reason: ReasonNotStarted, Doing: doing, Cause: err}
	case errors.Is(err, context.DeadlineExceeded):
		return &KeyringError{Reason: ReasonFrozenProvider, Doing: doing, Cause: err}
	}
	return s.busFails(doing, err)
}

func (s *systemKeyring) activatable(ctx context.Context, name string) (bool, error) {
	var names []string
	err := s.question(ctx, s.conn.BusObject(), busName+".ListActivatableNames")(&names)
	return slices.Contains(names, name), err
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

// busFails is what an error of the bus itself means.
func (s *systemKeyring) busFails(doing string, err error) error {
	reason := ReasonDeadBus
	var timeout net.Error
	switch {
	case errors.Is(err, fs.ErrPermission), err != nil && strings.Contains(err.Error(), "authentication failed"):
		reason = ReasonForeignBus
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled), errors.As(err, &timeout) && timeout.Timeout():
		reason = ReasonFrozenBus
	}
	s.drop() // begin anew the next time
	return &KeyringError{Reason: reason, Doing: doing, Cause: err}
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

// providerName asks the bus which process answers, and the system what it runs.
func (s *systemKeyring) providerName(ctx context.Context, owner string) string {
	var pid uint32
	if err := s.question(ctx, s.conn.BusObject(), busName+".GetConnectionUnixProcessID", owner)(&pid); err != nil {
		return ""
	}
	line, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(int(pid)), "cmdline"))
	if err != nil {
		return ""
	}
	program, _, _ := strings.Cut(string(line), "\x00")
	program = filepath.Base(program)
	switch {
	case program == "." || program == "/":
		return ""
	case strings.HasPrefix(program, "gnome-keyring"):
		return gnomeKeyring
	case strings.HasPrefix(program, "keepassxc"):
		return "KeePassXC"
	case strings.HasPrefix(program, "kwallet"), strings.HasPrefix(program, "ksecret"):
		return "KWallet"
	}
	return program
}

func (s *systemKeyring) drop() {
	if s.conn != nil {
		s.hangUp()
		_ = s.conn.Close()
	}
	s.conn, s.owner, s.session = nil, "", ""
}

func (s *systemKeyring) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop()
}
