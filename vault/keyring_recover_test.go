//go:build linux

package vault

import (
	"errors"
	"path/filepath"
	"testing"
)

// aVaultIn makes one with two accounts in the keyring of this process.
func aVaultIn(t *testing.T) (*Vault, Account, Account) {
	t.Helper()
	v := mustOpen(t, keyringOptions(filepath.Join(t.TempDir(), "vault")))
	a, err := v.Add(t.Context(), aKey(t, "A", "first"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := v.Add(t.Context(), aKey(t, "A", "second"))
	if err != nil {
		t.Fatal(err)
	}
	return v, a, b
}

// nothingWorksAndNothingChanges holds every way to the secrets against an error,
// and the folder against what it was.
func nothingWorksAndNothingChanges(t *testing.T, v *Vault, a Account, check func(error)) {
	t.Helper()
	before := filesOf(t, v.Dir())
	quickly(t, "Key", func() { _, err := v.Key(t.Context(), a.ID); check(err) })
	quickly(t, "Add", func() { _, err := v.Add(t.Context(), aKey(t, "B", "another")); check(err) })
	for _, kind := range []Kind{KindAuto, KindKeyring} {
		quickly(t, "Open", func() { _, err := Open(t.Context(), Options{Dir: v.Dir(), Kind: kind}); check(err) })
		quickly(t, "Inspect", func() {
			s, err := Inspect(t.Context(), v.Dir(), kind)
			if err != nil || s.Kind != KindKeyring || !s.Exists {
				t.Errorf("%+v, %v", s, err)
			}
		})
	}
	if n := len(v.Accounts()); n != 2 {
		t.Errorf("%d accounts are shown", n)
	}
	if filesOf(t, v.Dir()) != before {
		t.Error("the vault's files were changed")
	}
}

// An open vault goes on by itself when its keyring is back.
func TestAVaultOutlivesEachStateOfItsKeyring(t *testing.T) {
	k := anUnlockedKeyring(t)
	setBus(t, k)
	v, a, _ := aVaultIn(t)
	for _, state := range []struct {
		name   string
		away   func(t *testing.T) error
		reason KeyringReason
		named  string
	}{
		{"killed", func(*testing.T) error { k.StopProvider(); return nil }, ReasonNoProvider, ""},
		{"restarted and locked", func(*testing.T) error { k.StopProvider(); return k.StartProvider("not the password") }, ReasonLockedNoPrompt, gnomeKeyring},
		{"no bus", func(t *testing.T) error { t.Setenv("DBUS_SESSION_BUS_ADDRESS", ""); return nil }, ReasonNoBus, ""},
		{"dead bus", func(t *testing.T) error {
			t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+filepath.Join(t.TempDir(), "bus"))
			return nil
		}, ReasonDeadBus, ""},
	} {
		t.Run(state.name, func(t *testing.T) {
			if err := state.away(t); err != nil {
				t.Fatal(err)
			}
			if state.reason == ReasonNoBus {
				skipWithABus(t)
			}
			nothingWorksAndNothingChanges(t, v, a, func(err error) { t.Helper(); isReason(t, err, state.reason, state.named) })
		})
		k.StopProvider()
		if err := k.StartProvider(keyringPassword); err != nil {
			t.Fatal(err)
		}
		if _, err := v.Key(t.Context(), a.ID); err != nil {
			t.Errorf("back after %q: %v", state.name, err)
		}
	}
	if _, err := v.Add(t.Context(), aKey(t, "B", "third")); err != nil {
		t.Error(err)
	}
	if n := len(mustOpen(t, keyringOptions(v.Dir())).Accounts()); n != 3 {
		t.Errorf("%d accounts", n)
	}
}

// Another keyring, with contents of its own, is told from one whose items were
// deleted, and gets none of ours.
func TestAnotherKeyringIsNotAnEmptyOne(t *testing.T) {
	setBus(t, anUnlockedKeyring(t))
	v, a, _ := aVaultIn(t)
	t.Run("the other", func(t *testing.T) {
		setBus(t, anUnlockedKeyring(t))
		other, _, _ := aVaultIn(t)
		held, err := other.items.all(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		nothingWorksAndNothingChanges(t, v, a, func(err error) {
			t.Helper()
			if !errors.Is(err, ErrIndexKeyMissing) {
				t.Error(err)
			}
		})
		if now, err := other.items.all(t.Context()); err != nil || len(now) != len(held) {
			t.Errorf("%d items, %v; there were %d", len(now), err, len(held))
		}
	})
	if _, err := v.Key(t.Context(), a.ID); err != nil {
		t.Errorf("back in its own keyring: %v", err)
	}
}

// What was begun in one keyring is not given up because another does not have it.
func TestAnotherKeyringDropsNothingThatWasBegun(t *testing.T) {
	setBus(t, anUnlockedKeyring(t))
	v, a, b := aVaultIn(t)
	if err := v.Remove(t.Context(), b.ID); err != nil {
		t.Fatal(err)
	}
	t.Run("the other", func(t *testing.T) {
		setBus(t, anUnlockedKeyring(t))
		if err := v.Purge(t.Context(), b.ID); !errors.Is(err, ErrIndexKeyMissing) {
			t.Error(err)
		}
	})
	if _, err := v.Key(t.Context(), a.ID); err != nil {
		t.Error(err)
	}
	// The next change in its own keyring finishes it: no item is left over.
	if _, err := v.Add(t.Context(), aKey(t, "B", "another")); err != nil {
		t.Fatal(err)
	}
	if all, err := v.items.all(t.Context()); err != nil || len(all) != 3 || all[b.ID] != "" {
		t.Errorf("%d items, %v", len(all), err)
	}
}

// Where the system has an entry for it, the bus starts the keyring again after
// it died: locked, which is not empty.
func TestAKeyringThatTheBusStartsAgainIsLocked(t *testing.T) {
	k := anUnlockedKeyring(t)
	if err := k.Install("/usr/bin/env gnome-keyring-daemon --foreground --components=secrets"); err != nil {
		t.Fatal(err)
	}
	setBus(t, k)
	v, a, _ := aVaultIn(t)
	k.StopProvider()
	nothingWorksAndNothingChanges(t, v, a, func(err error) { t.Helper(); isReason(t, err, ReasonLockedNoPrompt, gnomeKeyring) })
}
