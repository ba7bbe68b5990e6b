//go:build linux || freebsd || netbsd || openbsd || dragonfly

package vault

import (
	"context"
	"errors"
	"net"
	"os"
	"strings"

	"github.com/godbus/dbus/v5"
)

// dialBus connects to the session's bus where that is a socket of the file
// system or of Linux's abstract names, which it is nearly everywhere.
//
// godbus's own transport for such sockets also takes file descriptors that come
// along. It panics, in a goroutine of its own, when the connection is reset in
// the middle of a message; over a plain connection it does not.
func dialBus(ctx context.Context) (*dbus.Conn, context.CancelFunc, error) {
	life, hangUp := context.WithCancel(context.Background())
	stop := context.AfterFunc(ctx, hangUp) // the greeting has the caller's deadline
	defer stop()
	socket, err := dialSocket(ctx, os.Getenv("DBUS_SESSION_BUS_ADDRESS"))
	var conn *dbus.Conn
	switch {
	case errors.Is(err, errOtherBus):
		conn, err = dbus.SessionBusPrivateNoAutoStartup(dbus.WithContext(life))
	case err == nil:
		conn, err = dbus.NewConn(socket, dbus.WithContext(life))
	}
	if err != nil {
		hangUp()
		return nil, nil, err
	}
	return conn, hangUp, nil
}

var errOtherBus = errors.New("the bus is not at a socket that is named")

// dialSocket tries the addresses of a bus in their order (D-Bus specification,
// "Server addresses").
func dialSocket(ctx context.Context, addresses string) (net.Conn, error) {
	err := errOtherBus
	for address := range strings.SplitSeq(addresses, ";") {
		name, ok := socketOf(address)
		if !ok {
			continue
		}
		var conn net.Conn
		if conn, err = new(net.Dialer).DialContext(ctx, "unix", name); err == nil {
			return conn, nil
		}
	}
	return nil, err
}

// socketOf is the path of a socket, or its abstract name behind an @.
func socketOf(address string) (string, bool) {
	keys, ok := strings.CutPrefix(address, "unix:")
	if !ok {
		return "", false
	}
	for pair := range strings.SplitSeq(keys, ",") {
		key, value, _ := strings.Cut(pair, "=")
		name, err := dbus.UnescapeBusAddressValue(value)
		if err != nil || name == "" {
			continue
		}
		switch key {
		case "path":
			return name, true
		case "abstract":
			return "@" + name, true
		}
	}
	return "", false
}
