package capture

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"twofold/qr"
)

// maxMonitors bounds how many are asked for.
const maxMonitors = 16

// screencapture asks macOS, one display after the other. It writes to files only: they are in a folder
// that is ours alone, and go with it.
func (s system) screencapture(ctx context.Context) (pictures []Picture, err error) {
	dir, err := os.MkdirTemp("", "twofold-screen-") // mode 0700
	if err != nil {
		return nil, fmt.Errorf("make a private folder: %w", err)
	}
	defer func() {
		if e := os.RemoveAll(dir); e != nil && err == nil {
			pictures, err = nil, &finalError{fmt.Errorf("remove the picture that was taken: %w", e)}
		}
	}()
	for display := 1; display <= maxMonitors; display++ {
		img, err := s.captureDisplay(ctx, dir, display)
		if err != nil && display > 1 && ctx.Err() == nil {
			break // there is no such display
		}
		if err != nil {
			return nil, err
		}
		pictures = append(pictures, img)
	}
	return pictures, nil
}

func (s system) captureDisplay(ctx context.Context, dir string, display int) (Picture, error) {
	number := strconv.Itoa(display)
	path := filepath.Join(dir, number+".png")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		return Picture{}, fmt.Errorf("make a private file: %w", err)
	}
	if _, err := s.output(ctx, "screencapture", "-x", "-t", "png", "-D", number, path); err != nil {
		return Picture{}, err
	}
	data, err := readBounded(path)
	if err != nil {
		return Picture{}, err
	}
	img, err := decodePNG(data)
	return Picture{Image: img}, err
}

var errNotAFile = errors.New("what it left is not a file")

// readBounded reads a picture file that a program left.
func readBounded(path string) ([]byte, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errNotAFile
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxOutput+1))
	switch {
	case err != nil:
		return nil, err
	case len(data) == 0:
		return nil, errors.New("it left no picture")
	case len(data) > maxOutput:
		clear(data)
		return nil, fmt.Errorf("its picture has more than %d MiB", qr.MaxFileSize>>20)
	}
	return data, nil
}
