package vault

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
)

// keyring asks the keyring where the vault needs it.
func (x *examiner) keyring(ctx context.Context) bool {
	if !x.v.kind.usesKeyring() {
		return true
	}
	state := x.v.items.probe(ctx)
	if state.Err != nil {
		x.add(Finding{Check: "keyring", Says: state.Err.Error(), Err: state.Err, Advice: "your accounts are in it; see \"twofold vault status\""})
		return false
	}
	name := state.Provider
	if name == "" {
		name = "the keyring"
	}
	x.add(Finding{Check: "keyring", Says: name + " answers and is unlocked"})
	return true
}

// unlocked finds the key of the sealed files.
func (x *examiner) unlocked(ctx context.Context) bool {
	err := x.v.unlock(ctx, x.v.head)
	switch {
	case err == nil:
		return true
	case errors.Is(err, ErrIndexKeyMissing):
		advice := adviceRebuild
		if x.v.kind != KindKeyring {
			advice = adviceRestore
		}
		x.add(Finding{Check: "key", Says: err.Error(), Err: err, Advice: "is this the keyring the vault was made with? If it is: " + advice})
	case x.v.kind.usesPassphrase() && x.offerIdentity(ctx, err):
	case errors.Is(err, ErrDamaged):
		x.add(Finding{Check: "key", Says: err.Error(), Err: err, Advice: x.adviceAnew()})
	default:
		x.failed = err
	}
	return false
}

// offerIdentity offers the copy of the key where that opens and the key itself
// does not.
func (x *examiner) offerIdentity(ctx context.Context, cause error) bool {
	sealed, err := x.v.files.read(identityCopy)
	if err != nil || !errors.Is(cause, ErrDamaged) && !errors.Is(cause, ErrWrongPassphrase) {
		return false
	}
	if now, err := x.v.files.read(identityName); err == nil && bytes.Equal(now, sealed) {
		return false
	}
	passphrase, err := x.v.askPassphrase(ctx, false)
	if err != nil {
		return false
	}
	defer passphrase.Clear()
	key, err := unsealIdentity(sealed, passphrase)
	if err != nil {
		return false
	}
	key.Clear()
	x.add(Finding{
		Check: "key", Says: cause.Error(), Err: cause, Mend: "put back " + identityCopy + ", which opens, and keep the damaged one as " + identityName + ".damaged",
		mend: func(ctx context.Context) error {
			return x.underLock(ctx, func() error {
				if err := x.keepDamaged(identityName); err != nil {
					return err
				}
				return x.v.files.write(identityName, sealed, false, nil)
			})
		},
	})
	return true
}

// unfinished names what a crash has left to be done.
func (x *examiner) unfinished(context.Context) bool {
	finish := func(ctx context.Context) error {
		return x.v.change(ctx, func(*document) error { return nil })
	}
	if h := x.v.head; h.Moving != "" || h.Leaving != "" {
		x.add(Finding{Check: "move", Says: "a move was cut short; no account is lost", Mend: "clear out what it has left", mend: finish, Level: LevelProblem})
	}
	for _, e := range x.document.pending {
		what := "an account was being added and was not reported as stored"
		if e.rec.Intent == intentPurge {
			what = "an account was being removed for good"
		}
		f := Finding{Check: "list", Level: LevelProblem, Says: fmt.Sprintf("%s (%s)", what, e.rec.ID), Mend: "finish it, or drop it where nothing came about", mend: finish}
		if _, err := x.v.keyOf(context.Background(), x.document, e.record()); errors.Is(err, ErrDamaged) {
			f.Says, f.Mend, f.mend, f.Err = f.Says+", and its keyring item holds something else", "", nil, err
		}
		x.add(f)
	}
	return true
}

// accounts looks at every entry and its secret.
func (x *examiner) accounts(ctx context.Context) bool {
	now := x.v.view.Load()
	all := now.sorted()
	for _, bad := range all.aside {
		x.add(Finding{
			Check: "accounts", Level: LevelProblem, Says: fmt.Sprintf("an entry was set aside and is kept as it is: %s: %s", cmp.Or(bad.ID, "(no id)"), bad.Reason),
			Advice: "a newer version of this program may know it; " + adviceRestore,
		})
	}
	list := append(cloneAll(all.accounts), all.trash...)
	bad := 0
	for from := 0; from < len(list); from += atOnce {
		some := list[from:min(from+atOnce, len(list))]
		ids := make([]string, len(some))
		for i, a := range some {
			ids[i] = a.ID
		}
		got := x.v.fetch(ctx, ids)
		for _, a := range some {
			k, err := got[a.ID].Key, got[a.ID].Err
			k.Secret.Clear()
			if err != nil {
				bad++
				x.add(Finding{Check: "accounts", Says: fmt.Sprintf("%s: %v", a.Name(), err), Err: err, Advice: adviceRestore})
			}
			if KeyringAway(err) {
				return false
			}
		}
		x.progress(from+len(some), len(list))
	}
	if bad == 0 {
		x.add(Finding{Check: "accounts", Says: fmt.Sprintf("the secrets of all %d accounts are there, %d of them in the trash", len(list), len(all.trash))})
	}
	return true
}

