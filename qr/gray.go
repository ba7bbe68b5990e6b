package qr

import (
	"image"
	"image/color"
	"image/draw"
)

// gray is a picture reduced to brightness, one byte a pixel: all that a QR code needs, and the only
// full-size copy that the ladder keeps.
type gray struct {
	width, height int
	pix           []uint8 // row by row, without padding
}

func newGray(width, height int) *gray {
	return &gray{width: width, height: height, pix: make([]uint8, width*height)}
}

// Weights of red, green and blue in brightness (Rec. 601), in 1/256.
const red, green, blue = 77, 150, 29

func luma(r, g, b uint8) uint8 {
	return uint8((uint(r)*red + uint(g)*green + uint(b)*blue + 128) >> 8)
}

// grayOf reduces a picture to brightness. The kinds that our decoders produce are read directly, all
// others by way of a strip of pixels.
func grayOf(img image.Image) *gray {
	b := img.Bounds()
	g := newGray(b.Dx(), b.Dy())
	switch src := img.(type) {
	case *image.Gray:
		for y := range g.height {
			copy(g.row(y), src.Pix[src.PixOffset(b.Min.X, b.Min.Y+y):])
		}
	case *image.YCbCr:
		for y := range g.height {
			copy(g.row(y), src.Y[src.YOffset(b.Min.X, b.Min.Y+y):])
		}
	case *image.Paletted:
		g.fillByPalette(src)
	case *image.NRGBA:
		if src.Opaque() { // then it does not matter what alpha was multiplied with
			fillFrom(g, 255, func(y int) []uint8 { return src.Pix[src.PixOffset(b.Min.X, b.Min.Y+y):] })
		} else {
			g.fillByStrips(src)
		}
	case *image.RGBA: // premultiplied, as is the strip below
		fillFrom(g, backdropOf(src), func(y int) []uint8 { return src.Pix[src.PixOffset(b.Min.X, b.Min.Y+y):] })
	default:
		g.fillByStrips(img)
	}
	return g
}

func (g *gray) row(y int) []uint8 { return g.pix[y*g.width : (y+1)*g.width] }

// fillByPalette reduces the palette instead of the pixels, where it has no transparent color.
func (g *gray) fillByPalette(src *image.Paletted) {
	var lumas [256]uint8
	for i, c := range src.Palette {
		r, gr, b, a := c.RGBA()
		if a != 0xffff {
			g.fillByStrips(src)
			return
		}
		lumas[i] = luma(uint8(r>>8), uint8(gr>>8), uint8(b>>8))
	}
	for y := range g.height {
		in, out := src.Pix[src.PixOffset(src.Rect.Min.X, src.Rect.Min.Y+y):], g.row(y)
		for x := range out {
			out[x] = lumas[in[x]]
		}
	}
}

func (g *gray) fillByStrips(img image.Image) {
	b := img.Bounds()
	strip := image.NewRGBA(image.Rect(0, 0, g.width, 1))
	read := func(y int) []uint8 {
		draw.Draw(strip, strip.Rect, img, image.Pt(b.Min.X, b.Min.Y+y), draw.Src)
		return strip.Pix
	}
	backdrop := uint8(255)
	if !isOpaque(img) {
		var ink inkMeter
		for y := range g.height {
			ink.add(read(y)[:4*g.width])
		}
		backdrop = ink.backdrop()
	}
	fillFrom(g, backdrop, read)
}

// fillFrom puts rows of premultiplied RGBA on a backdrop.
func fillFrom(g *gray, backdrop uint8, rgba func(y int) []uint8) {
	for y := range g.height {
		in, out := rgba(y), g.row(y)
		in = in[:4*len(out)]
		for x := range out {
			p := in[4*x : 4*x+4 : 4*x+4]
			l := uint(luma(p[0], p[1], p[2]))
			if p[3] != 255 {
				l = min(255, l+uint(255-p[3])*uint(backdrop)/255)
			}
			out[x] = uint8(l)
		}
	}
}

func isOpaque(img image.Image) bool {
	o, ok := img.(interface{ Opaque() bool })
	return ok && o.Opaque() || img.ColorModel() == color.YCbCrModel
}

func backdropOf(src *image.RGBA) uint8 {
	if src.Opaque() {
		return 255
	}
	var ink inkMeter
	b := src.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		ink.add(src.Pix[src.PixOffset(b.Min.X, y):][:4*b.Dx()])
	}
	return ink.backdrop()
}

// inkMeter decides what lies behind a picture with transparent parts. It is white, as on paper, unless
// what is drawn is so light that it was made for a dark page and would vanish on white.
type inkMeter struct{ light, cover uint64 }

const lightInk = 192 // mean brightness from which ink was made for a dark page

func (m *inkMeter) add(rgba []uint8) {
	for ; len(rgba) >= 4; rgba = rgba[4:] {
		m.light += uint64(luma(rgba[0], rgba[1], rgba[2]))
		m.cover += uint64(rgba[3])
	}
}

func (m *inkMeter) backdrop() uint8 {
	if m.light*255 > m.cover*lightInk {
		return 0
	}
	return 255
}
