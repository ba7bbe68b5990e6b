package tui

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"twofold/tui/widget"
	"twofold/vault"
)

// allServices are the hooks that a program may have, all of them.
func allServices(o *Options, _ *desk) {
	o.UnlockKeyring = func(context.Context) error { return nil }
	o.SnoozeBackup = func() error { return nil }
	o.BackupNote = func() string { return "No backup was made yet." }
	o.TrashDays = 30
}

// fileDesk is a desk on a real file vault with a passphrase that is typed;
// every opening gives a new *vault.Vault, as in the program.
func fileDesk(t *testing.T, change func(*Options, *desk)) (*desk, *[]*vault.Vault) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "vault")
	var opened []*vault.Vault
	open := func(ctx context.Context, p vault.Secret) (*vault.Vault, error) {
		return vault.Open(ctx, vault.Options{Dir: dir, Kind: vault.KindFile, Passphrase: func(context.Context, vault.Ask) (vault.Secret, error) {
			if p.Len() == 0 {
				return vault.Secret{}, vault.ErrPassphraseNeeded
			}
			return vault.NewSecret(p.Reveal())
		}})
	}
	d := newDesk(t, 100, 24, func(o *Options, d *desk) {
		p, err := vault.NewSecret([]byte("correct horse"))
		if err != nil {
			t.Fatal(err)
		}
		if d.vault, err = open(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		o.Inspect = func(ctx context.Context, _ vault.Kind) (vault.Status, error) {
			return vault.Inspect(ctx, dir, vault.KindFile)
		}
		o.Open = func(ctx context.Context, _ vault.Kind, p vault.Secret) (*vault.Vault, error) {
			v, err := open(ctx, p)
			if err == nil {
				opened = append(opened, v)
			}
			return v, err
		}
		if change != nil {
			change(o, d)
		}
	})
	t.Cleanup(func() { _ = d.vault.Close() })
	return d, &opened
}

// TestLockForgetsEverySecret looks at the memory of the secrets themselves.
func TestLockForgetsEverySecret(t *testing.T) {
	v := newMany(t, 30)
	d := deskOf(t, v)
	v.accounts[3].Type = vault.HOTP
	d.run(d.model.codes.Init())
	d.press("enter")
	if d.copied() != codeAt(t, d.now) {
		t.Fatalf("copied %s", d.copied())
	}
	if len(v.given) != 30 {
		t.Fatalf("%d secrets were given out", len(v.given))
	}
	owned := d.model.vault
	d.press("l")
	d.shows("Locked.  ⏎ unlocks")
	d.hides(widget.Group(codeAt(t, d.now)), "GitHub", "accounts")
	for i, s := range v.given {
		if s.Len() != 0 {
			t.Errorf("secret %d has %d bytes after the lock", i, s.Len())
		}
	}
	if d.copied() != "" {
		t.Error("the clipboard still has our code")
	}
	if _, err := owned.Key(t.Context(), "x"); err == nil || !strings.Contains(err.Error(), "closed") {
		t.Errorf("the vault was not closed: %v", err)
	}
	if n := d.model.codes.Held(); n != 0 {
		t.Errorf("%d secrets are held", n)
	}
}

// TestAnswersAfterTheLockBringNothingBack holds a fetch back until after it.
func TestAnswersAfterTheLockBringNothingBack(t *testing.T) {
	v := newMany(t, 200)
	d := deskOf(t, v)
	v.given = nil
	m, cmd := d.model.Update(tea.KeyPressMsg{Code: tea.KeyEnd})
	d.model = m.(Model)
	d.press("l")
	if len(v.given) != 0 {
		t.Fatal("the fetch was not held back")
	}
	d.run(cmd) // now it is answered
	if len(v.given) == 0 {
		t.Fatal("nothing was fetched")
	}
	for i, s := range v.given {
		if s.Len() != 0 {
			t.Fatalf("secret %d of an answer that came late has %d bytes", i, s.Len())
		}
	}
	if n := d.model.codes.Held(); n != 0 {
		t.Errorf("%d secrets are held", n)
	}
	d.shows("Locked.")
}

