package vault

import (
	"context"
	"strconv"
	"time"
)

// A file can be put back from an older copy, and still opens. So where the
// keyring answers, an item of it remembers the last generation of a vault whose
// secrets are in a file. It is a courtesy: no keyring, no mark.

// seenWait is how long a file vault waits for the keyring.
const seenWait = 400 * time.Millisecond

// seenUser is the item that remembers the last generation of a vault.
func seenUser(id string) string { return "seen-" + id }

func (v *Vault) marks() bool { return v.items != nil && v.kind.stored() == KindFile }

// markSeen remembers a generation that was saved. One that could not be
// remembered is remembered with the next save.
func (v *Vault) markSeen(ctx context.Context, generation uint64) {
	if v.marks() && generation >= v.seen.Load() { // else an older copy is in use, which only accept forgets
		v.remember(ctx, generation)
	}
}

func (v *Vault) remember(ctx context.Context, generation uint64) {
	ctx, cancel := context.WithTimeout(ctx, seenWait)
	defer cancel()
	_ = v.items.set(ctx, seenUser(v.head.ID), strconv.FormatUint(generation, 10))
}

// lookBack compares the vault with what the keyring remembers of it.
func (v *Vault) lookBack(ctx context.Context) {
	if !v.marks() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, seenWait)
	defer cancel()
	text, err := v.items.get(ctx, seenUser(v.head.ID))
	if err != nil {
		return
	}
	if n, err := strconv.ParseUint(text, 10, 64); err == nil {
		v.seen.Store(n)
	}
}

// RolledBack tells whether the file was older, when it was opened, than the
// last one that this computer's keyring knows of: somebody has put back an
// older copy, and later changes are not in it. have and seen count saves.
func (v *Vault) RolledBack() (have, seen uint64, yes bool) {
	have, seen = v.view.Load().head.Generation, v.seen.Load()
	return have, seen, have < seen
}

// accept takes the file as it is for the newest.
func (v *Vault) accept(ctx context.Context) error {
	have := v.view.Load().head.Generation
	if err := v.items.set(ctx, seenUser(v.head.ID), strconv.FormatUint(have, 10)); err != nil {
		return err
	}
	v.seen.Store(have)
	return nil
}
