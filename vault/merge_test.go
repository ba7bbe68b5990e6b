package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// someKeys are accounts of all kinds, with everything that an account can have.
func someKeys(t testing.TB, seed uint64, n int) []Key {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // the same every time
	words := []string{"GitHub", "Müller & Söhne", "日本語", "a:b", "🦉", "x%y+z", "café", "שלום", `"quoted" <b>`, "A"}
	var keys []Key
	for i := range n {
		raw := make([]byte, 10+r.IntN(54))
		for j := range raw {
			raw[j] = byte(r.Uint32())
		}
		secret, err := NewSecret(raw)
		if err != nil {
			t.Fatal(err)
		}
		a := Account{
			ID: fmt.Sprintf("id-%d-%d", seed, i), Issuer: words[r.IntN(len(words))], Label: fmt.Sprintf("%s %d", words[r.IntN(len(words))], i),
			Algorithm: []Algorithm{SHA1, SHA256, SHA512}[r.IntN(3)], Digits: 6 + r.IntN(3), Pinned: r.IntN(2) == 0, Note: words[r.IntN(len(words))],
			Added: theTime().Add(-time.Duration(r.IntN(1e6)) * time.Second), Uses: r.IntN(9),
		}
		for range r.IntN(3) {
			a.Tags = append(a.Tags, words[r.IntN(len(words))])
		}
		switch a.Type = []Type{TOTP, HOTP, Steam}[r.IntN(3)]; a.Type {
		case HOTP:
			a.Counter = r.Uint64N(maxCounter)
		case Steam:
			a.Algorithm, a.Digits, a.Period = SHA1, steamDigits, steamPeriod
		default:
			a.Period = 15 + r.IntN(60)
		}
		if r.IntN(4) == 0 {
			a.Removed = theTime()
		}
		keys = append(keys, Key{Account: a, Secret: secret})
	}
	return keys
}

func fates(steps []Step) []Fate {
	var all []Fate
	for _, s := range steps {
		all = append(all, s.Fate)
	}
	return all
}

// holds fails unless the vault has exactly these accounts and secrets.
func holds(t *testing.T, v *Vault, want []Key) {
	t.Helper()
	have := map[string]Account{}
	for _, a := range slices.Concat(v.Accounts(), v.Trash()) {
		have[a.ID] = a
	}
	if len(have) != len(want) {
		t.Fatalf("%d accounts, want %d", len(have), len(want))
	}
	for _, k := range want {
		got, err := v.Key(t.Context(), k.ID)
		if err != nil {
			t.Fatalf("%s: %v", k.ID, err)
		}
		a, _ := plainJSON(got.Account)
		b, _ := plainJSON(k.Account)
		if !bytes.Equal(a, b) || !got.Secret.Equal(k.Secret) {
			t.Fatalf("have %s\nwant %s", a, b)
		}
	}
}

