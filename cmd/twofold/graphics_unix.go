//go:build unix

package main

import (
	"errors"
	"os"
	"regexp"
	"time"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// question writes to a terminal and gives what it answers, up to and with the text that ends matches; empty where that
// does not come in time. The answers are neither echoed nor left for the shell.
//
// It does not ask from the background, where touching the terminal stops a program, and not where keys wait to be
// read: they are somebody else's.
func question(terminal *os.File, text string, ends *regexp.Regexp, patience time.Duration) string {
	fd := int(terminal.Fd())
	if group, err := unix.IoctlGetInt(fd, unix.TIOCGPGRP); err != nil || group != unix.Getpgrp() {
		return ""
	}
	before, err := term.MakeRaw(fd)
	if err != nil {
		return ""
	}
	defer func() { _ = term.Restore(fd, before) }()
	if readable(fd, 0) {
		return ""
	}
	if _, err := terminal.WriteString(text); err != nil {
		return ""
	}
	defer func() { _, _ = terminal.WriteString(wipeLine) }()
	answers := make([]byte, 0, 1024)
	for len(answers) < cap(answers) && readable(fd, patience) { // one that has begun to answer gets as long again
		n, err := unix.Read(fd, answers[len(answers):cap(answers)])
		if err != nil || n <= 0 {
			return ""
		}
		answers = answers[:len(answers)+n]
		for _, b := range answers[len(answers)-n:] {
			if b == 3 { // Ctrl-C, which is a plain letter meanwhile
				_ = unix.Kill(unix.Getpid(), unix.SIGINT)
				return ""
			}
		}
		if ends.Match(answers) {
			return string(answers)
		}
	}
	return ""
}

// readable waits until there is something to read.
func readable(fd int, patience time.Duration) bool {
	for deadline := time.Now().Add(patience); ; {
		wait := max(0, time.Until(deadline))
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, int((wait+time.Millisecond-1)/time.Millisecond))
		if !errors.Is(err, unix.EINTR) {
			return err == nil && n == 1
		}
	}
}

// cellOf is the size of a cell by the size of the window, where the terminal tells the system that.
func cellOf(terminal *os.File) sides {
	size, err := unix.IoctlGetWinsize(int(terminal.Fd()), unix.TIOCGWINSZ)
	if err != nil || size.Col == 0 || size.Row == 0 {
		return sides{}
	}
	return sides{int(size.Xpixel) / int(size.Col), int(size.Ypixel) / int(size.Row)}
}
