package vault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ErrNothingToRebuild is the error for rebuilding an index that opens.
var ErrNothingToRebuild = errors.New("the vault's list of accounts is there and opens")

// ErrNothingInKeyring is the error for rebuilding from a keyring that holds no
// account of this program.
var ErrNothingInKeyring = errors.New("the keyring holds no account of this program")

// Rebuilt is what Rebuild made.
type Rebuilt struct {
	Accounts []Account
	// From is the copy of the list that was used, empty when there was none:
	// then tags, pins and notes are gone, and what was in the trash is back.
	From string
	// Counters are the counter-based accounts whose counter is as old as that
	// copy, or as the account: the server is ahead of it.
	Counters []Account
	// Lost are accounts of the copy whose secret the keyring does not hold.
	Lost []Account
	// Foreign is the number of items that belong to other vaults.
	Foreign int
}

// Rebuild makes the index of a keyring vault anew from the items of the keyring,
// when it is gone or does not open. The newest copy of it that opens is used
// for what items do not know. Damaged files are kept beside. Errors:
// ErrNothingToRebuild, ErrNothingInKeyring, those of the keyring.
func Rebuild(ctx context.Context, o Options, progress Progress) (Rebuilt, error) {
	v, err := unopened(o)
	if err != nil {
		return Rebuilt{}, fmt.Errorf("rebuild: %w", err)
	}
	r := newRebuilder(v, progress)
	defer r.close()
	if err := r.rebuild(ctx); err != nil {
		return Rebuilt{}, fmt.Errorf("rebuild: %w", err)
	}
	return r.Rebuilt, nil
}

type rebuilder struct {
	*examiner
	Rebuilt
	users []string
	head  header
	base  *document
}

func newRebuilder(v *Vault, progress Progress) *rebuilder {
	v.kind = KindKeyring
	return &rebuilder{examiner: newExaminer(v, KindKeyring, progress)}
}

func (r *rebuilder) rebuild(ctx context.Context) error {
	v := r.v
	if state := v.items.probe(ctx); state.Err != nil {
		return state.Err
	}
	var err error
	if r.users, err = v.items.users(ctx); err != nil {
		return err
	}
	if !slices.ContainsFunc(r.users, func(u string) bool { return !reserved(u) }) {
		return ErrNothingInKeyring
	}
	unlock, err := v.files.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if err := r.identify(ctx); err != nil {
		return err
	}
	v.head = r.head
	if err := r.findKey(ctx); err != nil {
		return err
	}
	if _, err := v.loadIndex(stamps{}); err == nil && r.wasThere() {
		return ErrNothingToRebuild
	}
	if err := r.findBase(); err != nil {
		return err
	}
	if err := r.gather(ctx); err != nil {
		return err
	}
	return r.write(ctx)
}

func (r *rebuilder) wasThere() bool {
	h, err := readHeader(r.v.files)
	return err == nil && h.has(KindKeyring)
}

// identify finds out which vault lived here: from vault.json, from the key that
// names this folder, or as the only one whose key is in the keyring.
func (r *rebuilder) identify(ctx context.Context) error {
	h, err := readHeader(r.v.files)
	switch {
	case err == nil && h.ID != "":
		if !h.has(KindKeyring) && h.Creating != KindKeyring {
			return ErrNothingToRebuild // a vault of another kind
		}
		h.Creating = ""
		r.head = h
		return nil
	case err != nil && !errors.Is(err, ErrDamaged):
		return err
	}
	keys := slices.DeleteFunc(slices.Clone(r.users), func(u string) bool { return !strings.HasPrefix(u, indexUser("")) })
	id := ""
	for _, user := range keys {
		if here, err := keyIsOf(ctx, r.v.items, user, r.Dir); err != nil {
			return err
		} else if here || len(keys) == 1 {
			id = strings.TrimPrefix(user, indexUser(""))
		}
	}
	if !plainID(id) {
		if id, err = randomID(r.v.rand, 16); err != nil {
			return err
		}
	}
	r.head = header{Format: format, Kind: KindKeyring, ID: id}
	return nil
}

// findKey takes the key from the keyring, or makes another one: without the old
// one no copy opens, and the items are all there is.
func (r *rebuilder) findKey(ctx context.Context) error {
	v := r.v
	key, err := v.keyFromKeyring(ctx, r.head)
	if err == nil {
		v.key = key
		return nil
	}
	if !errors.Is(err, ErrIndexKeyMissing) && !errors.Is(err, ErrDamaged) {
		return err
	}
	if key, err = v.newKey(r.head); err != nil {
		return err
	}
	v.key = key
	return v.setItem(ctx, indexUser(r.head.ID), string(key.bytes()))
}

// findBase is the newest copy of the index that opens, or an empty one.
func (r *rebuilder) findBase() error {
	v := r.v
	for n := 0; n <= generations; n++ {
		name := indexName
		if n > 0 {
			name += "." + strconv.Itoa(n)
		}
		sealed, err := v.files.read(name)
		if err != nil {
			continue
		}
		plain, err := unseal(sealed, v.key)
		if err != nil {
			continue
		}
		d, err := decodeDocument(plain, r.head, KindKeyring)
		if err != nil {
			continue
		}
		d.rebase()
		r.base, r.From = d, name
		r.followRecent()
		return nil
	}
	d, err := newDocument(r.head, KindKeyring, v.rand)
	r.base = d
	return err
}

