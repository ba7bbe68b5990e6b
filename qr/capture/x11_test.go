//go:build unix && !darwin

package capture

import (
	"image"
	"image/color"
	"net"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"

	"twofold/qr"
)

// A real browser shows an enrollment page on a real X11 display.
func TestScreenOfX11(t *testing.T) {
	need(t, "Xvfb", "chromium")
	display := startXvfb(t, 24)
	startChromium(t, enrollment, "60,40", "900,700", []string{"DISPLAY=" + display}, "--ozone-platform=x11")
	s := session("DISPLAY=" + display)
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
	display := startXvfb(t, 24)
	for _, monitor := range [][]string{{"left", "600/150x900/250+0+0", "screen"}, {"right", "800/200x900/250+600+0", "none"}} {
		cmd := command("xrandr", append([]string{"--setmonitor"}, monitor...)...)
		cmd.Env = append(cmd.Env, "DISPLAY="+display)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("xrandr: %v: %s", err, out)
		}
	}
	startChromium(t, enrollment, "650,40", "700,700", []string{"DISPLAY=" + display}, "--ozone-platform=x11")
	s := session("DISPLAY=" + display)
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
	s := session("DISPLAY=" + startXvfb(t, 24))
	_, err := s.screen(t.Context())
	wantUnavailable(t, err, "one color")
}

func TestScreenOfX11ThatIsNotThere(t *testing.T) {
	s := session("DISPLAY=:9871")
	_, err := s.screen(t.Context())
	wantUnavailable(t, err, "the display: ")
}

// Not every display has a byte for each color.
func TestScreenOfX11InEachDepth(t *testing.T) {
	need(t, "Xvfb")
	for _, depth := range []int{16, 24, 30} {
		display := startXvfb(t, depth)
		draw(t, display)
		pictures, err := session("DISPLAY=" + display).screen(t.Context())
		if err != nil || len(pictures) != 1 || !shows(pictures[0], enrollment) {
			t.Errorf("%d bits: %d pictures, %v", depth, len(pictures), err)
			continue
		}
		if got := pictures[0].Image.At(1399, 899); got != (color.RGBA{0, 255, 0, 255}) {
			t.Errorf("%d bits: the green corner is %v", depth, got)
		}
	}
}

// draw puts a code on a display, and makes the lower right corner green. It stays until the display ends.
func draw(t *testing.T, display string) {
	t.Helper()
	silence()
	conn, err := xgb.NewConnDisplay(display)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	screen := xproto.Setup(conn).DefaultScreen(conn)
	pixels, err := pixelsOf(xproto.Setup(conn), screen)
	if err != nil {
		t.Fatal(err)
	}
	symbol, err := qr.Encode(enrollment)
	if err != nil {
		t.Fatal(err)
	}
	const module = 5
	black := []xproto.Rectangle{}
	for y := range symbol.Size() {
		for x := range symbol.Size() {
			if symbol.Black(x, y) {
				black = append(black, xproto.Rectangle{X: int16(60 + x*module), Y: int16(60 + y*module), Width: module, Height: module})
			}
		}
	}
	fill(t, conn, screen, screen.WhitePixel, []xproto.Rectangle{{Width: 1400, Height: 900}})
	fill(t, conn, screen, screen.BlackPixel, black)
	fill(t, conn, screen, pixels.green, []xproto.Rectangle{{X: 1390, Y: 890, Width: 10, Height: 10}})
}

func fill(t *testing.T, conn *xgb.Conn, screen *xproto.ScreenInfo, pixel uint32, where []xproto.Rectangle) {
	t.Helper()
	gc, err := xproto.NewGcontextId(conn)
	if err != nil {
		t.Fatal(err)
	}
	if err := xproto.CreateGCChecked(conn, gc, xproto.Drawable(screen.Root), xproto.GcForeground, []uint32{pixel}).Check(); err != nil {
		t.Fatal(err)
	}
	if err := xproto.PolyFillRectangleChecked(conn, xproto.Drawable(screen.Root), gc, where).Check(); err != nil {
		t.Fatal(err)
	}
}

// Two may ask at once, such as somebody who presses the key twice.
func TestScreenOfX11ForSeveralAtOnce(t *testing.T) {
	need(t, "Xvfb")
	display := startXvfb(t, 24)
	draw(t, display)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			pictures, err := session("DISPLAY=" + display).screen(t.Context())
			if err != nil || len(pictures) != 1 || !shows(pictures[0], enrollment) {
				t.Errorf("%d pictures, %v", len(pictures), err)
			}
		})
	}
	all.Wait()
}

func TestScreenOfX11ThatHangs(t *testing.T) {
	display := filepath.Join(tempDir(t), "x:0")
	silent, err := new(net.ListenConfig).Listen(t.Context(), "unix", display)
	if err != nil {
		t.Fatal(err)
	}
	s := session("DISPLAY=" + display)
	s.deadline = 300 * time.Millisecond
	_, err = s.screen(t.Context())
	wantUnavailable(t, err, "the display: it did not answer within 300ms")
	_ = silent.Close() // hangs up on what still waits
}
