package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestTorture kills real runs of the program at random instants, and holds what it shows afterwards against what it had
// reported. TWOFOLD_TORTURE says for how long; TWOFOLD_TORTURE_SEED repeats a run, as far as chance goes: the instants
// are the machine's.
func TestTorture(t *testing.T) {
	long := os.Getenv("TWOFOLD_TORTURE")
	if long == "" || testing.Short() {
		t.Skip("TWOFOLD_TORTURE=60s or make torture runs it")
	}
	whole, err := time.ParseDuration(long)
	if err != nil {
		t.Fatal(err)
	}
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("TWOFOLD_TORTURE_SEED"); text != "" {
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	program := buildProgram(t)
	share := whole / 4
	t.Run("move", func(t *testing.T) { tortureMoves(t, program, seed, share) })
	for _, kind := range []string{"file", "keyring", "keyed-file"} {
		t.Run(kind, func(t *testing.T) {
			w := &torture{program: program, kind: kind, random: rand.New(rand.NewPCG(seed, 0)), takes: map[string]time.Duration{}}
			t.Logf("TWOFOLD_TORTURE_SEED=%d", seed)
			for end := time.Now().Add(share); time.Now().Before(end) && !t.Failed(); {
				w.round(t, end)
			}
			tell(t, "torture, %s vault: %d kills, %d operations reported, lost: %d (%d vaults, %d runs refused, seed %d)",
				kind, w.kills, w.reported, w.lost, w.vaults, w.refused, seed)
			if w.kills == 0 || w.reported == 0 {
				t.Error("nothing was killed, or nothing was reported")
			}
		})
	}
}

// torture is what is counted over the vaults of one kind.
type torture struct {
	program, kind string
	random        *rand.Rand
	takes         map[string]time.Duration // by job: how long a run takes

	kills, reported, lost, vaults, refused int
}

// killsEach is how many kills a vault goes through: its accounts grow, and each look at them takes longer.
const killsEach = 150

// crowd is more accounts than index.age is written whole for.
const crowd = 80

// round tortures one vault from its making on.
func (o *torture) round(t *testing.T, end time.Time) {
	s := newStand(t, o.program, o.kind)
	defer s.end()
	w := &worker{random: o.random}
	defer func() { o.reported += w.reported }()
	o.vaults++
	cheap := false
	if o.kind == "keyring" && o.vaults%2 == 1 { // so many that changes go to recent.age
		j := w.adding(crowd)
		o.fail(t, s, w.settle(t, j, s.run(t, j.stdin, j.args...)))
	}
	for last := o.kills + killsEach; o.kills < last && time.Now().Before(end) && !t.Failed(); {
		for range 1 + o.random.IntN(3) {
			o.burst(t, s, w)
		}
		o.check(t, s, w)
		if !cheap && len(w.in(live)) > 0 {
			s.cheapen(t)
			cheap = true
		}
	}
	o.farewell(t, s, w)
}

// burst runs one to three jobs at once, and kills most of them.
func (o *torture) burst(t *testing.T, s *stand, w *worker) {
	busy := map[*known]bool{}
	var jobs []*job
	for range []int{1, 1, 2, 3}[o.random.IntN(4)] {
		j := w.next(busy)
		for _, k := range j.touched {
			busy[k] = true
		}
		jobs = append(jobs, j)
		if j.name == "trash" { // it touches whatever is in the trash by then
			break
		}
		if j.name == "code" && o.random.IntN(2) == 0 { // the same counter from two sides
			jobs = append(jobs, w.coding(j.touched[0]))
		}
	}
	results := make([]result, len(jobs))
	var wait sync.WaitGroup
	for i, j := range jobs {
		end := o.instant(j)
		wait.Go(func() { results[i] = s.runUntil(t, end, j.stdin, j.args...) })
	}
	wait.Wait()
	for i, j := range jobs {
		o.ended(j, results[i])
		if bad := unexpected(results[i]); bad != "" {
			o.fail(t, s, []string{fmt.Sprintf("%v %s: %v", j, bad, results[i])})
		}
		o.fail(t, s, w.settle(t, j, results[i]))
	}
}

// unexpected says what is wrong with a run that nobody killed. A keyring that needs more than its time on a busy machine
// is no loss: nothing was reported.
func unexpected(r result) string {
	if r.killed || r.code == 0 || strings.Contains(r.talk, "error: the keyring does not answer") {
		return ""
	}
	return "failed, and nobody had killed it"
}

// instant is when to kill a job: at any time of its run, or never.
func (o *torture) instant(j *job) time.Duration {
	takes, known := o.takes[j.name]
	if !known {
		takes = 50 * time.Millisecond
	}
	if o.random.IntN(10) == 0 {
		return 0
	}
	return 1 + time.Duration(o.random.Float64()*1.1*float64(takes))
}

// ended learns from a run.
func (o *torture) ended(j *job, r result) {
	switch {
	case r.killed:
		o.kills++
		return
	case r.code != 0:
		o.refused++
		return
	}
	if before, known := o.takes[j.name]; known {
		r.took = (3*before + r.took) / 4
	}
	o.takes[j.name] = r.took
}

// check looks at the vault.
func (o *torture) check(t *testing.T, s *stand, w *worker) {
	all, err := s.look(t)
	if err != nil {
		o.fail(t, s, []string{err.Error()})
		return
	}
	o.fail(t, s, w.compare(t, all))
}

// farewell brings everything back from the trash, to see the secrets that were in it, and asks the doctor.
func (o *torture) farewell(t *testing.T, s *stand, w *worker) {
	for _, k := range w.in(trash) {
		j := w.restoring(k)
		r := s.run(t, "", j.args...)
		if bad := unexpected(r); bad != "" {
			o.fail(t, s, []string{fmt.Sprintf("%v %s: %v", j, bad, r)})
		}
		o.fail(t, s, w.settle(t, j, r))
	}
	o.check(t, s, w)
	r := s.run(t, "", "vault", "doctor")
	if r.code == exitUsage && strings.Contains(r.talk, "no such command") {
		t.Log("there is no \"vault doctor\" yet")
		return
	}
	if r.code == 0 {
		return
	}
	fixed := s.run(t, "", "vault", "doctor", "--fix")
	if again := s.run(t, "", "vault", "doctor"); again.code != 0 {
		o.fail(t, s, []string{fmt.Sprintf("the doctor cannot mend it: %v\n%v\n%v", r, fixed, again)})
	}
	o.check(t, s, w)
}

// fail counts what was lost, and shows the folder as it was left.
func (o *torture) fail(t *testing.T, s *stand, lost []string) {
	if len(lost) == 0 {
		return
	}
	o.lost += len(lost)
	for _, l := range lost {
		t.Errorf("after %d kills: %s", o.kills, l)
	}
	entries, err := os.ReadDir(s.vaultDir())
	if err != nil {
		t.Log(err)
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			t.Logf("  %8d %s %s", info.Size(), info.ModTime().Format(time.StampMicro), e.Name())
		}
	}
}
