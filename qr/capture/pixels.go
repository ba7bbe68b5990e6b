//go:build unix && !darwin

package capture

import (
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"math/bits"

	"github.com/jezek/xgb/xproto"
)

// pixelFormat is how a server writes pixels (X Window System Protocol, "Connection Setup").
type pixelFormat struct {
	order            binary.ByteOrder
	bytes, pad       int // of a pixel; what a row's length is a multiple of
	red, green, blue uint32
}

// pixelsOf is the format of a screen's own pixels: 16 or 32 bits for each, in most cases.
func pixelsOf(setup *xproto.SetupInfo, screen *xproto.ScreenInfo) (pixelFormat, error) {
	p := pixelFormat{order: binary.LittleEndian}
	if setup.ImageByteOrder == xproto.ImageOrderMSBFirst {
		p.order = binary.BigEndian
	}
	for _, f := range setup.PixmapFormats {
		if f.Depth == screen.RootDepth {
			p.bytes, p.pad = int(f.BitsPerPixel)/8, int(f.ScanlinePad)/8
		}
	}
	for _, depth := range screen.AllowedDepths {
		for _, v := range depth.Visuals {
			if v.VisualId == screen.RootVisual {
				p.red, p.green, p.blue = v.RedMask, v.GreenMask, v.BlueMask
			}
		}
	}
	if p.bytes != 2 && p.bytes != 4 || p.pad == 0 || p.red == 0 || p.green == 0 || p.blue == 0 {
		return p, fmt.Errorf("its colors are of a kind that is not read (%d bits)", screen.RootDepth)
	}
	return p, nil
}

// picture turns a server's pixels into a picture of the size.
func (p pixelFormat) picture(data []byte, size image.Point) (image.Image, error) {
	row := (size.X*p.bytes + p.pad - 1) / p.pad * p.pad
	if len(data) < row*size.Y {
		return nil, errors.New("its picture is not whole")
	}
	img := image.NewRGBA(image.Rectangle{Max: size})
	out := img.Pix
	for y := range size.Y {
		in := data[y*row:]
		for range size.X {
			var pixel uint32
			if p.bytes == 2 {
				pixel = uint32(p.order.Uint16(in))
			} else {
				pixel = p.order.Uint32(in)
			}
			out[0], out[1], out[2], out[3] = channel(pixel, p.red), channel(pixel, p.green), channel(pixel, p.blue), 255
			in, out = in[p.bytes:], out[4:]
		}
	}
	return img, nil
}

// channel is one color of a pixel, scaled to eight bits.
func channel(pixel, mask uint32) uint8 {
	shift := bits.TrailingZeros32(mask)
	return uint8(pixel & mask >> shift * 255 / (mask >> shift))
}
