package tui

import (
	"context"
	"io"
	"time"

	"twofold/qr/capture"
	"twofold/vault"
	"twofold/verifier/api"
)

// Screen names one of the screens to begin with.
type Screen string

// The screens to begin with.
const (
	ScreenCodes     Screen = "codes" // or what has to come before it
	ScreenHandshake Screen = "handshake"
)

// Options wire the interface to the world. Everything but the clock is asked
// in commands and may block.
type Options struct {
	// Inspect says what Open would do, without doing it. KindAuto leaves the
	// choice to whoever wired this.
	Inspect func(ctx context.Context, kind vault.Kind) (vault.Status, error)
	// Open opens the vault. passphrase is empty unless one was typed; then a
	// hook may take one from elsewhere (a file), or answer
	// vault.ErrPassphraseNeeded. The vault is closed when the program ends.
	// A new file vault wants its passphrase when the first account is added, so
	// the hook keeps what it got for vault.Options.Passphrase to give then.
	// Without Open there is no list of accounts: the demo alone.
	Open func(ctx context.Context, kind vault.Kind, passphrase vault.Secret) (*vault.Vault, error)
	// HasPassphrase tells that Open knows a passphrase from elsewhere; then none
	// is asked for a new file vault.
	HasPassphrase bool
	// UnlockKeyring asks the keyring to unlock and waits until the person has
	// answered its question, or for ctx. Nil means that it cannot be asked.
	UnlockKeyring func(ctx context.Context) error
	// LockAfter is the time without a key, a paste or a click after which the
	// interface locks by itself; 0 is never. Time asleep counts.
	LockAfter time.Duration
	// TrashDays is how many days a removed account is kept; 0 is for ever.
	TrashDays int
	// BackupNote is a reminder of a backup that is due; nil or "" is none.
	// SnoozeBackup puts it off; nil means that it cannot be put off. Warnings are
	// what else the person should know, such as a backup that failed, the most
	// urgent first. They are asked every few seconds while a vault is open.
	BackupNote   func() string
	SnoozeBackup func() error
	Warnings     func() []string
	// Closing is told of each vault that is open when the program ends, before it
	// is closed; the terminal is the person's again by then. It may be nil.
	Closing func(*vault.Vault)
	// StartVerifier starts a verifier for the handshake screen; stop ends it.
	// Without it the screen says that there is none.
	StartVerifier func(ctx context.Context) (client *api.Client, stop func(), err error)
	// LookAtScreen and LookAtClipboard bring pictures; one that is nil is not
	// offered.
	LookAtScreen    func(ctx context.Context) ([]capture.Picture, error)
	LookAtClipboard func(ctx context.Context) (capture.Clip, error)
	// Now is the clock of the codes; nil means time.Now.
	Now func() time.Time
	// Screen is where to begin; empty means ScreenCodes.
	Screen Screen
	// Play lets the handshake go on by itself.
	Play bool
	// Version is shown with all keys.
	Version string

	// Input, Output and Environ replace the terminal; nil means the process's own.
	Input   io.Reader
	Output  io.Writer
	Environ []string
	// Width and Height are the size to begin with; 0 asks the terminal.
	Width, Height int
}
