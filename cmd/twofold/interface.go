package main

import (
	"context"
	"errors"

	"twofold/qr/capture"
	"twofold/tui"
	"twofold/vault"
)

var errNoTerminal = errors.New("the interface needs a terminal")

// runInterface opens the terminal interface on the accounts.
func (a *app) runInterface(ctx context.Context) error {
	kind, err := a.vaultKind()
	if err != nil {
		return err
	}
	s, err := a.settings()
	if err != nil {
		return err
	}
	return a.showInterface(ctx, a.interfaceOptions(kind, s, tui.ScreenCodes))
}

// interfaceOptions wire the interface to the vault of this computer. A kind that was picked in the environment beats
// the one that the person picks on the first screen.
func (a *app) interfaceOptions(fixed vault.Kind, s settings, first tui.Screen) tui.Options {
	pick := func(kind vault.Kind) vault.Kind {
		if fixed != vault.KindAuto {
			return fixed
		}
		return kind
	}
	notes := &noteTaker{app: a, settings: s}
	return tui.Options{
		Inspect: func(ctx context.Context, kind vault.Kind) (vault.Status, error) {
			return vault.Inspect(ctx, a.vaultDir(), pick(kind))
		},
		Open: func(ctx context.Context, kind vault.Kind, typed vault.Secret) (*vault.Vault, error) {
			v, err := vault.Open(ctx, vault.Options{
				Dir: a.vaultDir(), Kind: pick(kind), Passphrase: a.typedPassphrase(typed), TrashLife: s.trashLife(), Now: a.now,
			})
			notes.opened(v)
			return v, err
		},
		HasPassphrase: a.passphraseSource() != "",
		UnlockKeyring: func(ctx context.Context) error { return vault.UnlockKeyring(ctx, nil) },
		LockAfter:     s.lockAfter,
		TrashDays:     s.trashDays,
		BackupNote:    notes.reminder,
		SnoozeBackup:  notes.snooze,
		Warnings:      notes.warnings,
		Closing:       notes.closing,
		StartVerifier: demoVerifier("plain"),

		LookAtScreen:    capture.Screen,
		LookAtClipboard: capture.Clipboard,

		Now:     a.now,
		Screen:  first,
		Version: version,
	}
}

// typedPassphrase hands the vault what was typed in the interface, or what is in the passphrase file. It never asks:
// the screen belongs to the interface.
func (a *app) typedPassphrase(typed vault.Secret) func(context.Context, vault.Ask) (vault.Secret, error) {
	return func(context.Context, vault.Ask) (vault.Secret, error) {
		if typed.Len() > 0 {
			raw := typed.Reveal()
			defer clear(raw)
			return vault.NewSecret(raw) // a copy: the vault clears what it gets, and may ask again
		}
		if name := a.passphraseSource(); name != "" {
			return readPassphraseFile(name)
		}
		return vault.Secret{}, vault.ErrPassphraseNeeded
	}
}

func (a *app) showInterface(ctx context.Context, o tui.Options) error {
	_, in := terminal(a.In)
	_, out := terminal(a.Out)
	if !in || !out {
		return errNoTerminal
	}
	unhurried()
	return tui.Run(ctx, o)
}
