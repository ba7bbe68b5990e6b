package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// tortureMoves kills moves between the three kinds at random instants. Whatever kind the vault has afterwards, every
// account is there with its secret, and nothing is left of the others in the end.
func tortureMoves(t *testing.T, program string, seed uint64, long time.Duration) {
	random := rand.New(rand.NewPCG(seed, 1))
	s := newStand(t, program, "keyring")
	defer s.end()
	pass := filepath.Join(s.top, "passphrase")
	if err := os.WriteFile(pass, []byte(standPassphrase+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.environ = append(s.environ, "TWOFOLD_VAULT=", "TWOFOLD_PASSPHRASE_FILE="+pass)
	w := &worker{random: random}
	first := w.adding(12)
	if lost := w.settle(t, first, s.run(t, first.stdin, first.args...)); len(lost) > 0 {
		t.Fatal(lost)
	}
	want := listing(t, s)
	kinds := []string{"keyring", "keyed-file", "keyring", "keyed-file", "file"} // scrypt makes the last one slow
	kills, moved, lost := 0, 0, 0
	takes := 200 * time.Millisecond
	for end := time.Now().Add(long); time.Now().Before(end) && lost == 0; {
		to := kinds[random.IntN(len(kinds))]
		r := s.runUntil(t, 1+time.Duration(random.Float64()*1.2*float64(takes)), "", "vault", "move", to)
		switch {
		case r.killed:
			kills++
		case r.code == 0:
			moved++
			takes = (3*takes + r.took) / 4
		}
		if got := listing(t, s); got != want {
			lost++
			t.Errorf("after %d kills, moving to %s (%v): %d lines became %d", kills, to, r, strings.Count(want, "\n"), strings.Count(got, "\n"))
		}
	}
	if r := s.run(t, "", "vault", "doctor", "--fix"); r.code != 0 {
		t.Errorf("doctor: %v", r)
	}
	if got := listing(t, s); got != want {
		t.Error("the doctor lost something")
	}
	tell(t, "torture, moves between kinds: %d kills, %d moves reported, lost: %d (seed %d)", kills, moved, lost, seed)
	if kills == 0 {
		t.Error("nothing was killed")
	}
}

// listing is every account with its secret, in the order of their names.
func listing(t *testing.T, s *stand) string {
	t.Helper()
	r := s.run(t, "", "code", "--json", "--at", "2026-07-13T12:00:00Z")
	if r.code != 0 {
		return fmt.Sprintf("exit code %d: %v", r.code, r)
	}
	return r.out + s.run(t, "", "list").out
}
