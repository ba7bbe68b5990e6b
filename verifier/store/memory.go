// Package store keeps what the verifier knows: in a SQLite file, or in memory
// for as long as the program runs.
//
// Both promise what verifier.Store says, and package storetest holds them to
// it. What the records mean is left to package verifier.
package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"twofold/verifier"
)

var errReadOnly = errors.New("a view of the store was asked to change it")

// Memory is a store that forgets everything with the program.
type Memory struct {
	mu sync.RWMutex
	memory
}

type memory struct {
	users     map[string]verifier.User
	emails    map[string]string // to user id
	factors   map[string]verifier.Factor
	flows     map[verifier.Digest]verifier.Flow
	sessions  map[verifier.Digest]verifier.Session
	throttles map[verifier.Digest]verifier.Guard
	events    []verifier.Event
	seq       int64
}

// NewMemory gives an empty store.
func NewMemory() *Memory {
	return &Memory{memory: memory{
		users:     map[string]verifier.User{},
		emails:    map[string]string{},
		factors:   map[string]verifier.Factor{},
		flows:     map[verifier.Digest]verifier.Flow{},
		sessions:  map[verifier.Digest]verifier.Session{},
		throttles: map[verifier.Digest]verifier.Guard{},
	}}
}

// Close does nothing.
func (m *Memory) Close() error { return nil }

// Update runs change alone and undoes it if it fails.
func (m *Memory) Update(ctx context.Context, change func(verifier.Tx) error) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	tx := &memoryTx{m: &m.memory}
	defer func() {
		caught := recover()
		if caught != nil {
			err = fmt.Errorf("update store: panic: %v", caught)
		}
		if err != nil {
			for _, undo := range slices.Backward(tx.undo) {
				undo()
			}
		}
	}()
	return change(tx)
}

