package main

import (
	"context"
	"errors"
	"fmt"

	"twofold/vault"
)

// errNotTaken ends the adding of several accounts of which the vault refused some.
var errNotTaken = errors.New("some accounts could not be taken; they are named above")

// addMany takes several accounts into the vault in one change. One that lies in the trash is added beside it, as it
// would be alone. It gives those that were added also when it was broken off.
func (a *app) addMany(ctx context.Context, v *vault.Vault, keys []vault.Key) (added []vault.Account, err error) {
	tell, done := a.progress("Storing accounts")
	steps, err := v.Merge(ctx, keys, tell)
	done()
	refused := false
	for i, s := range steps {
		name := nameOf(s.Account)
		switch s.Fate {
		case vault.FateNew, vault.FateBeside:
			added = append(added, s.Account)
			fmt.Fprintf(a.Err, "Added %s.\n", name)
			if s.Fate == vault.FateBeside {
				fmt.Fprintf(a.Err, "  An account of this name was there with another secret; both are there now.\n")
			}
		case vault.FateTrash:
			if err != nil {
				continue // broken off, and keys may be others than these steps'
			}
			again, failed := a.addOne(ctx, v, keys[i])
			added, err = append(added, again...), failed
			steps[i].Fate = vault.FateNew
		case vault.FateCounter:
			fmt.Fprintf(a.Err, "%s is there already; its counter moved on to %d.\n", name, s.Account.Counter)
		case vault.FateMended:
			fmt.Fprintf(a.Err, "%s is there already; its secret, which was gone, is put back.\n", name)
		case vault.FateRefused:
			refused = true
			fmt.Fprintf(a.Err, "not taken: %s: %s\n", name, printable(s.Reason))
		case vault.FateHere:
			fmt.Fprintf(a.Err, "%s is there already.\n", name)
		}
	}
	if len(steps) > 1 {
		fmt.Fprintln(a.Err, summary(steps))
	}
	switch {
	case err != nil && len(added) > 0:
		fmt.Fprintf(a.Err, "It was broken off; %s stored. Do it again to go on: nothing is added twice.\n", were(len(added)))
		return added, err
	case err == nil && refused:
		return added, errNotTaken
	}
	return added, err
}
