//go:build linux

package vault

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	gokeyring "github.com/zalando/go-keyring"
)

// The seam is the same over a real keyring and over the fake that other tests use.
func TestItemsAreReadOneByOneAndMany(t *testing.T) {
	for name, make := range map[string]func(t *testing.T) items{
		"fake": func(*testing.T) items { return newFakeItems() },
		"GNOME Keyring": func(t *testing.T) items {
			setBus(t, anUnlockedKeyring(t))
			return aSystemKeyring(t)
		},
	} {
		t.Run(name, func(t *testing.T) { testItems(t, make(t), 150) })
	}
}

func aSystemKeyring(t testing.TB) *systemKeyring {
	t.Helper()
	s := newSystemKeyring(testPatience)
	t.Cleanup(s.close)
	return s
}

// testItems fills an empty keyring with n items.
func testItems(t *testing.T, it items, n int) {
	t.Helper()
	ctx := t.Context()
	if _, err := it.get(ctx, "nobody"); !errors.Is(err, errItemAbsent) {
		t.Errorf("absent: %v", err)
	}
	if got, err := it.all(ctx); err != nil || len(got) != 0 {
		t.Errorf("all of none: %d, %v", len(got), err)
	}
	var users []string
	for i := range n {
		user := "user " + strconv.Itoa(i)
		users = append(users, user)
		if err := it.set(ctx, user, "value of "+user); err != nil {
			t.Fatal(err)
		}
	}
	if err := it.set(ctx, "user 1", "another value"); err != nil {
		t.Fatal(err)
	}
	if got, err := it.get(ctx, "user 1"); err != nil || got != "another value" {
		t.Errorf("replaced: %q, %v", got, err)
	}
	got, err := it.getMany(ctx, append([]string{"nobody", "no one"}, users...))
	if err != nil || len(got) != n || got["user 0"] != "value of user 0" || got["user 1"] != "another value" {
		t.Errorf("many: %d of %d, %v", len(got), n, err)
	}
	if all, err := it.all(ctx); err != nil || len(all) != n || all["user 0"] != "value of user 0" {
		t.Errorf("all: %d, %v", len(all), err)
	}
	for range 2 { // the second time there is nothing to do
		if err := it.remove(ctx, "user 0"); err != nil {
			t.Error(err)
		}
	}
	if got, err := it.getMany(ctx, []string{"user 0"}); err != nil || len(got) != 0 {
		t.Errorf("removed: %q, %v", got, err)
	}
	if left, err := it.users(ctx); err != nil || len(left) != n-1 {
		t.Errorf("users: %d, %v", len(left), err)
	}
	if got, err := it.getMany(ctx, nil); err != nil || len(got) != 0 {
		t.Errorf("none: %v, %v", got, err)
	}
}

// What go-keyring wrote, as earlier versions of this program did, is the same
// item to us, and the other way round.
func TestItemsAreThoseOfGoKeyring(t *testing.T) {
	needKeyring(t)
	it := aSystemKeyring(t)
	ctx := t.Context()
	if err := gokeyring.Set(service, "of both", "theirs"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = gokeyring.Delete(service, "of both") })
	if got, err := it.get(ctx, "of both"); err != nil || got != "theirs" {
		t.Errorf("%q, %v", got, err)
	}
	if err := it.set(ctx, "of both", "ours"); err != nil {
		t.Fatal(err)
	}
	if got, err := gokeyring.Get(service, "of both"); err != nil || got != "ours" {
		t.Errorf("%q, %v", got, err)
	}
	open, locked, err := it.search(ctx, attributesOf("of both"))
	if err != nil || len(open) != 1 || len(locked) != 0 {
		t.Errorf("%v %v %v: two items of one name", open, locked, err)
	}
}

// A value that is longer than any of ours spoils no other one.
func TestALongItemOfSomebodyElseIsNotTakenIn(t *testing.T) {
	setBus(t, anUnlockedKeyring(t))
	it := aSystemKeyring(t)
	if err := it.set(t.Context(), "ours", "a value"); err != nil {
		t.Fatal(err)
	}
	if err := it.set(t.Context(), "long", strings.Repeat("x", maxItem+1)); err == nil {
		t.Error("a value was written that is not read")
	}
	if err := it.put(t.Context(), "long", strings.Repeat("x", maxItem+1)); err != nil {
		t.Fatal(err)
	}
	if all, err := it.all(t.Context()); err != nil || all["ours"] != "a value" || all["long"] != "" {
		t.Errorf("%d and %d bytes, %v", len(all["ours"]), len(all["long"]), err)
	}
}

// An item that vanishes between the search and the reading is absent.
func TestAnItemThatVanishesInTheMiddleIsAbsent(t *testing.T) {
	setBus(t, anUnlockedKeyring(t))
	it := aSystemKeyring(t)
	ctx := t.Context()
	for _, user := range []string{"stays", "goes"} {
		if err := it.set(ctx, user, "value of "+user); err != nil {
			t.Fatal(err)
		}
	}
	found, _, err := it.lookUp(ctx, []string{"stays", "goes"})
	if err != nil || len(found) != 2 {
		t.Fatal(found, err)
	}
	if err := it.remove(ctx, "goes"); err != nil {
		t.Fatal(err)
	}
	got, err := it.values(ctx, found)
	if err != nil || len(got) != 1 || got["stays"] != "value of stays" {
		t.Errorf("%v, %v", got, err)
	}
}

