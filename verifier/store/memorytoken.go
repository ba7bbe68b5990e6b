package store

import (
	"bytes"
	"cmp"
	"time"

	"twofold/verifier"
)

// recoveryKey tells recovery codes apart: two users may have the same.
type recoveryKey struct {
	userID string
	code   verifier.Digest
}

type memoryRecovery struct {
	userID string
	spent  time.Time
}

func (tx *memoryTx) SetRecovery(userID string, codes []verifier.Digest) error {
	if _, err := find(tx.m.users, userID); err != nil {
		return err
	}
	if err := drop(tx, tx.m.recovery, func(r memoryRecovery) bool { return r.userID == userID }); err != nil {
		return err
	}
	for _, code := range codes {
		if err := put(tx, tx.m.recovery, recoveryKey{userID, code}, &memoryRecovery{userID: userID}); err != nil {
			return err
		}
	}
	return nil
}

func (tx *memoryTx) SpendRecovery(userID string, code verifier.Digest, at time.Time) (found, won bool, err error) {
	key := recoveryKey{userID, code}
	r, found := tx.m.recovery[key]
	if !found || !r.spent.IsZero() {
		return found, false, nil
	}
	if _, err := mark(at); err != nil {
		return false, false, err
	}
	r.spent = at
	err = put(tx, tx.m.recovery, key, &r)
	return true, err == nil, err
}

func (tx *memoryTx) RecoveryLeft(userID string) (int, error) {
	left := 0
	for _, r := range tx.m.recovery {
		if r.userID == userID && r.spent.IsZero() {
			left++
		}
	}
	return left, nil
}

func (tx *memoryTx) AddDevice(d verifier.Device) error {
	for _, other := range tx.m.devices {
		if other.ID == d.ID {
			return verifier.ErrTaken
		}
	}
	return add(tx, tx.m.devices, d.Key, d, d.UserID)
}

func (tx *memoryTx) Device(key verifier.Digest) (verifier.Device, error) {
	return find(tx.m.devices, key)
}

func (tx *memoryTx) Devices(userID string) ([]verifier.Device, error) {
	return sorted(tx.m.devices, func(d verifier.Device) bool { return d.UserID == userID },
		func(a, b verifier.Device) int { return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(b.ID, a.ID)) }), nil
}

func (tx *memoryTx) SetDevice(d verifier.Device) error {
	return change(tx, tx.m.devices, d.Key, func(kept *verifier.Device) {
		kept.Name, kept.Used, kept.Revoked, kept.Expires = d.Name, d.Used, d.Revoked, d.Expires
	})
}

func (tx *memoryTx) AddLink(l verifier.Link) error { return add(tx, tx.m.links, l.Key, l, l.UserID) }

func (tx *memoryTx) Link(key verifier.Digest) (verifier.Link, error) { return find(tx.m.links, key) }

func (tx *memoryTx) SpendLink(key verifier.Digest, at time.Time) (bool, error) {
	l, err := find(tx.m.links, key)
	if err != nil || !l.Used.IsZero() {
		return false, err
	}
	if _, err := mark(at); err != nil {
		return false, err
	}
	l.Used = at
	return true, put(tx, tx.m.links, key, &l)
}

func (tx *memoryTx) EndLinks(userID string) error {
	return drop(tx, tx.m.links, func(l verifier.Link) bool { return l.UserID == userID })
}

func (tx *memoryTx) AddSession(s verifier.Session) error {
	return add(tx, tx.m.sessions, s.Key, s, s.UserID)
}

func (tx *memoryTx) Session(key verifier.Digest) (verifier.Session, error) {
	return find(tx.m.sessions, key)
}

func (tx *memoryTx) Sessions(userID string) ([]verifier.Session, error) {
	return sorted(tx.m.sessions, func(s verifier.Session) bool { return s.UserID == userID },
		func(a, b verifier.Session) int {
			return cmp.Or(b.Created.Compare(a.Created), bytes.Compare(b.Key[:], a.Key[:]))
		}), nil
}

func (tx *memoryTx) EndSession(key verifier.Digest) error {
	return put(tx, tx.m.sessions, key, nil)
}

func (tx *memoryTx) EndSessions(userID string) error {
	return drop(tx, tx.m.sessions, func(s verifier.Session) bool { return s.UserID == userID })
}
