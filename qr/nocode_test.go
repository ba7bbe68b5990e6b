package qr

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/datamatrix"
	"github.com/makiuchi-d/gozxing/oned"
	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// Twenty pictures of each kind; none has a code, and none is read as one.
func TestNothingIsReadWhereNoCodeIs(t *testing.T) {
	const each = 20
	kinds := []struct {
		name string
		draw func(*testing.T, *rand.Rand) image.Image
	}{
		{"a page of text", textPage},
		{"a photo", photo},
		{"a checkerboard", checkerboard},
		{"white noise", whiteNoise},
		{"a bar code", barCode},
		{"Data Matrix", dataMatrix},
		{"rings and stacked bars", otherCodes},
		{"finder patterns", someFinders},
		{"a code without its middle", hollow},
		{"a crossword or a map", crossword},
	}
	for k, kind := range kinds {
		t.Run(kind.name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(each) {
				img := kind.draw(t, rand.New(rand.NewPCG(uint64(k), seed)))
				results, err := DecodeImage(img)
				if !errors.Is(err, ErrNoCode) {
					t.Errorf("number %d: %d codes are read, %v: %q", seed, len(results), err, fmt.Sprint(results))
				}
			}
		})
	}
}

var inks = []color.Color{color.Black, color.Gray{60}, color.RGBA{20, 30, 120, 255}}

func textPage(_ *testing.T, r *rand.Rand) image.Image {
	paper, ink := color.Color(color.White), inks[r.IntN(len(inks))]
	if r.IntN(4) == 0 { // dark mode
		paper, ink = color.Gray{25}, color.Gray{225}
	}
	img := page(300+r.IntN(300), 200+r.IntN(300), paper)
	pen := font.Drawer{Dst: img, Src: image.NewUniform(ink), Face: basicfont.Face7x13}
	for y := 20; y < img.Rect.Max.Y; y += 15 {
		var line strings.Builder
		for line.Len() < 90 {
			for range 1 + r.IntN(9) {
				line.WriteByte(byte('!' + r.IntN(90)))
			}
			line.WriteByte(' ')
		}
		pen.Dot = fixed.P(12, y)
		pen.DrawString(line.String())
	}
	return img
}

// photo is light that changes slowly, and noise of every scale over it.
func photo(_ *testing.T, r *rand.Rand) image.Image {
	const side = 360
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	phase := func() float64 { return r.Float64() * 2 * math.Pi }
	type wave struct{ x, y, size, phase float64 }
	var waves []wave
	for octave := 1.0; octave < 128; octave *= 1.6 {
		for range 3 {
			angle := phase()
			waves = append(waves, wave{octave * math.Cos(angle), octave * math.Sin(angle), 70 / octave, phase()})
		}
	}
	for y := range side {
		for x := range side {
			v := 128.0
			for _, w := range waves {
				v += w.size * math.Sin(2*math.Pi*(w.x*float64(x)+w.y*float64(y))/side+w.phase)
			}
			v += r.NormFloat64() * 6
			level := func(by float64) uint8 { return uint8(min(max(v+by, 0), 255)) }
			img.SetRGBA(x, y, color.RGBA{level(20), level(0), level(-20), 255})
		}
	}
	return img
}

func checkerboard(_ *testing.T, r *rand.Rand) image.Image {
	field, fields := 3+r.IntN(30), 8+r.IntN(20)
	img := page((fields+2)*field, (fields+2)*field, color.White)
	for i := range fields * fields {
		if x, y := i%fields, i/fields; (x+y)%2 == 0 {
			paste(img, page(field, field, color.Black), (x+1)*field, (y+1)*field)
		}
	}
	return img
}

func whiteNoise(_ *testing.T, r *rand.Rand) image.Image {
	grain := 1 + r.IntN(6)
	img := page(330, 330, color.White)
	for y := 0; y < 330; y += grain {
		for x := 0; x < 330; x += grain {
			if r.IntN(2) == 0 {
				paste(img, page(grain, grain, color.Black), x, y)
			}
		}
	}
	return img
}

func barCode(t *testing.T, r *rand.Rand) image.Image {
	digits := fmt.Sprintf("%012d", r.Int64N(1e12))
	kinds := []struct {
		writer gozxing.Writer
		format gozxing.BarcodeFormat
	}{
		{oned.NewCode128Writer(), gozxing.BarcodeFormat_CODE_128},
		{oned.NewCode39Writer(), gozxing.BarcodeFormat_CODE_39},
		{oned.NewITFWriter(), gozxing.BarcodeFormat_ITF},
	}
	kind := kinds[r.IntN(len(kinds))]
	return written(t, kind.writer, digits, kind.format, 400, 100+r.IntN(200))
}

func dataMatrix(t *testing.T, r *rand.Rand) image.Image {
	text := textOf(5 + r.IntN(200))
	return written(t, datamatrix.NewDataMatrixWriter(), text, gozxing.BarcodeFormat_DATA_MATRIX, 200+r.IntN(200), 200+r.IntN(200))
}

