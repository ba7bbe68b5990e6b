package main

import (
	"errors"
	"os/exec"
	"testing"

	"golang.org/x/sys/unix"
)

// TestCtrlCAtAHiddenQuestion holds that one Ctrl-C ends the program there, and that what is typed next is seen again.
func TestCtrlCAtAHiddenQuestion(t *testing.T) {
	home := t.TempDir()
	term := startInTerminal(t, []string{"add"}, "HOME="+home, "TWOFOLD_HOME="+home, "TWOFOLD_VAULT=file")
	term.waitFor("otpauth:// link or key (not shown)")
	term.press("\x03")
	var exit *exec.ExitError
	if err := term.wait(); !errors.As(err, &exit) || exit.ExitCode() != exitStopped {
		t.Errorf("after Ctrl-C: %v, want exit code %d", err, exitStopped)
	}
	state, err := unix.IoctlGetTermios(int(term.file.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	if state.Lflag&unix.ECHO == 0 {
		t.Error("the terminal was left without echo")
	}
}
