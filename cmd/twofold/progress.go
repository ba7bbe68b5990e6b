package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
)

// progress says on a terminal how far something is that takes long; hear is told, and end wipes the line.
func (a *app) progress(doing string) (hear func(done, total int), end func()) {
	if _, person := terminal(a.Err); !person {
		return nil, func() {}
	}
	const patience = 500 * time.Millisecond
	const often = 100 * time.Millisecond
	last, width := time.Now().Add(patience-often), 0
	hear = func(done, total int) {
		if time.Since(last) < often {
			return
		}
		last = time.Now()
		line := fmt.Sprintf("%s: %d of %d", doing, done, total)
		width = max(width, ansi.StringWidth(line))
		fmt.Fprintf(a.Err, "\r%s", line)
	}
	return hear, func() {
		if width > 0 {
			fmt.Fprintf(a.Err, "\r%s\r", strings.Repeat(" ", width))
		}
	}
}