func TestMergingTwiceAddsNothing(t *testing.T) {
	everyKind(t, func(t *testing.T, p place) {
		v := p.open(t)
		keys := someKeys(t, uint64(len(p.name)), 30)
		plan, err := v.Plan(t.Context(), keys)
		if err != nil {
			t.Fatal(err)
		}
		seen := 0
		steps, err := v.Merge(t.Context(), keys, func(done, total int) { seen = done })
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(fates(plan), fates(steps)) || seen != len(keys) || v.Edited() != 30 {
			t.Errorf("planned %v\ndone %v\nprogress %d, edited %d", fates(plan), fates(steps), seen, v.Edited())
		}
		holds(t, v, keys)
		if p.again {
			v = p.open(t)
			holds(t, v, keys)
		}
		was := v.view.Load().head.Generation
		steps, err = v.Merge(t.Context(), keys, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range steps {
			if want := map[bool]Fate{true: FateHere, false: FateTrash}[keys[i].Removed.IsZero()]; s.Fate != want {
				t.Errorf("%d: %s, want %s", i, s.Fate, want)
			}
		}
		if now := v.view.Load().head.Generation; now != was {
			t.Error("a merge that changes nothing was saved")
		}
		holds(t, v, keys)
	})
}

func TestWhatMergingDecides(t *testing.T) {
	other, _ := ParseSecret("JBSWY3DPEHPK3PXP")
	removed := theTime().Add(-time.Hour)
	hotp := func(counter uint64) Key {
		k := mustParse(t, "otpauth://hotp/h?secret="+rfcSecret)
		k.ID, k.Counter = "h", counter
		return k
	}
	named := func(id, label string, change ...func(*Key)) Key {
		k := aKey(t, "A", label)
		k.ID, k.Added = id, theTime()
		for _, c := range change {
			c(&k)
		}
		return k
	}
	secret := func(k *Key) { k.Secret = other }
	trash := func(k *Key) { k.Removed = removed }
	for name, c := range map[string]struct {
		here, come []Key
		fates      []Fate
		look       func(*testing.T, *Vault)
	}{
		"renamed here": {
			[]Key{named("1", "new name", func(k *Key) { k.Tags = []string{"mine"} })},
			[]Key{named("1", "old name", func(k *Key) { k.Tags, k.Pinned = []string{"theirs"}, true })},
			[]Fate{FateHere},
			func(t *testing.T, v *Vault) {
				if a := v.Accounts()[0]; a.Label != "new name" || a.Tags[0] != "mine" || a.Pinned {
					t.Errorf("overwritten: %+v", a)
				}
			},
		},
		"another id":          {[]Key{named("1", "x")}, []Key{named("2", "x")}, []Fate{FateHere}, nil},
		"another label":       {[]Key{named("1", "x")}, []Key{named("2", "y")}, []Fate{FateNew}, nil},
		"an id that is taken": {[]Key{named("1", "x")}, []Key{named("1", "y", secret)}, []Fate{FateNew}, nil},
		"the same name":       {[]Key{named("1", "x")}, []Key{named("2", "X", secret)}, []Fate{FateBeside}, nil},
		"in the trash here":   {[]Key{named("1", "x", trash)}, []Key{named("1", "x")}, []Fate{FateTrash}, nil},
		"in the trash there":  {[]Key{named("1", "x")}, []Key{named("1", "x", trash)}, []Fate{FateHere}, nil},
		"in the trash there, not here": {nil, []Key{named("1", "x", trash)}, []Fate{FateNew}, func(t *testing.T, v *Vault) {
			if len(v.Accounts()) != 0 || len(v.Trash()) != 1 {
				t.Error("it is not in the trash")
			}
		}},
		"removed and added again": {nil, []Key{named("1", "x", trash), named("2", "x")}, []Fate{FateHere, FateNew}, func(t *testing.T, v *Vault) {
			if len(v.Accounts()) != 1 {
				t.Error("the live one is lost")
			}
		}},
		"no id":          {nil, []Key{named("", "x"), named("../x", "y")}, []Fate{FateNew, FateNew}, nil},
		"twice the same": {nil, []Key{named("1", "x"), named("2", "x")}, []Fate{FateNew, FateHere}, nil},
		"not valid": {
			nil,
			[]Key{named("1", "x", func(k *Key) { k.Digits = 99 }), {Account: named("2", "y").Account}, named("3", "z")},
			[]Fate{FateRefused, FateRefused, FateNew},
			nil,
		},
		"a counter ahead":  {[]Key{hotp(5)}, []Key{hotp(9)}, []Fate{FateCounter}, counterIs(9)},
		"a counter behind": {[]Key{hotp(9)}, []Key{hotp(5)}, []Fate{FateHere}, counterIs(9)},
		"a counter in the trash": {[]Key{func() Key { k := hotp(5); k.Removed = removed; return k }()}, []Key{hotp(9)}, []Fate{FateTrash}, func(t *testing.T, v *Vault) {
			if c := v.Trash()[0].Counter; c != 9 {
				t.Error(c)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, kind := range []Kind{KindFile, KindKeyring} {
				v := rig{dir: filepath.Join(t.TempDir(), "vault"), kind: kind, items: newFakeItems()}.mustOpen(t)
				if len(c.here) > 0 {
					if _, err := v.Merge(t.Context(), c.here, nil); err != nil {
						t.Fatal(err)
					}
				}
				plan, err := v.Plan(t.Context(), c.come)
				if err != nil || !slices.Equal(fates(plan), c.fates) {
					t.Errorf("%s: planned %v, want %v; %v", kind, fates(plan), c.fates, err)
				}
				steps, err := v.Merge(t.Context(), c.come, nil)
				if err != nil || !slices.Equal(fates(steps), c.fates) {
					t.Errorf("%s: done %v, want %v; %v", kind, fates(steps), c.fates, err)
				}
				for _, s := range steps {
					if s.Fate == FateNew || s.Fate == FateBeside {
						if k, err := v.Key(t.Context(), s.Account.ID); err != nil || !plainID(k.ID) {
							t.Errorf("%s: %v %v", kind, k.ID, err)
						}
					}
					if s.Fate == FateRefused && s.Reason == "" {
						t.Error("no reason")
					}
				}
				if c.look != nil {
					c.look(t, v)
				}
			}
		})
	}
}

func counterIs(n uint64) func(*testing.T, *Vault) {
	return func(t *testing.T, v *Vault) {
		t.Helper()
		if c := v.Accounts()[0].Counter; c != n {
			t.Errorf("the counter is %d, want %d", c, n)
		}
	}
}

// Two vaults with accounts in common, edited apart: whatever is merged, what is
// there stays, no secret is lost, no counter goes back, and twice is once.
func TestMergingOverwritesNothing(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 2)) //nolint:gosec // the same every time
		var mine, theirs []Key
		for i, k := range someKeys(t, 100+seed, 20) {
			if r.IntN(3) > 0 {
				mine = append(mine, k)
			}
			if r.IntN(3) == 0 {
				continue
			}
			other := k
			switch r.IntN(5) {
			case 0:
				other.Label, other.Tags, other.Note = "renamed", []string{"theirs"}, "theirs"
			case 1:
				other.Removed = theTime()
			case 2:
				other.ID = fmt.Sprintf("theirs-%d", i)
			case 3:
				other.Secret, _ = NewSecret([]byte(fmt.Sprintf("another secret %d", i)))
			case 4:
				if k.Type == HOTP {
					other.Counter = r.Uint64N(maxCounter)
				}
			}
			theirs = append(theirs, other)
		}
		kind := []Kind{KindFile, KindKeyring}[seed%2]
		v := rig{dir: filepath.Join(t.TempDir(), "vault"), kind: kind, items: newFakeItems()}.mustOpen(t)
		if _, err := v.Merge(t.Context(), mine, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := v.Merge(t.Context(), theirs, nil); err != nil {
			t.Fatal(err)
		}
		secrets, have := map[string]uint64{}, map[string]Key{}
		for _, a := range slices.Concat(v.Accounts(), v.Trash()) {
			k, err := v.Key(t.Context(), a.ID)
			if err != nil {
				t.Fatal(err)
			}
			have[k.ID] = k
			secrets[k.Secret.RevealBase32()] = max(secrets[k.Secret.RevealBase32()], k.Counter)
		}
		for _, k := range mine {
			got := have[k.ID]
			if got.Counter < k.Counter || !got.Secret.Equal(k.Secret) {
				t.Fatalf("seed %d: %s", seed, k.ID)
			}
			got.Counter = k.Counter
			a, _ := plainJSON(got.Account)
			b, _ := plainJSON(k.Account)
			if !bytes.Equal(a, b) {
				t.Fatalf("seed %d: overwritten:\n%s\n%s", seed, b, a)
			}
		}
		for _, k := range theirs {
			if counter, ok := secrets[k.Secret.RevealBase32()]; !ok || counter < k.Counter {
				t.Fatalf("seed %d: %s is lost, or its counter went back", seed, k.ID)
			}
		}
		was := v.view.Load().head.Generation
		if _, err := v.Merge(t.Context(), theirs, nil); err != nil {
			t.Fatal(err)
		}
		if now := v.view.Load().head.Generation; now != was {
			t.Errorf("seed %d: the second time changed something", seed)
		}
	}
}

