package vault

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"
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
	// TrashLife is how long a removed account stays restorable; zero means for
	// ever. What is older goes with a later change.
	TrashLife time.Duration
	// Now and Rand are the clock and the source of ids and fingerprint keys;
	// nil means time.Now and crypto/rand. Keys of age are always made by crypto/rand.
	Now  func() time.Time
	Rand io.Reader

	// patience is how long a keyring may take for one answer; zero means
	// probeWait. Tests share few processors with many others.
	patience time.Duration
}

// Damaged is an entry that was set aside: kept as it is, and not shown among
// the accounts.
type Damaged struct {
	ID     string // empty when not even that could be read
	Reason string
}

// Vault is an open vault. Its methods may be called by several goroutines.
type Vault struct {
	kind  Kind
	dir   string
	files files
	items items // nil for a throwaway vault
	ask   func(context.Context, Ask) (Secret, error)
	now   func() time.Time
	rand  io.Reader
	work  int // of scrypt, as a power of two
	most  int // see recentMost

	trashLife time.Duration

	mu   sync.Mutex // over everything below but view, and over every operation
	head header     // zero while there is no vault
	key  Secret     // the identity file of the sealed document
	kept *kept      // of a keyring vault
	// original is the folder that this one is a copy of, else empty.
	original string
	closed   bool

	view atomic.Pointer[view]
	seen atomic.Uint64 // see RolledBack

	edited  atomic.Uint64 // see Edited
	backups backups
}

// Open opens the vault of a folder. Where there is none it gives an empty one,
// and writes nothing until the first account is added.
//
// An explicit kind wins; else it is the kind of the vault that is there; else
// keyring where an unlocked one answers; else file. A vault whose keyring is
// away, locked or missing is an error, never another vault. Errors by name:
// those of errors.go but ErrNotFound, ErrSecretMissing, ErrBusy and ErrClosed.
func Open(ctx context.Context, o Options) (*Vault, error) {
	v, err := unopened(o)
	if err != nil {
		return nil, err
	}
	if err := v.open(ctx, o.Kind); err != nil {
		_ = v.Close()
		return nil, fmt.Errorf("open vault: %w", err)
	}
	return v, nil
}

// unopened is a vault as Open begins with it.
func unopened(o Options) (*Vault, error) {
	dir, err := folderPath(o.Dir)
	if err != nil {
		return nil, err
	}
	v := newVault(o)
	v.dir, v.files, v.items = dir, &disk{dir: dir}, newSystemKeyring(o.patience)
	return v, nil
}

func newVault(o Options) *Vault {
	v := &Vault{ask: o.Passphrase, now: o.Now, rand: o.Rand, work: scryptWork, most: recentMost, trashLife: o.TrashLife}
	if v.now == nil {
		v.now = time.Now
	}
	if v.rand == nil {
		v.rand = rand.Reader
	}
	v.view.Store(emptyView())
	return v
}

// open chooses the kind, reads what is there and finishes what a crash left.
func (v *Vault) open(ctx context.Context, kind Kind) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	s, h := look(ctx, v.files, v.items, v.dir, kind)
	if s.Err != nil {
		return s.Err
	}
	v.kind = s.Kind
	if !s.Exists {
		return nil
	}
	if err := v.unlock(ctx, h); err != nil {
		return err
	}
	d, at, err := v.load()
	if err != nil {
		return err
	}
	v.show(d, at)
	d.forget()
	v.lookBack(ctx)
	if !v.view.Load().pending && h.Leaving == "" && h.Moving == "" {
		return nil
	}
	// Whoever holds the lock may be in the middle of it. What cannot be finished
	// now is not shown, and the next change tries again.
	brief, cancel := context.WithTimeout(ctx, openWait)
	defer cancel()
	if err := v.change(brief, func(*document) error { return nil }); err != nil && ctx.Err() != nil {
		return err
	}
	return nil
}

// openWait is how long opening a vault waits to finish what a crash has left.
const openWait = 2 * time.Second

// unlock finds the key of the sealed document.
func (v *Vault) unlock(ctx context.Context, h header) error {
	var (
		key Secret
		err error
	)
	switch {
	case v.kind.usesKeyring():
		key, err = v.keyFromKeyring(ctx, h)
	case v.kind.usesPassphrase():
		key, err = v.keyFromFile(ctx)
	default:
		key = v.key
	}
	if err != nil {
		return err
	}
	v.head, v.key = h, key
	return nil
}

func (v *Vault) keyFromKeyring(ctx context.Context, h header) (Secret, error) {
	text, err := v.items.get(ctx, indexUser(h.ID))
	if errors.Is(err, errItemAbsent) {
		return Secret{}, v.notAtHome(ctx, h)
	}
	if err != nil {
		return Secret{}, err
	}
	v.original = v.originalOf(h, text)
	key := hold([]byte(text))
	_, err = readIdentity(key)
	return key, err
}

func (v *Vault) keyFromFile(ctx context.Context) (Secret, error) {
	sealed, err := readPart(v.files, identityName)
	if err != nil {
		return Secret{}, err
	}
	passphrase, err := v.askPassphrase(ctx, false)
	if err != nil {
		return Secret{}, err
	}
	defer passphrase.Clear()
	key, err := unsealIdentity(sealed, passphrase)
	if err != nil {
		return Secret{}, err
	}
	_, err = readIdentity(key)
	return key, err
}

func (v *Vault) askPassphrase(ctx context.Context, fresh bool) (Secret, error) {
	if v.ask == nil {
		return Secret{}, ErrPassphraseNeeded
	}
	p, err := v.ask(ctx, Ask{New: fresh, Dir: v.dir})
	if err != nil {
		return Secret{}, err
	}
	if p.Len() == 0 {
		return Secret{}, fmt.Errorf("%w: the one given is empty", ErrPassphraseNeeded)
	}
	return p, nil
}

// Kind says which kind it is; never KindAuto.
func (v *Vault) Kind() Kind { return v.kind }

// Dir is the vault's folder as an absolute path, empty for a throwaway one.
func (v *Vault) Dir() string { return v.dir }

// Accounts is a snapshot of the accounts that are not in the trash, in the
// order of adding. It does no I/O and holds no secret.
func (v *Vault) Accounts() []Account { return cloneAll(v.view.Load().sorted().accounts) }

// Trash is a snapshot of the accounts that were removed and not yet purged.
func (v *Vault) Trash() []Account { return cloneAll(v.view.Load().sorted().trash) }

// SetAside names the entries that could not be read. They stay in the vault as
// they are.
func (v *Vault) SetAside() []Damaged {
	return append([]Damaged(nil), v.view.Load().sorted().aside...)
}

func cloneAll(in []Account) []Account {
	out := make([]Account, len(in))
	for i, a := range in {
		out[i] = a.clone()
	}
	return out
}

// Close forgets the vault's keys; later calls that need them give ErrClosed.
// It overwrites the key bytes it holds. It does not reach copies that parsing
// and the libraries made on the way, which stay until their memory is used again.
func (v *Vault) Close() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.closed {
		return nil
	}
	v.closed, v.kept = true, nil
	v.key.Clear()
	if v.items != nil {
		v.items.close()
	}
	return nil
}
