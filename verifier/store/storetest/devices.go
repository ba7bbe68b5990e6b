package storetest

import (
	"errors"
	"testing"

	"twofold/verifier"
)

func hasDevices(t *testing.T, s Store, want ...verifier.Device) {
	t.Helper()
	view(t, s, func(tx verifier.Tx) error {
		all, err := tx.Devices("u1")
		same(t, all, want)
		for _, d := range want {
			one, err2 := tx.Device(d.Key)
			same(t, one, d)
			err = errors.Join(err, err2)
		}
		return err
	})
}

func devicesRoundTrip(t *testing.T, s Store) {
	addBoth(t, s)
	hasDevices(t, s)
	older, newer, other := device("older"), device("newer"), device("other")
	newer.Created, newer.Revoked, other.UserID = after(1), after(2), "u2"
	update(t, s, func(tx verifier.Tx) error {
		return errors.Join(tx.AddDevice(newer), tx.AddDevice(older), tx.AddDevice(other))
	})
	hasDevices(t, s, newer, older)

	older.Name, older.Used, older.Revoked, older.Expires = "kitchen", after(5), after(6), after(7)
	asked := older // with all that does not change
	asked.ID, asked.UserID, asked.Created = "other id", "u2", after(9)
	update(t, s, func(tx verifier.Tx) error { return tx.SetDevice(asked) })
	hasDevices(t, s, newer, older)
}
