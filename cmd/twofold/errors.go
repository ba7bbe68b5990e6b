package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"syscall"

	"twofold/tui/walk"
	"twofold/vault"
	"twofold/verifier/delivery"
	"twofold/verifier/rollout"
	"twofold/verifier/server"
)

// Exit codes are a promise; see docs/cli.md.
const (
	exitDone     = 0
	exitFailed   = 1
	exitUsage    = 2
	exitNotOne   = 3
	exitNoVault  = 4 // locked, or cannot be opened
	exitNoCode   = 5
	exitBadFile  = 6
	exitRefused  = 7
	exitStopped  = 130 // by Ctrl-C, as shells count it
	maxNamed     = 10  // candidates that a hint lists
	keyringHint  = "keep your secrets in a file under a passphrase instead: TWOFOLD_VAULT=file"
	pipeHint     = `pipe it in: printf '%s\n' LINK | twofold add, or run "twofold add" and paste it at the question`
	nothingMoved = "nothing was changed"
)

// wording is one row of the table: an error, the exit code it ends the program with, and what to do next. An empty
// says means the error's own words.
type wording struct {
	is    error
	code  int
	says  string
	hints []string
}

// wordings is the one table from error to words. The first row that fits wins.
var wordings = []wording{
	{is: context.Canceled, code: exitStopped, says: "stopped"},
	{is: errSecretInArguments, code: exitUsage, hints: []string{pipeHint}},
	{is: errNobodyToAsk, code: exitUsage, hints: []string{"--yes answers it"}},
	{is: errNoTerminal, code: exitUsage, hints: []string{`"twofold list" and "twofold code" work in a pipe`}},
	{is: walk.ErrBroken, code: exitFailed},
	{is: errNothingToAdd, code: exitUsage, hints: []string{pipeHint}},
	{is: errLeft, code: exitFailed},
	{is: errPassphrasesDiffer, code: exitFailed, hints: []string{"run the command once more"}},
	{is: errNoClipboard, code: exitFailed, hints: []string{"install wl-clipboard (Wayland) or xclip (X11), or leave out --copy"}},

	{is: errFileThere, code: exitFailed, hints: []string{"nothing was written; name another file, or delete that one"}},
	{is: errNoBackupPlace, code: exitUsage, hints: []string{"name a folder: twofold vault backup /media/stick/"}},
	{is: errNewPassphraseNobody, code: exitUsage, hints: []string{"put the new passphrase into a file that only you can read, and name it: --new-passphrase-file FILE"}},
	{is: errBackupNobody, code: exitUsage, hints: []string{"put the backup's passphrase into a file that only you can read, and name it: --password-file FILE"}},
	{is: errBackupsDiffer, code: exitFailed, hints: []string{"run the command once more"}},
	{is: errSomeRefused, code: exitFailed, hints: []string{"the others are in the vault; the backup still holds them all"}},
	{is: vault.ErrBackupPassphrase, code: exitBadFile, says: "that is not the backup's passphrase", hints: []string{
		nothingMoved + "; the backup has a passphrase of its own, which may not be the vault's",
	}},
	{is: vault.ErrBackupDamaged, code: exitBadFile, hints: []string{nothingMoved + "; take another copy of the file, or an older backup"}},
	{is: vault.ErrNotABackup, code: exitBadFile, hints: []string{"\"twofold vault backup\" makes files that end with .age"}},
	{is: vault.ErrNewerBackup, code: exitBadFile, hints: []string{"install the newer version of twofold; " + nothingMoved}},
	{is: vault.ErrNothingToBackUp, code: exitFailed, hints: []string{"add one: \"twofold add\", or \"twofold scan PICTURE\""}},
	{is: vault.ErrBackupExists, code: exitFailed, hints: []string{"name a folder instead, and the file gets a name of its own"}},
	{is: vault.ErrBackupUnverified, code: exitFailed, hints: []string{"the file was taken away again; is the disk sound? Try another place"}},
	{is: vault.ErrNoBackupPassphrase, code: exitFailed, hints: []string{"set it again: twofold vault backup --auto DIR"}},
	{is: vault.ErrBackupFolder, code: exitFailed, hints: []string{"is the drive mounted? To begin anew there: twofold vault backup --auto DIR"}},

	{is: vault.ErrWrongPassphrase, code: exitNoVault, says: "that is not the vault's passphrase", hints: []string{nothingMoved + "; try again"}},
	{is: vault.ErrPassphraseNeeded, code: exitNoVault, says: "the vault is locked, and there is no terminal to ask for its passphrase on", hints: []string{
		"put the passphrase into a file that only you can read, and name it: --passphrase-file FILE or TWOFOLD_PASSPHRASE_FILE",
	}},
	{is: vault.ErrLocked, code: exitNoVault, says: "the keyring is locked", hints: []string{
		"unlock it: log in to your desktop, or open its password manager (Seahorse, KeePassXC)", "your accounts are in it, nothing is lost",
	}},
	{is: vault.ErrNoKeyring, code: exitNoVault, says: "there is no keyring in this session", hints: []string{
		"run this in your desktop session, where the keyring is", keyringHint,
	}},
	{is: vault.ErrKeyringUnreachable, code: exitNoVault, says: "the keyring does not answer", hints: []string{
		"is its service running? A new login starts it again", "if your accounts are in it, they are still there", keyringHint + " (for new accounts)",
	}},
	{is: vault.ErrIndexMissing, code: exitNoVault, hints: []string{
		"your secrets are still in the keyring; make the list anew from it: twofold vault doctor --rebuild",
	}},
	{is: vault.ErrIndexKeyMissing, code: exitNoVault, hints: []string{
		"another keyring may be in use, or another database of it: open the one that the vault was made with", nothingMoved,
	}},
	{is: vault.ErrMoved, code: exitNoVault, says: "another twofold has moved the vault meanwhile", hints: []string{"run the command once more; " + nothingMoved}},
	{is: vault.ErrCopied, code: exitFailed, hints: []string{
		"do it in the original, or take the original away first; " + nothingMoved,
	}},
	{is: syscall.ENOSPC, code: exitFailed, hints: []string{"make room on the disk, then try again; what was stored before is as it was"}},
	{is: syscall.EROFS, code: exitFailed, hints: []string{"the disk is mounted for reading only; what was stored before is as it was"}},
	{is: vault.ErrSameKind, code: exitUsage, says: "your secrets are there already", hints: []string{"\"twofold vault status\" says where it is"}},
	{is: vault.ErrOccupied, code: exitFailed, says: "this folder has another vault of that kind", hints: []string{
		"join them first: back one up, and restore it into the other (TWOFOLD_VAULT picks one of the two)",
	}},
	{is: vault.ErrExists, code: exitFailed, says: "there is a vault already", hints: []string{"\"twofold vault status\" says where; \"twofold vault move\" takes it elsewhere"}},
	{is: vault.ErrNoPassphrase, code: exitUsage, says: "this vault has no passphrase: its key is in the keyring", hints: []string{"\"twofold vault move file\" puts your secrets under one"}},
	{is: errMendable, code: exitFailed, says: "something is wrong with the vault", hints: []string{"\"twofold vault doctor --fix\" does what the lines say it would"}},
	{is: errUnsound, code: exitFailed, hints: []string{"each line says what you can do"}},
	{is: vault.ErrNothingToRebuild, code: exitFailed, hints: []string{nothingMoved + "; \"twofold vault doctor\" says what is wrong"}},
	{is: vault.ErrNothingInKeyring, code: exitNoVault, hints: []string{"is another keyring in use? secret-tool search --all service twofold", "a backup has everything: twofold vault restore FILE"}},
	{is: vault.ErrNewerFormat, code: exitNoVault, hints: []string{"install the newer version of twofold; nothing was changed"}},
	{is: vault.ErrMoved, code: exitNoVault, hints: []string{"another twofold moved the vault just now; try again"}},
	{is: vault.ErrBusy, code: exitNoVault, hints: []string{"wait for the other twofold to finish, then try again"}},
	{is: vault.ErrDamaged, code: exitBadFile, hints: []string{
		nothingMoved + "; \"twofold vault doctor\" says what can be mended, and --fix does it",
	}},
	{is: vault.ErrSecretMissing, code: exitFailed, hints: []string{"was the item deleted from the keyring, or is another keyring in use?"}},

	{is: syscall.EADDRINUSE, code: exitFailed, says: "another program listens on that port already", hints: []string{
		"take a free one: twofold serve --listen 127.0.0.1:0",
	}},
	{is: delivery.ErrPasswordInURL, code: exitUsage, hints: []string{
		"put it into a file that only you can read, and name that: …?password-file=FILE",
	}},
	{is: server.ErrUnknownStore, code: exitUsage, hints: []string{"see \"twofold serve --help\""}},
	{is: rollout.ErrUnknown, code: exitUsage, hints: []string{"\"twofold rollout list\" tells them apart"}},
	{is: rollout.ErrTooLarge, code: exitBadFile, hints: []string{"\"twofold rollout show plain\" is what one looks like"}},
	{is: errMistakenRollout, code: exitBadFile, hints: []string{"each is named with its line; \"twofold rollout show plain\" is a whole one"}},
	{is: errNotAKey, code: exitBadFile, hints: []string{"a page that enrolls shows a link that begins with otpauth://, or a key of letters and digits"}},
	{is: errNoPassphrase, code: exitNoVault},
	{is: errTrashEmpty, code: exitNotOne, hints: []string{`"twofold list" shows the accounts that are not in it`}},
	{is: errLineTooLong, code: exitBadFile},
	{is: vault.ErrEmptySecret, code: exitBadFile, hints: []string{"ask the page that gave it for a new code, or for the key as text"}},
	{is: vault.ErrBeforeEpoch, code: exitUsage, hints: []string{"--at wants a time after 1970"}},
}

