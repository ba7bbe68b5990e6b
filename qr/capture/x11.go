//go:build unix && !darwin

package capture

import (
	"context"
	"fmt"
	"image"
	"io"
	"log"
	"slices"
	"sync"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xinerama"
	"github.com/jezek/xgb/xproto"
)

// silence keeps the X11 library from writing its troubles to standard error, into the middle of a screen;
// they come back as errors as well.
var silence = sync.OnceFunc(func() { xgb.Logger = log.New(io.Discard, "", 0) })

// monitors takes a picture of each monitor of an X11 display.
//
// The pixels come over the connection. Memory that is shared with the server would be quicker, but the
// library for that, kbinani/screenshot, makes it with mode 0777: for as long as it is there, everybody on
// the computer may read what is on the screen. It also fails where the display is behind SSH.
func (s system) monitors(ctx context.Context) (pictures []Picture, err error) {
	silence()
	conn, err := xgb.NewConnDisplay(s.getenv("DISPLAY"))
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, conn.Close)()
	defer func() {
		if r := recover(); r != nil { // the library trusts the server's lengths
			pictures, err = nil, fmt.Errorf("its answer cannot be read: %v", r)
		}
	}()
	screen := xproto.Setup(conn).DefaultScreen(conn)
	pixels, err := pixelsOf(xproto.Setup(conn), screen)
	if err != nil {
		return nil, err
	}
	for _, bounds := range monitorBounds(conn, screen) {
		img, err := take(conn, screen, pixels, bounds)
		if err != nil {
			return nil, err
		}
		pictures = append(pictures, Picture{Image: img})
	}
	return pictures, nil
}

// monitorBounds are the places of the monitors on the screen, or the whole of it where the server does
// not tell. Mirrored ones show the same.
func monitorBounds(conn *xgb.Conn, screen *xproto.ScreenInfo) []image.Rectangle {
	whole := image.Rect(0, 0, int(screen.WidthInPixels), int(screen.HeightInPixels))
	if xinerama.Init(conn) != nil {
		return []image.Rectangle{whole}
	}
	reply, err := xinerama.QueryScreens(conn).Reply()
	if err != nil {
		return []image.Rectangle{whole}
	}
	var all []image.Rectangle
	for _, m := range reply.ScreenInfo {
		at := image.Pt(int(m.XOrg), int(m.YOrg))
		bounds := image.Rectangle{at, at.Add(image.Pt(int(m.Width), int(m.Height)))}.Intersect(whole)
		if !bounds.Empty() && !slices.Contains(all, bounds) && len(all) < maxMonitors {
			all = append(all, bounds)
		}
	}
	if len(all) == 0 {
		return []image.Rectangle{whole}
	}
	return all
}

func take(conn *xgb.Conn, screen *xproto.ScreenInfo, pixels pixelFormat, bounds image.Rectangle) (image.Image, error) {
	if err := checkSize(bounds.Dx(), bounds.Dy()); err != nil {
		return nil, err
	}
	reply, err := xproto.GetImage(conn, xproto.ImageFormatZPixmap, xproto.Drawable(screen.Root), int16(bounds.Min.X), int16(bounds.Min.Y),
		uint16(bounds.Dx()), uint16(bounds.Dy()), 0xffffffff).Reply()
	if err != nil {
		return nil, err
	}
	defer clear(reply.Data)
	return pixels.picture(reply.Data, bounds.Size())
}