func TestLockedFileVaultAsksForItsPassphrase(t *testing.T) {
	d, opened := fileDesk(t, nil)
	d.furnish().start()
	d.press("correct horse", "enter")
	d.shows("GitHub", "6 accounts")
	d.press("down", "down", "down")
	d.shows("▌   KOR")
	d.press("l")
	d.shows("Your vault is locked", "Passphrase")
	d.hides("GitHub")
	d.press("correct hearse", "enter")
	d.shows("That passphrase does not open this vault.")
	d.press("correct horse", "enter")
	d.shows("GitHub", "6 accounts", "▌   KOR")
	if len(*opened) != 2 {
		t.Fatalf("%d vaults were opened", len(*opened))
	}
	if _, err := (*opened)[0].Key(t.Context(), "x"); err == nil || !strings.Contains(err.Error(), "closed") {
		t.Errorf("the first one is still open: %v", err)
	}
	d.later(time.Second)
	if n := len(d.model.owned.vaults); n != 1 {
		t.Errorf("%d vaults are kept for the end", n)
	}
}

func TestIdleLocks(t *testing.T) {
	d := newDesk(t, 100, 24, func(o *Options, _ *desk) { o.LockAfter = 5 * time.Minute }).furnish().start()
	d.later(4 * time.Minute)
	d.press("down")
	d.later(4 * time.Minute)
	d.paste("nothing in particular")
	d.later(4 * time.Minute)
	d.send(tea.MouseClickMsg{})
	d.later(4 * time.Minute)
	d.shows("GitHub")
	d.later(time.Minute)
	d.shows("Locked.", "No key was pressed for 5 minutes.")
	d.later(time.Hour)
	d.shows("Locked.")
	d = newDesk(t, 100, 24, nil).furnish().start()
	d.later(1000 * time.Hour)
	d.shows("GitHub") // 0 is never
}

// TestLockForgetsWhatIsBeingAdded: the typed key, and the one of a confirmation.
func TestLockForgetsWhatIsBeingAdded(t *testing.T) {
	idle := func(o *Options, _ *desk) { o.LockAfter = time.Minute }
	d := newDesk(t, 100, 24, idle).furnish().start()
	d.press("a", "k", "GEZDGNBVGY3TQOJQ")
	d.later(time.Minute)
	d.shows("Locked.")
	if strings.Contains(fmt.Sprintf("%+v", d.model), "GEZDGNBVGY3TQOJQ") {
		t.Error("the typed key is still in memory")
	}
	d = newDesk(t, 100, 24, idle).furnish().start()
	d.paste(newLink)
	shown := d.model.add.Secrets()
	if len(shown) != 1 || shown[0].Len() == 0 {
		t.Fatalf("%d secrets are shown", len(shown))
	}
	d.later(time.Minute)
	d.shows("Locked.")
	if shown[0].Len() != 0 {
		t.Error("the secret of the confirmation is still in memory")
	}
}

// TestLockWaitsForAnAddition: an account that is being stored is stored whole,
// and its secret is forgotten after.
func TestLockWaitsForAnAddition(t *testing.T) {
	d := newDesk(t, 100, 24, func(o *Options, _ *desk) { o.LockAfter = time.Minute }).furnish().start()
	d.paste(newLink)
	shown := d.model.add.Secrets()
	m, storing := d.model.Update(tea.KeyPressMsg{Code: tea.KeyEnter})
	d.model = m.(Model)
	d.now = d.now.Add(time.Minute)
	m, closing := d.model.Update(tick(d.now))
	d.model = m.(Model)
	d.shows("Locked.")
	if shown[0].Len() == 0 {
		t.Fatal("a secret was cleared while it was being stored")
	}
	d.run(storing)
	if n := len(d.vault.Accounts()); n != 7 {
		t.Fatalf("%d accounts", n)
	}
	k, err := d.vault.Key(t.Context(), d.vault.Accounts()[6].ID)
	if err != nil || k.Secret.Len() == 0 {
		t.Fatalf("the account has no secret: %v", err)
	}
	d.run(closing)
	if shown[0].Len() != 0 {
		t.Error("the secret is still in memory")
	}
	d.shows("Locked.")
}

func TestMadeCodesAreForgotten(t *testing.T) {
	d := newDesk(t, 100, 24, nil).furnish().start()
	d.press("/door", "enter", "esc")
	d.shows("755 224")
	d.press("l")
	d.hides("755 224")
	if strings.Contains(fmt.Sprintf("%+v", d.model), "755224") {
		t.Error("a code that was made is still in memory")
	}
}

// TestNothingLocksTheDemo: there is nothing to unlock.
func TestNothingLocksTheDemo(t *testing.T) {
	d := newDesk(t, 100, 24, func(o *Options, _ *desk) { o.Open, o.Screen, o.LockAfter = nil, ScreenHandshake, time.Minute }).start()
	d.press("l")
	d.later(time.Hour)
	d.hides("Locked")
}

