//go:build !linux

package vault

import "time"

var began = time.Now()

// processorTime is the wall clock's time where a process's own is not to be had.
func processorTime() time.Duration { return time.Since(began) }
