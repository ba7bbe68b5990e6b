//go:build unix && !darwin

package capture

import (
	"os"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"
)

// fakePortal speaks org.freedesktop.portal.Screenshot on a real bus, and does with a request what a test wants.
type fakePortal struct {
	t       *testing.T
	conn    *dbus.Conn
	bus     *os.Process
	options chan map[string]dbus.Variant
	closed  chan dbus.ObjectPath
	answer  func(p *fakePortal, request dbus.ObjectPath) // before the call returns; nil never answers
	ownPath dbus.ObjectPath                              // of an old portal, which makes it up
}

// startPortal puts a portal on a new bus, and returns a session there. It has no grim.
func startPortal(t *testing.T, p *fakePortal) system {
	t.Helper()
	bus, process := startBus(t)
	conn, err := dbus.Connect(bus)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	p.t, p.conn, p.bus = t, conn, process
	p.options, p.closed = make(chan map[string]dbus.Variant, 9), make(chan dbus.ObjectPath, 9)
	if err := conn.Export(p, portalPath, "org.freedesktop.portal.Screenshot"); err != nil {
		t.Fatal(err)
	}
	own(t, conn)
	return waylandSession(bus)
}

func own(t *testing.T, conn *dbus.Conn) {
	t.Helper()
	if reply, err := conn.RequestName(portalName, dbus.NameFlagDoNotQueue); err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("own the portal's name: %v, %v", reply, err)
	}
}

func waylandSession(bus string) system {
	s := session("WAYLAND_DISPLAY=wayland-0", "DBUS_SESSION_BUS_ADDRESS="+bus)
	s.lookPath = func(string) (string, error) { return "", os.ErrNotExist }
	return s
}

// Screenshot is the portal's method.
func (p *fakePortal) Screenshot(sender dbus.Sender, _ string, options map[string]dbus.Variant) (dbus.ObjectPath, *dbus.Error) {
	token, _ := options["handle_token"].Value().(string)
	request := portalRequests + dbus.ObjectPath("/"+strings.ReplaceAll(strings.TrimPrefix(string(sender), ":"), ".", "_")+"/"+token)
	if p.ownPath != "" {
		request = p.ownPath
	}
	if err := p.conn.Export(closer{request, p.closed}, request, requestFace); err != nil {
		p.t.Error(err)
	}
	p.options <- options
	if p.answer != nil {
		p.answer(p, request)
	}
	return request, nil
}

// closer is a request that waits.
type closer struct {
	request dbus.ObjectPath
	closed  chan dbus.ObjectPath
}

func (c closer) Close() *dbus.Error {
	c.closed <- c.request
	return nil
}

func (p *fakePortal) respond(request dbus.ObjectPath, code uint32, results map[string]dbus.Variant) {
	if err := p.conn.Emit(request, requestFace+"."+requestMember, code, results); err != nil {
		p.t.Error(err)
	}
}
