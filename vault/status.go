package vault

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

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
	Err      error // nil when usable or not asked; else a *KeyringError
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

// Inspect says what Open would do with a folder and a kind, and touches
// nothing. Its error is one of asking; what would keep Open from opening the
// vault is in Status.Err.
func Inspect(ctx context.Context, dir string, kind Kind) (Status, error) {
	dir, err := folderPath(dir)
	if err != nil {
		return Status{}, err
	}
	it := newSystemKeyring(0)
	defer it.close()
	s, _ := look(ctx, &disk{dir: dir}, it, dir, kind)
	return s, ctx.Err()
}

func folderPath(dir string) (string, error) {
	if dir == "" {
		return "", errors.New("open vault: no folder was named")
	}
	return filepath.Abs(dir)
}

// look is the choice of the kind, for Inspect and Open.
func look(ctx context.Context, f files, it items, dir string, kind Kind) (Status, header) {
	s := Status{Dir: dir, Kind: kind}
	h, err := readHeader(f)
	if err != nil {
		s.Err = err
		return s, h
	}
	switch kind {
	case KindKeyring, KindFile, KindKeyedFile:
		s.Kind = h.meant(kind)
	case KindAuto:
		s.Kind = h.chosen()
	default:
		s.Err = fmt.Errorf("a vault of the kind %q cannot be opened", kind)
		return s, h
	}
	if s.Kind == KindFile {
		s.Exists = h.has(KindFile)
		s.Err = present(f, s.Exists, s.Kind.parts()...)
		return s, h
	}
	s.Keyring = it.probe(ctx)
	if s.Kind == KindAuto {
		if s.Kind, s.Err = pick(ctx, it, s.Keyring); s.Kind == KindFile || s.Err != nil {
			return s, h
		}
	}
	s.Exists = h.has(s.Kind)
	s.Err = s.Keyring.Err
	if s.Err == nil && h.ID == "" {
		s.Err = lostIndex(ctx, it, dir)
		if made, err := readHeader(f); s.Err != nil && err == nil && made.ID != "" {
			// Another process has made the vault since: its key comes after its header.
			return look(ctx, f, it, dir, kind)
		}
	}
	if s.Err == nil {
		s.Err = present(f, s.Exists, s.Kind.parts()...)
	}
	return s, h
}

// present says which file of a vault that was made cannot be read.
func present(f files, exists bool, names ...string) error {
	if !exists {
		return nil
	}
	for _, name := range names {
		if _, err := readPart(f, name); err != nil {
			return err
		}
	}
	return nil
}

// pick chooses where there is no vault yet: the keyring when it can be used. A
// locked one that holds keys of ours may hold the one of this very folder, so
// it is not passed over.
func pick(ctx context.Context, it items, k KeyringState) (Kind, error) {
	switch k.State {
	case StateUsable:
		return KindKeyring, nil
	case StateLocked:
		users, err := it.users(ctx)
		if err != nil {
			return KindKeyring, err
		}
		for _, u := range users {
			if strings.HasPrefix(u, indexUser("")) {
				return KindKeyring, k.Err
			}
		}
	case StateUnreachable:
		// A provider is there and silent: it may hold a vault whose folder is gone.
		if k.Provider != "" {
			return KindKeyring, k.Err
		}
	}
	return KindFile, nil
}
