//go:build linux || freebsd || netbsd || openbsd || dragonfly

package vault

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/godbus/dbus/v5"
)

// The Secret Service API of freedesktop.org, as far as it is asked here.
const (
	secretsName    = "org.freedesktop.secrets"
	secretsPath    = dbus.ObjectPath("/org/freedesktop/secrets")
	secretsService = "org.freedesktop.Secret.Service"
	collectionType = "org.freedesktop.Secret.Collection"
	itemType       = "org.freedesktop.Secret.Item"
	loginPath      = secretsPath + "/collection/login"
	busName        = "org.freedesktop.DBus"
)

// asker asks a Secret Service about itself over a connection of its own,
// without unlocking, prompting or changing anything.
type asker struct {
	wait time.Duration // for the answer to one question

	mu       sync.Mutex
	conn     *dbus.Conn
	hangUp   context.CancelFunc
	address  string
	provider string // of owner
	owner    string
}

func (a *asker) probe(ctx context.Context) KeyringState {
	a.mu.Lock()
	defer a.mu.Unlock()
	state := KeyringState{State: StateUsable}
	state.Err = a.ask(ctx)
	state.Provider = a.provider
	switch {
	case state.Err == nil:
	case errors.Is(state.Err, ErrNoKeyring):
		state.State = StateAbsent
	case errors.Is(state.Err, ErrLocked):
		state.State = StateLocked
	default:
		state.State = StateUnreachable
	}
	return state
}

// question calls a method, and stores the answer where it is told to. Each has
// the whole time to be answered: a provider that hangs fails at the first, and
// one on a busy machine at none.
func (a *asker) question(ctx context.Context, of dbus.BusObject, method string, args ...any) func(into ...any) error {
	return func(into ...any) error {
		ctx, cancel := context.WithTimeout(ctx, a.wait)
		defer cancel()
		return of.CallWithContext(ctx, method, 0, args...).Store(into...)
	}
}

func (a *asker) ask(ctx context.Context) error {
	if err := a.find(ctx); err != nil {
		return err
	}
	collection, err := a.collection(ctx)
	if err != nil {
		return err
	}
	var locked bool
	if err := a.property(ctx, collection, collectionType+".Locked", &locked); err != nil {
		return a.unreachable("ask whether it is locked", err)
	}
	if locked {
		return fmt.Errorf("%w (%s)", ErrLocked, a.name())
	}
	return nil
}

// find connects to the bus and makes sure that a provider is on it.
func (a *asker) find(ctx context.Context) error {
	if err := a.connect(ctx); err != nil {
		return err
	}
	bus := a.conn.BusObject()
	var owner string
	err := a.question(ctx, bus, busName+".GetNameOwner", secretsName)(&owner)
	var named dbus.Error
	if errors.As(err, &named) && named.Name == busName+".Error.NameHasNoOwner" {
		if err := a.activate(ctx); err != nil {
			return err
		}
		err = a.question(ctx, bus, busName+".GetNameOwner", secretsName)(&owner)
	}
	if err != nil {
		return a.unreachable("find the provider", err)
	}
	if owner != a.owner {
		a.owner, a.provider = owner, a.providerName(ctx, owner)
	}
	return nil
}

// connect never starts a bus: one that nobody started has no keyring.
func (a *asker) connect(ctx context.Context) error {
	address := os.Getenv("DBUS_SESSION_BUS_ADDRESS")
	if a.conn != nil && a.conn.Connected() && address == a.address {
		return nil
	}
	a.drop()
	ctx, cancel := context.WithTimeout(ctx, a.wait)
	defer cancel()
	life, hangUp := context.WithCancel(context.Background())
	stop := context.AfterFunc(ctx, hangUp) // the handshake has our deadline
	defer stop()
	conn, err := dbus.SessionBusPrivateNoAutoStartup(dbus.WithContext(life))
	if err != nil {
		hangUp()
		// Finding the address may have put it into the environment.
		if os.Getenv("DBUS_SESSION_BUS_ADDRESS") == "" {
			return fmt.Errorf("%w: there is no D-Bus session", ErrNoKeyring)
		}
		return a.unreachable("connect to the D-Bus session", err)
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
		err = ctx.Err()
	}
	if err != nil {
		hangUp()
		_ = conn.Close() // ends the goroutine too
		return a.unreachable("greet the D-Bus session", err)
	}
	a.conn, a.hangUp, a.address = conn, hangUp, os.Getenv("DBUS_SESSION_BUS_ADDRESS")
	return nil
}