// TestPasteWhileLockedIsAddedAfter: nothing a person brings is lost.
func TestPasteWhileLockedIsAddedAfter(t *testing.T) {
	d := newDesk(t, 100, 24, func(o *Options, d *desk) {
		openings := 0
		o.Open = func(context.Context, vault.Kind, vault.Secret) (*vault.Vault, error) {
			if openings++; openings == 2 {
				d.vault = vault.Throwaway(vault.Options{})
			}
			return d.vault, nil
		}
	}).furnish().start()
	d.press("l")
	d.paste(newLink)
	d.shows("Locked.", "Then you can add Wikipedia · ada@example.com.")
	d.press("enter")
	d.shows("Wikipedia · ada@example.com", "⏎ add")
}

// TestMovedVaultIsOpenedWhereItIs: another process moved it to another kind.
func TestMovedVaultIsOpenedWhereItIs(t *testing.T) {
	v := newMany(t, 3)
	d := deskOf(t, v)
	d.model.unlock = newDesk(t, 120, 40, nil).furnish().model.unlock
	v.refresh = fmt.Errorf("look: %w", vault.ErrMoved)
	d.later(time.Second)
	d.shows("6 accounts", "Another program moved the vault.")
	for i, s := range v.given {
		if s.Len() != 0 {
			t.Errorf("secret %d of the vault before is still in memory", i)
		}
	}
}

// TestMoveToAFileSaysWhyItAsks: its passphrase was not asked for before.
func TestMoveToAFileSaysWhyItAsks(t *testing.T) {
	d, _ := fileDesk(t, nil)
	d.furnish().start()
	d.press("correct horse", "enter")
	d.shows("GitHub")
	m, cmd := d.model.moved()
	d.model = m
	d.run(cmd)
	d.shows("Your vault is locked", "Another program moved the vault.", "Passphrase")
}

// TestLockBehindTheDemo: the demo is open to whoever cannot unlock, and leads
// back to the lock.
func TestLockBehindTheDemo(t *testing.T) {
	d := newDesk(t, 100, 24, func(o *Options, _ *desk) { o.LockAfter = time.Minute }).furnish().start()
	d.press("tab")
	d.later(time.Minute)
	d.shows("Locked.")
	d.press("d")
	d.hides("Locked.")
	d.press("esc")
	d.shows("Locked.")
	d.hides("GitHub")
	d.press("?")
	d.shows("unlock")
	d.press("esc", "enter")
	d.shows("GitHub", "6 accounts")
}

// TestLockedFileVaultWithItsPassphraseElsewhere wants no more than a key.
func TestLockedFileVaultWithItsPassphraseElsewhere(t *testing.T) {
	d := newDesk(t, 100, 24, nil)
	m, _ := d.model.unlock.Locked(vault.KindFile, true, "")
	if !m.Typing() {
		t.Error("a file vault's passphrase is not asked for")
	}
	d = newDesk(t, 100, 24, func(o *Options, _ *desk) { o.HasPassphrase = true })
	m, _ = d.model.unlock.Locked(vault.KindFile, true, "")
	if m.Typing() {
		t.Error("a passphrase is asked for that is known")
	}
}

// TestTypedPassphraseIsForgotten: at once where the vault is there, and with
// the lock where it is made with its first account.
func TestTypedPassphraseIsForgotten(t *testing.T) {
	for _, exists := range []bool{true, false} {
		var typed vault.Secret
		d := newDesk(t, 100, 24, func(o *Options, d *desk) {
			o.Inspect = func(context.Context, vault.Kind) (vault.Status, error) {
				return vault.Status{Dir: "/home/ada", Kind: vault.KindFile, Exists: exists}, nil
			}
			o.Open = func(_ context.Context, _ vault.Kind, p vault.Secret) (*vault.Vault, error) {
				if p.Len() == 0 {
					return nil, vault.ErrPassphraseNeeded
				}
				typed = p
				return d.vault, nil
			}
		}).start()
		if exists {
			d.press("correct horse", "enter")
		} else {
			d.press("k", "correct horse", "enter", "correct horse", "enter", "esc", "esc")
			if typed.Len() == 0 {
				t.Fatal("the passphrase of a vault that is to be made is gone")
			}
			d.press("l")
			d.shows("Welcome") // nothing was made, so nothing is locked
		}
		if typed.Len() != 0 {
			t.Errorf("exists %v: the typed passphrase is still in memory", exists)
		}
	}
}
