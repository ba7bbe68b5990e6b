package capture

import (
	"context"
	"image"
	"slices"
	"sync"

	"github.com/kbinani/screenshot"
	"golang.org/x/sys/windows"
)

// ownPixels has Windows give us the screen's own pixels. A program that does not ask for them is given a
// screen at 150 % as a smaller one.
var ownPixels = sync.OnceFunc(func() {
	aware := windows.NewLazySystemDLL("user32.dll").NewProc("SetProcessDPIAware")
	if aware.Find() == nil {
		_, _, _ = aware.Call()
	}
})

// monitors takes a picture of each monitor.
func (s system) monitors(context.Context) ([]Picture, error) {
	ownPixels()
	var seen []image.Rectangle
	var pictures []Picture
	for i := range min(screenshot.NumActiveDisplays(), maxMonitors) {
		bounds := screenshot.GetDisplayBounds(i)
		if bounds.Empty() || slices.Contains(seen, bounds) { // mirrored ones show the same
			continue
		}
		seen = append(seen, bounds)
		if err := checkSize(bounds.Dx(), bounds.Dy()); err != nil {
			return nil, err
		}
		img, err := screenshot.CaptureRect(bounds)
		if err != nil {
			return nil, err
		}
		pictures = append(pictures, Picture{Image: img})
	}
	return pictures, nil
}
