package capture

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
	"unicode"

	"twofold/qr"
)

const (
	maxOutput = qr.MaxFileSize // bytes of a program's answer
	maxTalk   = 4 << 10        // bytes of what it says on standard error
	maxReason = 200            // runes of that in an error
	// afterwards is how long something that a program left behind may hold its pipes open.
	afterwards = time.Second
)

// exitError is a program that ended with a failure; its words are the reason.
type exitError struct {
	err  error
	said string // one line of standard error
}

func (e *exitError) Error() string {
	if e.said == "" {
		return e.err.Error()
	}
	return e.said
}

func (e *exitError) Unwrap() error { return e.err }

// output runs a program and returns what it wrote. No shell is between, and no secret among the arguments.
// When ctx or the deadline ends, whatever the program has started ends with it.
func (s system) output(ctx context.Context, program string, args ...string) ([]byte, error) {
	path, err := s.lookPath(program)
	if err != nil {
		return nil, errors.New("it is not installed")
	}
	ctx, cancel := context.WithTimeout(ctx, s.deadline)
	defer cancel()
	out, talk := &bounded{most: maxOutput, over: cancel}, &bounded{most: maxTalk}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr, cmd.WaitDelay = s.environ(), out, talk, afterwards
	inGroup(cmd)
	err = cmd.Run()
	switch {
	case out.full:
		clear(out.kept.Bytes())
		return nil, fmt.Errorf("it wrote more than %d MiB", maxOutput>>20)
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		clear(out.kept.Bytes())
		return nil, fmt.Errorf("it took longer than %s", s.deadline)
	case err != nil && !errors.Is(err, exec.ErrWaitDelay):
		clear(out.kept.Bytes())
		return nil, &exitError{err, oneLine(talk.kept.String())}
	}
	return out.kept.Bytes(), nil
}

// bounded keeps the first bytes of what is written. More of it calls over, or is dropped. The buffer is not
// embedded: its ReadFrom would take the writing over, and know no bound.
type bounded struct {
	kept bytes.Buffer
	most int
	full bool
	over func()
}

func (b *bounded) Write(p []byte) (int, error) {
	room := b.most - b.kept.Len()
	if len(p) <= room {
		return b.kept.Write(p)
	}
	b.kept.Write(p[:room])
	b.full = true
	if b.over != nil {
		b.over()
	}
	return len(p), nil
}

// oneLine is a program's talk as a part of a sentence, without anything that a terminal would obey.
func oneLine(talk string) string {
	words := strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, talk)), " ")
	if runes := []rune(words); len(runes) > maxReason {
		words = string(runes[:maxReason]) + "…"
	}
	return words
}
