//go:build unix && !darwin

package capture

import (
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// nobody is who the compositor runs as when the tests run as root, which sway refuses.
const nobody = 65534

// startSway returns a session in a real Wayland compositor that nobody sees, with two monitors beside each other.
func startSway(t *testing.T) system {
	t.Helper()
	need(t, "sway")
	dir := tempDir(t)
	config := filepath.Join(dir, "config")
	writeFile(t, config, []byte("output HEADLESS-1 resolution 800x600 position 0 0\noutput HEADLESS-2 resolution 1000x700 position 800 0\n"+
		"xwayland disable\nworkspace 1 output HEADLESS-1\nworkspace 2 output HEADLESS-2\nassign [app_id=\".*\"] 2\n"))
	cmd := command("sway", "--config", config)
	cmd.Env = append(cmd.Env, "HOME="+dir, "XDG_RUNTIME_DIR="+dir, "WLR_BACKENDS=headless", "WLR_HEADLESS_OUTPUTS=2",
		"WLR_RENDERER=pixman", "WLR_LIBINPUT_NO_DEVICES=1")
	startAsNobody(t, cmd, dir, config)
	var socket string
	eventually(t, "sway's socket", func() bool {
		found, _ := filepath.Glob(filepath.Join(dir, "wayland-*"))
		for _, path := range found {
			if !strings.HasSuffix(path, ".lock") {
				socket = filepath.Base(path)
			}
		}
		return socket != ""
	})
	return session("WAYLAND_DISPLAY="+socket, "XDG_RUNTIME_DIR="+dir)
}

// startAsNobody starts a program as another user when the tests run as root, and gives that user its files.
func startAsNobody(t *testing.T, cmd *exec.Cmd, files ...string) {
	t.Helper()
	if os.Getuid() != 0 {
		start(t, cmd)
		return
	}
	for _, file := range files {
		if err := os.Chown(file, nobody, nobody); err != nil {
			t.Fatal(err)
		}
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}, Setpgid: true}
	start(t, cmd)
}

// A real browser shows an enrollment page on a real Wayland compositor, on the second of its monitors.
func TestScreenByGrim(t *testing.T) {
	need(t, "sway", "grim", "chromium")
	s := startSway(t)
	startChromium(t, enrollment, "0,0", "900,600",
		[]string{"WAYLAND_DISPLAY=" + s.getenv("WAYLAND_DISPLAY"), "XDG_RUNTIME_DIR=" + s.getenv("XDG_RUNTIME_DIR")}, "--ozone-platform=wayland")
	var pictures []Picture
	eventually(t, "the code of the page", func() bool {
		var err error
		pictures, err = s.screen(t.Context())
		return err == nil && len(pictures) == 1 && shows(pictures[0], enrollment)
	})
	if got := pictures[0].Image.Bounds().Size(); got != (image.Point{1800, 700}) {
		t.Errorf("the picture of both monitors has %v", got)
	}
}

func TestScreenByGrimWithoutACompositor(t *testing.T) {
	need(t, "grim")
	s := session("WAYLAND_DISPLAY=wayland-9", "XDG_RUNTIME_DIR="+t.TempDir())
	_, err := s.screen(t.Context())
	wantUnavailable(t, err, "grim: failed to create display")
}

func TestClipboardOfWayland(t *testing.T) {
	need(t, "sway", "wl-copy", "wl-paste")
	s := startSway(t)
	env := []string{"WAYLAND_DISPLAY=" + s.getenv("WAYLAND_DISPLAY"), "XDG_RUNTIME_DIR=" + s.getenv("XDG_RUNTIME_DIR")}
	testClipboard(t, s, func(data []byte, form string) {
		var args []string
		if form != "" {
			args = []string{"--type", form}
		}
		copyWith(t, env, data, "wl-copy", args...)
	})
}

func TestClipboardOfWaylandWithoutACompositor(t *testing.T) {
	need(t, "wl-paste")
	s := session("WAYLAND_DISPLAY=wayland-9", "XDG_RUNTIME_DIR="+t.TempDir())
	_, err := s.clipboard(t.Context())
	wantUnavailable(t, err, "wl-paste: Failed to connect to a Wayland server")
}
