package vault

import (
	"context"
	"path/filepath"
	"testing"
)

// lateItems is a keyring in which, while it is listed, another process makes a vault.
type lateItems struct {
	*fakeItems
	meanwhile func()
}

func (l lateItems) users(ctx context.Context) ([]string, error) {
	l.meanwhile()
	return l.fakeItems.users(ctx)
}

// A vault that another process makes while this one looks is no vault that has lost its index.
func TestAVaultMadeMeanwhileIsOpened(t *testing.T) {
	for _, kind := range []Kind{KindKeyring, KindKeyedFile} {
		r := rig{dir: filepath.Join(t.TempDir(), "vault"), kind: kind, items: newFakeItems()}
		late := lateItems{fakeItems: r.items, meanwhile: func() {
			if _, err := r.mustOpen(t).Add(t.Context(), aKey(t, "A", "b")); err != nil {
				t.Fatal(err)
			}
		}}
		s, h := look(t.Context(), &disk{dir: r.dir}, late, r.dir, kind)
		if s.Err != nil || !s.Exists || h.ID == "" {
			t.Errorf("%s: %+v", kind, s)
		}
	}
}
