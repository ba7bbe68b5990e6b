package qr

import (
	"bytes"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"
)

// format is one kind of picture file. The table is our own instead of image.RegisterFormat's, so that
// no import elsewhere in the program widens what is taken from strangers.
type format struct {
	name   string
	magic  string // "?" stands for any byte
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error) // nil: known by name only
}

var formats = []format{
	{"PNG", "\x89PNG\r\n\x1a\n", png.DecodeConfig, png.Decode},
	{"JPEG", "\xff\xd8\xff", jpeg.DecodeConfig, jpeg.Decode},
	{"GIF", "GIF8?a", gif.DecodeConfig, gif.Decode},
	{"WebP", "RIFF????WEBPVP8", webp.DecodeConfig, webp.Decode},
	{"BMP", "BM????\x00\x00\x00\x00", bmp.DecodeConfig, bmp.Decode},
	{"TIFF", "II*\x00", tiff.DecodeConfig, tiff.Decode},
	{"TIFF", "MM\x00*", tiff.DecodeConfig, tiff.Decode},
	// What people try as well, to be told about by name.
	{name: "PDF", magic: "%PDF-"},
	{name: "HEIC or AVIF", magic: "????ftyp"},
	{name: "SVG", magic: "<svg"},
	{name: "ZIP", magic: "PK\x03\x04"},
}

const readable = "PNG, JPEG, GIF, WebP, BMP and TIFF are"

// parse turns a file's bytes into a picture: sizes are checked before anything is unpacked, and a
// panic of a decoder becomes an error.
func parse(data []byte) (img image.Image, err error) {
	if len(data) > MaxFileSize {
		return nil, fmt.Errorf("%w: more than %d MiB", ErrTooLarge, MaxFileSize>>20)
	}
	if len(data) == 0 {
		return nil, fmt.Errorf("%w: it is empty", ErrNotAPicture)
	}
	f, ok := sniff(data)
	if !ok {
		return nil, fmt.Errorf("%w: the format is unknown (%s)", ErrNotAPicture, readable)
	}
	if f.decode == nil {
		return nil, fmt.Errorf("%w: it is %s (%s)", ErrNotAPicture, f.name, readable)
	}
	defer func() {
		if r := recover(); r != nil {
			img, err = nil, fmt.Errorf("%w: damaged %s: %v", ErrNotAPicture, f.name, r)
		}
	}()
	config, err := f.config(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%w: damaged %s: %w", ErrNotAPicture, f.name, err)
	}
	if err := checkSize(config.Width, config.Height); err != nil {
		return nil, err
	}
	img, err = f.decode(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%w: damaged %s: %w", ErrNotAPicture, f.name, err)
	}
	return img, nil
}

func sniff(data []byte) (format, bool) {
	for _, f := range formats {
		if f.matches(data) {
			return f, true
		}
	}
	return format{}, false
}

func (f format) matches(data []byte) bool {
	if len(data) < len(f.magic) {
		return false
	}
	for i := range len(f.magic) {
		if f.magic[i] != '?' && f.magic[i] != data[i] {
			return false
		}
	}
	return true
}

// IsPicture tells whether a file begins as one of a picture that can be read does.
func IsPicture(data []byte) bool {
	f, known := sniff(data)
	return known && f.decode != nil
}
