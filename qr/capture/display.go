//go:build !darwin

package capture

import (
	"context"
	"errors"
	"fmt"
	"image"
	"slices"

	"github.com/kbinani/screenshot"
)

// display takes a picture of each monitor of an X11 display, or of Windows. The library cannot be
// interrupted: a display that hangs is left behind when the deadline ends.
func (s system) display(ctx context.Context) ([]Picture, error) {
	ctx, cancel := context.WithTimeout(ctx, s.deadline)
	defer cancel()
	prepareDisplay()
	type answer struct {
		pictures []Picture
		err      error
	}
	done := make(chan answer, 1)
	go func() {
		pictures, err := monitors()
		done <- answer{pictures, err}
	}()
	select {
	case a := <-done:
		return a.pictures, a.err
	case <-ctx.Done():
		return nil, fmt.Errorf("it did not answer within %s", s.deadline)
	}
}

func monitors() ([]Picture, error) {
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
	if len(pictures) == 0 {
		return nil, errors.New("it does not answer, or has no monitor")
	}
	return pictures, nil
}
