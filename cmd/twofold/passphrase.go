package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"

	"twofold/vault"
)

// passphrase answers the file vault's question from the file that was named, or on the terminal. A new passphrase is
// asked twice, and a weak one is called so and taken.
func (a *app) passphrase(ctx context.Context, ask vault.Ask) (vault.Secret, error) {
	if name := a.passphraseSource(); name != "" {
		a.warnIfShared(name)
		return readPassphraseFile(name)
	}
	if !ask.New {
		return a.askPassphrase(ctx, "Passphrase of the vault")
	}
	fmt.Fprintln(a.Err, "Your secrets go into a file under a passphrase.")
	return a.askNewPassphrase(ctx)
}

// freshPassphrase is one to change to, from a file when one is named.
func (a *app) freshPassphrase(ctx context.Context, file string) (vault.Secret, error) {
	if file != "" {
		a.warnIfShared(file)
		return readPassphraseFile(file)
	}
	if _, done, err := a.tty(); err != nil {
		return vault.Secret{}, errNewPassphraseNobody
	} else {
		done()
	}
	return a.askNewPassphrase(ctx)
}

func (a *app) askNewPassphrase(ctx context.Context) (vault.Secret, error) {
	fmt.Fprintln(a.Err, "Nobody can recover a forgotten passphrase: write it down where you keep such things.")
	first, err := a.askPassphrase(ctx, "New passphrase")
	if err != nil {
		return vault.Secret{}, err
	}
	a.warnIfWeak(first)
	second, err := a.askPassphrase(ctx, "The same again")
	if err != nil {
		return vault.Secret{}, err
	}
	if !first.Equal(second) {
		return vault.Secret{}, errPassphrasesDiffer
	}
	return first, nil
}

// warnIfWeak says what a weak passphrase is worth; it is taken all the same.
func (a *app) warnIfWeak(passphrase vault.Secret) {
	if strength := vault.PassphraseStrength(passphrase); strength.Weak() {
		fmt.Fprintf(a.Err, "warning: this passphrase is %s. %s\n", strength.Words, strength.Suggestion)
	}
}

var (
	errPassphrasesDiffer = errors.New("the two passphrases differ; nothing was stored")
	errNoPassphrase      = errors.New("no passphrase was given")

	errNewPassphraseNobody = errors.New("there is no terminal to ask for the new passphrase on")
)

func (a *app) passphraseSource() string {
	if a.passphraseFile != "" {
		return a.passphraseFile
	}
	return a.getenv("TWOFOLD_PASSPHRASE_FILE")
}

func (a *app) askPassphrase(ctx context.Context, prompt string) (vault.Secret, error) {
	line, err := a.askHidden(ctx, prompt)
	if errors.Is(err, errNobodyToAsk) {
		return vault.Secret{}, vault.ErrPassphraseNeeded
	}
	if err != nil {
		return vault.Secret{}, err
	}
	if len(line) == 0 {
		return vault.Secret{}, errNoPassphrase
	}
	defer clear(line)
	return vault.NewSecret(bytes.Clone(line))
}

// warnIfShared says when others than the owner can read the passphrase file. Windows has no such bits.
func (a *app) warnIfShared(name string) {
	info, err := os.Stat(name)
	if err == nil && runtime.GOOS != "windows" && info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0 {
		fmt.Fprintf(a.Err, "warning: others can read the passphrase file; mend it with: chmod 600 %s\n", printable(name))
	}
}

// readPassphraseFile takes the first line of a file, without its line end.
func readPassphraseFile(name string) (vault.Secret, error) {
	f, err := os.Open(name)
	if err != nil {
		return vault.Secret{}, fmt.Errorf("read the passphrase file: %w", err)
	}
	defer f.Close()
	passphrase, err := firstLine(f)
	if err != nil {
		return passphrase, fmt.Errorf("read the passphrase file %s: %w", name, err)
	}
	return passphrase, nil
}

// firstLine is the passphrase that a file or standard input begins with.
func firstLine(from io.Reader) (vault.Secret, error) {
	line, err := bufio.NewReader(io.LimitReader(from, 4096)).ReadBytes('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return vault.Secret{}, err
	}
	defer clear(line)
	line = bytes.TrimRight(line, "\r\n")
	if len(line) == 0 {
		return vault.Secret{}, errNoPassphrase
	}
	return vault.NewSecret(bytes.Clone(line))
}
