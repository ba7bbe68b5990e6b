package vault

import (
	"time"

	"golang.org/x/sys/unix"
)

// processorTime is what this process has computed so far, the collector of
// garbage included.
func processorTime() time.Duration {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &ts); err != nil {
		return 0
	}
	return time.Duration(ts.Nano())
}
