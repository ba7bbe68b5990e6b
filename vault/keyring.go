package vault

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	gokeyring "github.com/zalando/go-keyring"
)

const (
	probeWait = 2 * time.Second // for the answer to one question
	itemWait  = 5 * time.Second // for one item; a keyring of 1000 rewrites itself in 20 ms
)

var (
	errItemAbsent = errors.New("the keyring has no such item")
	errCannotList = errors.New("the items of this keyring cannot be listed")
)

// indexUser is the item that holds the key of a vault's index.
func indexUser(id string) string { return "index-" + id }

// folderComment is the line of that item which names the vault's folder.
const folderComment = "folder: "

// systemKeyring is the keyring of the operating system, through go-keyring.
type systemKeyring struct {
	asker // finds out what the keyring is like; one a system
}

func newSystemKeyring(patience time.Duration) *systemKeyring {
	return &systemKeyring{asker{wait: max(patience, probeWait)}}
}

func (s *systemKeyring) get(ctx context.Context, user string) (string, error) {
	return s.run(ctx, "read an item", func() (string, error) { return gokeyring.Get(service, user) })
}

func (s *systemKeyring) getMany(ctx context.Context, users []string) (map[string]string, error) {
	return loopGet(ctx, users, s.get)
}

func (s *systemKeyring) set(ctx context.Context, user, value string) error {
	_, err := s.run(ctx, "write an item", func() (string, error) { return "", gokeyring.Set(service, user, value) })
	return err
}

func (s *systemKeyring) remove(ctx context.Context, user string) error {
	_, err := s.run(ctx, "remove an item", func() (string, error) { return "", gokeyring.Delete(service, user) })
	if errors.Is(err, errItemAbsent) {
		return nil
	}
	return err
}

// run makes one call of go-keyring, after asking whether there is a keyring and
// whether it is unlocked: go-keyring would start a bus where there is none, and
// wait for a person where it is locked.
//
// go-keyring knows no deadline. When ours passes, its goroutine is left behind
// until the keyring answers, and a write may still take place then.
func (s *systemKeyring) run(ctx context.Context, doing string, call func() (string, error)) (string, error) {
	if state := s.probe(ctx); state.Err != nil {
		return "", state.Err
	}
	type answer struct {
		value string
		err   error
	}
	ctx, cancel := context.WithTimeout(ctx, max(itemWait, s.wait))
	defer cancel()
	done := make(chan answer, 1)
	go func() {
		value, err := call()
		done <- answer{value, err}
	}()
	select {
	case a := <-done:
		return a.value, s.explain(ctx, doing, a.err)
	case <-ctx.Done():
		return "", fmt.Errorf("%w: %s: %w", ErrKeyringUnreachable, doing, ctx.Err())
	}
}

// explain gives an error of go-keyring one of our names.
func (s *systemKeyring) explain(ctx context.Context, doing string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, gokeyring.ErrNotFound):
		return errItemAbsent
	case errors.Is(err, gokeyring.ErrSetDataTooBig):
		return fmt.Errorf("%s: the account is too long for this system's keyring", doing)
	case errors.Is(err, gokeyring.ErrUnsupportedPlatform):
		return ErrNoKeyring
	}
	// It may have been locked or stopped since we asked.
	if state := s.probe(ctx); state.Err != nil {
		return state.Err
	}
	return fmt.Errorf("%w: %s: %w", ErrKeyringUnreachable, doing, err)
}

// lostIndex looks for the key of an index that lived in this folder. It is
// asked only where the folder has no vault.json.
func lostIndex(ctx context.Context, it items, dir string) error {
	users, err := it.users(ctx)
	if errors.Is(err, errCannotList) {
		return nil // this system cannot tell
	}
	if err != nil {
		return err
	}
	for _, user := range users {
		id, isIndex := strings.CutPrefix(user, indexUser(""))
		if !isIndex {
			continue
		}
		here, err := keyIsOf(ctx, it, user, dir)
		if err != nil {
			return err
		}
		if here {
			return fmt.Errorf("%w: the keyring holds the key of vault %s, whose index was in %s", ErrIndexMissing, id, dir)
		}
	}
	return nil
}

// keyIsOf tells whether a key names a folder as its own.
func keyIsOf(ctx context.Context, it items, user, dir string) (bool, error) {
	text, err := it.get(ctx, user)
	if errors.Is(err, errItemAbsent) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	for line := range strings.Lines(text) {
		folder, ok := strings.CutPrefix(strings.TrimRight(line, "\r\n"), "# "+folderComment)
		if ok && samePlace(folder, dir) {
			return true, nil
		}
	}
	return false, nil
}

// samePlace compares a folder as an index key names it with the one that is
// asked for, which may be reached over other symbolic links now.
func samePlace(named, dir string) bool {
	return named == strings.Map(oneLine, dir) || resolved(named) == resolved(dir)
}

// resolved follows the symbolic links in a path as far as it is there: the
// vault's own folder may be gone.
func resolved(dir string) string {
	if at, err := filepath.EvalSymlinks(dir); err == nil {
		return at
	}
	if up := filepath.Dir(dir); up != dir {
		return filepath.Join(resolved(up), filepath.Base(dir))
	}
	return dir
}
