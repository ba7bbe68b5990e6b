package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"filippo.io/age"

	"twofold/vault/keyringtest"
)

// stand is a place where the program runs as its users run it: a vault's folder with nothing in it, and for a keyring
// vault a bus and a gnome-keyring that nobody else has.
type stand struct {
	kind    string // "file", "keyring" or "keyed-file"
	program string
	top     string // everything of this stand but the keyring is below it
	environ []string
	keyring *keyringtest.Keyring // nil for a file vault
	under   []string             // a command that the program is run under, such as strace

	passphrase string // of a file vault
}

const standPassphrase = "a made-up passphrase for tests"

// newStand makes one that ends with the test; end ends it earlier.
func newStand(t testing.TB, program, kind string) *stand {
	t.Helper()
	top, err := os.MkdirTemp(t.TempDir(), "stand-")
	if err != nil {
		t.Fatal(err)
	}
	s := &stand{kind: kind, program: program, top: top, passphrase: standPassphrase}
	if kind != "file" {
		need(t, "dbus-daemon", "gnome-keyring-daemon")
		if s.keyring, err = keyringtest.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.end)
		s.environ = s.keyring.Environ()
	} else {
		pass := filepath.Join(top, "passphrase")
		if err := os.WriteFile(pass, []byte(standPassphrase+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		s.environ = []string{
			"PATH=" + os.Getenv("PATH"), "HOME=" + top, "TMPDIR=" + os.TempDir(), "TWOFOLD_PASSPHRASE_FILE=" + pass,
		}
	}
	s.environ = append(s.environ, "TWOFOLD_HOME="+filepath.Join(top, "home"), "TWOFOLD_VAULT="+kind, "NO_COLOR=1")
	return s
}

// buildProgram builds the program as it is shipped. The test binary that scripts run as "twofold" may have the race
// detector in it, which makes a run five times as long.
func buildProgram(t testing.TB) string {
	t.Helper()
	need(t, "go")
	name := filepath.Join(t.TempDir(), "twofold")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", name, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return name
}

// end stops the keyring and removes what was kept.
func (s *stand) end() {
	if s.keyring != nil {
		s.keyring.Stop()
		s.keyring = nil
	}
	_ = os.RemoveAll(s.top)
}

// setenv sets a variable of the program's environment; an empty value takes it away.
func (s *stand) setenv(name, value string) {
	s.environ = slices.DeleteFunc(s.environ, func(v string) bool { return strings.HasPrefix(v, name+"=") })
	if value != "" {
		s.environ = append(s.environ, name+"="+value)
	}
}

func (s *stand) getenv(name string) string {
	for _, v := range s.environ {
		if value, ok := strings.CutPrefix(v, name+"="); ok {
			return value
		}
	}
	return ""
}

func (s *stand) vaultDir() string { return filepath.Join(s.getenv("TWOFOLD_HOME"), "vault") }

// result is how a run of the program ended.
type result struct {
	out, talk string
	code      int  // -1 when it was killed
	killed    bool // by SIGKILL
	took      time.Duration
}

func (r result) String() string {
	return fmt.Sprintf("exit code %d, killed %v, after %s\nstdout: %s\nstderr: %s", r.code, r.killed, r.took, r.out, r.talk)
}

// run runs the program to its end.
func (s *stand) run(t testing.TB, stdin string, args ...string) result {
	t.Helper()
	return s.runUntil(t, 0, stdin, args...)
}

// runUntil kills the program after some time; never where that is zero.
func (s *stand) runUntil(t testing.TB, end time.Duration, stdin string, args ...string) result {
	t.Helper()
	words := append(append([]string(nil), s.under...), append([]string{s.program}, args...)...)
	// No run hangs: the longest wait in the program is half a minute for the vault's lock.
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Env, cmd.Dir = s.environ, s.top
	cmd.Stdin = strings.NewReader(stdin)
	var out, talk bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &talk
	started := time.Now()
	if err := cmd.Start(); err != nil {
		t.Error(err)
		return result{code: -1}
	}
	if end > 0 {
		killer := time.AfterFunc(end, func() { _ = cmd.Process.Kill() })
		defer killer.Stop()
	}
	err := cmd.Wait()
	r := result{out: out.String(), talk: talk.String(), code: cmd.ProcessState.ExitCode(), took: time.Since(started)}
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok {
		r.killed = status.Signaled() && status.Signal() == syscall.SIGKILL
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) && !r.killed || ctx.Err() != nil {
		t.Errorf("twofold %s: %v, %v\n%v", strings.Join(args, " "), err, ctx.Err(), r)
	}
	return r
}

// cheapen seals the identity of a file vault anew at a low cost under the same passphrase, with age's own library: a run
// then takes milliseconds instead of a quarter of a second. It does nothing while there is no complete vault.
func (s *stand) cheapen(t testing.TB) {
	t.Helper()
	name := filepath.Join(s.vaultDir(), "identity.age")
	sealed, err := os.ReadFile(name)
	if s.kind != "file" || errors.Is(err, os.ErrNotExist) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	with, err := age.NewScryptIdentity(s.passphrase)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := age.Decrypt(bytes.NewReader(sealed), with)
	if err != nil {
		t.Fatal(err)
	}
	to, err := age.NewScryptRecipient(s.passphrase)
	if err != nil {
		t.Fatal(err)
	}
	to.SetWorkFactor(4)
	var cheap bytes.Buffer
	w, err := age.Encrypt(&cheap, to)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(w, opened); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, cheap.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// tell logs a line of a test's outcome, and appends it to the file that make test prints at its end.
func tell(t testing.TB, format string, args ...any) {
	t.Helper()
	line := fmt.Sprintf(format, args...)
	t.Log(line)
	name := os.Getenv("TWOFOLD_TEST_REPORT")
	if name == "" {
		return
	}
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := fmt.Fprintln(f, line); err != nil {
		t.Fatal(err)
	}
}
