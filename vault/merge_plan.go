package vault

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// Fate is what merging does with an account that comes from outside.
type Fate string

// The fates of an account.
const (
	FateNew     Fate = "new"     // it is added; into the trash when it was removed
	FateBeside  Fate = "beside"  // the same, and one of the same name has another secret: both stay
	FateHere    Fate = "here"    // it is there already and stays as it is
	FateCounter Fate = "counter" // it is there already, and its counter moves on
	FateTrash   Fate = "trash"   // it is in the trash here, and stays there
	FateMended  Fate = "mended"  // it is there, its secret is gone from the keyring, and is put back
	FateRefused Fate = "refused" // it cannot be taken
)

// Step is what merging does with one account.
type Step struct {
	Fate Fate
	// Account is the one that comes, with the id that it has in the vault once
	// it was merged.
	Account Account
	// Existing is the one of the vault that it was held against, for FateHere,
	// FateCounter, FateTrash, FateMended and FateBeside.
	Existing Account
	// Known is another account of the vault, under another name, that has the
	// secret of one that is new or beside; zero when there is none.
	Known  Account
	Reason string // of FateRefused
}

// Plan says what Merge would do with accounts from outside, one step each in
// their order, and touches nothing. Errors: those of reading the vault.
func (v *Vault) Plan(ctx context.Context, keys []Key) ([]Step, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.closed {
		return nil, ErrClosed
	}
	exists, err := v.appeared(ctx)
	if err != nil {
		return nil, err
	}
	var d *document
	if exists {
		if d, _, err = v.load(); err != nil {
			return nil, err
		}
		defer d.forget()
	} else if d, err = newDocument(header{ID: "none"}, v.kind, v.rand); err != nil {
		return nil, err
	}
	m, items := newMatcher(d), v.listItems(ctx)
	steps := make([]Step, len(keys))
	for _, i := range mergeOrder(keys) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		k := keys[i]
		k.Account = k.trimmed().clone()
		if steps[i], err = m.decideWith(k, items); err != nil {
			return nil, err
		}
		if steps[i].Fate == FateNew || steps[i].Fate == FateBeside {
			m.hold(readEntry(v.kind, record{Account: k.Account, Fingerprint: d.fingerprint(k.Secret), Intent: intentAdd}))
		}
	}
	return steps, nil
}

// mergeOrder takes live accounts before those of the trash: who removed an
// account and added it again has both, and the live one counts.
func mergeOrder(keys []Key) []int {
	order := make([]int, len(keys))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		return cmp.Compare(trashed(keys[i].Account), trashed(keys[j].Account))
	})
	return order
}

func trashed(a Account) int {
	if a.Removed.IsZero() {
		return 0
	}
	return 1
}

// matcher finds an account from outside among those of a document.
type matcher struct {
	document *document
	ids      map[string]bool // also of entries that are not accounts
	secrets  map[string][]*entry
	names    map[string]*entry // live ones
}

func newMatcher(d *document) *matcher {
	m := &matcher{document: d, ids: map[string]bool{}, secrets: map[string][]*entry{}, names: map[string]*entry{}}
	for _, e := range d.entries {
		m.ids[e.record().ID] = true
		if e.aside() == "" && e.record().Intent == "" {
			m.hold(e)
		}
	}
	return m
}

// hold takes an account into account.
func (m *matcher) hold(e *entry) {
	m.ids[e.record().ID] = true
	sum := string(e.record().Fingerprint)
	m.secrets[sum] = append(m.secrets[sum], e)
	if r := e.record(); r.Removed.IsZero() && r.Intent == "" && r.Name() != "" {
		m.names[nameKey(r.Account)] = e // of those that were there, and not of those that come along
	}
}

// nameKey ignores case: services do.
func nameKey(a Account) string {
	return string(a.Type) + "\x00" + strings.ToLower(a.Issuer+"\x00"+a.Label)
}

// decideWith also looks whether the item of an account that is there is gone.
func (m *matcher) decideWith(k Key, items *itemList) (Step, error) {
	s, same := m.decide(k)
	if same == nil || same.record().Intent != "" || items == nil {
		return s, nil // one that is only about to come has none yet
	}
	there, err := items.has(same.record().ID)
	if err == nil && !there {
		s.Fate = FateMended
	}
	return s, err
}

// decide also gives the entry of the same account, nil when there is none.
func (m *matcher) decide(k Key) (Step, *entry) {
	s := Step{Account: k.Account}
	if err := k.Validate(); err != nil {
		s.Fate, s.Reason = FateRefused, err.Error()
		return s, nil
	}
	alike := m.secrets[string(m.document.fingerprint(k.Secret))]
	if same := same(k, alike); same != nil {
		s.Existing = same.record().clone()
		switch {
		case !same.record().Removed.IsZero():
			s.Fate = FateTrash
		case k.Type == HOTP && k.Counter > same.record().Counter:
			s.Fate = FateCounter
		default:
			s.Fate = FateHere
		}
		return s, same
	}
	s.Fate, s.Known = FateNew, known(k, alike)
	if other := m.names[nameKey(k.Account)]; other != nil && k.Removed.IsZero() {
		s.Fate, s.Existing = FateBeside, other.record().clone()
	}
	return s, nil
}

// known is a live account that was there before, of those that have the secret of k.
func known(k Key, alike []*entry) Account {
	for _, e := range alike {
		if r := e.record(); r.Removed.IsZero() && r.Intent == "" && r.Type == k.Type {
			return r.clone()
		}
	}
	return Account{}
}

// same is the entry of the same account, of those that have the secret of k:
// under the same id, or for the same login with the same parameters. A live one
// is preferred.
func same(k Key, alike []*entry) *entry {
	var best *entry
	for _, e := range alike {
		sameID := k.ID != "" && e.record().ID == k.ID
		if e.record().Type != k.Type || !sameID && !e.record().sameParameters(k.Account) {
			continue
		}
		switch {
		case best == nil,
			trashed(e.record().Account) < trashed(best.record().Account),
			trashed(e.record().Account) == trashed(best.record().Account) && e.record().ID == k.ID:
			best = e
		}
	}
	return best
}
