//go:build unix

package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"twofold/qr"
)

// scanHome is a folder with the picture one.png, and the environment of a file vault in it.
func scanHome(t *testing.T) (home string, environ []string) {
	t.Helper()
	home = t.TempDir()
	symbol, err := qr.Encode("otpauth://totp/KOR:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=KOR")
	if err != nil {
		t.Fatal(err)
	}
	picture, err := symbol.PNG(4)
	if err != nil {
		t.Fatal(err)
	}
	pass := filepath.Join(home, "passphrase")
	for file, data := range map[string][]byte{filepath.Join(home, "one.png"): picture, pass: []byte("a passphrase for tests\n")} {
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return home, []string{"HOME=" + home, "TWOFOLD_HOME=" + filepath.Join(home, "home"), "TWOFOLD_VAULT=file", "TWOFOLD_PASSPHRASE_FILE=" + pass}
}

// TestScanAsksOnTheTerminalWhateverIsRedirected: a pipe into it and a file behind it are no answer.
func TestScanAsksOnTheTerminalWhateverIsRedirected(t *testing.T) {
	home, environ := scanHome(t)
	list := func() string {
		cmd := exec.CommandContext(t.Context(), "twofold", "list")
		cmd.Env = append(environ, "PATH="+os.Getenv("PATH"))
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return string(out)
	}
	for _, words := range []string{"cat one.png | twofold scan -", "twofold scan one.png </dev/null 2>talk", "twofold scan one.png | cat", "cat links | twofold add", "cat links | twofold import -"} {
		if err := os.WriteFile(filepath.Join(home, "links"), []byte("otpauth://totp/KOR:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=KOR\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		term := startWordsInTerminal(t, []string{"sh", "-c", "cd " + home + " && " + words}, environ...)
		term.waitFor("Add 1 account? [y/N]")
		term.press("n\n")
		_ = term.wait()
		if got := list(); strings.Contains(got, "KOR") {
			t.Fatalf("%s: it was added after a no: %s", words, got)
		}
	}
	term := startWordsInTerminal(t, []string{"sh", "-c", "cd " + home + " && cat one.png | twofold scan -"}, environ...)
	term.waitFor("[y/N]")
	term.press("y\n")
	term.waitFor("Added KOR:ada.")
	if err := term.wait(); err != nil {
		t.Error(err)
	}
}

// TestOneSignalEndsAScanThatWaits: for a pipe that is open and has nothing, as it would for a terminal.
func TestOneSignalEndsAScanThatWaits(t *testing.T) {
	home, environ := scanHome(t)
	pipe := filepath.Join(home, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, how := range []os.Signal{syscall.SIGTERM, os.Interrupt} {
		cmd := exec.CommandContext(t.Context(), "twofold", "scan", pipe)
		var talk bytes.Buffer
		cmd.Env, cmd.Stderr, cmd.WaitDelay = append(environ, "PATH="+os.Getenv("PATH")), &talk, time.Second
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		writer, err := os.OpenFile(pipe, os.O_WRONLY, 0) // waits until it is read
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Process.Signal(how); err != nil {
			t.Fatal(err)
		}
		hung := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
		var exit *exec.ExitError
		if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != exitStopped {
			t.Errorf("%v: %v, want exit code %d: %s", how, err, exitStopped, talk.String())
		}
		hung.Stop()
		_ = writer.Close()
	}
}
