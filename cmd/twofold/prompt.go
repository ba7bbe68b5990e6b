package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"twofold/vault"
)

// errNobodyToAsk says that a question came up where no terminal is there to answer it.
var errNobodyToAsk = errors.New("this needs an answer, and there is no terminal to ask on")

// confirm asks a yes-or-no question on the terminal; anything but y or yes is no. With yes it does not ask.
func (a *app) confirm(question string, yes bool) (bool, error) {
	if yes {
		return true, nil
	}
	if !a.interactive() {
		return false, errNobodyToAsk
	}
	fmt.Fprintf(a.Err, "%s [y/N] ", question)
	line, err := a.readLine()
	if err != nil {
		return false, err
	}
	switch strings.ToLower(line) {
	case "y", "yes":
		return true, nil
	}
	return false, nil
}

// readLine reads one line from standard input byte by byte, so that nothing behind it is swallowed.
func (a *app) readLine() (string, error) {
	var line []byte
	one := make([]byte, 1)
	for len(line) < 4096 {
		n, err := a.In.Read(one)
		if n == 1 {
			if one[0] == '\n' {
				break
			}
			line = append(line, one[0])
		}
		if errors.Is(err, io.EOF) && len(line) > 0 {
			break
		}
		if err != nil {
			return "", fmt.Errorf("read the answer: %w", err)
		}
	}
	return strings.TrimSpace(string(line)), nil
}

// askHidden asks for a line that is not shown while it is typed. It talks to the terminal itself where there is one,
// also when standard input is a pipe.
func (a *app) askHidden(prompt string) ([]byte, error) {
	tty, done, err := a.tty()
	if err != nil {
		return nil, err
	}
	defer done()
	talk := io.Writer(tty)
	if _, ok := terminal(a.Err); ok {
		talk = a.Err
	}
	fmt.Fprintf(talk, "%s: ", prompt)
	line, err := term.ReadPassword(int(tty.Fd()))
	fmt.Fprintln(talk)
	if err != nil {
		return nil, fmt.Errorf("read from the terminal: %w", err)
	}
	return line, nil
}

func (a *app) tty() (*os.File, func(), error) {
	if in, ok := terminal(a.In); ok {
		return in, func() {}, nil
	}
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nil, nil, errNobodyToAsk
	}
	return tty, func() { _ = tty.Close() }, nil
}

// passphrase answers the file vault's question from the file that was named, or on the terminal. A new passphrase is
// asked twice.
func (a *app) passphrase(_ context.Context, ask vault.Ask) (vault.Secret, error) {
	if name := a.passphraseSource(); name != "" {
		return readPassphraseFile(name)
	}
	if !ask.New {
		return a.askPassphrase("Passphrase of the vault")
	}
	fmt.Fprintln(a.Err, "This computer has no keyring that answers, so your secrets go into a file under a passphrase.")
	fmt.Fprintln(a.Err, "Nobody can recover a forgotten passphrase: write it down where you keep such things.")
	first, err := a.askPassphrase("New passphrase")
	if err != nil {
		return vault.Secret{}, err
	}
	second, err := a.askPassphrase("The same again")
	if err != nil {
		return vault.Secret{}, err
	}
	if !first.Equal(second) {
		return vault.Secret{}, errPassphrasesDiffer
	}
	return first, nil
}

var errPassphrasesDiffer = errors.New("the two passphrases differ; nothing was stored")

func (a *app) passphraseSource() string {
	if a.passphraseFile != "" {
		return a.passphraseFile
	}
	return a.getenv("TWOFOLD_PASSPHRASE_FILE")
}

func (a *app) askPassphrase(prompt string) (vault.Secret, error) {
	line, err := a.askHidden(prompt)
	if errors.Is(err, errNobodyToAsk) {
		return vault.Secret{}, vault.ErrPassphraseNeeded
	}
	if err != nil {
		return vault.Secret{}, err
	}
	defer clear(line)
	return vault.NewSecret(bytes.Clone(line))
}

// readPassphraseFile takes the first line of a file, without its line end.
func readPassphraseFile(name string) (vault.Secret, error) {
	f, err := os.Open(name)
	if err != nil {
		return vault.Secret{}, fmt.Errorf("read the passphrase file: %w", err)
	}
	defer f.Close()
	line, err := bufio.NewReader(io.LimitReader(f, 4096)).ReadBytes('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return vault.Secret{}, fmt.Errorf("read the passphrase file: %w", err)
	}
	defer clear(line)
	line = bytes.TrimRight(line, "\r\n")
	if len(line) == 0 {
		return vault.Secret{}, fmt.Errorf("the passphrase file %s is empty", name)
	}
	return vault.NewSecret(bytes.Clone(line))
}
