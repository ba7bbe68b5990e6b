package vault

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func TestAnAbsentVaultIsEmptyAndNothingIsWritten(t *testing.T) {
	everyKind(t, func(t *testing.T, p place) {
		v := p.open(t)
		if n := len(v.Accounts()); n != 0 {
			t.Fatalf("%d accounts", n)
		}
		if changed, err := v.Refresh(t.Context()); changed || err != nil {
			t.Fatal(changed, err)
		}
		if _, err := v.Key(t.Context(), "nobody"); !errors.Is(err, ErrNotFound) {
			t.Fatal(err)
		}
		if err := v.Remove(t.Context(), "nobody"); !errors.Is(err, ErrNotFound) {
			t.Fatal(err)
		}
		if p.disk {
			if _, err := os.Stat(p.dir); !errors.Is(err, fs.ErrNotExist) {
				t.Fatalf("the folder was made: %v", err)
			}
		}
	})
}

func TestAnAddedAccountIsThereAfterOpeningAgain(t *testing.T) {
	everyKind(t, func(t *testing.T, p place) {
		v := p.open(t)
		k := mustParse(t, "otpauth://totp/ACME%20Co:john@example.com?secret="+rfcSecret+"&algorithm=SHA256&digits=8&period=60")
		k.Tags, k.Note, k.Pinned = []string{"work"}, "a note", true
		a, err := v.Add(t.Context(), k)
		if err != nil {
			t.Fatal(err)
		}
		if a.ID == "" || !a.Added.Equal(theTime()) {
			t.Fatalf("%+v", a)
		}
		v = p.open(t)
		all := v.Accounts()
		if len(all) != 1 || all[0].ID != a.ID || all[0].Name() != "ACME Co:john@example.com" || all[0].Tags[0] != "work" || all[0].Note != "a note" || !all[0].Pinned {
			t.Fatalf("%+v", all)
		}
		got, err := v.Key(t.Context(), a.ID)
		if err != nil {
			t.Fatal(err)
		}
		if !got.Secret.Equal(k.Secret) || got.Period != 60 || got.Digits != 8 || got.Algorithm != SHA256 {
			t.Fatalf("%+v", got)
		}
		want, _ := k.Code(theTime())
		c, err := v.Code(t.Context(), a.ID, theTime())
		if err != nil || c.Reveal() != want.Reveal() || len(c.Reveal()) != 8 {
			t.Fatal(c, err)
		}
	})
}

func TestASnapshotCannotChangeTheVault(t *testing.T) {
	v := Throwaway(Options{})
	k := aKey(t, "A", "b")
	k.Tags = []string{"one"}
	if _, err := v.Add(t.Context(), k); err != nil {
		t.Fatal(err)
	}
	v.Accounts()[0].Tags[0] = "two"
	if got := v.Accounts()[0].Tags[0]; got != "one" {
		t.Fatal(got)
	}
}

func TestTheSameAccountIsAddedOnce(t *testing.T) {
	everyKind(t, func(t *testing.T, p place) {
		v := p.open(t)
		a, err := v.Add(t.Context(), aKey(t, "GitHub", "me"))
		if err != nil {
			t.Fatal(err)
		}
		v = p.open(t)
		_, err = v.Add(t.Context(), aKey(t, "GitHub", " me "))
		var dup *DuplicateError
		if !errors.As(err, &dup) || dup.Existing.ID != a.ID {
			t.Fatal(err)
		}
		if _, err := v.Add(t.Context(), aKey(t, "GitHub", "you")); err != nil {
			t.Fatalf("another label: %v", err)
		}
		other := aKey(t, "GitHub", "me")
		other.Secret, _ = ParseSecret("JBSWY3DPEHPK3PXP")
		if _, err := v.Add(t.Context(), other); err != nil {
			t.Fatalf("another secret: %v", err)
		}
		if n := len(v.Accounts()); n != 3 {
			t.Fatal(n)
		}
	})
}

func TestAnEmptySecretIsNotAdded(t *testing.T) {
	everyKind(t, func(t *testing.T, p place) {
		v := p.open(t)
		k := aKey(t, "A", "b")
		k.Secret = Secret{}
		if _, err := v.Add(t.Context(), k); !errors.Is(err, ErrEmptySecret) {
			t.Fatal(err)
		}
		if p.disk {
			if _, err := os.Stat(p.dir); !errors.Is(err, fs.ErrNotExist) {
				t.Fatalf("the folder was made: %v", err)
			}
		}
	})
}

