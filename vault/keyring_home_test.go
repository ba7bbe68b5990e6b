package vault

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

// A vault says which keyring it was made with, where another one answers.
func TestAnotherKeyringIsNamed(t *testing.T) {
	r := rig{dir: filepath.Join(t.TempDir(), "vault"), kind: KindKeyring, items: newFakeItems()}
	r.items.state.Provider = "KeePassXC"
	if _, err := r.mustOpen(t).Add(t.Context(), aKey(t, "A", "a")); err != nil {
		t.Fatal(err)
	}
	r.items = newFakeItems()
	r.items.state.Provider = "GNOME Keyring"
	_, err := r.open(t, nil)
	if !errors.Is(err, ErrIndexKeyMissing) || !strings.Contains(err.Error(), "made with KeePassXC, and GNOME Keyring answers") {
		t.Error(err)
	}
}

func TestAnEditMakesNoSecondOne(t *testing.T) {
	r := rig{dir: filepath.Join(t.TempDir(), "vault"), kind: KindKeyring, items: newFakeItems()}
	v := r.mustOpen(t)
	if _, err := v.Add(t.Context(), aKey(t, "A", "a")); err != nil {
		t.Fatal(err)
	}
	b, err := v.Add(t.Context(), aKey(t, "A", "b"))
	if err != nil {
		t.Fatal(err)
	}
	var twin *DuplicateError
	if _, err := v.Edit(t.Context(), b.ID, func(a *Account) error { a.Label = "a"; return nil }); !errors.As(err, &twin) {
		t.Error(err)
	}
	if _, err := v.Edit(t.Context(), b.ID, func(a *Account) error { a.Pinned = true; return nil }); err != nil {
		t.Error(err)
	}
}
