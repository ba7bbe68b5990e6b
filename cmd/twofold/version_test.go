package main

import (
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// BenchmarkVersion prints the CPU time of a whole "twofold version", in milliseconds, of the program as it is built.
func BenchmarkVersion(b *testing.B) {
	program := filepath.Join(b.TempDir(), "twofold")
	if out, err := exec.CommandContext(b.Context(), "go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		b.Skipf("build the program: %v\n%s", err, out)
	}
	var used time.Duration
	for b.Loop() {
		cmd := exec.CommandContext(b.Context(), program, "version")
		if err := cmd.Run(); err != nil {
			b.Fatal(err)
		}
		used += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	}
	b.ReportMetric(float64(used.Microseconds())/1000/float64(b.N), "cpu-ms/op")
}