func written(t *testing.T, w gozxing.Writer, text string, format gozxing.BarcodeFormat, width, height int) image.Image {
	t.Helper()
	matrix, err := w.Encode(text, format, width, height, nil)
	if err != nil {
		t.Fatal(err)
	}
	img := page(matrix.GetWidth()+40, matrix.GetHeight()+40, color.White)
	for y := range matrix.GetHeight() {
		for x := range matrix.GetWidth() {
			if matrix.Get(x, y) {
				img.Set(x+20, y+20, color.Black)
			}
		}
	}
	return img
}

// otherCodes are Aztec's rings in random modules, three times, so that they stand where finder patterns would, or
// PDF417's stacked bars between its start and stop patterns.
func otherCodes(_ *testing.T, r *rand.Rand) image.Image {
	module := 3 + r.IntN(4)
	square := func(img *image.RGBA, x, y, side int, c color.Color) {
		paste(img, page(side*module, side*module, c), x*module, y*module)
	}
	if r.IntN(2) == 0 {
		img := page(90*module, 90*module, color.White)
		for _, at := range []image.Point{{5, 5}, {50, 5}, {5, 50}} {
			for i := range 27 * 27 {
				if r.IntN(2) == 0 {
					square(img, at.X+i%27, at.Y+i/27, 1, color.Black)
				}
			}
			for ring := range 6 { // 11 modules to 1
				square(img, at.X+8+ring, at.Y+8+ring, 11-2*ring, []color.Color{color.White, color.Black}[ring%2])
			}
		}
		return img
	}
	img := page(120*module, 60*module, color.White)
	bars := func(x, y int, widths string) int {
		for i, w := range widths {
			if n := int(w - '0'); i%2 == 0 {
				paste(img, page(n*module, 3*module, color.Black), x*module, y*module)
			}
			x += int(w - '0')
		}
		return x
	}
	for y := 5; y < 50; y += 3 {
		x := bars(5, y, "81111113")
		for range 4 {
			x = bars(x, y, []string{"31111136", "41111144", "51111152", "11111153"}[r.IntN(4)])
		}
		bars(x, y, "711311121")
	}
	return img
}

// someFinders are one to three finder patterns, in the places where a code has them, with nothing or noise between.
func someFinders(_ *testing.T, r *rand.Rand) image.Image {
	module, size := 3+r.IntN(5), 21+4*r.IntN(8)
	img := page((size+8)*module, (size+8)*module, color.White)
	dot := page(module, module, color.Black)
	if r.IntN(2) == 0 {
		for i := range size * size {
			if r.IntN(2) == 0 {
				paste(img, dot, (4+i%size)*module, (4+i/size)*module)
			}
		}
	}
	for i := range 1 + r.IntN(3) {
		at := []image.Point{{0, 0}, {size - 7, 0}, {0, size - 7}}[i].Add(image.Pt(4, 4)).Mul(module)
		paste(img, page(9*module, 9*module, color.White), at.X-module, at.Y-module)
		paste(img, page(7*module, 7*module, color.Black), at.X, at.Y)
		paste(img, page(5*module, 5*module, color.White), at.X+module, at.Y+module)
		paste(img, page(3*module, 3*module, color.Black), at.X+2*module, at.Y+2*module)
	}
	return img
}

// hollow is a real code of which nothing is left but its corners and edges.
func hollow(t *testing.T, r *rand.Rand) image.Image {
	symbol := mustEncode(t, textOf(60+r.IntN(300)))
	const scale = 5
	src := symbol.image(scale)
	img := page(src.Rect.Dx(), src.Rect.Dy(), color.White)
	draw.Draw(img, img.Rect, src, image.Point{}, draw.Src)
	from, side := (pictureQuiet+8)*scale, (symbol.Size()-16)*scale
	middle := page(side, side, []color.Color{color.White, color.Black, color.Gray{128}}[r.IntN(3)])
	if r.IntN(2) == 0 {
		for i := range middle.Pix {
			middle.Pix[i] |= uint8(r.IntN(256))
		}
	}
	paste(img, middle, from, from)
	// The strips at the sides are code still; what is in them is moved.
	for _, strip := range []image.Rectangle{image.Rect(from, 0, from+side, from), image.Rect(0, from, from, from+side)} {
		draw.Draw(img, strip, src, strip.Min.Add(image.Pt(2*scale, scale)), draw.Src)
	}
	return img
}

// crossword is squares in a grid with letters in them, or streets between blocks of houses.
func crossword(_ *testing.T, r *rand.Rand) image.Image {
	cell, cells := 14+r.IntN(14), 13+r.IntN(8)
	img := page((cells+2)*cell, (cells+2)*cell, color.White)
	pen := font.Drawer{Dst: img, Src: image.Black, Face: basicfont.Face7x13}
	streets := r.IntN(2) == 0
	for i := range cells * cells {
		x, y := (1+i%cells)*cell, (1+i/cells)*cell
		switch {
		case streets:
			w, h := 1+r.IntN(cell), 1+r.IntN(cell)
			paste(img, page(w, h, color.Gray{uint8(r.IntN(160))}), x, y)
		case r.IntN(4) == 0:
			paste(img, page(cell, cell, color.Black), x, y)
		default:
			paste(img, page(cell, cell, color.Black), x, y)
			paste(img, page(cell-1, cell-1, color.White), x, y)
			pen.Dot = fixed.P(x+3, y+cell-3)
			pen.DrawString(string(rune('A' + r.IntN(26))))
		}
	}
	return img
}