// outcome is how a run ends: its exit code, its line and its hints.
type outcome struct {
	code  int
	says  string
	hints []string
}

// outcomeOf finds the words for an error.
func outcomeOf(err error) outcome {
	var notOne *notOneError
	if errors.As(err, &notOne) {
		return outcome{exitNotOne, err.Error(), notOne.hints()}
	}
	var keyring *vault.KeyringError
	if errors.As(err, &keyring) && !errors.Is(err, context.Canceled) {
		return keyringOutcome(keyring)
	}
	for _, row := range slices.Concat(wordings, transferWordings, scanWordings) {
		if errors.Is(err, row.is) {
			says := row.says
			if says == "" {
				says = err.Error()
			}
			return outcome{row.code, says, row.hints}
		}
	}
	if o, ok := unavailableOutcome(err); ok {
		return o
	}
	var lost *vault.UnreadableError
	if errors.As(err, &lost) {
		return outcome{exitFailed, fmt.Sprintf("the secrets of %s cannot be read", count(len(lost.Accounts), "account")), append(named(lost.Accounts),
			"nothing was moved; \"twofold vault doctor\" says more. Bring them back from a backup, or remove them")}
	}
	var room roomError
	if errors.As(err, &room) {
		return outcome{exitFailed, err.Error(), []string{
			"make the window larger, or its letters smaller, and try again", "or make a picture of it: --png FILE",
		}}
	}
	var twin *vault.DuplicateError
	if errors.As(err, &twin) {
		return outcome{exitFailed, "there is such an account already: " + nameOf(twin.Existing) + ", with the same secret", []string{nothingMoved}}
	}
	var misset *settingsError
	if errors.As(err, &misset) {
		return outcome{exitBadFile, "the settings cannot be read: " + err.Error(), []string{"correct the file, or move it away; docs/vault.md lists the settings"}}
	}
	var incomplete *vault.IncompleteBackupError
	if errors.As(err, &incomplete) {
		return outcome{exitFailed, err.Error(), []string{"no backup was made; --partial makes one without them"}}
	}
	var unsafe *vault.PermissionsError
	if errors.As(err, &unsafe) {
		return outcome{exitNoVault, fmt.Sprintf("%v: %s", vault.ErrUnsafePermissions, unsafe.Path), []string{unsafe.Mend}}
	}
	var far *server.NotLoopbackError
	if errors.As(err, &far) {
		return outcome{exitUsage, fmt.Sprintf("only this computer is served (loopback), not %s", far.Addr), []string{
			"whoever reaches a verifier with lab controls can move its clock and read its events", "--listen 127.0.0.1:8200",
		}}
	}
	var mistaken *rollout.MistakesError
	if errors.As(err, &mistaken) {
		count := "a mistake in the roll-out"
		if n := len(mistaken.Mistakes); n > 1 {
			count = fmt.Sprintf("%d mistakes in the roll-out, the first", n)
		}
		return outcome{exitBadFile, fmt.Sprintf("%s: %v", count, mistaken.Mistakes[0]), []string{
			"\"twofold rollout check FILE\" names them all",
		}}
	}
	var usage usageError
	if errors.As(err, &usage) {
		return outcome{exitUsage, usage.Error(), []string{fmt.Sprintf("see \"%s --help\"", usage.command)}}
	}
	var badURI *vault.KeyURIError
	var badSecret *vault.SecretError
	var badParameter *vault.ParameterError
	if errors.As(err, &badURI) || errors.As(err, &badSecret) || errors.As(err, &badParameter) {
		return outcome{exitBadFile, err.Error(), []string{"ask the page that gave it for a new code, or for the key as text"}}
	}
	var unopened openError
	if errors.As(err, &unopened) {
		return outcome{exitNoVault, err.Error(), []string{"\"twofold vault status\" says where the vault is"}}
	}
	if errors.Is(err, fs.ErrNotExist) {
		return outcome{exitFailed, err.Error(), []string{"check the path"}}
	}
	if errors.Is(err, fs.ErrPermission) {
		return outcome{exitFailed, err.Error(), []string{"whose is it, and may you change it? \"twofold vault doctor\" looks at the vault's own folder"}}
	}
	return outcome{code: exitFailed, says: err.Error()}
}

func (e *notOneError) hints() []string {
	if e.all == 0 {
		return []string{`add one: "twofold add", or "twofold scan PICTURE"`}
	}
	if len(e.candidates) == 0 && e.trash {
		return []string{`"twofold trash" shows what can be restored`}
	}
	if len(e.candidates) == 0 {
		return []string{`"twofold list" shows what there is`}
	}
	return append([]string{"name it as issuer:label, or by more of its words:"}, named(e.candidates)...)
}

// named lists accounts, as many as a hint can have.
func named(accounts []vault.Account) []string {
	var lines []string
	for i, acc := range accounts {
		if i == maxNamed {
			return append(lines, fmt.Sprintf("  and %d more", len(accounts)-i))
		}
		lines = append(lines, "  "+nameOf(acc)+"   "+acc.ID)
	}
	return lines
}

// report writes an error as "error:" and "hint:" lines and returns the exit code.
func report(w io.Writer, err error) int {
	if err == nil {
		return exitDone
	}
	o := outcomeOf(err)
	fmt.Fprintf(w, "error: %s\n", strings.ReplaceAll(o.says, "\n", "; "))
	for _, hint := range o.hints {
		fmt.Fprintf(w, "hint: %s\n", hint)
	}
	return o.code
}
