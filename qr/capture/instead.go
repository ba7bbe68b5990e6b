package capture

// What works when something else does not. Each sentence can stand alone as a hint.
const (
	saveHere   = "save a screenshot, and name its file: twofold scan FILE"
	saveThere  = "save a screenshot, copy it to this computer, and name the file: twofold scan FILE"
	copyImage  = "copy a picture of the code, and read the clipboard: twofold scan --clipboard"
	seeScreen  = "leave the code on the screen, and read that: twofold scan --screen"
	pasteLink  = "or paste the link, or the key, that the page shows beside the code: twofold add"
	nextToPage = "or run twofold on the computer that shows the page"
)

func (s system) noScreen(why string) *Unavailable {
	u := &Unavailable{What: "the screen", Why: why}
	switch {
	case s.os == "darwin":
		u.Instead = append(u.Instead, "allow your terminal to see the screen: System Settings, Privacy & Security, Screen Recording; then try again")
	case s.wayland() && !s.wsl() && !s.has("grim"):
		u.Instead = append(u.Instead, "install your desktop's part of xdg-desktop-portal, or grim (sway, Hyprland and their like); then try again")
	}
	if s.overSSH() {
		u.Instead = append(u.Instead, saveThere, pasteLink, nextToPage)
		return u
	}
	u.Instead = append(u.Instead, saveHere)
	if _, err := s.clipboardWays(); err == nil {
		u.Instead = append(u.Instead, copyImage)
	}
	u.Instead = append(u.Instead, pasteLink)
	return u
}

func (s system) noClipboard(why string) *Unavailable {
	u := &Unavailable{What: "the clipboard", Why: why}
	if s.overSSH() {
		u.Instead = []string{saveThere, pasteLink, nextToPage}
		return u
	}
	if program := s.clipboardProgram(); program != "" {
		u.Instead = append(u.Instead, "install "+program+", and try again")
	}
	u.Instead = append(u.Instead, saveHere)
	if s.wayland() || s.x11() || s.wsl() || s.os == "windows" || s.os == "darwin" {
		u.Instead = append(u.Instead, seeScreen)
	}
	u.Instead = append(u.Instead, pasteLink)
	return u
}

// clipboardProgram is the package whose program would read this session's clipboard and is absent; empty
// where none has to be installed.
func (s system) clipboardProgram() string {
	switch {
	case s.os == "windows" || s.os == "darwin" || s.wsl():
		return ""
	case s.wayland() && !s.has("wl-paste"):
		return "wl-clipboard"
	case s.x11() && !s.wayland() && !s.has("xclip"):
		return "xclip"
	}
	return ""
}
