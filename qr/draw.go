package qr

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"
)

// pictureQuiet is the quiet zone of PNG and SVG in modules (ISO/IEC 18004, 6.3.8).
const pictureQuiet = 4

// maxScale bounds a PNG to some 137 megapixels of one bit each.
const maxScale = 64

// PNG draws the symbol black on white with a quiet zone of 4 modules, scale pixels a module,
// scale being 1 to 64. A phone in front of a screen is at ease with 4 to 8.
func (s Symbol) PNG(scale int) ([]byte, error) {
	if err := checkScale(scale); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&out, s.image(scale)); err != nil {
		return nil, fmt.Errorf("draw QR code: %w", err)
	}
	return out.Bytes(), nil
}

func checkScale(scale int) error {
	if scale < 1 || scale > maxScale {
		return fmt.Errorf("draw QR code: scale %d is not within 1 to %d", scale, maxScale)
	}
	return nil
}

func (s Symbol) image(scale int) *image.Paletted {
	side := (s.size + 2*pictureQuiet) * scale
	img := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for y := range s.size {
		top := (y + pictureQuiet) * scale
		row := img.Pix[top*img.Stride : (top+1)*img.Stride]
		for x := range s.size {
			if s.Black(x, y) {
				left := (x + pictureQuiet) * scale
				for i := left; i < left+scale; i++ {
					row[i] = 1
				}
			}
		}
		for i := 1; i < scale; i++ {
			copy(img.Pix[(top+i)*img.Stride:], row)
		}
	}
	return img
}

// SVG draws the symbol as a vector picture that assistive technology announces as "QR code".
func (s Symbol) SVG() []byte { return s.SVGTitled("QR code") }

// SVGTitled is [Symbol.SVG] with a title of the caller's: what the code is for, in the page's language.
// The picture has the quiet zone of 4 modules, one unit a module and no size of its own.
func (s Symbol) SVGTitled(title string) []byte {
	var name bytes.Buffer
	// EscapeText writes to memory and replaces what XML cannot hold: it has no way to fail.
	_ = xml.EscapeText(&name, []byte(title))
	side := s.size + 2*pictureQuiet
	var path strings.Builder
	for y := range s.size {
		for x := 0; x < s.size; x++ {
			run := 0
			for s.Black(x+run, y) {
				run++
			}
			if run > 0 {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", x+pictureQuiet, y+pictureQuiet, run, run)
				x += run
			}
		}
	}
	return fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s" shape-rendering="crispEdges">`+
		`<title>%s</title><path fill="#fff" d="M0 0h%dv%dH0z"/><path fill="#000" d="%s"/></svg>`,
		side, side, name.Bytes(), name.Bytes(), side, side, path.String())
}
