package vault

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

// How long a keyring may take. Together they keep the word of two seconds for
// whatever is not a write: one question that is never answered, or several that
// are answered slowly.
const (
	probeWait   = 1500 * time.Millisecond // for the answer to one question
	totalWait   = 1800 * time.Millisecond // for all the questions of one call
	eachWait    = 10 * time.Millisecond   // more for each of many items
	itemWait    = 5 * time.Second         // for a write; a keyring of 1000 rewrites itself in 20 ms
	promptWait  = 2 * time.Minute         // for a person who was told to look for a window
	consentWait = 30 * time.Second        // for one before whom a window opened
)

// What is taken from a keyring in one go.
const (
	maxItem  = 64 << 10 // bytes of a value; ours have 10 KiB at most
	maxItems = 20_000   // under our service
)

var (
	errItemAbsent = errors.New("the keyring has no such item")
	errCannotList = errors.New("the items of this keyring cannot be listed")
	errTooMany    = errors.New("the keyring holds more items of this program than it ever writes")
)

// indexUser is the item that holds the key of a vault's index.
func indexUser(id string) string { return "index-" + id }

// folderComment is the line of that item which names the vault's folder.
const folderComment = "folder: "

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
	folder, named := folderOf(text)
	return named && samePlace(folder, dir), nil
}

// folderOf is the folder that a key names as its own.
func folderOf(key string) (folder string, named bool) {
	for line := range strings.Lines(key) {
		if folder, named = strings.CutPrefix(strings.TrimRight(line, "\r\n"), "# "+folderComment); named {
			return folder, true
		}
	}
	return "", false
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
