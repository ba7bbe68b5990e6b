package vault

import (
	"errors"
	"os"
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

// A copy of the folder has the same items: nothing done in it takes them away
// from the original.
func TestACopyOfTheFolderTakesNothingFromTheOriginal(t *testing.T) {
	r := rig{dir: filepath.Join(t.TempDir(), "vault"), kind: KindKeyring, items: newFakeItems()}
	v := r.mustOpen(t)
	a, err := v.Add(t.Context(), aKey(t, "A", "a"))
	if err != nil {
		t.Fatal(err)
	}
	copied := r
	copied.dir = filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(copied.dir, os.DirFS(r.dir)); err != nil {
		t.Fatal(err)
	}
	if _, did := copied.mend(t); len(did) > 0 {
		t.Logf("it did %q", did) // permissions
	}
	w := copied.mustOpen(t)
	if err := w.Remove(t.Context(), a.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.EmptyTrash(t.Context()); !errors.Is(err, ErrCopied) {
		t.Error(err)
	}
	if err := w.Purge(t.Context(), a.ID); !errors.Is(err, ErrCopied) {
		t.Error(err)
	}
	if err := w.Move(t.Context(), KindFile, nil); !errors.Is(err, ErrCopied) {
		t.Error(err)
	}
	if got := everyKey(t, r.mustOpen(t)); len(got) != 1 {
		t.Errorf("%d accounts in the original", len(got))
	}
	// Once the original is gone, the copy is the vault.
	if err := os.RemoveAll(r.dir); err != nil {
		t.Fatal(err)
	}
	if n, err := copied.mustOpen(t).EmptyTrash(t.Context()); n != 1 || err != nil {
		t.Error(n, err)
	}
}