func TestEditChangesNamesAndNeverTheSecret(t *testing.T) {
	everyKind(t, func(t *testing.T, p place) {
		v := p.open(t)
		a, err := v.Add(t.Context(), aKey(t, "Old", "me"))
		if err != nil {
			t.Fatal(err)
		}
		after, err := v.Edit(t.Context(), a.ID, func(a *Account) error {
			a.Issuer, a.Label, a.Tags, a.Pinned, a.Note = " New: er ", "you", []string{"x"}, true, "n"
			return nil
		})
		if err != nil || after.Issuer != "New: er" {
			t.Fatal(after, err)
		}
		v = p.open(t)
		got, err := v.Key(t.Context(), a.ID)
		if err != nil || got.Issuer != "New: er" || got.Label != "you" || !got.Secret.Equal(aKey(t, "", "").Secret) {
			t.Fatalf("%+v %v", got, err)
		}
		for part, change := range map[string]func(*Account){
			"id":             func(a *Account) { a.ID = "x" },
			"type":           func(a *Account) { a.Type = HOTP },
			"time of adding": func(a *Account) { a.Added = time.Time{} },
			"digits":         func(a *Account) { a.Digits = 3 },
			"issuer":         func(a *Account) { a.Issuer = "a\nb" },
		} {
			_, err := v.Edit(t.Context(), a.ID, func(a *Account) error { change(a); return nil })
			var wrong *ParameterError
			if !errors.As(err, &wrong) || wrong.Part != part {
				t.Errorf("%s: %v", part, err)
			}
		}
		mine := errors.New("mine")
		if _, err := v.Edit(t.Context(), a.ID, func(*Account) error { return mine }); !errors.Is(err, mine) {
			t.Fatal(err)
		}
		if got := v.Accounts()[0]; got.Issuer != "New: er" || got.ID != a.ID {
			t.Fatalf("%+v", got)
		}
	})
}

func TestRemovedIsInTheTrashUntilPurged(t *testing.T) {
	everyKind(t, func(t *testing.T, p place) {
		ctx := t.Context()
		v := p.open(t)
		a, err := v.Add(ctx, aKey(t, "A", "me"))
		if err != nil {
			t.Fatal(err)
		}
		b, err := v.Add(ctx, aKey(t, "B", "me"))
		if err != nil {
			t.Fatal(err)
		}
		if err := v.Purge(ctx, a.ID); !errors.Is(err, ErrNotInTrash) {
			t.Fatal(err)
		}
		if err := v.Remove(ctx, a.ID); err != nil {
			t.Fatal(err)
		}
		v = p.open(t)
		if got := v.Accounts(); len(got) != 1 || got[0].ID != b.ID {
			t.Fatalf("%+v", got)
		}
		if got := v.Trash(); len(got) != 1 || got[0].ID != a.ID || got[0].Removed.IsZero() {
			t.Fatalf("%+v", got)
		}
		if _, err := v.Key(ctx, a.ID); err != nil {
			t.Fatalf("the trash has lost the secret: %v", err)
		}
		if err := v.Restore(ctx, a.ID); err != nil {
			t.Fatal(err)
		}
		if got := v.Accounts(); len(got) != 2 || !got[0].Removed.IsZero() {
			t.Fatalf("%+v", got)
		}
		if err := v.Remove(ctx, a.ID); err != nil {
			t.Fatal(err)
		}
		twin, err := v.Add(ctx, aKey(t, "A", "me"))
		if err != nil {
			t.Fatalf("adding again what is in the trash: %v", err)
		}
		var dup *DuplicateError
		if err := v.Restore(ctx, a.ID); !errors.As(err, &dup) || dup.Existing.ID != twin.ID {
			t.Fatal(err)
		}
		if err := v.Purge(ctx, a.ID); err != nil {
			t.Fatal(err)
		}
		v = p.open(t)
		if n := len(v.Trash()); n != 0 {
			t.Fatal(n)
		}
		if _, err := v.Key(ctx, a.ID); !errors.Is(err, ErrNotFound) {
			t.Fatal(err)
		}
		if v.kind == KindKeyring {
			if _, err := v.items.get(ctx, a.ID); !errors.Is(err, errItemAbsent) {
				t.Fatalf("the item is still there: %v", err)
			}
		}
	})
}

func TestACounterIsMovedOnBeforeItsCodeIsGiven(t *testing.T) {
	everyKind(t, func(t *testing.T, p place) {
		ctx := t.Context()
		v := p.open(t)
		a, err := v.Add(ctx, mustParse(t, "otpauth://hotp/x?counter=0&secret="+rfcSecret))
		if err != nil {
			t.Fatal(err)
		}
		// RFC 4226 appendix D, each from a vault opened anew.
		for i, want := range []string{"755224", "287082", "359152"} {
			v = p.open(t)
			c, err := v.Code(ctx, a.ID, theTime())
			if err != nil || c.Reveal() != want || c.Counter != uint64(i) {
				t.Fatalf("%d: %v %v", i, c.Counter, err)
			}
		}
		// A vault that was opened before does not give a code again.
		old, v := p.open(t), p.open(t)
		first, err := v.Code(ctx, a.ID, theTime())
		if err != nil {
			t.Fatal(err)
		}
		second, err := old.Code(ctx, a.ID, theTime())
		if err != nil || first.Counter != 3 || second.Counter != 4 {
			t.Fatal(first.Counter, second.Counter, err)
		}
		if got := old.Accounts()[0]; got.Counter != 5 || got.Uses != 5 || !got.LastUsed.Equal(theTime()) {
			t.Fatalf("%+v", got)
		}
		_, err = v.Edit(ctx, a.ID, func(a *Account) error { a.Counter = 2; return nil })
		var wrong *ParameterError
		if !errors.As(err, &wrong) || wrong.Part != "counter" {
			t.Fatal(err)
		}
		if _, err := v.Edit(ctx, a.ID, func(a *Account) error { a.Counter = maxCounter; return nil }); err != nil {
			t.Fatal(err)
		}
		if _, err := v.Code(ctx, a.ID, theTime()); !errors.As(err, &wrong) {
			t.Fatalf("a counter at its end: %v", err)
		}
	})
}

