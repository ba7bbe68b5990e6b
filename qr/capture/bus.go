package capture

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/godbus/dbus/v5"
)

// bus is the address of the session's bus, empty without one. It never asks for a new one to be started,
// as D-Bus libraries do: nobody would be on it.
func (s system) bus() string {
	if address := s.getenv("DBUS_SESSION_BUS_ADDRESS"); address != "" {
		return address
	}
	dir := s.getenv("XDG_RUNTIME_DIR")
	if dir == "" {
		return ""
	}
	socket := filepath.Join(dir, "bus")
	if info, err := os.Stat(socket); err != nil || info.Mode().Type() != os.ModeSocket {
		return ""
	}
	return "unix:path=" + dbus.EscapeBusAddressValue(socket)
}

// connect greets the bus at the first of the addresses that answers (D-Bus specification, "Server
// addresses"); ctx bounds the greeting, not the connection.
//
// It is a connection of our own over a plain socket: godbus's transport, which takes file descriptors
// too, panics when a bus ends in the middle of a message.
func connect(ctx context.Context, addresses string) (*dbus.Conn, error) {
	err := errors.New("its address is of no kind that is known here")
	for address := range strings.SplitSeq(addresses, ";") {
		name, ok := socketOf(address)
		if !ok {
			continue
		}
		var socket net.Conn
		if socket, err = new(net.Dialer).DialContext(ctx, "unix", name); err == nil {
			return greet(ctx, socket)
		}
	}
	return nil, err
}

func greet(ctx context.Context, socket net.Conn) (*dbus.Conn, error) {
	stop := context.AfterFunc(ctx, func() { _ = socket.Close() })
	defer stop()
	conn, err := dbus.NewConn(socket)
	if err != nil {
		return nil, err
	}
	if err = conn.Auth(nil); err == nil {
		err = conn.Hello()
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}

// socketOf is the path of a bus's socket, or its abstract name behind an @.
func socketOf(address string) (string, bool) {
	keys, ok := strings.CutPrefix(address, "unix:")
	if !ok {
		return "", false
	}
	for pair := range strings.SplitSeq(keys, ",") {
		key, value, _ := strings.Cut(pair, "=")
		name, err := dbus.UnescapeBusAddressValue(value)
		switch {
		case err != nil || name == "":
		case key == "path":
			return name, true
		case key == "abstract":
			return "@" + name, true
		}
	}
	return "", false
}