// Another vault on the same keyring has the ids of a backup already: its items
// must stay what they are, and belong to it alone.
func TestMergingTakesNoItemOfAnotherVault(t *testing.T) {
	items, keys := newFakeItems(), someKeys(t, 3, 5)
	first := rig{dir: filepath.Join(t.TempDir(), "vault"), kind: KindKeyring, items: items}.mustOpen(t)
	if _, err := first.Merge(t.Context(), keys, nil); err != nil {
		t.Fatal(err)
	}
	was := maps.Clone(items.held)
	second := rig{dir: filepath.Join(t.TempDir(), "vault"), kind: KindKeyring, items: items}.mustOpen(t)
	steps, err := second.Merge(t.Context(), keys, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range steps {
		if s.Account.ID == keys[i].ID {
			t.Errorf("%s is shared", s.Account.ID)
		}
	}
	for user, value := range was {
		if items.held[user] != value {
			t.Errorf("%s was changed", user)
		}
	}
}

// TestACrashInAMergeLosesNothing kills a merge at each of its steps: what was
// there is there, nothing is half there, and merging again brings the rest.
func TestACrashInAMergeLosesNothing(t *testing.T) {
	for _, kind := range []Kind{KindFile, KindKeyring} {
		t.Run(string(kind), func(t *testing.T) {
			steps, keys := 0, someKeys(t, 7, 4)
			mine := aKey(t, "mine", "me")
			mine.ID, mine.Added = "mine", theTime()
			for n := 0; ; n++ {
				r := rig{dir: filepath.Join(t.TempDir(), "vault"), kind: kind, items: newFakeItems()}
				if _, err := r.mustOpen(t).Merge(t.Context(), []Key{mine}, nil); err != nil {
					t.Fatal(err)
				}
				fault, at := dieAt(n)
				v, err := r.open(t, fault)
				if err == nil {
					_, err = v.Merge(t.Context(), keys, nil)
				}
				where, dead := at()
				if !dead && err != nil {
					t.Fatal(err)
				}
				v = r.mustOpen(t)
				for _, a := range slices.Concat(v.Accounts(), v.Trash()) {
					if _, err := v.Key(t.Context(), a.ID); err != nil {
						t.Fatalf("%s: %s is half there: %v", where, a.ID, err)
					}
				}
				if _, err := v.Merge(t.Context(), keys, nil); err != nil {
					t.Fatalf("%s: again: %v", where, err)
				}
				if len(v.SetAside()) > 0 {
					t.Fatalf("%s: set aside: %v", where, v.SetAside())
				}
				holds(t, v, append(keys, mine))
				if !dead {
					break
				}
				steps++
			}
			if steps < 5 {
				t.Fatalf("only %d steps", steps)
			}
			t.Logf("%d steps, lost: 0", steps)
		})
	}
}

func TestAMergeThatIsBrokenOffKeepsWhatItTook(t *testing.T) {
	r := rig{dir: filepath.Join(t.TempDir(), "vault"), kind: KindKeyring, items: newFakeItems()}
	v, keys := r.mustOpen(t), someKeys(t, 9, 20)
	ctx, cancel := context.WithCancel(t.Context())
	steps, err := v.Merge(ctx, keys, func(done, _ int) {
		if done == 7 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || len(steps) != 7 {
		t.Fatalf("%d steps, %v", len(steps), err)
	}
	if n := len(v.Accounts()) + len(v.Trash()); n != 7 || v.view.Load().pending {
		t.Fatalf("%d accounts, intents: %v", n, v.view.Load().pending)
	}
	if _, err := v.Merge(t.Context(), keys, nil); err != nil {
		t.Fatal(err)
	}
	holds(t, v, keys)
}

// A secret that somebody deleted from the keyring comes back out of a backup.
func TestMergingPutsAMissingSecretBack(t *testing.T) {
	for _, lists := range []bool{true, false} {
		r, v, keys := aFilled(t, KindKeyring)
		v.items = &deafItems{r.items, !lists}
		delete(r.items.held, keys[2].ID)
		old := keys[2]
		if _, err := v.Edit(t.Context(), old.ID, func(a *Account) error { a.Note = "newer"; return nil }); err != nil {
			t.Fatal(err)
		}
		plan, err := v.Plan(t.Context(), keys)
		if err != nil || plan[2].Fate != FateMended {
			t.Fatalf("%v %v", fates(plan), err)
		}
		steps, err := v.Merge(t.Context(), keys, nil)
		if err != nil || !slices.Equal(fates(steps), fates(plan)) || counts(steps)[FateMended] != 1 {
			t.Fatalf("%v %v", fates(steps), err)
		}
		keys[2].Note = "newer"
		holds(t, r.mustOpen(t), keys)
		if steps, err = v.Merge(t.Context(), keys, nil); err != nil || counts(steps)[FateMended] != 0 {
			t.Fatalf("%v %v", fates(steps), err)
		}
	}
}

func counts(steps []Step) map[Fate]int {
	n := map[Fate]int{}
	for _, s := range steps {
		n[s.Fate]++
	}
	return n
}

// deafItems is a keyring that may not know how to list.
type deafItems struct {
	*fakeItems
	deaf bool
}

func (d *deafItems) users(ctx context.Context) ([]string, error) {
	if d.deaf {
		return nil, errCannotList
	}
	return d.fakeItems.users(ctx)
}

// One item that the keyring does not take does not keep the others out.
func TestAnItemThatIsNotTakenIsNamed(t *testing.T) {
	r := rig{dir: filepath.Join(t.TempDir(), "vault"), kind: KindKeyring, items: newFakeItems()}
	v, keys := r.mustOpen(t), someKeys(t, 11, 3)
	r.items.fault = func(step, user string) error {
		if step == "set" && user == keys[1].ID {
			return errors.New("the account is too long for this system's keyring")
		}
		return nil
	}
	steps, err := v.Merge(t.Context(), keys, nil)
	if err != nil || len(steps) != 3 || steps[1].Fate != FateRefused || !strings.Contains(steps[1].Reason, "too long") {
		t.Fatalf("%+v %v", steps, err)
	}
	r.items.fault = nil
	holds(t, r.mustOpen(t), []Key{keys[0], keys[2]})
}
