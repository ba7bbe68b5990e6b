package main

import (
	"fmt"
	"time"

	"twofold/vault"
)

// progress shows how much of a long work is done, on a terminal alone. done takes the line away again.
func (a *app) progress(what string) (tell vault.Progress, done func()) {
	out, ok := terminal(a.Err)
	if !ok {
		return nil, func() {}
	}
	began, shown := time.Now(), time.Time{}
	tell = func(n, total int) {
		now := time.Now()
		if now.Sub(began) < 150*time.Millisecond || now.Sub(shown) < 50*time.Millisecond {
			return // short works do not flicker
		}
		shown = now
		fmt.Fprintf(out, "\r%s: %d of %d \x1b[K", what, n, total)
	}
	return tell, func() {
		if !shown.IsZero() {
			fmt.Fprint(out, "\r\x1b[K")
		}
	}
}
