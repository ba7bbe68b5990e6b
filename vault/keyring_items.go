//go:build linux || freebsd || netbsd || openbsd || dragonfly

package vault

import (
	"context"
	"strings"

	"github.com/godbus/dbus/v5"
)

// inFlight are the questions that travel at once. A bus may allow 128.
const inFlight = 64

// Attributes and label are those of go-keyring, so that each finds the items of
// the other.
func attributesOf(user string) map[string]string {
	return map[string]string{"service": service, "username": user}
}

func (s *systemKeyring) get(ctx context.Context, user string) (string, error) {
	values, err := s.getMany(ctx, []string{user})
	if err != nil {
		return "", err
	}
	value, ok := values[user]
	if !ok {
		return "", errItemAbsent
	}
	return value, nil
}

func (s *systemKeyring) getMany(ctx context.Context, users []string) (map[string]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(users) > maxItems {
		return nil, errTooMany
	}
	short, cancel := s.limit(ctx, len(users))
	defer cancel()
	if err := s.ready(short); err != nil {
		return nil, err
	}
	found, locked, err := s.lookUp(short, users)
	if err != nil {
		return nil, err
	}
	if len(found) < len(users) {
		// Only an unlocked collection can say that an item is absent.
		if _, err := s.usable(short); err != nil {
			return nil, err
		}
	}
	if len(locked) > 0 {
		if err := s.allow(ctx, locked); err != nil {
			return nil, err
		}
		// That may have taken a person.
		again, cancel := s.limit(ctx, len(users))
		defer cancel()
		short = again
	}
	return s.values(short, found)
}

func (s *systemKeyring) all(ctx context.Context) (map[string]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	short, cancel := s.limit(ctx, 0)
	defer cancel()
	if err := s.find(short); err != nil {
		return nil, err
	}
	if _, err := s.usable(short); err != nil {
		return nil, err
	}
	open, locked, err := s.search(short, map[string]string{"service": service})
	if err == nil {
		err = s.allow(ctx, locked)
	}
	if err != nil {
		return nil, err
	}
	found := map[string]dbus.ObjectPath{}
	err = s.userOf(ctx, append(open, locked...), func(item dbus.ObjectPath, user string) { found[user] = item })
	if err != nil {
		return nil, err
	}
	return s.values(ctx, found)
}

func (s *systemKeyring) users(ctx context.Context) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	short, cancel := s.limit(ctx, 0)
	defer cancel()
	if err := s.ready(short); err != nil {
		return nil, err
	}
	open, locked, err := s.search(short, map[string]string{"service": service})
	if err != nil {
		return nil, err
	}
	var users []string
	err = s.userOf(ctx, append(open, locked...), func(_ dbus.ObjectPath, user string) { users = append(users, user) })
	return users, err
}

// ready makes sure that a search asks nobody and answers at once. GNOME Keyring
// also finds what is locked, and says so; KeePassXC would have the person unlock
// the database first, and keep us waiting for that.
func (s *systemKeyring) ready(ctx context.Context) error {
	err := s.find(ctx)
	if err == nil && s.provider != gnomeKeyring {
		_, err = s.usable(ctx)
	}
	return err
}

// search looks in all collections. An item may lie in another one than that of
// new items, after the person changed which is the default.
func (s *systemKeyring) search(ctx context.Context, attributes map[string]string) (open, locked []dbus.ObjectPath, err error) {
	err = s.question(ctx, s.at(secretsPath), secretsService+".SearchItems", attributes)(&open, &locked)
	if err != nil {
		return nil, nil, s.fails(ctx, "search its items", err)
	}
	if len(open)+len(locked) > maxItems {
		return nil, nil, errTooMany
	}
	return open, locked, nil
}

// lookUp finds the items of some users, and says which of those are locked.
func (s *systemKeyring) lookUp(ctx context.Context, users []string) (found map[string]dbus.ObjectPath, locked []dbus.ObjectPath, err error) {
	found = make(map[string]dbus.ObjectPath, len(users))
	var mine dbus.ObjectPath // asked for only where it matters
	err = s.each(ctx, len(users), func(n int) (dbus.BusObject, string, []any) {
		return s.at(secretsPath), secretsService + ".SearchItems", []any{attributesOf(users[n])}
	}, func(n int, call *dbus.Call) error {
		var open, shut []dbus.ObjectPath
		if err := call.Store(&open, &shut); err != nil {
			return s.fails(ctx, "search its items", err)
		}
		if len(open)+len(shut) > 1 && mine == "" {
			var err error
			if mine, _, err = s.collection(ctx); err != nil {
				return err
			}
		}
		if item, ok := pickItem(open, mine); ok {
			found[users[n]] = item
		} else if item, ok := pickItem(shut, mine); ok {
			found[users[n]] = item
			locked = append(locked, item)
		}
		return nil
	})
	return found, locked, err
}

// pickItem prefers the collection that set writes to.
func pickItem(items []dbus.ObjectPath, mine dbus.ObjectPath) (dbus.ObjectPath, bool) {
	for _, item := range items {
		if mine == "" || strings.HasPrefix(string(item), string(mine)+"/") {
			return item, true
		}
	}
	if len(items) == 0 {
		return "", false
	}
	return items[0], true
}

// userOf asks for the users of items; one that vanished meanwhile is left out.
func (s *systemKeyring) userOf(ctx context.Context, items []dbus.ObjectPath, take func(item dbus.ObjectPath, user string)) error {
	return s.each(ctx, len(items), func(n int) (dbus.BusObject, string, []any) {
		return s.at(items[n]), "org.freedesktop.DBus.Properties.Get", []any{itemType, "Attributes"}
	}, func(n int, call *dbus.Call) error {
		var attributes dbus.Variant
		var named map[string]string
		err := call.Store(&attributes)
		if err == nil {
			err = attributes.Store(&named)
		}
		if isGone(err) {
			return nil
		}
		if err != nil {
			return s.fails(ctx, "read an item's attributes", err)
		}
		take(items[n], named["username"])
		return nil
	})
}

// each makes n calls, some of them in flight at a time, and takes their answers.
func (s *systemKeyring) each(ctx context.Context, n int, ask func(n int) (dbus.BusObject, string, []any), take func(n int, call *dbus.Call) error) error {
	for from := 0; from < n; from += inFlight {
		part, cancel := context.WithTimeout(ctx, s.wait)
		calls := make([]*dbus.Call, min(inFlight, n-from))
		for i := range calls {
			of, method, args := ask(from + i)
			calls[i] = of.GoWithContext(part, method, 0, make(chan *dbus.Call, 1), args...)
		}
		for i, call := range calls {
			if err := take(from+i, <-call.Done); err != nil {
				cancel()
				return err
			}
		}
		cancel()
	}
	return nil
}
