//go:build linux || freebsd || netbsd || openbsd || dragonfly

package vault

import (
	"context"

	"github.com/godbus/dbus/v5"
)

// inMessage are the values that are asked for in one message.
const inMessage = 500

// A secret as it travels. The session is a plain one: the bus is a socket of
// this user's own, and whoever can read it can ask the keyring as well.
type wireSecret struct {
	Session     dbus.ObjectPath
	Parameters  []byte
	Value       []byte
	ContentType string
}

// values reads items; one that vanished since it was found is left out.
func (s *systemKeyring) values(ctx context.Context, found map[string]dbus.ObjectPath) (map[string]string, error) {
	out := make(map[string]string, len(found))
	if len(found) == 0 {
		return out, nil
	}
	if err := s.openSession(ctx); err != nil {
		return nil, err
	}
	var items []dbus.ObjectPath
	for _, item := range found {
		items = append(items, item)
	}
	values := make(map[dbus.ObjectPath]string, len(found))
	for len(items) > 0 {
		n := min(len(items), inMessage)
		if err := s.secrets(ctx, items[:n], values); err != nil {
			return nil, err
		}
		items = items[n:]
	}
	for user, item := range found {
		value, ok := values[item]
		if !ok {
			var err error
			if value, ok, err = s.one(ctx, item); err != nil {
				return nil, err
			}
		}
		if ok {
			out[user] = value
		}
	}
	return out, nil
}

// openSession is done once for each provider that comes along.
func (s *systemKeyring) openSession(ctx context.Context) error {
	if s.session != "" {
		return nil
	}
	var nothing dbus.Variant
	err := s.question(ctx, s.at(secretsPath), secretsService+".OpenSession", "plain", dbus.MakeVariant(""))(&nothing, &s.session)
	if err != nil {
		s.session = ""
		return s.fails(ctx, "open a session", err)
	}
	return nil
}

// secrets reads many values by one question. What is not answered is not in the map.
func (s *systemKeyring) secrets(ctx context.Context, items []dbus.ObjectPath, into map[dbus.ObjectPath]string) error {
	var got map[dbus.ObjectPath]wireSecret
	err := s.question(ctx, s.at(secretsPath), secretsService+".GetSecrets", items, s.session)(&got)
	if isGone(err) {
		return nil // one of them; they are asked one by one
	}
	if err != nil {
		return s.fails(ctx, "read items", err)
	}
	for item, secret := range got {
		into[item] = text(secret)
	}
	return nil
}

// one reads an item that was not among the many: it vanished, or was locked.
func (s *systemKeyring) one(ctx context.Context, item dbus.ObjectPath) (string, bool, error) {
	var secret wireSecret
	err := s.question(ctx, s.at(item), itemType+".GetSecret", s.session)(&secret)
	if isGone(err) {
		return "", false, nil
	}
	if err != nil {
		return "", false, s.fails(ctx, "read an item", err)
	}
	return text(secret), true, nil
}

// text is the value of an item. A longer one than we ever write is nobody's
// account: it reads as nothing, which no parser takes, and spoils no other.
func text(secret wireSecret) string {
	defer clear(secret.Value)
	if len(secret.Value) > maxItem {
		return ""
	}
	return string(secret.Value)
}
