package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"
)

// ledger is what the program has reported about its accounts, told apart from what may have happened besides: a run
// that was killed has done a part of its work or not. It knows the program by its output alone.
type ledger struct {
	accounts []*known
	reported int // operations, a line of a pipe counting as one
}

// known is one account that was put into the program.
type known struct {
	label, secret string
	hotp          bool
	id            string  // empty until it was seen
	can           []shape // what it may be; one when nothing about it is uncertain

	// The next counter is from..upTo. given are the counters whose codes were handed out.
	from, upTo uint64
	given      map[uint64]bool
}

// shape is what can be seen of an account.
type shape struct {
	where  string // gone, live or trash
	issuer string
	digits int
	tags   string
	pinned bool
}

const (
	gone  = "gone"
	live  = "live"
	trash = "trash"
)

// sure is the shape of an account about which nothing is uncertain.
func (k *known) sure() (shape, bool) {
	if len(k.can) != 1 {
		return shape{}, false
	}
	return k.can[0], true
}

// become takes in an operation: it was reported, or it may have happened or not.
func (k *known) become(change func(shape) shape, reported bool) {
	var can []shape
	if !reported {
		can = slices.Clone(k.can)
	}
	for _, before := range k.can {
		if after := change(before); !slices.Contains(can, after) {
			can = append(can, after)
		}
	}
	k.can = can
}

// uri enrolls the account in a shape.
func (k *known) uri(s shape) string {
	kind, rest := "totp", ""
	if k.hotp {
		kind, rest = "hotp", "&counter=0"
	}
	return fmt.Sprintf("otpauth://%s/%s:%s?secret=%s&issuer=%s&digits=%d%s", kind, s.issuer, k.label, k.secret, s.issuer, s.digits, rest)
}

// in are the accounts that are surely in a place, and were seen there.
func (l *ledger) in(where string) []*known {
	var found []*known
	for _, k := range l.accounts {
		if s, ok := k.sure(); ok && s.where == where && k.id != "" {
			found = append(found, k)
		}
	}
	return found
}

// seen is what the program shows.
type seen struct {
	listedAccount
	where string
	code  string // at watched; empty for what has none then
}

// watched is the instant for which all codes are compared.
const watched = "2026-07-13T12:00:00Z"

// look asks the program for everything it shows, by three runs. Nothing is half there: each run succeeds, and nothing was
// set aside.
func (s *stand) look(t testing.TB) ([]seen, error) {
	t.Helper()
	var all []seen
	for _, ask := range []struct{ where, command string }{{live, "list"}, {trash, "trash"}} {
		var listed []listedAccount
		if err := s.answer(t, &listed, ask.command, "--json"); err != nil {
			return nil, err
		}
		for _, acc := range listed {
			all = append(all, seen{listedAccount: acc, where: ask.where})
		}
	}
	var codes []struct{ ID, Code string }
	if err := s.answer(t, &codes, "code", "--json", "--at", watched); err != nil {
		return nil, err
	}
	for _, c := range codes {
		at := slices.IndexFunc(all, func(a seen) bool { return a.ID == c.ID })
		if at < 0 {
			return nil, fmt.Errorf("a code of %s, which is not listed", c.ID)
		}
		all[at].code = c.Code
	}
	return all, nil
}

// answer runs a command that has to succeed, and reads its JSON.
func (s *stand) answer(t testing.TB, into any, args ...string) error {
	t.Helper()
	r := s.run(t, "", args...)
	for try := 0; try < 3 && strings.Contains(r.talk, "the keyring does not answer"); try++ {
		r = s.run(t, "", args...) // two seconds can be short on a machine that is busy with other tests
	}
	if r.code != 0 || strings.Contains(r.talk, "warning:") || strings.Contains(r.talk, "error:") {
		return fmt.Errorf("twofold %s: %v", strings.Join(args, " "), r)
	}
	if err := json.Unmarshal([]byte(r.out), into); err != nil {
		return fmt.Errorf("twofold %s: %w: %v", strings.Join(args, " "), err, r)
	}
	return nil
}

// compare holds what is shown against what may be, and makes it sure. Each difference is one thing lost.
func (l *ledger) compare(t testing.TB, all []seen) (lost []string) {
	t.Helper()
	lose := func(k *known, format string, args ...any) {
		lost = append(lost, k.label+": "+fmt.Sprintf(format, args...))
	}
	byLabel := map[string]*seen{}
	for i, a := range all {
		if byLabel[a.Label] != nil {
			lost = append(lost, a.Label+" is there twice")
		}
		byLabel[a.Label] = &all[i]
	}
	for _, k := range l.accounts {
		now := shape{where: gone}
		a := byLabel[k.label]
		delete(byLabel, k.label)
		if a != nil {
			now = shape{where: a.where, issuer: a.Issuer, digits: a.Digits, tags: strings.Join(a.Tags, " "), pinned: a.Pinned}
		}
		if !slices.Contains(k.can, now) {
			lose(k, "it is %+v, and could be %+v", now, k.can)
		}
		k.can = []shape{now}
		if a == nil {
			continue
		}
		if k.id != "" && k.id != a.ID {
			lose(k, "its id was %s and is %s", k.id, a.ID)
		}
		k.id = a.ID
		if k.hotp {
			if a.Counter == nil {
				lose(k, "it has no counter")
				continue
			}
			if *a.Counter < k.from || *a.Counter > k.upTo {
				lose(k, "its counter is %d, and could be %d to %d", *a.Counter, k.from, k.upTo)
			}
			k.from, k.upTo = *a.Counter, *a.Counter
			continue
		}
		if want := k.codeAt(t, a.Digits); a.where == live && a.code != want {
			lose(k, "its code is %q instead of %q: another secret, or half an account", a.code, want)
		}
	}
	for label := range byLabel {
		lost = append(lost, label+" is there, and was never added")
	}
	return lost
}

// codeAt computes what the account shows at the watched instant.
func (k *known) codeAt(t testing.TB, digits int) string {
	t.Helper()
	at, err := time.Parse(time.RFC3339, watched)
	if err != nil {
		t.Fatal(err)
	}
	code, err := totp.GenerateCodeCustom(k.secret, at, totp.ValidateOpts{Period: 30, Digits: otp.Digits(digits)})
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// take takes in the code that a counter-based account gave. floor is the counter from before it was asked.
func (k *known) take(t testing.TB, floor, counter uint64, code string) (lost []string) {
	t.Helper()
	s := k.can[0]
	want, err := hotp.GenerateCodeCustom(k.secret, counter, hotp.ValidateOpts{Digits: otp.Digits(s.digits)})
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case code != want:
		lost = append(lost, fmt.Sprintf("%s: the code of counter %d is wrong", k.label, counter))
	case k.given[counter]:
		lost = append(lost, fmt.Sprintf("%s: the code of counter %d was given twice", k.label, counter))
	case counter < floor:
		lost = append(lost, fmt.Sprintf("%s: the counter went back from %d to %d", k.label, floor, counter))
	}
	k.given[counter] = true
	k.from = max(k.from, counter+1)
	return lost
}
