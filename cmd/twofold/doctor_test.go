package main

import (
	"context"
	"encoding/binary"
	"net"
	"strings"
	"testing"
	"time"

	"twofold/vault"
)

// timeServer is an NTP server on loopback whose clock is off (RFC 5905 section 7.3).
func timeServer(t *testing.T, off time.Duration) string {
	t.Helper()
	conn, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	go func() {
		question := make([]byte, 1024)
		for {
			n, from, err := conn.ReadFrom(question)
			if err != nil {
				return
			}
			if n < 48 {
				continue
			}
			answer := make([]byte, 48)
			answer[0], answer[1] = 4<<3|4, 2 // version 4, server; stratum 2
			copy(answer[24:32], question[40:48])
			now := time.Now().Add(off)
			stamp := uint64(now.Unix()+2208988800)<<32 | uint64(now.Nanosecond())<<32/1e9
			for _, at := range []int{16, 32, 40} { // reference, receive, transmit
				binary.BigEndian.PutUint64(answer[at:], stamp)
			}
			_, _ = conn.WriteTo(answer, from)
		}
	}()
	return conn.LocalAddr().String()
}

func TestTheClockIsComparedWithATimeServer(t *testing.T) {
	a := &app{}
	for off, want := range map[time.Duration]struct {
		level vault.Level
		says  string
	}{
		0:                 {vault.LevelOK, "0.0 s"},
		90 * time.Second:  {vault.LevelProblem, "90.0 s behind"},
		-61 * time.Second: {vault.LevelProblem, "61.0 s ahead"},
	} {
		f := a.examineClock(t.Context(), timeServer(t, off))
		if f.Level != want.level || off != 0 && !strings.Contains(f.Says, want.says) {
			t.Errorf("%v off: %+v", off, f)
		}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if f := a.examineClock(gone, "127.0.0.1:1"); f.Level != vault.LevelNote {
		t.Errorf("no server: %+v", f)
	}
}

// TestDoctorSpeaksOfAKeyringAsOthersDo holds the words and the exit code of a keyring that is only locked, and that
// they give way to what is wrong with the vault itself.
func TestDoctorSpeaksOfAKeyringAsOthersDo(t *testing.T) {
	locked := &vault.KeyringError{Reason: vault.ReasonLocked, Provider: "GNOME Keyring"}
	findings := plain([]vault.Finding{{Check: "keyring", Level: vault.LevelProblem, Says: locked.Error(), Err: locked, Advice: "other"}})
	if f := findings[0]; f.Says != "GNOME Keyring is locked" || f.Advice != "unlock it: twofold vault unlock" {
		t.Errorf("%q, %q", f.Says, f.Advice)
	}
	if got := outcomeOf(verdict(findings)).code; got != exitNoVault {
		t.Errorf("a locked keyring exits with %d", got)
	}
	findings = append(findings, vault.Finding{Check: "permissions", Level: vault.LevelProblem})
	if got := outcomeOf(verdict(findings)).code; got != exitFailed {
		t.Errorf("a vault with a fault exits with %d", got)
	}
}
