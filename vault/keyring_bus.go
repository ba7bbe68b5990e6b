//go:build linux || freebsd || netbsd || openbsd || dragonfly

package vault

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/godbus/dbus/v5"
)

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
	conn, hangUp, err := dialBus(ctx)
	if err != nil {
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
		hangUp()
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
