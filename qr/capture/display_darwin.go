package capture

import (
	"context"
	"errors"
)

// display is screencapture's work on macOS.
func (s system) display(context.Context) ([]Picture, error) {
	return nil, errors.New("macOS has none of that kind")
}