// View runs read while nobody changes anything.
func (m *Memory) View(ctx context.Context, read func(verifier.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	return read(&memoryTx{m: &m.memory, readOnly: true})
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

func find[K comparable, V any](in map[K]V, key K) (V, error) {
	v, ok := in[key]
	if !ok {
		return v, verifier.ErrNotFound
	}
	return v, nil
}

func (tx *memoryTx) AddUser(u verifier.User) error {
	if _, taken := tx.m.emails[u.Email]; taken {
		return verifier.ErrTaken
	}
	u.Factors = nil
	if err := put(tx, tx.m.emails, u.Email, &u.ID); err != nil {
		return err
	}
	return put(tx, tx.m.users, u.ID, &u)
}

func (tx *memoryTx) User(id string) (verifier.User, error) {
	u, err := find(tx.m.users, id)
	if err != nil {
		return u, err
	}
	for _, f := range tx.m.factors {
		if f.UserID == id {
			f.Sealed, f.Spent = slices.Clone(f.Sealed), slices.Clone(f.Spent)
			u.Factors = append(u.Factors, f)
		}
	}
	slices.SortFunc(u.Factors, func(a, b verifier.Factor) int {
		return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
	})
	return u, nil
}

func (tx *memoryTx) UserByEmail(email string) (verifier.User, error) {
	id, err := find(tx.m.emails, email)
	if err != nil {
		return verifier.User{}, err
	}
	return tx.User(id)
}

func (tx *memoryTx) Users() ([]verifier.User, error) {
	var users []verifier.User
	for id := range tx.m.users {
		u, err := tx.User(id)
		if err != nil {
			return nil, err
		}
		users = append(users, u)
	}
	slices.SortFunc(users, func(a, b verifier.User) int {
		return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
	})
	return users, nil
}

func (tx *memoryTx) SetPassword(userID string, hash verifier.Secret) error {
	u, err := find(tx.m.users, userID)
	if err != nil {
		return err
	}
	u.Password = hash
	return put(tx, tx.m.users, userID, &u)
}

func (tx *memoryTx) SetGuard(userID string, g verifier.Guard) error {
	u, err := find(tx.m.users, userID)
	if err != nil {
		return err
	}
	u.Guard = g
	return put(tx, tx.m.users, userID, &u)
}

func (tx *memoryTx) AddFactor(f verifier.Factor) error {
	if _, err := find(tx.m.users, f.UserID); err != nil {
		return err
	}
	if _, there := tx.m.factors[f.ID]; there {
		return verifier.ErrTaken
	}
	return put(tx, tx.m.factors, f.ID, &f)
}

func (tx *memoryTx) RenameFactor(id, name string) error {
	f, err := find(tx.m.factors, id)
	if err != nil {
		return err
	}
	f.Name = name
	return put(tx, tx.m.factors, id, &f)
}

func (tx *memoryTx) ConfirmFactor(id string, at time.Time) error {
	f, err := find(tx.m.factors, id)
	if err != nil {
		return err
	}
	f.Confirmed = at
	return put(tx, tx.m.factors, id, &f)
}

func (tx *memoryTx) DeleteFactor(id string) error { return put(tx, tx.m.factors, id, nil) }

func (tx *memoryTx) Spend(id string, step verifier.TimeStep) (bool, error) {
	f, err := find(tx.m.factors, id)
	if err != nil {
		return false, err
	}
	if step <= f.LastStep {
		return false, nil
	}
	f.LastStep = step
	f.Spent = append([]verifier.TimeStep{step}, f.Spent[:min(len(f.Spent), verifier.SpentKept-1)]...)
	return true, put(tx, tx.m.factors, id, &f)
}

func (tx *memoryTx) AddFlow(f verifier.Flow) error { return put(tx, tx.m.flows, f.Key, &f) }

func (tx *memoryTx) Flow(key verifier.Digest) (verifier.Flow, error) { return find(tx.m.flows, key) }

func (tx *memoryTx) SetFlow(f verifier.Flow) error {
	if _, err := find(tx.m.flows, f.Key); err != nil {
		return err
	}
	return put(tx, tx.m.flows, f.Key, &f)
}

func (tx *memoryTx) EndFlows(userID string) error {
	for key, f := range tx.m.flows {
		if f.UserID == userID {
			if err := put(tx, tx.m.flows, key, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

func (tx *memoryTx) Sweep(before time.Time) error {
	for key, flow := range tx.m.flows {
		if !flow.Expires.Before(before) {
			continue
		}
		if f, ok := tx.m.factors[flow.Factor]; ok && f.Pending() {
			if err := put(tx, tx.m.factors, f.ID, nil); err != nil {
				return err
			}
		}
		if err := put(tx, tx.m.flows, key, nil); err != nil {
			return err
		}
	}
	for key, s := range tx.m.sessions {
		if s.Expires.Before(before) {
			if err := put(tx, tx.m.sessions, key, nil); err != nil {
				return err
			}
		}
	}
	for key, g := range tx.m.throttles {
		if g.LastFailure.Before(before) {
			if err := put(tx, tx.m.throttles, key, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

func (tx *memoryTx) AddSession(s verifier.Session) error { return put(tx, tx.m.sessions, s.Key, &s) }

func (tx *memoryTx) Session(key verifier.Digest) (verifier.Session, error) {
	return find(tx.m.sessions, key)
}

func (tx *memoryTx) EndSession(key verifier.Digest) error {
	return put(tx, tx.m.sessions, key, nil)
}

func (tx *memoryTx) EndSessions(userID string) error {
	for key, s := range tx.m.sessions {
		if s.UserID == userID {
			if err := put(tx, tx.m.sessions, key, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

func (tx *memoryTx) Throttle(key verifier.Digest) (verifier.Guard, error) {
	return tx.m.throttles[key], nil
}

func (tx *memoryTx) SetThrottle(key verifier.Digest, g verifier.Guard) error {
	if g == (verifier.Guard{}) {
		return put(tx, tx.m.throttles, key, nil)
	}
	return put(tx, tx.m.throttles, key, &g)
}

func (tx *memoryTx) AddEvent(e verifier.Event) (int64, error) {
	if tx.readOnly {
		return 0, errReadOnly
	}
	events, seq := tx.m.events, tx.m.seq
	tx.undo = append(tx.undo, func() { tx.m.events, tx.m.seq = events, seq })
	tx.m.seq++
	e.Seq = tx.m.seq
	if len(events) >= verifier.EventsKept {
		events = events[len(events)-verifier.EventsKept+1:]
	}
	tx.m.events = append(events, e)
	return e.Seq, nil
}

func (tx *memoryTx) Events(after int64, limit int) ([]verifier.Event, error) {
	at, _ := slices.BinarySearchFunc(tx.m.events, after+1, func(e verifier.Event, seq int64) int {
		return cmp.Compare(e.Seq, seq)
	})
	rest := tx.m.events[at:]
	return slices.Clone(rest[:min(limit, len(rest))]), nil
}

func (tx *memoryTx) LastEvent() (int64, error) { return tx.m.seq, nil }
