package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// errNobodyToAsk says that a question came up where no terminal is there to answer it.
var errNobodyToAsk = errors.New("this needs an answer, and there is no terminal to ask on")

// confirm asks a yes-or-no question on the terminal; anything but y or yes is errLeft. With yes it does not ask. Where
// standard input or the talk goes elsewhere it asks on the terminal itself.
func (a *app) confirm(ctx context.Context, question string, yes bool) error {
	if yes {
		return nil
	}
	if !a.attended() {
		return errNobodyToAsk
	}
	tty, done, err := a.tty()
	if err != nil {
		return err
	}
	defer done()
	fmt.Fprintf(a.talkTo(tty), "%s [y/N] ", question)
	line, err := readLineFrom(ctx, tty)
	if err != nil {
		return err
	}
	switch strings.ToLower(line) {
	case "y", "yes":
		return nil
	}
	return errLeft
}

// attended reports whether a person is there to be asked: one of the streams is a terminal, and the terminal can be
// opened. A script, whose streams are all redirected, is asked nothing.
func (a *app) attended() bool {
	for _, stream := range []any{a.In, a.Err, a.Out} {
		if _, ok := terminal(stream); ok {
			_, done, err := a.tty()
			if err != nil {
				return false
			}
			done()
			return true
		}
	}
	return false
}

// talkTo is where a question goes: with the other talk, where that is seen.
func (a *app) talkTo(tty io.Writer) io.Writer {
	if _, ok := terminal(a.Err); ok {
		return a.Err
	}
	return tty
}

// await waits for read, which blocks on a terminal, until ctx is done. Nothing can call read back then, so its goroutine
// stays behind; the program ends right after.
func await[T any](ctx context.Context, read func() (T, error)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	answered := make(chan answer, 1)
	go func() {
		value, err := read()
		answered <- answer{value, err}
	}()
	select {
	case got := <-answered:
		return got.value, got.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// readLine reads one line from standard input.
func (a *app) readLine(ctx context.Context) (string, error) { return readLineFrom(ctx, a.In) }

// readLineFrom reads one line byte by byte, so that nothing behind it is swallowed.
func readLineFrom(ctx context.Context, in io.Reader) (string, error) {
	line, err := await(ctx, func() ([]byte, error) { return lineOf(in) })
	if err != nil {
		return "", fmt.Errorf("read the answer: %w", err)
	}
	return strings.TrimSpace(string(line)), nil
}

func lineOf(in io.Reader) ([]byte, error) {
	var line []byte
	one := make([]byte, 1)
	for len(line) < 4096 {
		n, err := in.Read(one)
		if n == 1 {
			if one[0] == '\n' {
				return line, nil
			}
			line = append(line, one[0])
		}
		if errors.Is(err, io.EOF) && len(line) > 0 {
			return line, nil
		}
		if err != nil {
			return nil, err
		}
	}
	return line, nil
}

// askHidden asks for a line that is not shown while it is typed. It talks to the terminal itself where there is one,
// also when standard input is a pipe. Ctrl-C leaves the terminal as it was.
func (a *app) askHidden(ctx context.Context, prompt string) ([]byte, error) {
	tty, done, err := a.tty()
	if err != nil {
		return nil, err
	}
	defer done()
	talk := a.talkTo(tty)
	before, err := term.GetState(int(tty.Fd()))
	if err != nil {
		return nil, fmt.Errorf("read from the terminal: %w", err)
	}
	fmt.Fprintf(talk, "%s: ", prompt)
	line, err := await(ctx, func() ([]byte, error) { return term.ReadPassword(int(tty.Fd())) })
	fmt.Fprintln(talk)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read from the terminal: %w", err), term.Restore(int(tty.Fd()), before))
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
