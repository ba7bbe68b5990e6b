package verifier

import (
	"context"
	"errors"
	"time"
)

// Device is a browser or program that its owner trusts to go without the second
// step for a while.
type Device struct {
	Key     Digest // of the token, which only the device has
	ID      string
	UserID  string
	Name    string // what it said of itself, for its owner to know it by
	Created time.Time
	Expires time.Time
	Used    time.Time // when it last spared a second step
	Revoked time.Time // when its trust was taken back; zero: it stands
}

// recognize lets a flow begin on a device that its user trusts. What is wrong
// with a device is no refusal: the second step is asked, as on any other.
func (s *Service) recognize(w *work, v *visit, token Secret) error {
	if token.IsZero() {
		return nil
	}
	e := Event{Type: EventDevice, User: v.user.Email}
	device, refusal, err := s.trusted(w, v.user.ID, token, w.now)
	switch {
	case err != nil:
		return err
	case refusal != nil:
		return w.refuse(e, refusal)
	}
	device.Used = w.now
	if err := w.SetDevice(device); err != nil {
		return err
	}
	v.flow.Device = device.ID
	return w.record(e)
}

// trusted gives the device of a token, or says why it spares its user nothing.
func (s *Service) trusted(tx Tx, userID string, token Secret, now time.Time) (Device, *Refusal, error) {
	device, err := tx.Device(DigestOf(token))
	switch {
	case errors.Is(err, ErrNotFound) || err == nil && device.UserID != userID:
		return Device{}, &Refusal{Cause: CauseDeviceUnknown}, nil
	case err != nil:
		return Device{}, nil, err
	case !device.Revoked.IsZero():
		return Device{}, &Refusal{Cause: CauseDeviceTrustRevoked}, nil
	case !now.Before(device.Expires) || !s.trustsDevices():
		return Device{}, &Refusal{Cause: CauseDeviceTrustExpired}, nil
	}
	return device, nil, nil
}

// trustsDevices reports whether the roll-out lets devices be trusted now.
func (s *Service) trustsDevices() bool {
	return s.rules().Device.Remember || s.rules().Device.Automatic
}

// revokeDevices takes back the trust in every device of a user.
func revokeDevices(w *work, userID string) error {
	devices, err := w.Devices(userID)
	if err != nil {
		return err
	}
	for _, d := range devices {
		if d.Revoked.IsZero() {
			d.Revoked = w.now
			if err := w.SetDevice(d); err != nil {
				return err
			}
		}
	}
	return nil
}

// Devices lists the devices that the holder of a session trusts, the newest
// first.
func (s *Service) Devices(ctx context.Context, token Secret) ([]Device, error) {
	var trusted []Device
	err := s.store.View(ctx, func(tx Tx) error {
		user, _, err := s.holder(tx, token)
		if err != nil {
			return err
		}
		devices, err := tx.Devices(user.ID)
		trusted = nil
		for _, d := range devices {
			if d.Revoked.IsZero() && s.clock.Now().Before(d.Expires) {
				trusted = append(trusted, d)
			}
		}
		return err
	})
	return trusted, err
}

// ForgetDevice takes back the trust in one device.
func (s *Service) ForgetDevice(ctx context.Context, token Secret, id string) error {
	return s.asHolder(ctx, token, func(w *work, user User, _ Session) error {
		return forgetDevice(w, user, id)
	})
}

func forgetDevice(w *work, user User, id string) error {
	devices, err := w.Devices(user.ID)
	if err != nil {
		return err
	}
	for _, d := range devices {
		if d.ID == id && d.Revoked.IsZero() {
			d.Revoked = w.now
			return errors.Join(w.SetDevice(d), w.record(Event{Type: EventDeviceForgotten, User: user.Email}))
		}
	}
	return &Refusal{Cause: CauseDeviceUnknown}
}

// ForgetDevices takes back the trust in all devices.
func (s *Service) ForgetDevices(ctx context.Context, token Secret) error {
	return s.asHolder(ctx, token, func(w *work, user User, _ Session) error {
		if err := revokeDevices(w, user.ID); err != nil {
			return err
		}
		return w.record(Event{Type: EventDeviceForgotten, User: user.Email, Detail: "all"})
	})
}
