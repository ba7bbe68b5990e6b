//go:build linux || freebsd || netbsd || openbsd || dragonfly

package vault

import (
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/godbus/dbus/v5"
)

// inFlight are the questions that travel at once. A bus may allow 128.
const inFlight = 64

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
	return s.unlock(ctx, items, s.personWait())
}
