// Command twofold is both sides of two-factor login in one program: an authenticator for people without a phone, and
// a verifier to log in to.
//
// This package joins the rooms and knows no rules of its own: it reads flags, opens a vault or a verifier, and writes
// the answer on standard output and the talk on standard error. The table in errors.go is the only place where an
// error becomes words and an exit code.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

func main() {
	harden()
	debug.SetGCPercent(hasty)
	os.Exit(report(os.Stderr, run(interrupted(), os.Args[1:], stdio{os.Stdin, os.Stdout, os.Stderr}, os.Getenv)))
}

// hasty is how far memory may grow before it is collected, in percent, in a command that ends at once: a third of the
// time of "twofold code" went into collecting. What stays calls unhurried.
const hasty = 400

func unhurried() { debug.SetGCPercent(100) }

// interrupted is done at the first Ctrl-C or SIGTERM; a second one ends the program as the system does.
func interrupted() context.Context {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx
}
