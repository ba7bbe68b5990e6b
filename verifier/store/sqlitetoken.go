package store

import (
	"errors"
	"time"

	"twofold/verifier"
)

func (tx *sqliteTx) SetRecovery(userID string, codes []verifier.Digest) error {
	if err := tx.has("SELECT 1 FROM users WHERE id = ?", userID); err != nil {
		return err
	}
	if err := tx.exec("DELETE FROM recovery WHERE user_id = ?", userID); err != nil {
		return err
	}
	for _, code := range codes {
		err := tx.exec("INSERT INTO recovery (user_id, code, spent) VALUES (?, ?, 0) ON CONFLICT DO NOTHING", userID, code[:])
		if err != nil {
			return err
		}
	}
	return nil
}

func (tx *sqliteTx) SpendRecovery(userID string, code verifier.Digest, at time.Time) (found, won bool, err error) {
	won, err = tx.spend(at, "UPDATE recovery SET spent = ? WHERE user_id = ? AND code = ? AND spent = 0",
		"SELECT 1 FROM recovery WHERE user_id = ? AND code = ?", userID, code[:])
	if errors.Is(err, verifier.ErrNotFound) {
		return false, false, nil
	}
	return err == nil, won, err
}

func (tx *sqliteTx) RecoveryLeft(userID string) (int, error) {
	var left int
	err := tx.row([]any{&left}, "SELECT count(*) FROM recovery WHERE user_id = ? AND spent = 0", userID)
	return left, err
}

func (tx *sqliteTx) AddDevice(d verifier.Device) error {
	return tx.add(d.UserID, `INSERT INTO devices (key, id, user_id, name, created, expires, used, revoked)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, d.Key[:], d.ID, d.UserID, d.Name,
		micros(d.Created), micros(d.Expires), micros(d.Used), micros(d.Revoked))
}

const deviceColumns = `SELECT key, id, user_id, name, created, expires, used, revoked FROM devices `

func readDevice(scan func(...any) error) (verifier.Device, error) {
	var d verifier.Device
	var key []byte
	var created, expires, used, revoked int64
	err := scan(&key, &d.ID, &d.UserID, &d.Name, &created, &expires, &used, &revoked)
	d.Key = digest(key)
	d.Created, d.Expires, d.Used, d.Revoked = instant(created), instant(expires), instant(used), instant(revoked)
	return d, err
}

func (tx *sqliteTx) Device(key verifier.Digest) (verifier.Device, error) {
	return first(tx, readDevice, deviceColumns+"WHERE key = ?", key[:])
}

func (tx *sqliteTx) Devices(userID string) ([]verifier.Device, error) {
	return list(tx, readDevice, deviceColumns+"WHERE user_id = ? ORDER BY created DESC, id DESC", userID)
}

func (tx *sqliteTx) SetDevice(d verifier.Device) error {
	return tx.one("UPDATE devices SET name = ?, used = ?, revoked = ?, expires = ? WHERE key = ?",
		d.Name, micros(d.Used), micros(d.Revoked), micros(d.Expires), d.Key[:])
}

func (tx *sqliteTx) AddLink(l verifier.Link) error {
	return tx.add(l.UserID, "INSERT INTO links (key, kind, user_id, created, expires, spent) VALUES (?, ?, ?, ?, ?, ?)",
		l.Key[:], string(l.Kind), l.UserID, micros(l.Created), micros(l.Expires), micros(l.Used))
}

func (tx *sqliteTx) Link(key verifier.Digest) (verifier.Link, error) {
	l := verifier.Link{Key: key}
	var kind string
	var created, expires, spent int64
	err := tx.row([]any{&kind, &l.UserID, &created, &expires, &spent},
		"SELECT kind, user_id, created, expires, spent FROM links WHERE key = ?", key[:])
	l.Kind, l.Created, l.Expires, l.Used = verifier.LinkKind(kind), instant(created), instant(expires), instant(spent)
	return l, err
}

func (tx *sqliteTx) SpendLink(key verifier.Digest, at time.Time) (bool, error) {
	return tx.spend(at, "UPDATE links SET spent = ? WHERE key = ? AND spent = 0", "SELECT 1 FROM links WHERE key = ?", key[:])
}

func (tx *sqliteTx) EndLinks(userID string) error {
	return tx.exec("DELETE FROM links WHERE user_id = ?", userID)
}

func (tx *sqliteTx) AddSession(s verifier.Session) error {
	return tx.add(s.UserID, "INSERT INTO sessions (key, user_id, device, created, expires) VALUES (?, ?, ?, ?, ?)",
		s.Key[:], s.UserID, s.Device, micros(s.Created), micros(s.Expires))
}

const sessionColumns = "SELECT key, user_id, device, created, expires FROM sessions "

func readSession(scan func(...any) error) (verifier.Session, error) {
	var s verifier.Session
	var key []byte
	var created, expires int64
	err := scan(&key, &s.UserID, &s.Device, &created, &expires)
	s.Key, s.Created, s.Expires = digest(key), instant(created), instant(expires)
	return s, err
}

func (tx *sqliteTx) Session(key verifier.Digest) (verifier.Session, error) {
	return first(tx, readSession, sessionColumns+"WHERE key = ?", key[:])
}

func (tx *sqliteTx) Sessions(userID string) ([]verifier.Session, error) {
	return list(tx, readSession, sessionColumns+"WHERE user_id = ? ORDER BY created DESC, key DESC", userID)
}

func (tx *sqliteTx) EndSession(key verifier.Digest) error {
	return tx.exec("DELETE FROM sessions WHERE key = ?", key[:])
}

func (tx *sqliteTx) EndSessions(userID string) error {
	return tx.exec("DELETE FROM sessions WHERE user_id = ?", userID)
}
