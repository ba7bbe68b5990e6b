//go:build linux || freebsd || netbsd || openbsd || dragonfly

package vault

import (
	"context"
	"errors"
	"fmt"
	"path"

	"github.com/godbus/dbus/v5"
)

func (s *systemKeyring) set(ctx context.Context, user, value string) error {
	if len(value) > maxItem {
		return fmt.Errorf("write an item: it is longer than %d bytes", maxItem)
	}
	return s.put(ctx, user, value)
}

func (s *systemKeyring) put(ctx context.Context, user, value string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	short, cancel := s.limit(ctx, 0)
	defer cancel()
	if err := s.find(short); err != nil {
		return err
	}
	collection, err := s.usable(short)
	if err == nil {
		err = s.openSession(short)
	}
	if err != nil {
		return err
	}
	properties := map[string]dbus.Variant{
		itemType + ".Label":      dbus.MakeVariant(fmt.Sprintf("Password for '%s' on '%s'", user, service)),
		itemType + ".Attributes": dbus.MakeVariant(attributesOf(user)),
	}
	secret := wireSecret{s.session, []byte{}, []byte(value), "text/plain; charset=utf8"}
	defer clear(secret.Value)
	var item, prompt dbus.ObjectPath
	err = s.write(ctx, collection, collectionType+".CreateItem", properties, secret, true)(&item, &prompt)
	if err == nil {
		err = s.consent(ctx, prompt)
	}
	if err != nil {
		return s.fails(ctx, "write an item", err)
	}
	return nil
}

func (s *systemKeyring) remove(ctx context.Context, user string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	short, cancel := s.limit(ctx, 0)
	defer cancel()
	if err := s.ready(short); err != nil {
		return err
	}
	open, locked, err := s.search(short, attributesOf(user))
	if err == nil && len(open) == 0 {
		_, err = s.usable(short)
	}
	if err == nil {
		err = s.allow(ctx, locked)
	}
	if err != nil {
		return err
	}
	for _, item := range append(open, locked...) {
		var prompt dbus.ObjectPath
		err := s.write(ctx, item, itemType+".Delete")(&prompt)
		if err == nil {
			err = s.consent(ctx, prompt)
		}
		if err != nil && !isGone(err) {
			return s.fails(ctx, "remove an item", err)
		}
	}
	return nil
}

// write is a question that may take longer.
func (s *systemKeyring) write(ctx context.Context, of dbus.ObjectPath, method string, args ...any) func(into ...any) error {
	return func(into ...any) error {
		ctx, cancel := context.WithTimeout(ctx, max(s.wait, itemWait))
		defer cancel()
		return s.at(of).CallWithContext(ctx, method, 0, args...).Store(into...)
	}
}

// allow makes locked items readable. Where their whole collection is locked it
// answers so, and asks nobody; KeePassXC also locks single items, until the
// person lets this program have them.
func (s *systemKeyring) allow(ctx context.Context, items []dbus.ObjectPath) error {
	for _, item := range items {
		var locked bool
		err := s.property(ctx, dbus.ObjectPath(path.Dir(string(item))), collectionType+".Locked", &locked)
		if err != nil && !isGone(err) {
			return s.fails(ctx, "look at its collection", err)
		}
		if locked {
			return s.locked(ctx)
		}
	}
	if len(items) == 0 {
		return nil
	}
	err := s.unlock(ctx, items, s.personWait())
	var e *KeyringError
	if errors.As(err, &e) && (e.Reason == ReasonDismissed || e.Reason == ReasonUnanswered) {
		return &KeyringError{Reason: ReasonNotAllowed, Provider: s.provider, Cause: e.Cause}
	}
	return err
}
