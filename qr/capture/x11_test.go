//go:build unix && !darwin

package capture

import (
	"image"
	"testing"
)

// onDisplay is a session on an X11 display; the library that takes the picture reads the process's environment.
func onDisplay(t *testing.T, display string) system {
	t.Helper()
	t.Setenv("DISPLAY", display)
	t.Setenv("XDG_SESSION_TYPE", "x11")
	return session("DISPLAY=" + display)
}

// A real browser shows an enrollment page on a real X11 display.
func TestScreenOfX11(t *testing.T) {
	need(t, "Xvfb", "chromium")
	display := startXvfb(t)
	startChromium(t, enrollment, "60,40", "900,700", []string{"DISPLAY=" + display}, "--ozone-platform=x11")
	s := onDisplay(t, display)
	eventually(t, "the code of the page", func() bool {
		pictures, err := s.screen(t.Context())
		return err == nil && len(pictures) == 1 && shows(pictures[0], enrollment)
	})
	pictures, err := s.screen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := pictures[0].Image.Bounds(); got != image.Rect(0, 0, 1400, 900) || pictures[0].Name != "" {
		t.Errorf("the only monitor is %q, %v", pictures[0].Name, got)
	}
}

// The display has two monitors beside each other, and the page is on the second.
func TestScreenOfX11HasAPictureForEachMonitor(t *testing.T) {
	need(t, "Xvfb", "chromium", "xrandr")
	display := startXvfb(t)
	for _, monitor := range [][]string{{"left", "600/150x900/250+0+0", "screen"}, {"right", "800/200x900/250+600+0", "none"}} {
		cmd := command("xrandr", append([]string{"--setmonitor"}, monitor...)...)
		cmd.Env = append(cmd.Env, "DISPLAY="+display)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("xrandr: %v: %s", err, out)
		}
	}
	startChromium(t, enrollment, "650,40", "700,700", []string{"DISPLAY=" + display}, "--ozone-platform=x11")
	s := onDisplay(t, display)
	var pictures []Picture
	eventually(t, "the code of the page", func() (ok bool) {
		pictures, _ = s.screen(t.Context())
		return len(pictures) == 2 && shows(pictures[1], enrollment)
	})
	if shows(pictures[0], enrollment) {
		t.Error("the first monitor shows what is on the second")
	}
	for i, want := range []image.Point{{600, 900}, {800, 900}} {
		if got := pictures[i].Image.Bounds().Size(); got != want {
			t.Errorf("%s has %v, want %v", pictures[i].Name, got, want)
		}
	}
	if pictures[0].Name != "monitor 1" || pictures[1].Name != "monitor 2" {
		t.Errorf("they are called %q and %q", pictures[0].Name, pictures[1].Name)
	}
}

func TestScreenOfX11ThatIsBlack(t *testing.T) {
	s := onDisplay(t, startXvfb(t))
	_, err := s.screen(t.Context())
	wantUnavailable(t, err, "one color")
}

func TestScreenOfX11ThatIsNotThere(t *testing.T) {
	s := onDisplay(t, ":9871")
	_, err := s.screen(t.Context())
	wantUnavailable(t, err, "the display: ")
}
