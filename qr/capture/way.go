package capture

import (
	"context"
	"fmt"
	"slices"
)

// way is one way to the screen or the clipboard, by the name that people know it under.
type way string

const (
	byDisplay       way = "the display" // X11's, or that of Windows
	byPortal        way = "the desktop portal"
	byGrim          way = "grim"
	byScreencapture way = "screencapture"
	byPowerShell    way = "PowerShell"

	byWlPaste way = "wl-paste"
	byXclip   way = "xclip"
	byXsel    way = "xsel"
	byPbpaste way = "pbpaste"
)

// screenWays are the ways to a picture of the screen that may work in this session, the best one first.
//
//	Windows            the display, PowerShell
//	WSL                PowerShell: what Linux draws there is not the screen
//	macOS              screencapture
//	Wayland            the desktop portal, grim; never X11, which is XWayland then, and black
//	X11                the display
//	SSH, a console     none; nor on a far Mac or Windows, whose screen is not before the person
func (s system) screenWays() ([]way, error) {
	switch {
	case (s.os == "windows" || s.os == "darwin") && s.overSSH():
		return nil, s.noScreen("this is a session over SSH")
	case s.os == "windows":
		return s.present(byDisplay, byPowerShell), nil
	case s.os == "darwin":
		return []way{byScreencapture}, nil
	case s.wsl() && s.powerShell() == "":
		return nil, s.noScreen("this is WSL, and powershell.exe, which sees Windows' screen, is not found")
	case s.wsl():
		return []way{byPowerShell}, nil
	case s.wayland():
		if ways := s.present(byPortal, byGrim); len(ways) > 0 {
			return ways, nil
		}
		return nil, s.noScreen("this is a Wayland session without a session bus, and grim is not installed")
	case s.x11():
		return []way{byDisplay}, nil
	case s.overSSH():
		return nil, s.noScreen("this is a session over SSH, without a display")
	}
	return nil, s.noScreen("there is no display here (neither WAYLAND_DISPLAY nor DISPLAY is set)")
}

// clipboardWays are the ways to the clipboard that may work in this session, the best one first. On
// Wayland X11's programs are the second ones: XWayland is given the same clipboard.
func (s system) clipboardWays() ([]way, error) {
	var ways []way
	switch {
	case (s.os == "windows" || s.os == "darwin") && s.overSSH():
		return nil, s.noClipboard("this is a session over SSH, which does not reach the clipboard before you")
	case s.os == "windows" || s.wsl():
		if ways = s.present(byPowerShell); len(ways) == 0 {
			return nil, s.noClipboard("powershell.exe, which reads Windows' clipboard, is not found")
		}
		return ways, nil
	case s.os == "darwin":
		return []way{byPbpaste}, nil
	case s.wayland():
		ways = append(ways, byWlPaste)
	case !s.x11() && s.overSSH():
		return nil, s.noClipboard("this is a session over SSH, which does not reach the clipboard before you")
	case !s.x11():
		return nil, s.noClipboard("there is no display here (neither WAYLAND_DISPLAY nor DISPLAY is set)")
	}
	if s.x11() {
		ways = append(ways, byXclip, byXsel)
	}
	if ways = s.present(ways...); len(ways) == 0 {
		return nil, s.noClipboard(s.clipboardProgram() + " is not installed")
	}
	return ways, nil
}

// present leaves those of the ways whose means are there.
func (s system) present(ways ...way) []way {
	return slices.DeleteFunc(ways, func(w way) bool {
		switch w {
		case byPortal:
			return s.bus() == ""
		case byPowerShell:
			return s.powerShell() == ""
		case byGrim:
			return s.getenv("WAYLAND_DISPLAY") == "" || !s.has("grim")
		case byWlPaste, byXclip, byXsel:
			return !s.has(string(w))
		}
		return false
	})
}

func (s system) screenBy(ctx context.Context, w way) ([]Picture, error) {
	switch w {
	case byDisplay:
		return s.display(ctx)
	case byPortal:
		return s.portal(ctx)
	case byGrim:
		return s.grim(ctx)
	case byScreencapture:
		return s.screencapture(ctx)
	case byPowerShell:
		return s.windowsScreen(ctx)
	}
	return nil, fmt.Errorf("no way to the screen is called %s", w)
}

func (s system) clipboardBy(ctx context.Context, w way) (Clip, error) {
	switch w {
	case byWlPaste:
		return s.selection(ctx, wlPaste)
	case byXclip:
		return s.selection(ctx, xclip)
	case byXsel:
		return s.xsel(ctx)
	case byPbpaste:
		return s.pasteboard(ctx)
	case byPowerShell:
		return s.windowsClipboard(ctx)
	}
	return Clip{}, fmt.Errorf("no way to the clipboard is called %s", w)
}
