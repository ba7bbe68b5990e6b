package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"twofold/verifier"
	"twofold/verifier/store"
)

// ErrKeyMissing means that a store is there and the key that opens its secrets
// is not. A new key would leave every factor in it dead, so none is made.
var ErrKeyMissing = errors.New("the store is there, but the key that opens its secrets is missing")

// ErrUnknownStore means that the store is named by a scheme that is not served.
var ErrUnknownStore = errors.New("unknown kind of store")

// ErrUnsafeKey means that others may read the key.
var ErrUnsafeKey = errors.New("the key can be read by others")

// keyName is the key's file, beside the store.
const keyName = "key"

type closingStore interface {
	verifier.Store
	io.Closer
}

// openData opens the store at path and the key beside it; both are made where
// neither is there. ":memory:" and its key last as long as the program.
func openData(path string, rand io.Reader) (closingStore, verifier.Secret, error) {
	if path == "" {
		return nil, verifier.Secret{}, errors.New("open store: no path")
	}
	if path == ":memory:" {
		key, err := newKey(rand)
		return store.NewMemory(), key, err
	}
	if scheme, _, ok := strings.Cut(path, "://"); ok {
		return nil, verifier.Secret{}, fmt.Errorf("%w %q; name a file or :memory: instead", ErrUnknownStore, scheme)
	}
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, verifier.Secret{}, fmt.Errorf("make data folder: %w", err)
	}
	key, err := keyBeside(path, filepath.Join(folder, keyName), rand)
	if err != nil {
		return nil, verifier.Secret{}, err
	}
	kept, err := store.OpenSQLite(context.Background(), path)
	return kept, key, err
}

func newKey(rand io.Reader) (verifier.Secret, error) {
	raw := make([]byte, verifier.KeySize)
	if _, err := io.ReadFull(rand, raw); err != nil {
		return verifier.Secret{}, fmt.Errorf("make key: %w", err)
	}
	return verifier.NewSecret(raw), nil
}

func keyBeside(storePath, keyPath string, rand io.Reader) (verifier.Secret, error) {
	key, err := readKey(keyPath)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if info, err := os.Stat(storePath); err == nil && info.Size() > 0 {
		// Another process may be between making the key and the store, but
		// never the other way round.
		if key, err := readKey(keyPath); err == nil {
			return key, nil
		}
		return verifier.Secret{}, fmt.Errorf("%w: put %s back, or move %s away to start anew", ErrKeyMissing, keyPath, storePath)
	}
	key, err = newKey(rand)
	if err != nil {
		return verifier.Secret{}, err
	}
	err = writeSecret(keyPath, key.Reveal(), keep)
	if errors.Is(err, fs.ErrExist) { // another process was quicker
		return readKey(keyPath)
	}
	if err != nil {
		return verifier.Secret{}, fmt.Errorf("write key: %w", err)
	}
	return key, nil
}

func readKey(path string) (verifier.Secret, error) {
	info, err := os.Stat(path)
	if err != nil {
		return verifier.Secret{}, fmt.Errorf("read key: %w", err)
	}
	if unsafeMode(info) {
		return verifier.Secret{}, fmt.Errorf("%w: %s has mode %04o; chmod 600 it", ErrUnsafeKey, path, info.Mode().Perm())
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return verifier.Secret{}, fmt.Errorf("read key: %w", err)
	}
	defer clear(raw)
	if len(raw) != verifier.KeySize {
		return verifier.Secret{}, fmt.Errorf("read key: %s has %d bytes, a key has %d", path, len(raw), verifier.KeySize)
	}
	return verifier.NewSecret(raw), nil
}

// What writeSecret does with a file that is there.
const (
	keep    = false // fs.ErrExist
	replace = true
)

// writeSecret writes a file that its owner alone can read: beside it, synced,
// and then by its name, so that nobody ever reads half of it.
func writeSecret(path string, text []byte, over bool) (err error) {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*") // 0600
	if err != nil {
		return err
	}
	defer func() {
		if gone := os.Remove(file.Name()); !errors.Is(gone, fs.ErrNotExist) {
			err = errors.Join(err, gone)
		}
	}()
	_, err = file.Write(text)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	if over {
		err = os.Rename(file.Name(), path)
	} else {
		err = os.Link(file.Name(), path)
	}
	if err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}