// reserved tells an item that is no account.
func reserved(user string) bool {
	for _, prefix := range []string{indexUser(""), seenUser("")} {
		if strings.HasPrefix(user, prefix) {
			return true
		}
	}
	return false
}

// orphans are items of this program that no list names.
func (x *examiner) orphans(ctx context.Context) bool {
	if x.v.kind != KindKeyring {
		return true
	}
	users, err := x.v.items.users(ctx)
	if errors.Is(err, errCannotList) {
		x.add(Finding{Check: "orphans", Level: LevelNote, Says: "this system cannot list the items of its keyring, so items that nothing names are not looked for"})
		return true
	}
	if err != nil {
		x.add(Finding{Check: "orphans", Says: err.Error(), Err: err})
		return true
	}
	own, foreign := orphansOf(x.document, x.v.head, users)
	for _, user := range own {
		x.orphan(ctx, user)
	}
	if foreign > 0 {
		x.add(Finding{Check: "orphans", Level: LevelNote, Says: fmt.Sprintf("%d items of the keyring belong to another vault of this program", foreign)})
	}
	if len(own) == 0 {
		x.add(Finding{Check: "orphans", Says: "the keyring holds no account that is not in the list"})
	}
	return true
}

// orphansOf sorts the items that d does not name into those of this vault and
// those of others. An id says by its mark which vault made it; one that was
// restored from a vault whose key is not here is ours. An id of the first
// version carries no mark: it is ours where no other vault has a key here.
func orphansOf(d *document, h header, users []string) (own []string, foreign int) {
	named, others := map[string]bool{}, map[string]bool{}
	for _, e := range d.entries {
		named[e.id()] = true
	}
	for _, user := range users {
		if id, isKey := strings.CutPrefix(user, indexUser("")); isKey && id != h.ID {
			others[header{ID: id}.mark()] = true
		}
	}
	for _, user := range users {
		switch {
		case named[user] || reserved(user) || !plainID(user):
		case len(others) == 0, strings.HasPrefix(user, h.mark()), len(user) == markedID && !others[header{ID: user}.mark()]:
			own = append(own, user)
		default:
			foreign++
		}
	}
	return own, foreign
}

// orphan offers to list an account again whose secret is in the keyring.
func (x *examiner) orphan(ctx context.Context, user string) {
	text, err := x.v.items.get(ctx, user)
	if errors.Is(err, errItemAbsent) {
		return // gone meanwhile
	}
	k, err := ParseKeyURI(text)
	if err != nil {
		x.add(Finding{Check: "orphans", Level: LevelNote, Says: fmt.Sprintf("item %s of the keyring is in no list and is no account", user)})
		return
	}
	defer k.Secret.Clear()
	says := fmt.Sprintf("%s is in the keyring and not in the list (item %s)", k.Name(), user)
	if k.Type == HOTP {
		says += "; its counter is that of the day it was added"
	}
	x.add(Finding{
		Check: "orphans", Level: LevelProblem,
		Says: says,
		Mend: "list " + k.Name() + " again",
		mend: func(ctx context.Context) error { return x.v.relist(ctx, user) },
	})
}

// relist makes an entry for an item.
func (v *Vault) relist(ctx context.Context, user string) error {
	return v.change(ctx, func(d *document) error {
		if d.find(user) != nil {
			return nil
		}
		r, err := v.recordOf(ctx, d, user)
		if err != nil {
			return err
		}
		return d.put(r, nil)
	})
}

// recordOf is an entry as the text of its item tells it: the names and the
// counter are those of the day it was added.
func (v *Vault) recordOf(ctx context.Context, d *document, user string) (record, error) {
	text, err := v.items.get(ctx, user)
	if err != nil {
		return record{}, err
	}
	k, err := ParseKeyURI(text)
	if err != nil {
		return record{}, err
	}
	defer k.Secret.Clear()
	k.ID, k.Added = user, v.now().UTC()
	return record{Account: k.Account, Fingerprint: d.fingerprint(k.Secret)}, nil
}