// followRecent takes in the newest recent.age that opens.
func (r *rebuilder) followRecent() {
	for n := 0; n <= generations; n++ {
		name := recentName
		if n > 0 {
			name += "." + strconv.Itoa(n)
		}
		sealed, err := r.v.files.read(name)
		if err != nil {
			continue
		}
		plain, err := unseal(sealed, r.v.key)
		if err != nil {
			continue
		}
		if r.base.follow(plain, r.head) == nil {
			return
		}
	}
}

// gather makes the list: every account of the copy whose secret is there, and
// every item of this vault that the copy does not know.
func (r *rebuilder) gather(ctx context.Context) error {
	v, there := r.v, map[string]bool{}
	for _, u := range r.users {
		there[u] = true
	}
	for _, e := range slices.Clone(r.base.entries) {
		if e.aside() != "" || there[e.id()] {
			continue
		}
		r.Lost = append(r.Lost, e.record().clone())
		r.base.drop(e)
	}
	own, foreign := orphansOf(r.base, r.head, r.users)
	if foreign > 0 {
		more, err := r.unclaimed(ctx, own)
		if err != nil {
			return err
		}
		own, foreign = append(own, more...), foreign-len(more)
	}
	r.Foreign = foreign
	for i, user := range own {
		rec, err := v.recordOf(ctx, r.base, user)
		switch {
		case KeyringAway(err), ctx.Err() != nil:
			return err
		case err != nil:
			continue // no account
		}
		if err := r.base.put(rec, nil); err != nil {
			return err
		}
		if rec.Type == HOTP {
			r.Counters = append(r.Counters, rec.clone())
		}
		r.progress(i+1, len(own))
	}
	if r.From == "" && len(r.base.entries) == 0 {
		// An empty list would hide that there ever was one.
		return fmt.Errorf("%w that is known to be this vault's; %d items belong to other vaults, or cannot be told", ErrNothingInKeyring, foreign)
	}
	return nil
}

// unclaimed are the items without a mark of their vault, as the first version
// made them, that no other vault names. Where another vault's list cannot be
// read nobody can tell.
func (r *rebuilder) unclaimed(ctx context.Context, own []string) ([]string, error) {
	claimed := map[string]bool{}
	for _, id := range own {
		claimed[id] = true
	}
	for _, e := range r.base.entries {
		claimed[e.id()] = true
	}
	for _, user := range r.users {
		id, isKey := strings.CutPrefix(user, indexUser(""))
		if !isKey || id == r.head.ID {
			continue
		}
		text, err := r.v.items.get(ctx, user)
		if KeyringAway(err) || ctx.Err() != nil {
			return nil, err
		}
		ids, ok := idsOfVault(id, text)
		if !ok {
			return nil, nil
		}
		for _, id := range ids {
			claimed[id] = true
		}
	}
	var free []string
	for _, user := range r.users {
		if plainID(user) && len(user) != markedID && !reserved(user) && !claimed[user] {
			free = append(free, user)
		}
	}
	return free, nil
}

// idsOfVault are those that the list of another vault names, in the folder of
// its key.
func idsOfVault(id, key string) ([]string, bool) {
	folder, named := folderOf(key)
	if !named {
		return nil, false
	}
	there := &disk{dir: folder}
	h, err := readHeader(there)
	if err != nil || h.ID != id {
		return nil, false
	}
	if !h.has(KindKeyring) && h.Moving == "" && h.Leaving == "" {
		return nil, true // a file, whose key is in the keyring
	}
	other := &Vault{kind: KindKeyring, files: there, head: h, key: hold([]byte(key))}
	defer other.key.Clear()
	d, err := other.loadIndex(stamps{})
	if err != nil {
		return nil, false
	}
	return idsOf(d.entries), true
}

// write makes it the vault's list. What did not open is kept beside it.
func (r *rebuilder) write(ctx context.Context) error {
	v, d := r.v, r.base
	for _, name := range []string{indexName, recentName} {
		if err := r.keepDamaged(name); err != nil {
			return err
		}
	}
	if _, err := readHeader(v.files); errors.Is(err, ErrDamaged) {
		if err := r.keepDamaged(headerName); err != nil {
			return err
		}
	}
	d.rewrite, d.edited = true, true
	if err := v.save(ctx, d, false); err != nil {
		return err
	}
	r.head.Provider = v.providerOf(ctx, KindKeyring)
	if err := v.writeHeader(r.head); err != nil {
		return err
	}
	r.Accounts = v.Accounts()
	if r.From == "" {
		return nil
	}
	for _, a := range r.Accounts {
		if a.Type == HOTP && !slices.ContainsFunc(r.Counters, func(b Account) bool { return a.ID == b.ID }) {
			r.Counters = append(r.Counters, a)
		}
	}
	return nil
}
