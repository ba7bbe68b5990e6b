package store

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"

	"twofold/verifier"
)

// guarded turns a panic into an error: the store serves others too. The error
// has the panic's type and place, and never its value, which may be a secret.
func guarded(change func(verifier.Tx) error, tx verifier.Tx) (err error) {
	defer func() {
		if caught := recover(); caught != nil {
			err = fmt.Errorf("use store: panic of type %T at %s", caught, panicPlace())
		}
	}()
	return change(tx)
}

// panicPlace gives the file and line that panicked, and the function. It is
// called by the deferred function that recovered, whose callers are still those
// of the panic.
func panicPlace() string {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	panicking := false
	for {
		frame, more := frames.Next()
		inRuntime := strings.HasPrefix(frame.Function, "runtime.")
		switch {
		case inRuntime:
			panicking = true
		case panicking:
			return fmt.Sprintf("%s:%d (%s)", filepath.Base(frame.File), frame.Line, frame.Function)
		}
		if !more {
			return "a place unknown"
		}
	}
}
