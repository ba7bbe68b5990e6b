package capture

import (
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/windows"
)

// inGroup keeps a program's window away, which would be in the picture. The program is killed by itself:
// PowerShell, the only one here, starts no other.
func inGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{HideWindow: true, CreationFlags: windows.CREATE_NO_WINDOW}
}

// isOurs is never asked here: there is no desktop portal.
func isOurs(os.FileInfo) bool { return false }
