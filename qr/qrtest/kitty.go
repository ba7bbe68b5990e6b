//go:build unix

package qrtest

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

// StartKitty starts kitty with a window of so many pixels; its OpenGL is computed in software.
func StartKitty(t testing.TB, d Display, width, height int) *Terminal {
	t.Helper()
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out")
	for _, name := range []string{in, out} {
		if err := syscall.Mkfifo(name, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	process := exec.CommandContext(t.Context(), "kitty", "--config", "NONE", "-o", "update_check_interval=0", "-o", "remember_window_size=no",
		"-o", "initial_window_width="+strconv.Itoa(width), "-o", "initial_window_height="+strconv.Itoa(height),
		"sh", "-c", `stty raw -echo; cat "$0" & exec cat >"$1"`, in, out)
	process.Env = append(os.Environ(), "DISPLAY="+d.Name, "LC_ALL=C.UTF-8", "LIBGL_ALWAYS_SOFTWARE=1", "XDG_RUNTIME_DIR="+dir, "HOME="+dir)
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = process.Wait() })
	// Opened for both, neither waits for the other end.
	line, err := os.OpenFile(in, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	answers, err := os.OpenFile(out, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = line.Close(), answers.Close() })
	x := &Terminal{t: t, line: line, answers: bufio.NewReader(answers), end: func() { _ = answers.Close() }}
	x.Draw("")
	return x
}
