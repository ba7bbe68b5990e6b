//go:build linux

package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"twofold/vault/keyringtest"
)

const (
	keyringLink = "otpauth://totp/KOR:ada@example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=KOR\n"
	theMoment   = "2005-03-18T01:58:29Z"
	theCode     = "081804\n"
)

// session is a login session: the program's environment in it.
type session struct {
	t   *testing.T
	env []string
}

// inSession has a folder of its own for the vault, and the keyring's environment.
func inSession(t *testing.T, k *keyringtest.Keyring, more ...string) session {
	t.Helper()
	env := append(k.Environ(), "TWOFOLD_HOME="+filepath.Join(t.TempDir(), "twofold"), "NO_COLOR=1")
	return session{t, append(env, more...)}
}

func (s session) with(more ...string) session {
	return session{s.t, append(append([]string(nil), s.env...), more...)}
}

type ended struct {
	code     int
	out, err string
}

func (s session) command(args ...string) (*exec.Cmd, *bytes.Buffer, *bytes.Buffer) {
	c := exec.CommandContext(s.t.Context(), "twofold", args...)
	c.Env = s.env
	var out, talk bytes.Buffer
	c.Stdout, c.Stderr = &out, &talk
	return c, &out, &talk
}

// run runs the program. What it has to say comes within two seconds, and within five where the machine has other work.
func (s session) run(stdin string, args ...string) ended {
	s.t.Helper()
	c, out, talk := s.command(args...)
	c.Stdin = strings.NewReader(stdin)
	began := time.Now()
	code := exitCode(s.t, c.Run())
	if took := time.Since(began); took > 5*time.Second {
		s.t.Errorf("twofold %v took %v", args, took)
	} else {
		s.t.Logf("twofold %v: %v", args, took.Round(time.Millisecond))
	}
	return ended{code, out.String(), talk.String()}
}

func exitCode(t *testing.T, err error) int {
	t.Helper()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if exit == nil {
		return 0
	}
	return exit.ExitCode()
}

// works adds the account and reads its code.
func (s session) works() {
	s.t.Helper()
	if e := s.run(keyringLink, "add"); e.code != 0 {
		s.t.Fatalf("%+v", e)
	}
	s.stillWorks()
}

func (s session) stillWorks() {
	s.t.Helper()
	if e := s.run("", "code", "kor", "--at", theMoment); e.code != 0 || e.out != theCode {
		s.t.Errorf("%+v", e)
	}
}

// fails holds what each command says against the words for a state, and looks that nothing comes to be.
func (s session) fails(says string, hints ...string) {
	s.t.Helper()
	empty := filepath.Join(s.t.TempDir(), "twofold")
	for _, c := range []struct {
		session
		args []string
	}{
		{s, []string{"code", "kor"}},
		{s, []string{"list", "--json"}},
		{s.with("TWOFOLD_HOME="+empty, "TWOFOLD_VAULT=keyring"), []string{"list"}},
	} {
		e := c.run("", c.args...)
		if e.code != exitNoVault || e.out != "" || !strings.HasPrefix(e.err, "error: "+says+"\n") {
			s.t.Errorf("%v: %+v; want %q", c.args, e, says)
		}
		for _, hint := range append(hints, "hint: ") {
			if !strings.Contains(e.err, hint) {
				s.t.Errorf("%v: %q is not in %q", c.args, hint, e.err)
			}
		}
	}
	if _, err := os.Stat(empty); err == nil {
		s.t.Error("a folder was made")
	}
}

