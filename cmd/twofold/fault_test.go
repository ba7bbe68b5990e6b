//go:build linux

package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestFaultsAtEachSystemCall lets each system call on the vault's folder fail, one a run, by strace's injection into the
// real program: full disks, disks that break, interrupted calls, writes that lie, and death at the call. What was
// reported is there afterwards, and what failed says so.
func TestFaultsAtEachSystemCall(t *testing.T) {
	if testing.Short() || !partsRequired() && os.Getenv("TWOFOLD_TORTURE") == "" {
		t.Skip("make test and make torture run it")
	}
	need(t, "strace")
	program := buildProgram(t)
	for _, kind := range []string{"file", "keyring"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			f := &faults{stand: newStand(t, program, kind), worker: worker{random: rand.New(rand.NewPCG(1, 0))}, by: map[string]int{}}
			f.prepare(t)
			for _, work := range f.works() {
				f.strike(t, work)
			}
			f.strikeBirth(t)
			if kind == "keyring" {
				f.strikeBus(t)
			}
			if t.Failed() {
				f.lost = max(f.lost, 1)
			}
			tell(t, "faults, %s vault: %d at system calls (%s), %d operations reported all the same, lost: %d",
				kind, f.struck, f.kinds(), f.reported, f.lost)
			if f.struck < 100 || f.missed > f.struck/4 {
				t.Errorf("only %d faults struck, %d missed", f.struck, f.missed)
			}
		})
	}
}

// faults is a vault that is struck by one fault after another.
type faults struct {
	*stand
	worker
	struck, missed, lost, unchecked int
	by                              map[string]int // faults, by kind
	last                            []string       // what was done since the last look
}

// work is a kind of job that is repeated under every fault.
type work struct {
	name  string
	next  func() *job
	all   bool // under every kind of fault; else under the worst ones
	blind bool // the next one can be done without a look at what the last one did
}

func (f *faults) prepare(t *testing.T) {
	t.Helper()
	for range 2 {
		j := f.adding(5)
		f.must(t, j)
		f.observe(t)
	}
	f.cheapen(t)
	hotp := f.fresh(true)
	s := shape{where: live, issuer: "Counter", digits: 8}
	r := f.run(t, hotp.uri(s)+"\n", "add")
	if r.code != 0 {
		t.Fatal(r)
	}
	hotp.can = []shape{s}
	f.observe(t)
}

// must does a job without a fault.
func (f *faults) must(t *testing.T, j *job) {
	t.Helper()
	r := f.run(t, j.stdin, j.args...)
	if r.code != 0 {
		t.Fatalf("%v: %v", j, r)
	}
	f.count(t, f.settle(t, j, r))
}

// works are the operations of the program. Each begins with a vault in which there is something to do.
func (f *faults) works() []work {
	first := func(where string, want func(*known) bool) *known {
		found := slices.DeleteFunc(f.in(where), func(k *known) bool { return !want(k) })
		if len(found) == 0 {
			return nil
		}
		return found[0]
	}
	counts := func(k *known) bool { return k.hotp }
	timed := func(k *known) bool { return !k.hotp }
	return []work{
		{"add", func() *job { return f.adding(1) }, true, true},
		{"code", func() *job { return f.coding(first(live, counts)) }, true, true},
		{"edit", func() *job { return f.editing(first(live, timed)) }, false, false},
		{"remove and restore", func() *job {
			if k := first(trash, timed); k != nil {
				return f.restoring(k)
			}
			return f.removing(first(live, timed))
		}, false, false},
		{"trash --empty", f.emptying, false, false},
	}
}

