package vault

import "context"

// The two seams below are all that the kinds of vault differ in underneath, and
// where tests put their faults.

// files is the folder of a vault.
type files interface {
	// read gives a whole file; fs.ErrNotExist when there is none.
	read(name string) ([]byte, error)
	// stamp tells, without reading it, whether a file may be another than before;
	// the zero stamp when there is none.
	stamp(name string) (stamp, error)
	// remove removes a file for good: durable when it returns nil, no error when
	// it is not there.
	remove(name string) error
	// write replaces a file: durable when it returns nil, untouched when check
	// or anything before the last step fails. check sees the bytes as they read
	// back. With rotate the old content stays as the newest generation.
	write(name string, data []byte, rotate bool, check func([]byte) error) error
	// lock keeps other processes from changing the vault until unlock is called.
	lock(ctx context.Context) (unlock func(), err error)
}

// stamp differs between two contents of a file.
type stamp struct {
	id, size, changed int64
}

// items are the entries of a keyring under the service "twofold".
type items interface {
	// probe says what the keyring is like; one that does not answer for two
	// seconds is unreachable.
	probe(ctx context.Context) KeyringState
	// get gives errItemAbsent only when an unlocked keyring has no such item.
	get(ctx context.Context, user string) (string, error)
	// getMany gives those of the items that are there; an absent one is not in
	// the map. It gives an error, and no map, when it cannot tell.
	getMany(ctx context.Context, users []string) (map[string]string, error)
	// all gives every item with its value; errCannotList where the system has
	// no way to, ErrLocked when it could not read each.
	all(ctx context.Context) (map[string]string, error)
	set(ctx context.Context, user, value string) error
	// remove gives no error when the item is not there.
	remove(ctx context.Context, user string) error
	// users lists the items, also of a locked keyring; errCannotList where the
	// system has no way to.
	users(ctx context.Context) ([]string, error)
	close()
}

// Names in the folder of a vault.
const (
	headerName   = "vault.json"
	indexName    = "index.age"
	recentName   = "recent.age"
	accountsName = "accounts.age"
	identityName = "identity.age"
	identityCopy = "identity.age.1" // the same, for doctor to put back
	lockName     = "vault.lock"

	generations = 3         // old copies kept, as NAME.1 (the newest) and so on
	maxFile     = 64 << 20  // bytes of any file of a vault
	service     = "twofold" // of all keyring items
)