// activate lets the bus start the provider that is installed for it.
func (a *asker) activate(ctx context.Context) error {
	a.owner, a.provider = "", ""
	bus := a.conn.BusObject()
	var names []string
	if err := a.question(ctx, bus, busName+".ListActivatableNames")(&names); err != nil {
		return a.unreachable("list what the bus can start", err)
	}
	known := false
	for _, n := range names {
		known = known || n == secretsName
	}
	if !known {
		return fmt.Errorf("%w: no keyring program is on the D-Bus session", ErrNoKeyring)
	}
	var started uint32
	if err := a.question(ctx, bus, busName+".StartServiceByName", secretsName, uint32(0))(&started); err != nil {
		return a.unreachable("start the keyring program", err)
	}
	return nil
}

// collection is the one that go-keyring will use.
func (a *asker) collection(ctx context.Context) (dbus.ObjectPath, error) {
	var all []dbus.ObjectPath
	if err := a.property(ctx, secretsPath, secretsService+".Collections", &all); err != nil {
		return "", a.unreachable("list its collections", err)
	}
	for _, path := range all {
		if path == loginPath {
			return path, nil
		}
	}
	var path dbus.ObjectPath
	err := a.question(ctx, a.conn.Object(secretsName, secretsPath), secretsService+".ReadAlias", "default")(&path)
	if err != nil {
		return "", a.unreachable("ask for its default collection", err)
	}
	if path == "/" {
		return "", fmt.Errorf("%w: %s has no default collection yet", ErrNoKeyring, a.name())
	}
	return path, nil
}

func (a *asker) property(ctx context.Context, path dbus.ObjectPath, name string, into any) error {
	dot := strings.LastIndexByte(name, '.')
	var value dbus.Variant
	err := a.question(ctx, a.conn.Object(secretsName, path), "org.freedesktop.DBus.Properties.Get", name[:dot], name[dot+1:])(&value)
	if err != nil {
		return err
	}
	return value.Store(into)
}

func (a *asker) unreachable(doing string, err error) error {
	name := a.name()
	if errors.Is(err, dbus.ErrClosed) || errors.Is(err, context.DeadlineExceeded) {
		a.drop() // begin anew the next time
	}
	return fmt.Errorf("%w (%s): %s: %w", ErrKeyringUnreachable, name, doing, err)
}

// users lists the items of our service, those of a locked collection too.
func (a *asker) users(ctx context.Context) ([]string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.find(ctx); err != nil {
		return nil, err
	}
	var unlocked, locked []dbus.ObjectPath
	err := a.question(ctx, a.conn.Object(secretsName, secretsPath), secretsService+".SearchItems",
		map[string]string{"service": service})(&unlocked, &locked)
	if err != nil {
		return nil, a.unreachable("search its items", err)
	}
	var users []string
	for _, path := range append(unlocked, locked...) {
		var attributes map[string]string
		if err := a.property(ctx, path, itemType+".Attributes", &attributes); err != nil {
			return nil, a.unreachable("read an item's attributes", err)
		}
		users = append(users, attributes["username"])
	}
	return users, nil
}

func (a *asker) name() string {
	if a.provider == "" {
		return "the keyring"
	}
	return a.provider
}

// providerName asks the bus which process answers, and the system what it runs.
func (a *asker) providerName(ctx context.Context, owner string) string {
	var pid uint32
	if err := a.question(ctx, a.conn.BusObject(), busName+".GetConnectionUnixProcessID", owner)(&pid); err != nil {
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
		return "GNOME Keyring"
	case strings.HasPrefix(program, "keepassxc"):
		return "KeePassXC"
	case strings.HasPrefix(program, "kwallet"), strings.HasPrefix(program, "ksecret"):
		return "KWallet"
	}
	return program
}

func (a *asker) drop() {
	if a.conn != nil {
		a.hangUp()
		_ = a.conn.Close()
	}
	a.conn, a.owner = nil, ""
}

func (a *asker) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.drop()
}