func TestEachStateOfAKeyringInWords(t *testing.T) {
	needParts(t, keyringtest.Missing())
	k, err := keyringtest.StartBus()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Stop)
	unlock := func() {
		t.Helper()
		k.StopProvider()
		if err := k.StartProvider("the password"); err != nil {
			t.Fatal(err)
		}
	}
	unlock()
	s := inSession(t, k)
	s.works()

	k.StopProvider()
	s.fails("no keyring program runs in this session", "install and start one", "TWOFOLD_VAULT=file")
	if err := k.StartProvider("not the password"); err != nil {
		t.Fatal(err)
	}
	s.fails("GNOME Keyring is locked, and nothing in this session can ask for its password", "Seahorse", "nothing is lost")
	if e := s.run("", "vault", "unlock"); e.code != exitNoVault || !strings.Contains(e.err, "nothing in this session can ask") {
		t.Errorf("%+v", e)
	}
	unlock()
	s.with("DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent").fails("the D-Bus session of this login is gone, and the keyring with it", "log in again")
	if _, err := os.Stat(filepath.Join("/run/user", strconv.Itoa(os.Getuid()), "bus")); err != nil { // else it is found there
		s.with("DBUS_SESSION_BUS_ADDRESS=").fails("there is no keyring in this session: it has no D-Bus", "desktop session", "TWOFOLD_VAULT=file")
	}
	s.stillWorks()

	bare, err := keyringtest.StartBus()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(bare.Stop)
	if err := bare.StartBareProvider(); err != nil {
		t.Fatal(err)
	}
	for _, pair := range bare.Environ() {
		if strings.HasPrefix(pair, "DBUS_SESSION_BUS_ADDRESS=") {
			s.with(pair).fails("GNOME Keyring has no default collection, the place for new secrets", "add a password keyring")
		}
	}

	whileStopped(t, k.Provider(), func() { s.fails("GNOME Keyring does not answer", "gnome-keyring-daemon --replace", "nothing is lost") })
	s.stillWorks()
	whileStopped(t, k.Bus(), func() {
		s.fails("the D-Bus session does not answer, so the keyring cannot be reached", "log out and in")
	})
	s.stillWorks()
}

func whileStopped(t *testing.T, p *os.Process, do func()) {
	t.Helper()
	if err := p.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Signal(syscall.SIGCONT) }()
	do()
}

func TestUnlockWaitsForThePerson(t *testing.T) {
	needParts(t, append(keyringtest.Missing(), keyringtest.MissingPrompter()...))
	k, err := keyringtest.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Stop)
	s := inSession(t, k)
	s.works()
	k.StopProvider()
	if err := k.StartProvider("not the password"); err != nil {
		t.Fatal(err)
	}
	p, err := k.StartPrompter()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Stop)
	s = s.with("DISPLAY=" + p.Display)
	s.fails("GNOME Keyring is locked", "hint: unlock it: twofold vault unlock")

	ask := func(end func(c *exec.Cmd) error) ended {
		t.Helper()
		c, out, talk := s.command("vault", "unlock")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		if err := end(c); err != nil {
			t.Error(err)
		}
		return ended{exitCode(t, c.Wait()), out.String(), talk.String()}
	}
	const waits = "GNOME Keyring asks for its password in a window. Waiting for it; Ctrl-C stops the waiting.\n"
	if e := ask(func(*exec.Cmd) error { return p.Dismiss(t.Context()) }); e.code != exitNoVault ||
		!strings.HasPrefix(e.err, waits+"error: GNOME Keyring stayed locked: its prompt was closed\n") {
		t.Errorf("%+v", e)
	}
	if e := ask(func(c *exec.Cmd) error {
		return errors.Join(p.Wait(t.Context()), c.Process.Signal(os.Interrupt))
	}); e.code != exitStopped || e.err != waits+"error: stopped\n" {
		t.Errorf("%+v", e)
	}
	if e := ask(func(*exec.Cmd) error { return p.Answer(t.Context(), keyringtest.Password) }); e.code != 0 || e.err != waits+"The keyring is unlocked.\n" {
		t.Errorf("%+v", e)
	}
	s.stillWorks()
	if e := s.run("", "vault", "unlock"); e.code != 0 || e.err != "The keyring is unlocked.\n" {
		t.Errorf("unlocked already: %+v", e)
	}
}

func TestKeePassXCAsTheKeyring(t *testing.T) {
	needParts(t, keyringtest.MissingKeePassXC())
	k, err := keyringtest.StartKeePassXC()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Stop)
	s := inSession(t, k)
	if e := s.run("", "vault", "status"); e.code != 0 || !strings.Contains(e.out, "the keyring (KeePassXC)") {
		t.Errorf("%+v", e)
	}
	s.works()
	if e := s.run("", "list"); e.code != 0 || !strings.Contains(e.out, "KOR") {
		t.Errorf("%+v", e)
	}
	if err := k.Lock(); err != nil {
		t.Fatal(err)
	}
	s.fails("KeePassXC is locked, and nothing in this session can ask for its password", "unlock your database in KeePassXC")
	k.StopProvider()
	s.fails("no keyring program runs in this session", "KeePassXC")
	if err := k.OpenKeePassXC(true); err != nil {
		t.Fatal(err)
	}
	s.stillWorks()
	whileStopped(t, k.Provider(), func() { s.fails("KeePassXC does not answer", "waits for you in a window") })
}
