//go:build unix

package main

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"twofold/vault/keyringtest"
)

// TestInterfaceOutlivesItsKeyring: in a real terminal, on a real gnome-keyring that is killed in the middle and started
// again. What was read goes on, the rest is marked and comes back by itself; an account that another process adds is
// seen within a second or so; the lock closes and opens.
func TestInterfaceOutlivesItsKeyring(t *testing.T) {
	if gone := keyringtest.Missing(); len(gone) > 0 {
		if partsRequired() {
			t.Fatalf("%s: missing, and make test requires it", strings.Join(gone, ", "))
		}
		t.Skipf("%s: missing", strings.Join(gone, ", "))
	}
	const password = "a password for tests" // of keyringtest.Start
	keyring, err := keyringtest.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(keyring.Stop)
	environ := append(keyring.Environ(), "TWOFOLD_HOME="+filepath.Join(t.TempDir(), "twofold"))
	add := func(issuer string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "twofold", "add")
		cmd.Env = environ
		cmd.Stdin = strings.NewReader("otpauth://totp/" + issuer + ":ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=" + issuer)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	for i := range 24 { // more than a terminal shows
		add(fmt.Sprintf("Site%02d", i))
	}
	term := startInTerminal(t, nil, environ...)
	term.waitFor("24 accounts")
	term.waitUntil("the codes are there", func(screen string) bool { return !strings.Contains(screen, "···") })

	keyring.StopProvider()
	term.press("\x1b[F")                          // End
	term.waitFor("codes come back by themselves") // "no keyring" or "does not answer", by where it was asked
	if !strings.Contains(term.look(), "▌ ! Site23") {
		t.Errorf("the row is not marked:\n%s", term.look())
	}
	term.press("\x1b[H") // Home: these are held
	term.waitUntil("what was read goes on", func(screen string) bool {
		return strings.Contains(screen, "Site00") && !strings.Contains(screen, "come back")
	})
	term.press("\x1b[F")
	term.waitFor("come back")
	if err := keyring.StartProvider(password); err != nil {
		t.Fatal(err)
	}
	term.waitUntil("it recovers", func(screen string) bool { return !strings.Contains(screen, "!") })

	add("Zebra")
	began := time.Now()
	term.waitFor("25 accounts")
	t.Logf("another process's account was seen after %s", time.Since(began).Round(10*time.Millisecond))

	term.press("l")
	term.waitFor("Locked.  ⏎ unlocks")
	keyring.StopProvider()
	term.press("\r")
	term.waitFor("look now")
	if err := keyring.StartProvider(password); err != nil {
		t.Fatal(err)
	}
	term.waitFor("▌ Site23") // by itself, where it was
	term.press("q")
	if err := term.wait(); err != nil {
		t.Errorf("after q: %v", err)
	}
}

// waitUntil waits for a screen on which what holds.
func (p *terminalProgram) waitUntil(what string, holds func(screen string) bool) {
	p.t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if holds(p.look()) {
			return
		}
	}
	p.t.Fatalf("%s: it never came to that:\n%s", what, p.look())
}
