//go:build !linux

package tui

import "time"

var start = time.Now()

// cpuTime is the wall clock's time where a thread's own is not to be had.
func cpuTime() time.Duration { return time.Since(start) }
