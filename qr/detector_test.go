package qr

import (
	"fmt"
	"image"
	"image/color"
	"testing"

	"rsc.io/qr/coding"
)

// Every version with every level, the masks in turn, plain and mirrored.
func TestEveryVersionIsRead(t *testing.T) {
	for version := 1; version <= 40; version++ {
		for level := coding.L; level <= coding.H; level++ {
			symbol, text := codeOf(t, version, level, (version+int(level))%8)
			code := symbol.image(3)
			wantTexts(t, code, text)
			if level == coding.M {
				wantTexts(t, each(code, func(x, y int, _ color.RGBA) color.Color { return code.At(code.Rect.Max.X-1-x, y) }), text)
			}
		}
	}
}

func TestEveryMaskIsRead(t *testing.T) {
	for mask := range 8 {
		symbol, text := codeOf(t, 5, coding.Q, mask)
		wantTexts(t, symbol.image(4), text)
	}
}

func TestEveryAngleIsRead(t *testing.T) {
	small, large := mustEncode(t, "otpauth"), mustEncode(t, enrollment)
	for degrees := 0.0; degrees < 360; degrees += 7 {
		wantTexts(t, turned(small.image(4), degrees), "otpauth")
		wantTexts(t, turned(large.image(4), degrees), enrollment)
	}
}

// From the side, up to 45 degrees about either axis and both, at any turn in the plane.
func TestPerspectiveIsRead(t *testing.T) {
	for _, version := range []int{1, 2, 5, 7, 14} {
		symbol, text := codeOf(t, version, coding.M, 2)
		code := symbol.image(7)
		for i, view := range [][2]float64{{45, 0}, {-45, 0}, {0, 45}, {0, -45}, {30, 30}, {45, -25}, {-20, 45}} {
			turn := float64(i*23 + version*11)
			t.Run(fmt.Sprintf("version %d turned %v tilted %v", version, turn, view), func(t *testing.T) {
				wantTexts(t, photographed(code, turn, view[0], view[1]), text)
			})
		}
	}
}

// What a camera and a compressor do to a picture, together with a turn.
func TestPoorPicturesAreRead(t *testing.T) {
	for _, version := range []int{1, 4, 8, 15} {
		symbol, text := codeOf(t, version, coding.M, 5)
		code := symbol.image(6)
		for name, img := range map[string]image.Image{
			"blurred half a module": blurredImage(turned(code, 11), 2),
			"noisy":                 noisy(turned(code, 40), 70),
			"JPEG 10":               throughJPEG(t, turned(code, 75), 10),
			"all of it":             throughJPEG(t, noisy(blurredImage(photographed(code, 5, 20, 15), 1), 25), 50),
			"faint and light":       negative(each(turned(code, 30), func(_, _ int, c color.RGBA) color.Color { return color.Gray{90 + c.R/8} })),
		} {
			t.Run(fmt.Sprintf("version %d, %s", version, name), func(t *testing.T) { wantTexts(t, img, text) })
		}
	}
}

// A bent page: small symbols by what is decided, large ones by their alignment patterns.
func TestBentPagesAreRead(t *testing.T) {
	for _, c := range []struct {
		version int
		height  float64 // pixels, at 6 a module
	}{{3, 8}, {6, 8}, {10, 12}, {20, 15}, {30, 20}} {
		symbol, text := codeOf(t, c.version, coding.M, 1)
		t.Run(fmt.Sprintf("version %d", c.version), func(t *testing.T) {
			wantTexts(t, curled(symbol.image(6), c.height), text)
		})
	}
}

func TestSmallModulesAreRead(t *testing.T) {
	for _, version := range []int{2, 6, 10} {
		symbol, text := codeOf(t, version, coding.M, 3)
		for _, size := range []float64{1.25, 1.6, 2.2} {
			sheet := page(900, 500, color.White)
			paste(sheet, resized(symbol.image(10), size/10), 311, 97)
			t.Run(fmt.Sprintf("version %d, %v pixels a module", version, size), func(t *testing.T) { wantTexts(t, sheet, text) })
		}
	}
}

// The code fills the picture, or its frame runs into a ground as dark as its ink.
func TestCodesWithoutQuietZoneAreRead(t *testing.T) {
	symbol, text := codeOf(t, 4, coding.M, 3)
	code := symbol.image(5)
	bare := code.SubImage(image.Rect(20, 20, code.Rect.Max.X-20, code.Rect.Max.Y-20))
	wantTexts(t, bare, text)
	wantTexts(t, negative(bare), text)
	dark := page(400, 400, color.RGBA{0, 60, 160, 255})
	paste(dark, bare, 101, 77)
	wantTexts(t, dark, text)
}
