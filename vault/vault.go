package vault

import (
	"context"
	"errors"
	"io"
	"time"
)

// Kind says where a vault keeps its secrets.
type Kind string

// The kinds of vault.
const (
	KindAuto      Kind = ""          // the one that is there, or fits this system
	KindKeyring   Kind = "keyring"   // items of the system's keyring
	KindFile      Kind = "file"      // one file under a passphrase
	KindThrowaway Kind = "throwaway" // memory; see Throwaway, not for Open
)

// Ask tells Options.Passphrase which passphrase is wanted.
type Ask struct {
	New bool   // one for a vault being made, rather than that of the one there is
	Dir string // the vault's folder
}

// Options says which vault to open, and how.
type Options struct {
	// Dir is the vault's folder. It is made, with mode 0700, when the first
	// account is added.
	Dir  string
	Kind Kind
	// Passphrase is called when a file vault is opened or made, never for other
	// kinds. The vault clears the Secret it gets. Nil means there is no way to ask.
	Passphrase func(ctx context.Context, ask Ask) (Secret, error)
	// Now and Rand are the clock and the source of ids and fingerprint keys;
	// nil means time.Now and crypto/rand. Keys of age are always made by crypto/rand.
	Now  func() time.Time
	Rand io.Reader
}

// Vault is an open vault. Its methods may be called by several goroutines.
type Vault struct{}

// State is what a keyring is like.
type State string

// The states of a keyring.
const (
	StateUnknown     State = ""            // it was not asked
	StateUsable      State = "usable"      // there and unlocked
	StateLocked      State = "locked"      // there and locked
	StateAbsent      State = "absent"      // none here
	StateUnreachable State = "unreachable" // one should be here, and does not answer
)

// KeyringState is what was found out about the system's keyring.
type KeyringState struct {
	Provider string // "GNOME Keyring" for one, empty when it could not be told
	State    State
	Err      error // nil when usable or not asked; else ErrLocked, ErrNoKeyring or ErrKeyringUnreachable
}

// Status is what Inspect found.
type Status struct {
	Dir  string
	Kind Kind // the kind that Open would open or make
	// Exists is true when there is a vault of that kind.
	Exists bool
	// Keyring is asked only when the kind depends on it.
	Keyring KeyringState
	// Err is what would keep Open from opening it, as far as that can be told
	// without a passphrase; nil when nothing would.
	Err error
}

// Damaged is an entry that was set aside: kept as it is, and not shown among
// the accounts.
type Damaged struct {
	ID     string // empty when not even that could be read
	Reason string
}

var errUnfinished = errors.New("not there yet")

// Inspect says what Open would do, and touches nothing.
func Inspect(ctx context.Context, dir string, kind Kind) (Status, error) {
	return Status{Dir: dir, Kind: kind}, errUnfinished
}

// Open opens a vault.
func Open(ctx context.Context, o Options) (*Vault, error) { return nil, errUnfinished }

// Throwaway makes a vault in memory.
func Throwaway(o Options) *Vault { return &Vault{} }

// Kind says which kind it is.
func (v *Vault) Kind() Kind { return KindThrowaway }

// Dir is the vault's folder, empty for a throwaway one.
func (v *Vault) Dir() string { return "" }

// Accounts is a snapshot of the accounts that are not in the trash.
func (v *Vault) Accounts() []Account { return nil }

// Trash is a snapshot of the accounts in the trash.
func (v *Vault) Trash() []Account { return nil }

// SetAside names the entries that could not be read.
func (v *Vault) SetAside() []Damaged { return nil }

// Refresh takes in other processes' changes.
func (v *Vault) Refresh(ctx context.Context) (changed bool, err error) { return false, errUnfinished }

// Add adds an account.
func (v *Vault) Add(ctx context.Context, k Key) (Account, error) { return Account{}, errUnfinished }

// Edit changes an account.
func (v *Vault) Edit(ctx context.Context, id string, change func(*Account) error) (Account, error) {
	return Account{}, errUnfinished
}

// Remove puts an account into the trash.
func (v *Vault) Remove(ctx context.Context, id string) error { return errUnfinished }

// Restore takes an account out of the trash.
func (v *Vault) Restore(ctx context.Context, id string) error { return errUnfinished }

// Purge removes an account of the trash for good.
func (v *Vault) Purge(ctx context.Context, id string) error { return errUnfinished }

// Key fetches an account with its secret.
func (v *Vault) Key(ctx context.Context, id string) (Key, error) { return Key{}, errUnfinished }

// Code gives the code of an account.
func (v *Vault) Code(ctx context.Context, id string, at time.Time) (Code, error) {
	return Code{}, errUnfinished
}

// Close forgets the vault's keys.
func (v *Vault) Close() error { return nil }