// strike does a work once to learn its system calls, and then once for each fault at each of them.
func (f *faults) strike(t *testing.T, w work) {
	log := filepath.Join(t.TempDir(), "strace")
	f.ready(t, w)
	whole := f.straced(log, "-e", "trace="+watchedCalls)
	j := w.next()
	r := whole.run(t, j.stdin, j.args...)
	if r.code != 0 {
		t.Fatalf("%s under strace: %v", w.name, r)
	}
	f.count(t, f.settle(t, j, r))
	f.observe(t)
	found := points(lines(t, log), f.vaultDir())
	if len(found) < 10 {
		t.Fatalf("%s: only %d system calls on the vault's folder: %v", w.name, len(found), found)
	}
	for _, p := range found {
		for _, kind := range kindsOf(p, w.all) {
			f.one(t, w, p, kind)
			if t.Failed() {
				return
			}
		}
	}
	f.observe(t)
}

// ready sees to it that there is something to do.
func (f *faults) ready(t *testing.T, w work) {
	t.Helper()
	if w.name != "trash --empty" {
		return
	}
	if f.unchecked > 0 {
		f.observe(t)
	}
	if len(f.in(trash)) > 0 {
		return
	}
	if len(f.in(live)) < 6 {
		f.must(t, f.adding(12))
		f.observe(t)
	}
	alive := f.in(live)
	f.must(t, f.removing(alive[len(alive)-1]))
	f.observe(t)
}

var injected = regexp.MustCompile(`\((INJECTED|DELAYED)\)`)

// one is one fault. strace counts calls by thread, and Go takes the thread that is free: the n-th call may come in none.
func (f *faults) one(t *testing.T, w work, p point, kind string) {
	f.inject(t, w, kind, fmt.Sprintf("%s %d of %s", p.call, p.n, filepath.Base(p.path)), "-P", p.path,
		"-e", "trace="+p.call, "-e", fmt.Sprintf("inject=%s:%s:when=%d", p.call, kind, p.n))
}

// inject does a job under a fault of a kind, which strace is told by args.
func (f *faults) inject(t *testing.T, w work, kind, at string, args ...string) {
	f.ready(t, w)
	j := w.next()
	log := filepath.Join(t.TempDir(), "strace")
	if !strings.HasPrefix(kind, "signal=") {
		args = append(args, "--seccomp-bpf") // faster, but then some signals are not sent
	}
	r := f.straced(log, args...).run(t, j.stdin, j.args...)
	struck := slices.ContainsFunc(lines(t, log), injected.MatchString) || r.killed
	f.last = append(f.last, fmt.Sprintf("%v with %s at %s (struck: %v): exit code %d, killed %v, %s",
		j, kind, at, struck, r.code, r.killed, strings.TrimSpace(r.talk)))
	if struck {
		f.struck++
		f.by[kind]++
	} else {
		f.missed++
		if unexpected(r) != "" {
			f.count(t, []string{fmt.Sprintf("%v failed without a fault: %v", j, r)})
		}
	}
	worded := strings.Contains(r.talk, "error: ") && r.code >= exitFailed && r.code <= exitRefused
	if !r.killed && r.code != 0 && !worded {
		f.count(t, []string{fmt.Sprintf("%v: not a failure in words: %v", j, r)})
	}
	f.count(t, f.settle(t, j, r))
	if f.unchecked++; f.unchecked == 3 || !w.blind {
		f.observe(t)
	}
}

// observe looks at the vault, and holds it against what was reported.
func (f *faults) observe(t *testing.T) {
	t.Helper()
	f.unchecked = 0
	all, err := f.look(t)
	if err != nil {
		f.count(t, []string{err.Error()})
	} else {
		f.count(t, f.compare(t, all))
	}
	f.last = nil
}

func (f *faults) count(t *testing.T, lost []string) {
	t.Helper()
	f.lost += len(lost)
	for _, l := range lost {
		t.Errorf("%s\nafter: %s", l, strings.Join(f.last, "\n       "))
	}
}

// kinds names the kinds of fault with how many there were.
func (f *faults) kinds() string {
	var names []string
	for kind, n := range f.by {
		_, name, _ := strings.Cut(kind, "=")
		if strings.HasPrefix(kind, "retval") {
			name = "a write that lies"
		}
		names = append(names, fmt.Sprintf("%s %d", name, n))
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
