//go:build linux

package vault

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"twofold/vault/keyringtest"
)

// KeePassXC is the second real keyring: its collection has no "login" path, its
// writes come with prompts that answer themselves, and a locked database hides
// its items. It dies at ten writes in a row, so there are few of them.

func aKeePassXC(t *testing.T) *keyringtest.Keyring {
	t.Helper()
	needMissing(t, keyringtest.MissingKeePassXC())
	k, err := keyringtest.StartKeePassXC()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Stop)
	setBus(t, k)
	return k
}

func TestKeePassXCKeepsAVault(t *testing.T) {
	k := aKeePassXC(t)
	dir := filepath.Join(t.TempDir(), "vault")
	s, err := Inspect(t.Context(), dir, KindAuto)
	if err != nil || s.Kind != KindKeyring || s.Keyring.Provider != "KeePassXC" || s.Keyring.State != StateUsable {
		t.Fatalf("%+v %v", s, err)
	}
	v := mustOpen(t, keyringOptions(dir))
	a, err := v.Add(t.Context(), aKey(t, "A", "first"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := v.Add(t.Context(), aKey(t, "A", "second"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := v.Code(t.Context(), a.ID, theTime())
	if err != nil || len(c.Reveal()) != 6 {
		t.Errorf("%v", err)
	}
	// Another process sees the same.
	v = mustOpen(t, keyringOptions(dir))
	if n := len(v.Accounts()); n != 2 {
		t.Errorf("%d accounts", n)
	}
	all, err := v.items.all(t.Context())
	if err != nil || len(all) != 3 || all[a.ID] == "" {
		t.Errorf("%d items, %v", len(all), err)
	}

	// Deleted behind our back: that account is named, the others work.
	if err := v.items.remove(t.Context(), b.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Key(t.Context(), b.ID); !errors.Is(err, ErrSecretMissing) {
		t.Error(err)
	}
	many, err := v.items.getMany(t.Context(), []string{a.ID, b.ID})
	if err != nil || len(many) != 1 || many[a.ID] == "" {
		t.Errorf("%d items, %v", len(many), err)
	}

	// Locked by its person: an error, never "no accounts", and nobody is asked.
	if err := k.Lock(); err != nil {
		t.Fatal(err)
	}
	checkKeePassXCAway(t, v, a, ReasonLockedNoPrompt, "KeePassXC")
	isReason(t, UnlockKeyring(t.Context(), nil), ReasonLockedNoPrompt, "KeePassXC")

	k.StopProvider()
	checkKeePassXCAway(t, v, a, ReasonNoProvider, "")
	if err := k.OpenKeePassXC(false); err != nil {
		t.Fatal(err)
	}
	checkKeePassXCAway(t, v, a, ReasonLockedNoPrompt, "KeePassXC")
	k.StopProvider()
	if err := k.OpenKeePassXC(true); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Key(t.Context(), a.ID); err != nil {
		t.Errorf("it is back: %v", err)
	}
}

// As it comes, KeePassXC asks its person before it gives an item away. Nobody
// sees the window here: that is told in time, and is neither absent nor lost.
func TestKeePassXCAsksItsPerson(t *testing.T) {
	k := aKeePassXC(t)
	it := newSystemKeyring(0)
	t.Cleanup(it.close)
	if err := it.set(t.Context(), "here", "value"); err != nil {
		t.Fatal(err)
	}
	if err := k.AskBeforeItems(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"get", "all", "remove"} {
		quickly(t, name, func() { isReason(t, everyCall(it)[name](t.Context()), ReasonNotAllowed, "KeePassXC") })
	}
	if got, err := it.users(t.Context()); err != nil || len(got) != 1 {
		t.Errorf("%q, %v", got, err)
	}
}

func checkKeePassXCAway(t *testing.T, v *Vault, a Account, reason KeyringReason, provider string) {
	t.Helper()
	quickly(t, "Key", func() {
		_, err := v.Key(t.Context(), a.ID)
		isReason(t, err, reason, provider)
	})
	_, err := v.Add(t.Context(), aKey(t, "B", "another"))
	isReason(t, err, reason, provider)
	if n := len(v.Accounts()); n != 2 {
		t.Errorf("%d accounts are shown", n)
	}
	before := filesOf(t, v.Dir())
	for _, kind := range []Kind{KindAuto, KindKeyring} {
		_, err := Open(t.Context(), Options{Dir: v.Dir(), Kind: kind})
		isReason(t, err, reason, provider)
	}
	if filesOf(t, v.Dir()) != before {
		t.Error("files were changed")
	}
}

// filesOf is what is in a folder, the content included.
func filesOf(t testing.TB, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	all := ""
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all += e.Name() + "\n" + string(b) + "\n"
	}
	return all
}
