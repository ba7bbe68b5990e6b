//go:build unix

package capture

import (
	"os/exec"
	"syscall"
)

// endGroup ends what a program has left behind.
func endGroup(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
