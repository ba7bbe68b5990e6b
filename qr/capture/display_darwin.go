package capture

import (
	"context"
	"errors"
)

// monitors is screencapture's work on macOS.
func (s system) monitors(context.Context) ([]Picture, error) {
	return nil, errors.New("macOS has none of that kind")
}
