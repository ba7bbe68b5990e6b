//go:build unix

package capture

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// fakes are programs of the test's own, each a shell script, and the only ones to be found. They stand in for what is
// only on other systems.
func fakes(t *testing.T, scripts map[string]string) func(string) (string, error) {
	t.Helper()
	dir := t.TempDir()
	for program, script := range scripts {
		if err := os.WriteFile(filepath.Join(dir, program), []byte("#!/bin/sh\n"+script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return func(program string) (string, error) {
		if _, ok := scripts[program]; !ok {
			return "", exec.ErrNotFound
		}
		return filepath.Join(dir, program), nil
	}
}

func TestAProgramsFailureIsSaidInItsOwnWords(t *testing.T) {
	for _, c := range []struct{ name, script, want string }{
		{"one line", `echo "compositor doesn't support wlr-screencopy" >&2; exit 1`, "compositor doesn't support wlr-screencopy"},
		{"some lines", `printf 'a\n\n  b\tc\n' >&2; exit 1`, "a b c"},
		{"without a word", "exit 3", "exit status 3"},
		{"what a terminal would obey", `printf 'no \033]52;c;eA==\007\033[2Jway' >&2; exit 1`, "no ]52;c;eA== [2Jway"},
		{"a flood", `head -c 100000 /dev/zero | tr '\0' x >&2; exit 1`, strings.Repeat("x", maxReason) + "…"},
	} {
		s := session()
		s.lookPath = fakes(t, map[string]string{"grim": c.script})
		if _, err := s.output(t.Context(), "grim"); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

func TestAProgramsAnswerIsBounded(t *testing.T) {
	s := session()
	s.lookPath = fakes(t, map[string]string{"grim": "exec cat /dev/zero"})
	began := time.Now()
	_, err := s.output(t.Context(), "grim")
	if err == nil || !strings.Contains(err.Error(), "more than 64 MiB") {
		t.Errorf("%v", err)
	}
	if took := time.Since(began); took > aWhile/2 {
		t.Errorf("it was let write on for %s", took)
	}
}

// A program that hangs is killed, with those that it has started: neither the deadline nor ctx waits for them.
func TestAProgramEndsWithAllThatItStarted(t *testing.T) {
	for _, c := range []struct {
		name string
		stop func(*system, context.CancelFunc)
		want string
	}{
		{"at its deadline", func(s *system, _ context.CancelFunc) { s.deadline = 300 * time.Millisecond }, "it took longer than 300ms"},
		{"when it is canceled", func(_ *system, cancel context.CancelFunc) { time.AfterFunc(300*time.Millisecond, cancel) }, "context canceled"},
	} {
		t.Run(c.name, func(t *testing.T) {
			pid := filepath.Join(t.TempDir(), "pid")
			s := session("WAYLAND_DISPLAY=w")
			s.lookPath = fakes(t, map[string]string{"grim": `sleep 600 & echo $! >"` + pid + `.new" && mv "` + pid + `.new" "` + pid + `"; wait`})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			began := time.Now()
			c.stop(&s, cancel)
			_, err := s.screen(ctx)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
			if took := time.Since(began); took > aWhile/2 {
				t.Errorf("it took %s", took)
			}
			started, err := os.ReadFile(pid)
			if err != nil {
				t.Skip("the computer was too busy for the program to start another")
			}
			number, err := strconv.Atoi(strings.TrimSpace(string(started)))
			if err != nil {
				t.Fatal(err)
			}
			eventually(t, "the end of what it started", func() bool { return isGone(number) })
		})
	}
}

// isGone is also so of a process that has ended and that nobody has asked about yet.
func isGone(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return true
	}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && strings.Contains(string(stat), ") Z ")
}

func TestAProgramFindsItsSession(t *testing.T) {
	t.Setenv("DISPLAY", ":77") // of the person who runs the tests
	s := session("WAYLAND_DISPLAY=wayland-9", "XDG_RUNTIME_DIR=/run/nobody")
	s.lookPath = fakes(t, map[string]string{"grim": `printf '%s %s %s' "$WAYLAND_DISPLAY" "$XDG_RUNTIME_DIR" "${DISPLAY-none}"`})
	out, err := s.output(t.Context(), "grim")
	if err != nil || string(out) != "wayland-9 /run/nobody none" {
		t.Errorf("%s, %v", out, err)
	}
}
