package capture

import (
	"context"
	"errors"
	"fmt"
)

// display takes a picture of each monitor of an X11 display, or of Windows. A display that hangs is left
// behind when the deadline ends.
func (s system) display(ctx context.Context) ([]Picture, error) {
	ctx, cancel := context.WithTimeout(ctx, s.deadline)
	defer cancel()
	type answer struct {
		pictures []Picture
		err      error
	}
	done := make(chan answer, 1)
	go func() {
		pictures, err := s.monitors(ctx)
		if err == nil && len(pictures) == 0 {
			err = errors.New("it has no monitor")
		}
		done <- answer{pictures, err}
	}()
	select {
	case a := <-done:
		return a.pictures, a.err
	case <-ctx.Done():
		return nil, fmt.Errorf("it did not answer within %s", s.deadline)
	}
}
