package tui

import (
	"context"
	"fmt"
	"testing"

	tea "charm.land/bubbletea/v2"

	"twofold/vault"
)

// noVault makes a desk on which nothing exists yet.
func noVault(kind vault.Kind, keyring vault.KeyringState) func(*Options, *desk) {
	return func(o *Options, d *desk) {
		o.Inspect = func(context.Context, vault.Kind) (vault.Status, error) {
			return vault.Status{Dir: "/home/ada/.local/share/twofold", Kind: kind, Keyring: keyring}, nil
		}
	}
}

var gnome = vault.KeyringState{Provider: "GNOME Keyring", State: vault.StateUsable}

func TestFirstStartSaysWhereSecretsWillLive(t *testing.T) {
	d := newDesk(t, 80, 24, noVault(vault.KindKeyring, gnome)).start()
	d.shows("Your secrets will live in this computer's keyring (GNOME Keyring).", "A file under a passphrase is the other way:  f",
		"p  read a QR picture", "k  type the key", "paste an otpauth:// link", "d  see a whole login")
	d.press("f")
	d.shows("in a file under a passphrase, in", "This computer's keyring is the other way:  f")
	d.press("f", "k")
	d.shows("Type the key", "throwaway · 0 accounts")
}

func TestPasteOnTheFirstStartGoesToTheConfirmation(t *testing.T) {
	d := newDesk(t, 80, 24, noVault(vault.KindKeyring, gnome)).start()
	d.paste(newLink)
	d.shows("Wikipedia · ada@example.com", "⏎ add")
	d.press("enter")
	d.shows("Added Wikipedia", "1 account")
}

func TestNewFileVaultWantsItsPassphraseTwice(t *testing.T) {
	var typed string
	d := newDesk(t, 80, 24, func(o *Options, d *desk) {
		noVault(vault.KindFile, vault.KeyringState{State: vault.StateAbsent, Err: vault.ErrNoKeyring})(o, d)
		o.Open = func(_ context.Context, kind vault.Kind, p vault.Secret) (*vault.Vault, error) {
			typed = string(kind) + " " + string(p.Reveal())
			return d.vault, nil
		}
	}).start()
	d.shows("There is no keyring here.")
	d.paste(newLink)
	d.shows("A passphrase for your secrets", "Nobody can recover it", "then add Wikipedia · ada@example.com.")
	d.press("enter")
	d.shows("An empty passphrase protects nothing.")
	d.press("correct horse", "enter", "correct house", "enter")
	d.shows("The two are not the same.")
	d.hides("correct", "house")
	d.press("correct horse", "enter")
	if typed != "file correct horse" {
		t.Fatalf("opened with %q", typed)
	}
	d.shows("Wikipedia · ada@example.com", "⏎ add") // what was pasted is not lost
}

var noKeyring = vault.KeyringState{State: vault.StateAbsent, Err: vault.ErrNoKeyring}

// TestEmptyFileVaultAsksForNoPassphrase: it is made with its first account, and
// would have forgotten the passphrase until then.
func TestEmptyFileVaultAsksForNoPassphrase(t *testing.T) {
	d := newDesk(t, 80, 24, noVault(vault.KindFile, noKeyring)).start()
	d.press("enter")
	d.shows("Welcome to Twofold.")
	d.press("?")
	d.hides("begin with an empty list")
	d = newDesk(t, 80, 24, func(o *Options, d *desk) {
		noVault(vault.KindFile, noKeyring)(o, d)
		o.HasPassphrase = true
	}).start()
	d.press("enter")
	d.shows("No accounts yet")
}

func TestPasteIsNoPartOfAPassphrase(t *testing.T) {
	for _, size := range [][2]int{{40, 12}, {80, 24}} {
		opened := ""
		d := newDesk(t, size[0], size[1], func(o *Options, d *desk) {
			noVault(vault.KindFile, noKeyring)(o, d)
			o.Open = func(_ context.Context, _ vault.Kind, p vault.Secret) (*vault.Vault, error) {
				opened = string(p.Reveal())
				return d.vault, nil
			}
		}).start()
		d.paste(newLink)
		d.shows("Once more")
		d.press("correct horse")
		for _, pasted := range []string{newLink, newLink[4:], "/home/ada/qr.png"} {
			d.paste(pasted)
			d.shows("Finish the passphrase", "paste again.")
		}
		d.press("enter")
		d.paste(newLink)
		d.press("correct horse", "enter")
		if opened != "correct horse" {
			t.Fatalf("opened with %q", opened)
		}
		d.shows("Wikipedia · ada@example.com", "⏎ add")
	}
	d := newDesk(t, 80, 24, noVault(vault.KindFile, noKeyring)).start()
	d.press("k", newLink, "enter") // typed by a terminal without paste marks
	d.shows("Finish the passphrase first, then paste again.")
	d.press("esc")
	d.paste(newLink)
	d.press("esc", "k", "correct horse", "enter", "correct horse", "enter")
	d.shows("Type the key") // what was gone back from does not come again
}

func TestWrongPassphraseIsSaidAndTriedAgain(t *testing.T) {
	d := newDesk(t, 80, 24, func(o *Options, d *desk) {
		o.Inspect = func(context.Context, vault.Kind) (vault.Status, error) {
			return vault.Status{Dir: "/home/ada", Kind: vault.KindFile, Exists: true}, nil
		}
		o.Open = func(_ context.Context, _ vault.Kind, p vault.Secret) (*vault.Vault, error) {
			switch {
			case p.Len() == 0:
				return nil, fmt.Errorf("open vault: %w", vault.ErrPassphraseNeeded)
			case string(p.Reveal()) != "q?right":
				return nil, fmt.Errorf("open vault: %w", vault.ErrWrongPassphrase)
			}
			return d.vault, nil
		}
	}).furnish().start()
	d.shows("Your vault is locked", "Passphrase")
	d.press("wrong", "enter")
	d.shows("That passphrase does not open this vault. Nothing was changed.")
	d.press("q?right", "enter") // q and ? are letters here
	d.shows("GitHub", "6 accounts")
}

func TestKeyringTroublesAreThreeMessages(t *testing.T) {
	for _, c := range []struct {
		err           error
		title, remedy string
	}{
		{vault.ErrLocked, "The keyring is locked.", "Unlock it"},
		{vault.ErrNoKeyring, "There is no keyring here.", "desktop session that the vault was made in"},
		{vault.ErrKeyringUnreachable, "The keyring does not answer.", "no reason to start over"},
	} {
		t.Run(c.title, func(t *testing.T) {
			mended := false
			d := newDesk(t, 80, 24, func(o *Options, d *desk) {
				o.Inspect = func(context.Context, vault.Kind) (vault.Status, error) {
					s := vault.Status{Dir: "/home/ada", Kind: vault.KindKeyring, Exists: true}
					if !mended {
						s.Err = c.err
					}
					return s, nil
				}
			}).furnish().start()
			d.shows(c.title, c.remedy, "r  look now", "looks again by itself")
			d.hides("in a file under a passphrase") // never an empty vault beside a full one
			d.press("f")
			d.shows(c.title)
			mended = true
			d.press("r")
			d.shows("GitHub")
		})
	}
}

func TestSlowOpeningSaysSo(t *testing.T) {
	d := newDesk(t, 80, 24, nil)
	d.send(tea.WindowSizeMsg{Width: 80, Height: 24})
	d.hides("Opening")
	d.send(slow{}) // and the answer is not there yet
	d.shows("Opening the vault…")
	d.start().hides("Opening")
}
