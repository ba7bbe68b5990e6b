package tui

import (
	"time"

	"golang.org/x/sys/unix"
)

// cpuTime is what this thread has computed so far: what a key costs, whatever
// else the machine is doing.
func cpuTime() time.Duration {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &ts); err != nil {
		return 0
	}
	return time.Duration(ts.Nano())
}
