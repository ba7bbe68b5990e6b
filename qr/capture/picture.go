package capture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strconv"

	"twofold/qr"
)

var (
	errBlank    = errors.New("its picture has one color all over")
	errTooLarge = errors.New("the screen has more pixels than are read")
)

// decodePNG unpacks a picture and clears its bytes. The size is checked before anything is unpacked.
func decodePNG(data []byte) (img image.Image, err error) {
	defer clear(data)
	defer func() {
		if r := recover(); r != nil {
			img, err = nil, fmt.Errorf("read its picture: %v", r)
		}
	}()
	config, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("read its picture: %w", err)
	}
	if err := checkSize(config.Width, config.Height); err != nil {
		return nil, err
	}
	if img, err = png.Decode(bytes.NewReader(data)); err != nil {
		return nil, fmt.Errorf("read its picture: %w", err)
	}
	return img, nil
}

func checkSize(width, height int) error {
	if width <= 0 || height <= 0 {
		return errors.New("its picture is empty")
	}
	if width > qr.MaxPixels/height {
		return fmt.Errorf("%w: %d x %d, at most %d megapixels", errTooLarge, width, height, qr.MaxPixels>>20)
	}
	return nil
}

// one is the pictures of a way that gives a PNG of all monitors.
func one(data []byte) ([]Picture, error) {
	img, err := decodePNG(data)
	if err != nil {
		return nil, err
	}
	return []Picture{{Image: img}}, nil
}

// name numbers the pictures where there are several.
func name(pictures []Picture) []Picture {
	for i := range pictures {
		if pictures[i].Name == "" && len(pictures) > 1 {
			pictures[i].Name = "monitor " + strconv.Itoa(i+1)
		}
	}
	return pictures
}

// blank says whether all that was taken is of one color. So looks a screen that must not be seen: XWayland's, or a
// locked one; a monitor that is off is beside one that is not.
func blank(pictures []Picture) bool {
	for _, p := range pictures {
		if !plain(p.Image) {
			return false
		}
	}
	return true
}

func plain(img image.Image) bool {
	b := img.Bounds()
	if rgba, ok := img.(*image.RGBA); ok { // without a color for each pixel
		pix := rgba.Pix[:b.Dx()*b.Dy()*4]
		return len(pix) < 8 || bytes.Equal(pix[4:], pix[:len(pix)-4])
	}
	first := color.RGBAModel.Convert(img.At(b.Min.X, b.Min.Y))
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if color.RGBAModel.Convert(img.At(x, y)) != first {
				return false
			}
		}
	}
	return true
}
