//go:build linux

package vault

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestSocketOfAnAddress(t *testing.T) {
	for address, want := range map[string]string{
		"unix:path=/run/user/1000/bus":        "/run/user/1000/bus",
		"unix:path=/tmp/a%20b,guid=0123":      "/tmp/a b",
		"unix:guid=0123,abstract=/tmp/dbus-x": "@/tmp/dbus-x",
		"unix:runtime=yes":                    "",
		"tcp:host=localhost,port=1":           "",
		"unix:path=":                          "",
		"unix:path=%zz":                       "",
		"":                                    "",
		"unixexec:path=ssh,argv1=-xT,argv2=somewhere": "",
	} {
		if got, _ := socketOf(address); got != want {
			t.Errorf("%q: %q, want %q", address, got, want)
		}
	}
}

// A bus that breaks off in the middle of its answer is an unreachable keyring
// and not the end of the program.
func TestABusThatBreaksOffInAMessage(t *testing.T) {
	name := filepath.Join(t.TempDir(), "bus")
	bus, err := new(net.ListenConfig).Listen(t.Context(), "unix", name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = bus.Close() }()
	go func() {
		for {
			conn, err := bus.Accept()
			if err != nil {
				return
			}
			go breakOff(conn)
		}
	}()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+name)
	began := time.Now()
	s := newSystemKeyring(0)
	defer s.close()
	state := s.probe(context.Background())
	if state.State != StateUnreachable || !errors.Is(state.Err, ErrKeyringUnreachable) {
		t.Errorf("%+v", state)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
}

// breakOff greets as a bus does, and resets the connection in the middle of its
// first message.
func breakOff(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	said := make([]byte, 4096)
	var all strings.Builder
	for !strings.Contains(all.String(), "BEGIN") {
		n, err := conn.Read(said)
		if err != nil {
			return
		}
		all.Write(said[:n])
		switch text := string(said[:n]); {
		case strings.Contains(text, "AUTH EXTERNAL"):
			_, _ = io.WriteString(conn, "OK 0123456789abcdef0123456789abcdef\r\n")
		case strings.Contains(text, "AUTH"):
			_, _ = io.WriteString(conn, "REJECTED EXTERNAL\r\n")
		case strings.Contains(text, "NEGOTIATE"):
			_, _ = io.WriteString(conn, "ERROR\r\n")
		}
	}
	// A method return whose header promises more than comes.
	header := []byte{'l', 2, 1, 1}
	header = binary.LittleEndian.AppendUint32(header, 64) // body
	header = binary.LittleEndian.AppendUint32(header, 1)  // serial
	header = binary.LittleEndian.AppendUint32(header, 32) // fields
	_, _ = conn.Write(header)
}
