// Package store keeps what the verifier knows: in a SQLite file, or in memory
// for as long as the program runs.
//
// Both promise what verifier.Store says, and package storetest holds them to
// it. What the records mean is left to package verifier.
package store

import (
	"context"
	"errors"
	"slices"
	"sync"

	"twofold/verifier"
)

var errReadOnly = errors.New("a view of the store was asked to change it")

// Memory is a store that forgets everything with the program.
type Memory struct {
	mu sync.RWMutex
	memory
}

type memory struct {
	users      map[string]verifier.User
	emails     map[string]string // to user id
	factors    map[string]verifier.Factor
	flows      map[verifier.Digest]verifier.Flow
	challenges map[string]memoryChallenge
	recovery   map[recoveryKey]memoryRecovery
	devices    map[verifier.Digest]verifier.Device
	links      map[verifier.Digest]verifier.Link
	sessions   map[verifier.Digest]verifier.Session
	throttles  map[verifier.Digest]verifier.Guard
	events     []verifier.Event
	seq        int64
}

// NewMemory gives an empty store.
func NewMemory() *Memory {
	return &Memory{memory: memory{
		users:      map[string]verifier.User{},
		emails:     map[string]string{},
		factors:    map[string]verifier.Factor{},
		flows:      map[verifier.Digest]verifier.Flow{},
		challenges: map[string]memoryChallenge{},
		recovery:   map[recoveryKey]memoryRecovery{},
		devices:    map[verifier.Digest]verifier.Device{},
		links:      map[verifier.Digest]verifier.Link{},
		sessions:   map[verifier.Digest]verifier.Session{},
		throttles:  map[verifier.Digest]verifier.Guard{},
	}}
}

// Close does nothing.
func (m *Memory) Close() error { return nil }

// Update runs change alone and undoes it if it fails.
func (m *Memory) Update(ctx context.Context, change func(verifier.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	tx := &memoryTx{m: &m.memory}
	err := guarded(change, tx)
	if err != nil {
		for _, undo := range slices.Backward(tx.undo) {
			undo()
		}
	}
	return err
}

// View runs read while nobody changes anything.
func (m *Memory) View(ctx context.Context, read func(verifier.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	return guarded(read, &memoryTx{m: &m.memory, readOnly: true})
}

// memoryTx changes the maps in place and remembers how to take it back.
type memoryTx struct {
	m        *memory
	undo     []func()
	readOnly bool
}

// put sets or, with nil, deletes one entry.
func put[K comparable, V any](tx *memoryTx, in map[K]V, key K, value *V) error {
	if tx.readOnly {
		return errReadOnly
	}
	old, had := in[key]
	tx.undo = append(tx.undo, func() {
		if had {
			in[key] = old
		} else {
			delete(in, key)
		}
	})
	if value == nil {
		delete(in, key)
	} else {
		in[key] = *value
	}
	return nil
}

// add is put of a new entry of a user.
func add[K comparable, V any](tx *memoryTx, in map[K]V, key K, value V, userID string) error {
	if _, err := find(tx.m.users, userID); err != nil {
		return err
	}
	if _, there := in[key]; there {
		return verifier.ErrTaken
	}
	return put(tx, in, key, &value)
}

// change is put of what edit makes of an entry.
func change[K comparable, V any](tx *memoryTx, in map[K]V, key K, edit func(*V)) error {
	value, err := find(in, key)
	if err != nil {
		return err
	}
	edit(&value)
	return put(tx, in, key, &value)
}

// drop deletes the entries that match.
func drop[K comparable, V any](tx *memoryTx, in map[K]V, match func(V) bool) error {
	if tx.readOnly {
		return errReadOnly
	}
	for key, value := range in {
		if match(value) {
			if err := put(tx, in, key, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

func find[K comparable, V any](in map[K]V, key K) (V, error) {
	v, ok := in[key]
	if !ok {
		return v, verifier.ErrNotFound
	}
	return v, nil
}

// sorted lists the entries that match.
func sorted[K comparable, V any](in map[K]V, match func(V) bool, compare func(a, b V) int) []V {
	var out []V
	for _, value := range in {
		if match(value) {
			out = append(out, value)
		}
	}
	slices.SortFunc(out, compare)
	return out
}
