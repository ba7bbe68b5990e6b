package qr

import (
	"context"
	"errors"
	"fmt"
	"image"
	"runtime"
)

// Bounds on what is decoded. An 8K desktop has 33 megapixels and today's phones take 50.
const (
	MaxFileSize = 64 << 20 // bytes
	MaxPixels   = 64 << 20
)

// largePicture is how many pixels a picture has from which its memory is asked back before more is taken.
const largePicture = 6 << 20

// Errors of the decoding functions, found by errors.Is.
var (
	ErrNoCode      = errors.New("no QR code found")
	ErrNotAPicture = errors.New("not a picture that can be read")
	ErrTooLarge    = errors.New("picture too large")
)

// Result is one code found in a picture.
type Result struct {
	Text   string          // always valid UTF-8
	Bounds image.Rectangle // where it is, in the picture's pixels
}

// Decode reads every QR code in a PNG, JPEG, GIF, WebP, BMP or TIFF file, of an animated GIF in all frames
// as far as 20 s go.
//
// The results are in reading order, each text of an animated picture once. Without any the error is
// [ErrNoCode]; [ErrNotAPicture] and [ErrTooLarge] say what the bytes are instead.
func Decode(data []byte) ([]Result, error) {
	frames, err := DecodeFrames(context.Background(), data)
	var results []Result
	for _, f := range frames {
		results = append(results, f.Results...)
	}
	return results, err
}

// DecodeImage reads every QR code in a picture that is in memory already.
func DecodeImage(img image.Image) (results []Result, err error) {
	size := img.Bounds().Size()
	if err := checkSize(size.X, size.Y); err != nil {
		return nil, err
	}
	defer func() {
		if r := recover(); r != nil {
			results, err = nil, fmt.Errorf("%w: the decoder stopped at %v", ErrNotAPicture, r)
		}
	}()
	within, g := img.Bounds(), grayOf(img)
	if img = nil; size.X*size.Y > largePicture {
		runtime.GC() // the picture that was unpacked may be 8 bytes a pixel, and the views need room
	}
	results = climb(g, within, nil)
	if len(results) == 0 {
		return nil, ErrNoCode
	}
	return results, nil
}

func checkSize(width, height int) error {
	if width <= 0 || height <= 0 {
		return fmt.Errorf("%w: it is empty (%d x %d pixels)", ErrNotAPicture, width, height)
	}
	if width > MaxPixels/height {
		return fmt.Errorf("%w: %d x %d pixels, at most %d megapixels are read", ErrTooLarge, width, height, MaxPixels>>20)
	}
	return nil
}
