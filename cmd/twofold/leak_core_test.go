//go:build linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestNoCoreHoldsASecret ends a process that holds a secret as a crash would, where the system is told to keep cores.
func TestNoCoreHoldsASecret(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes a while")
	}
	need(t, "prlimit")
	pattern, err := os.ReadFile("/proc/sys/kernel/core_pattern")
	if err != nil || bytes.ContainsAny(pattern, "|/") {
		t.Skipf("this system keeps cores elsewhere: %s, %v", bytes.TrimSpace(pattern), err)
	}
	d := newDay(t, buildProgram(t), "file")
	d.setenv("GOTRACEBACK", "crash")
	if r := d.run(t, d.link("Core")+"\n", "add"); r.code != 0 {
		t.Fatal(r)
	}
	for _, signal := range []string{"ABRT", "QUIT", "SEGV"} {
		cmd := exec.CommandContext(t.Context(), "prlimit", "--core=unlimited:unlimited", d.program, "code", "core", "--watch")
		cmd.Env, cmd.Dir = d.environ, d.top
		var talk bytes.Buffer
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		cmd.Stderr = &talk
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := out.Read(make([]byte, 16)); err != nil { // the first code: the secret is in memory
			t.Fatal(err)
		}
		if err := exec.CommandContext(t.Context(), "kill", "-"+signal, fmt.Sprint(cmd.Process.Pid)).Run(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		for _, what := range find(talk.Bytes(), d.needles) {
			t.Errorf("SIG%s: %s is in the traceback", signal, what)
		}
		cores, err := filepath.Glob(filepath.Join(d.top, "core*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, core := range cores {
			b, err := os.ReadFile(core)
			if err != nil {
				t.Fatal(err)
			}
			t.Errorf("SIG%s left a core of %d bytes; in it: %v", signal, len(b), find(b, d.needles))
			if err := os.Remove(core); err != nil {
				t.Fatal(err)
			}
		}
	}
}
