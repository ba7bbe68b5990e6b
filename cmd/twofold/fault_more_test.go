//go:build linux

package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// strikeBus kills the program before the n-th message to the keyring, and before the n-th answer.
func (f *faults) strikeBus(t *testing.T) {
	const dead = "signal=SIGKILL"
	for n := 1; n <= 20; n++ {
		for _, call := range []string{"write", "read"} {
			f.inject(t, f.works()[0], dead, fmt.Sprintf("%s %d of the bus", call, n),
				"-e", "trace="+call, "-e", fmt.Sprintf("inject=%s:%s:when=%d", call, dead, n))
		}
	}
	f.observe(t)
}

// strikeBirth kills the program while it makes a vault: each time another one. Nothing was reported then, so all that is
// held is that the next run makes it, or finds it.
func (f *faults) strikeBirth(t *testing.T) {
	vaults := 0
	born := func() *faults {
		vaults++
		s := *f.stand
		s.environ = append([]string(nil), f.environ...)
		s.setenv("TWOFOLD_HOME", filepath.Join(f.top, fmt.Sprintf("born-%d", vaults)))
		return &faults{stand: &s, worker: worker{random: f.random}, by: map[string]int{}}
	}
	g := born()
	log := filepath.Join(t.TempDir(), "strace")
	j := g.adding(1)
	if r := g.straced(log, "-e", "trace="+watchedCalls).run(t, j.stdin, j.args...); r.code != 0 {
		t.Fatal(r)
	}
	learned := g.vaultDir()
	for _, p := range points(lines(t, log), learned) {
		// The passphrase of a file vault makes each run long.
		if !strings.HasPrefix(p.call, "rename") && (f.kind == "file" || p.call != "openat" && p.call != "fsync") {
			continue
		}
		g = born()
		p.path = g.vaultDir() + strings.TrimPrefix(p.path, learned)
		g.one(t, work{name: "add", next: func() *job { return g.adding(1) }}, p, "signal=SIGKILL")
		g.must(t, g.adding(1))
		g.observe(t)
		f.struck, f.missed, f.reported = f.struck+g.struck, f.missed+g.missed, f.reported+g.reported
		f.lost += g.lost
		for kind, n := range g.by {
			f.by[kind] += n
		}
		if t.Failed() {
			return
		}
	}
}