func TestOneProcessSeesTheChangesOfAnother(t *testing.T) {
	everyKind(t, func(t *testing.T, p place) {
		if !p.again {
			t.Skip("a throwaway vault has one process")
		}
		ctx := t.Context()
		one, two := p.open(t), p.open(t)
		a, err := one.Add(ctx, aKey(t, "A", "me"))
		if err != nil {
			t.Fatal(err)
		}
		if changed, err := two.Refresh(ctx); !changed || err != nil {
			t.Fatal(changed, err)
		}
		if changed, err := two.Refresh(ctx); changed || err != nil {
			t.Fatal(changed, err)
		}
		b, err := two.Add(ctx, aKey(t, "B", "me"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := one.Key(ctx, b.ID); err != nil {
			t.Fatalf("an account that another process has just added: %v", err)
		}
		if _, err := one.Add(ctx, aKey(t, "C", "me")); err != nil {
			t.Fatal(err)
		}
		if err := two.Remove(ctx, a.ID); err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, a := range two.Accounts() {
			names = append(names, a.Issuer)
		}
		if !slices.Equal(names, []string{"B", "C"}) {
			t.Fatal(names)
		}
	})
}

func TestBothCreateAtOnce(t *testing.T) {
	everyKind(t, func(t *testing.T, p place) {
		if !p.again {
			t.Skip("a throwaway vault has one process")
		}
		one, two := p.open(t), p.open(t)
		errs := make(chan error, 2)
		for i, v := range []*Vault{one, two} {
			go func() {
				_, err := v.Add(t.Context(), aKey(t, "A", string(rune('a'+i))))
				errs <- err
			}()
		}
		for range 2 {
			if err := <-errs; err != nil {
				t.Fatal(err)
			}
		}
		if n := len(p.open(t).Accounts()); n != 2 {
			t.Fatal(n)
		}
	})
}

func TestAClosedVaultGivesNothing(t *testing.T) {
	everyKind(t, func(t *testing.T, p place) {
		v := p.open(t)
		a, err := v.Add(t.Context(), aKey(t, "A", "me"))
		if err != nil {
			t.Fatal(err)
		}
		key := v.key
		if key.Len() == 0 {
			t.Fatal("no key was held")
		}
		if err := v.Close(); err != nil {
			t.Fatal(err)
		}
		if key.Len() != 0 {
			t.Fatal("the key was not cleared")
		}
		if _, err := v.Key(t.Context(), a.ID); !errors.Is(err, ErrClosed) {
			t.Fatal(err)
		}
		if _, err := v.Add(t.Context(), aKey(t, "B", "me")); !errors.Is(err, ErrClosed) {
			t.Fatal(err)
		}
		if err := v.Purge(t.Context(), a.ID); !errors.Is(err, ErrClosed) {
			t.Fatal(err)
		}
		if _, err := v.Refresh(t.Context()); !errors.Is(err, ErrClosed) {
			t.Fatal(err)
		}
	})
}

func TestFilesAndFolderArePrivate(t *testing.T) {
	everyKind(t, func(t *testing.T, p place) {
		if !p.disk {
			t.Skip("nothing is on disk")
		}
		v := p.open(t)
		for _, l := range []string{"a", "b", "c", "d", "e"} {
			if _, err := v.Add(t.Context(), aKey(t, "A", l)); err != nil {
				t.Fatal(err)
			}
		}
		info, err := os.Stat(p.dir)
		if err != nil || info.Mode().Perm() != 0o700 {
			t.Fatal(info.Mode(), err)
		}
		entries, err := os.ReadDir(p.dir)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, e := range entries {
			info, err := e.Info()
			if err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: %v %v", e.Name(), info.Mode(), err)
			}
			names = append(names, e.Name())
		}
		want := []string{"accounts.age", "accounts.age.1", "accounts.age.2", "accounts.age.3", "identity.age", "identity.age.1", "vault.json", "vault.lock"}
		if p.name == "keyring" {
			want = []string{"index.age", "index.age.1", "index.age.2", "index.age.3", "vault.json", "vault.lock"}
		}
		if !slices.Equal(names, want) {
			t.Fatal(names)
		}
		// The newest generation is the vault before the last change.
		latest := accountsName
		if p.name == "keyring" {
			latest = indexName
		}
		if err := os.Rename(filepath.Join(p.dir, latest+".1"), filepath.Join(p.dir, latest)); err != nil {
			t.Fatal(err)
		}
		if got := p.open(t).Accounts(); len(got) != 4 {
			t.Fatalf("%d accounts in the generation before", len(got))
		}
	})
}
