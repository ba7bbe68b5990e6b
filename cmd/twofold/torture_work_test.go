package main

import (
	"encoding/base32"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// job is one run of the program, and what it changes.
type job struct {
	name    string
	args    []string
	stdin   string
	touched []*known
	change  func(*known, shape) shape
	// reports tells from the talk whether the program has reported its work on an account.
	reports func(talk string, k *known) bool
	floor   uint64 // of a counter-based account that gives a code: the counter before it
}

func (j *job) String() string { return "twofold " + strings.Join(j.args, " ") }

// worker thinks of jobs.
type worker struct {
	ledger
	random *rand.Rand
}

// fresh is an account that the program does not know yet.
func (w *worker) fresh(isHOTP bool) *known {
	secret := make([]byte, 20)
	for i := range secret {
		secret[i] = byte(w.random.Uint32())
	}
	k := &known{
		label: fmt.Sprintf("account-%04d", len(w.accounts)), secret: base32.StdEncoding.EncodeToString(secret),
		hotp: isHOTP, given: map[uint64]bool{}, can: []shape{{where: gone}},
	}
	w.accounts = append(w.accounts, k)
	return k
}

// adding puts n accounts through a pipe. Each line is reported when it is stored. Some are counter-based, once there
// are others: "code" without a filter leaves those out only beside others.
func (w *worker) adding(n int) *job {
	j := &job{name: "add", args: []string{"add"}}
	enrolled := map[*known]shape{}
	for range n {
		k := w.fresh(len(w.in(live)) >= 3 && w.random.IntN(4) == 0)
		enrolled[k] = shape{where: live, issuer: fmt.Sprintf("Issuer%d", w.random.IntN(5)), digits: 8}
		j.touched = append(j.touched, k)
		j.stdin += k.uri(enrolled[k]) + "\n"
	}
	j.change = func(k *known, _ shape) shape { return enrolled[k] }
	j.reports = func(talk string, k *known) bool {
		return strings.Contains(talk, fmt.Sprintf("Added %s:%s.\n", enrolled[k].issuer, k.label))
	}
	return j
}

// on is a job on one account, that says a phrase when it is done.
func on(k *known, name, phrase string, change func(shape) shape, args ...string) *job {
	return &job{
		name: name, args: append([]string{name, k.id}, args...), touched: []*known{k},
		change:  func(_ *known, s shape) shape { return change(s) },
		reports: func(talk string, _ *known) bool { return strings.Contains(talk, phrase) },
	}
}

// editing changes what is no part of the secret.
func (w *worker) editing(k *known) *job {
	const said = "Changed "
	now, _ := k.sure()
	switch w.random.IntN(3) {
	case 0:
		issuer := fmt.Sprintf("Edited%d", w.random.IntN(1000))
		if issuer == now.issuer {
			issuer += "x"
		}
		return on(k, "edit", said, func(s shape) shape { s.issuer = issuer; return s }, "--issuer", issuer, "--note", "a note")
	case 1:
		digits := 6
		if now.digits == 6 {
			digits = 8
		}
		return on(k, "edit", said, func(s shape) shape { s.digits = digits; return s }, "--digits", fmt.Sprint(digits), "--yes")
	}
	args := []string{"pin", k.id}
	if now.pinned {
		args = append(args, "--off")
	}
	return &job{
		name: "pin", args: args, touched: []*known{k},
		change:  func(_ *known, s shape) shape { s.pinned = !now.pinned; return s },
		reports: func(talk string, _ *known) bool { return strings.Contains(talk, said) },
	}
}

// tagging adds a tag, and takes one off.
func (w *worker) tagging(k *known) *job {
	now, _ := k.sure()
	tags := strings.Fields(now.tags)
	words := []string{fmt.Sprintf("+tag%d", w.random.IntN(1000))}
	if slices.Contains(tags, words[0][1:]) {
		words[0] += "x"
	}
	if len(tags) > 0 {
		words = append(words, "-"+tags[0])
		tags = tags[1:]
	}
	after := strings.Join(append(slices.Clone(tags), words[0][1:]), " ")
	return on(k, "tag", "Changed ", func(s shape) shape { s.tags = after; return s }, words...)
}

func (w *worker) removing(k *known) *job {
	return on(k, "remove", "is in the trash.", func(s shape) shape { s.where = trash; return s }, "--yes")
}

func (w *worker) restoring(k *known) *job {
	return on(k, "restore", "is back.", func(s shape) shape { s.where = live; return s })
}

// emptying purges all of the trash, also what may be in it.
func (w *worker) emptying() *job {
	j := &job{
		name: "trash", args: []string{"trash", "--empty", "--yes"},
		change: func(_ *known, s shape) shape {
			if s.where == trash {
				return shape{where: gone}
			}
			return s
		},
		reports: func(talk string, _ *known) bool {
			return strings.Contains(talk, " for good.") || strings.Contains(talk, "The trash is empty.")
		},
	}
	for _, k := range w.accounts {
		if slices.ContainsFunc(k.can, func(s shape) bool { return s.where == trash }) {
			j.touched = append(j.touched, k)
		}
	}
	return j
}

// coding takes the code of a counter-based account, which moves its counter.
func (w *worker) coding(k *known) *job {
	return &job{name: "code", args: []string{"code", k.id, "--json"}, touched: []*known{k}, floor: k.from}
}

// next is a job that touches none of the accounts that others are busy with.
func (w *worker) next(busy map[*known]bool) *job {
	pick := func(from []*known, want func(*known) bool) *known {
		free := slices.DeleteFunc(from, func(k *known) bool { return busy[k] || want != nil && !want(k) })
		if len(free) == 0 {
			return nil
		}
		return free[w.random.IntN(len(free))]
	}
	isHOTP := func(k *known) bool { return k.hotp }
	alive := w.in(live)
	if len(alive) < 3 {
		return w.adding(1)
	}
	switch n := w.random.IntN(20); {
	case n < 2:
		return w.adding(3 + w.random.IntN(10))
	case n < 8:
	case n < 10:
		if k := pick(alive, nil); k != nil {
			return w.editing(k)
		}
	case n < 12:
		if k := pick(alive, nil); k != nil {
			return w.tagging(k)
		}
	case n < 14:
		if k := pick(alive[3:], nil); k != nil { // the first ones stay
			return w.removing(k)
		}
	case n < 15:
		if k := pick(w.in(trash), nil); k != nil {
			return w.restoring(k)
		}
	case n < 16:
		if len(busy) == 0 && len(w.in(trash)) > 0 {
			return w.emptying()
		}
	default:
		if k := pick(alive, isHOTP); k != nil {
			return w.coding(k)
		}
	}
	return w.adding(1)
}

// settle takes in how a run ended, and names what it did wrong.
func (w *worker) settle(t testing.TB, j *job, r result) (wrong []string) {
	t.Helper()
	if j.name == "code" {
		return w.settleCode(t, j, r)
	}
	for _, k := range j.touched {
		reported := j.reports(r.talk, k)
		if reported {
			w.reported++
		} else if r.code == 0 {
			wrong = append(wrong, fmt.Sprintf("%v ended well and reported nothing on %s: %v", j, k.label, r))
		}
		k.become(func(s shape) shape { return j.change(k, s) }, reported)
	}
	return wrong
}

func (w *worker) settleCode(t testing.TB, j *job, r result) (wrong []string) {
	t.Helper()
	k := j.touched[0]
	k.upTo++
	var codes []struct {
		Code    string
		Counter uint64
	}
	if err := json.Unmarshal([]byte(r.out), &codes); err != nil || len(codes) != 1 {
		if r.code == 0 {
			wrong = append(wrong, fmt.Sprintf("%v gave no code: %v", j, r))
		}
		return wrong
	}
	w.reported++
	return k.take(t, j.floor, codes[0].Counter, codes[0].Code)
}