// Whatever is asked of a locked keyring, it is locked, and never empty.
func TestALockedKeyringIsNeverEmpty(t *testing.T) {
	setBus(t, aLockedKeyring(t))
	it := aSystemKeyring(t)
	for name, call := range everyCall(it) {
		err := call(t.Context())
		isReason(t, err, ReasonLockedNoPrompt, gnomeKeyring)
		if t.Failed() {
			t.Fatal(name)
		}
	}
}

// everyCall is each call of a keyring that touches an item.
func everyCall(it items) map[string]func(ctx context.Context) error {
	return map[string]func(ctx context.Context) error{
		"get":     func(ctx context.Context) error { _, err := it.get(ctx, "here"); return err },
		"getMany": func(ctx context.Context) error { _, err := it.getMany(ctx, []string{"here", "nobody"}); return err },
		"all":     func(ctx context.Context) error { _, err := it.all(ctx); return err },
		"set":     func(ctx context.Context) error { return it.set(ctx, "here", "value") },
		"remove":  func(ctx context.Context) error { return it.remove(ctx, "here") },
		"probe":   func(ctx context.Context) error { return it.probe(ctx).Err },
	}
}

// A provider that dies while it is asked is told from one that is slow, and a
// new one is found by the next call.
func TestAProviderThatDiesInTheMiddle(t *testing.T) {
	for name := range everyCall(nil) {
		t.Run(name, func(t *testing.T) {
			k := anUnlockedKeyring(t)
			setBus(t, k)
			it := aSystemKeyring(t)
			if err := it.set(t.Context(), "here", "value"); err != nil {
				t.Fatal(err)
			}
			freeze(t, k.Provider())
			failed := make(chan error, 1)
			go func() { failed <- everyCall(it)[name](t.Context()) }()
			select { // it is asked, and cannot answer
			case err := <-failed:
				t.Fatalf("answered before the end: %v", err)
			case <-time.After(50 * time.Millisecond):
			}
			k.StopProvider()
			quickly(t, "the end of it", func() { isReason(t, <-failed, ReasonProviderGone, gnomeKeyring) })
			quickly(t, "nobody there", func() { isReason(t, everyCall(it)[name](t.Context()), ReasonNoProvider, "") })
			if err := k.StartProvider(keyringPassword); err != nil {
				t.Fatal(err)
			}
			if got, err := it.get(t.Context(), "here"); err != nil || got != "value" {
				t.Errorf("after a new start: %q, %v", got, err)
			}
		})
	}
}

// everyCallIs makes every call at once, each over a connection that was in use
// before cut happens.
func everyCallIs(t *testing.T, cut func(), reason KeyringReason, provider string) {
	t.Helper()
	calls := map[string]func(context.Context) error{}
	for name := range everyCall(nil) {
		it := newSystemKeyring(0)
		t.Cleanup(it.close)
		if err := it.set(t.Context(), "here", "value"); err != nil {
			t.Fatal(err)
		}
		calls[name] = everyCall(it)[name]
	}
	cut()
	var wait sync.WaitGroup
	for name, call := range calls {
		wait.Go(func() {
			quickly(t, name, func() { isReason(t, call(t.Context()), reason, provider) })
		})
	}
	wait.Wait()
}

// One that hangs in the middle costs no more than one that hangs from the start.
func TestAProviderThatHangsInTheMiddle(t *testing.T) {
	k := anUnlockedKeyring(t)
	setBus(t, k)
	everyCallIs(t, func() { freeze(t, k.Provider()) }, ReasonFrozenProvider, gnomeKeyring)
	if err := k.Provider().Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	it := aSystemKeyring(t)
	if err := it.set(t.Context(), "after it", "value"); err != nil {
		t.Error(err)
	}
}

// The bus itself may end under an open connection, or hang.
func TestABusThatDiesOrHangsInTheMiddle(t *testing.T) {
	t.Run("dead", func(t *testing.T) {
		k := anUnlockedKeyring(t)
		setBus(t, k)
		everyCallIs(t, k.Stop, ReasonDeadBus, "")
	})
	t.Run("frozen", func(t *testing.T) {
		k := anUnlockedKeyring(t)
		setBus(t, k)
		everyCallIs(t, func() { freeze(t, k.Bus()) }, ReasonFrozenBus, "")
	})
}

func BenchmarkKeyring1000(b *testing.B) {
	setBus(b, anUnlockedKeyring(b))
	it := aSystemKeyring(b)
	var users []string
	for n := range 1000 {
		user := fmt.Sprintf("user %d", n)
		users = append(users, user)
		if err := it.set(b.Context(), user, "otpauth://totp/x?secret="+rfcSecret); err != nil {
			b.Fatal(err)
		}
	}
	for _, many := range []int{1, 40, 1000} {
		b.Run(fmt.Sprintf("getMany of %d", many), func(b *testing.B) {
			for b.Loop() {
				if got, err := it.getMany(b.Context(), users[:many]); err != nil || len(got) != many {
					b.Fatal(len(got), err)
				}
			}
		})
	}
	b.Run("all", func(b *testing.B) {
		for b.Loop() {
			if got, err := it.all(b.Context()); err != nil || len(got) != 1000 {
				b.Fatal(len(got), err)
			}
		}
	})
}
