package capture

import (
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"
)

// system is the computer and the session as this package sees them. The environment is read nowhere else.
type system struct {
	os       string // as runtime.GOOS
	getenv   func(string) string
	lookPath func(program string) (string, error)

	deadline time.Duration // of a program, and of a display
	patience time.Duration // of a person whom the desktop may ask
}

// Windows' PowerShell takes some seconds to start on a slow disk; a person looks for a dialog longer.
func here() system {
	return system{
		os: runtime.GOOS, getenv: os.Getenv, lookPath: exec.LookPath,
		deadline: 20 * time.Second, patience: 2 * time.Minute,
	}
}

// variables are what the programs that are started find their session by.
var variables = []string{"DISPLAY", "XAUTHORITY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR", "XDG_SESSION_TYPE", "DBUS_SESSION_BUS_ADDRESS"}

// environ is the environment of a program that is started.
func (s system) environ() []string {
	env := slices.DeleteFunc(os.Environ(), func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		return slices.Contains(variables, name)
	})
	for _, name := range variables {
		if value := s.getenv(name); value != "" {
			env = append(env, name+"="+value)
		}
	}
	if s.os == "darwin" {
		env = append(env, "LC_ALL=en_US.UTF-8") // pbpaste writes what it is told here, by default not UTF-8
	}
	return env
}

func (s system) has(program string) bool {
	_, err := s.lookPath(program)
	return err == nil
}

func (s system) overSSH() bool { return s.getenv("SSH_CONNECTION") != "" || s.getenv("SSH_TTY") != "" }

// wayland is also so where an X11 display is there as well: that is XWayland, whose picture of the screen
// is black.
func (s system) wayland() bool {
	return s.getenv("WAYLAND_DISPLAY") != "" || strings.EqualFold(s.getenv("XDG_SESSION_TYPE"), "wayland")
}

func (s system) x11() bool { return s.getenv("DISPLAY") != "" }

// wsl is Linux within Windows, where the browser is most often one of Windows'.
func (s system) wsl() bool {
	return s.os == "linux" && (s.getenv("WSL_DISTRO_NAME") != "" || s.getenv("WSL_INTEROP") != "")
}

// windowsPowerShell is where WSL finds it when Windows' PATH is left out of Linux's.
const windowsPowerShell = "/mnt/c/Windows/System32/WindowsPowerShell/v1.0/powershell.exe"

// powerShell is the program of that name, empty without one.
func (s system) powerShell() string {
	for _, program := range []string{"powershell.exe", windowsPowerShell} {
		if s.has(program) {
			return program
		}
	}
	return ""
}
