package transfer

import (
	"slices"
	"time"

	"twofold/vault"
)

// CannotHold is what a format that is written has no place for, found by asking it about accounts of all kinds: with
// what an account is left out, and what one is written without. Each is named once.
func (f Format) CannotHold() (leftOut, lost []string) {
	if f.Lacks == nil {
		return nil, nil
	}
	for _, a := range allKinds() {
		for _, l := range f.Lacks(a) {
			to := &lost
			if l.Whole {
				to = &leftOut
			}
			if !slices.Contains(*to, l.What) {
				*to = append(*to, l.What)
			}
		}
	}
	return leftOut, lost
}

// allKinds are accounts with all that one may have, the usual ones first.
func allKinds() []vault.Account {
	usual := vault.Account{Type: vault.TOTP, Issuer: "A", Label: "b", Algorithm: vault.SHA1, Digits: vault.DefaultDigits, Period: vault.DefaultPeriod}
	var all []vault.Account
	add := func(change func(a *vault.Account)) {
		a := usual
		change(&a)
		all = append(all, a)
	}
	counter := func(a *vault.Account) { a.Type, a.Period, a.Counter = vault.HOTP, 0, 1 }
	add(func(*vault.Account) {})
	add(counter)
	for _, large := range []uint64{1 << 31, 1 << 53, 1<<63 - 1} {
		add(func(a *vault.Account) { counter(a); a.Counter = large })
	}
	add(func(a *vault.Account) { a.Type, a.Digits = vault.Steam, 5 })
	for _, algorithm := range []vault.Algorithm{vault.SHA256, vault.SHA512} {
		add(func(a *vault.Account) { a.Algorithm = algorithm })
		add(func(a *vault.Account) { counter(a); a.Algorithm = algorithm })
	}
	for digits := 4; digits <= 10; digits++ {
		add(func(a *vault.Account) { a.Digits = digits })
		add(func(a *vault.Account) { counter(a); a.Digits = digits })
	}
	for _, period := range []int{1, 10, 15, 20, 60, 90, 300, 301, 3600, 86400} {
		add(func(a *vault.Account) { a.Period = period })
	}
	for _, name := range [][2]string{{"", ""}, {"", "b"}, {"A", ""}, {"a:b", "c"}, {"", "b:c"}, {"Steam", "b"}, {"A", "A:b"}, {"A", "none"}} {
		add(func(a *vault.Account) { a.Issuer, a.Label = name[0], name[1] })
		add(func(a *vault.Account) { a.Issuer, a.Label, a.Type, a.Digits = name[0], name[1], vault.Steam, 5 })
		add(func(a *vault.Account) { a.Issuer, a.Label, a.Digits = name[0], name[1], 5 })
	}
	add(func(a *vault.Account) { a.Tags = []string{"one"} })
	add(func(a *vault.Account) { a.Tags = []string{"one", "two, three"} })
	add(func(a *vault.Account) { a.Pinned = true })
	add(func(a *vault.Account) { a.Note = "two\nlines" })
	add(func(a *vault.Account) { a.Uses, a.LastUsed = 3, time.Unix(1_700_000_000, 0) })
	add(func(a *vault.Account) { a.Removed = time.Unix(1_700_000_000, 0) })
	return all
}
