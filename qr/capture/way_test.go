package capture

import (
	"errors"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// sessionWith is a system on which only the programs named are installed.
func sessionWith(goos, env, programs string) system {
	s := session(strings.Fields(env)...)
	s.os = goos
	s.lookPath = func(program string) (string, error) {
		if slices.Contains(strings.Fields(programs), program) {
			return "/bin/" + program, nil
		}
		return "", exec.ErrNotFound
	}
	return s
}

const (
	aBus = " DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere/bus"
	ssh  = " SSH_CONNECTION=192.0.2.1"
)

func TestWaysThatASessionHas(t *testing.T) {
	for _, c := range []struct {
		name, os, env, programs string
		screen, clipboard       string // the ways in their order; or, after a !, a part of why there is none
	}{
		{"X11", "linux", "DISPLAY=:0" + aBus, "xclip grim wl-paste", "the display", "xclip"},
		{"X11 with xsel too", "linux", "DISPLAY=:0", "xsel xclip", "the display", "xclip xsel"},
		{"X11 with xsel alone", "linux", "DISPLAY=:0", "xsel", "the display", "xsel"},
		{"X11 without a program", "linux", "DISPLAY=:0", "", "the display", "!xclip is not installed"},
		{"X11 on FreeBSD", "freebsd", "DISPLAY=:0", "xclip", "the display", "xclip"},
		{"X11 by its session's type", "linux", "DISPLAY=:0 XDG_SESSION_TYPE=x11" + aBus, "xclip", "the display", "xclip"},
		{"Wayland", "linux", "WAYLAND_DISPLAY=wayland-0" + aBus, "wl-paste grim", "the desktop portal grim", "wl-paste"},
		{"Wayland with XWayland", "linux", "WAYLAND_DISPLAY=wayland-0 DISPLAY=:0" + aBus, "wl-paste xclip", "the desktop portal", "wl-paste xclip"},
		{"XWayland by its session's type", "linux", "XDG_SESSION_TYPE=wayland DISPLAY=:0" + aBus, "grim xclip", "the desktop portal", "xclip"},
		{"Wayland without a bus", "linux", "WAYLAND_DISPLAY=wayland-0", "grim", "grim", "!wl-clipboard is not installed"},
		{"Wayland without anything", "linux", "WAYLAND_DISPLAY=wayland-0 DISPLAY=:0", "", "!without a session bus, and grim is not installed", "!wl-clipboard is not installed"},
		{"a console", "linux", "XDG_SESSION_TYPE=tty" + aBus, "grim xclip wl-paste", "!no display here", "!no display here"},
		{"SSH", "linux", ssh + aBus, "grim xclip wl-paste", "!over SSH", "!over SSH"},
		{"SSH with X11 forwarded", "linux", "DISPLAY=localhost:10.0" + ssh, "xclip", "the display", "xclip"},
		{"WSL", "linux", "WSL_DISTRO_NAME=Debian WAYLAND_DISPLAY=wayland-0 DISPLAY=:0" + aBus, "powershell.exe grim wl-paste", "PowerShell", "PowerShell"},
		{"WSL without Windows' PATH", "linux", "WSL_INTEROP=/run/WSL/1", windowsPowerShell, "PowerShell", "PowerShell"},
		{"WSL without Windows", "linux", "WSL_DISTRO_NAME=Debian DISPLAY=:0", "xclip", "!powershell.exe", "!powershell.exe"},
		{"macOS", "darwin", "", "screencapture pbpaste osascript", "screencapture", "pbpaste"},
		{"macOS with XQuartz", "darwin", "DISPLAY=:0", "screencapture pbpaste xclip", "screencapture", "pbpaste"},
		{"macOS over SSH", "darwin", ssh, "screencapture pbpaste", "!over SSH", "!over SSH"},
		{"Windows", "windows", "", "powershell.exe", "the display PowerShell", "PowerShell"},
		{"Windows without PowerShell", "windows", "", "", "the display", "!powershell.exe"},
		{"Windows over SSH", "windows", ssh, "powershell.exe", "!over SSH", "!over SSH"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := sessionWith(c.os, c.env, c.programs)
			ways, err := s.screenWays()
			checkWays(t, "the screen", ways, err, c.screen)
			ways, err = s.clipboardWays()
			checkWays(t, "the clipboard", ways, err, c.clipboard)
		})
	}
}

func checkWays(t *testing.T, what string, ways []way, err error, want string) {
	t.Helper()
	why, none := strings.CutPrefix(want, "!")
	if !none {
		var got []string
		for _, w := range ways {
			got = append(got, string(w))
		}
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%s: %q, %v; want %q", what, got, err, want)
		}
		return
	}
	var u *Unavailable
	if !errors.As(err, &u) || u.What != what || !strings.Contains(u.Why, why) {
		t.Fatalf("%s: %v, want one because of %q", what, err, why)
	}
	if len(u.Instead) < 2 {
		t.Errorf("%s: %v names no way that works: %q", what, err, u.Instead)
	}
}

// What is named instead works there, as far as the session tells.
func TestInsteadNamesWhatWorks(t *testing.T) {
	for _, c := range []struct {
		name     string
		u        *Unavailable
		has, not string
	}{
		{"over SSH, files and links", sessionWith("linux", ssh, "").noScreen("x"), "copy it to this computer", "--clipboard"},
		{"over SSH, no screen instead of a clipboard", sessionWith("linux", ssh, "").noClipboard("x"), "copy it to this computer", "--screen"},
		{"a console has neither", sessionWith("linux", "", "").noScreen("x"), "twofold scan FILE", "--clipboard"},
		{"a console has no screen", sessionWith("linux", "", "").noClipboard("x"), "twofold scan FILE", "--screen"},
		{"X11 has its clipboard", sessionWith("linux", "DISPLAY=:0", "xclip").noScreen("x"), "--clipboard", "install"},
		{"X11 wants its program", sessionWith("linux", "DISPLAY=:0", "").noClipboard("x"), "install xclip", "wl-clipboard"},
		{"Wayland wants its program", sessionWith("linux", "WAYLAND_DISPLAY=w DISPLAY=:0", "").noClipboard("x"), "install wl-clipboard", "xclip"},
		{"Wayland wants grim or a portal", sessionWith("linux", "WAYLAND_DISPLAY=w", "wl-paste").noScreen("x"), "xdg-desktop-portal, or grim", "install xclip"},
		{"macOS asks for a permission", sessionWith("darwin", "", "").noScreen("x"), "Screen Recording", "install"},
	} {
		said := strings.Join(c.u.Instead, "\n")
		if !strings.Contains(said, c.has) || strings.Contains(said, c.not) {
			t.Errorf("%s: it says\n%s", c.name, said)
		}
	}
}
