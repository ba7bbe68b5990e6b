package qr

import (
	"image"
	"image/color"
	"math"
	"testing"
)

// middles are where the middles of a symbol's finders are in a picture of so many pixels a module.
func middles(side, scale int) [3]point {
	near, far := float64(pictureQuiet)+3.5, float64(pictureQuiet+side)-3.5
	s := float64(scale)
	return [3]point{{near * s, near * s}, {far * s, near * s}, {near * s, far * s}}
}

func TestFindersAreFoundWhereTheyAre(t *testing.T) {
	symbol := mustEncode(t, enrollment)
	for _, scale := range []int{1, 2, 3, 5, 9, 16} {
		for name, dress := range map[string]func(image.Image) image.Image{
			"dark":  func(img image.Image) image.Image { return img },
			"light": func(img image.Image) image.Image { return negative(img) },
		} {
			found := finders(inkOf(dress(symbol.image(scale))), 3, false)
			for _, want := range middles(symbol.Size(), scale) {
				best := finder{center: point{math.Inf(1), 0}}
				for _, f := range found {
					if f.center.minus(want).length() < best.center.minus(want).length() {
						best = f
					}
				}
				near(t, "a finder", best.center, want, 0.35)
				if best.light != (name == "light") || math.Abs(best.module-float64(scale)) > 0.12*float64(scale)+0.05 {
					t.Errorf("%s, %d a module: %+v", name, scale, best)
				}
			}
		}
	}
}

// The corners of the ring are where geometry has them: 2.5 modules from the middle, along the sides.
func TestOutlineHasCorners(t *testing.T) {
	const scale, turn = 8, 20.0
	symbol := mustEncode(t, enrollment)
	code := symbol.image(scale)
	k := inkOf(turned(code, turn))
	sin, cos := math.Sincos(turn * math.Pi / 180)
	half := float64(code.Rect.Dx()) / 2
	sheet := math.Ceil(math.Hypot(2*half, 2*half)) / 2
	place := func(p point) point {
		d := p.minus(point{half, half})
		return point{sheet + cos*d.x - sin*d.y, sheet + sin*d.x + cos*d.y}
	}
	for _, m := range middles(symbol.Size(), scale) {
		center := place(m).plus(point{1, -1}) // not quite
		o, ok := k.trace(&center, scale, false, false)
		if !ok || !o.square {
			t.Fatalf("no square around %v: %+v", m, o)
		}
		near(t, "the center", center, place(m), 0.3)
		f := finder{center: center, outline: o}
		for i, c := range f.facing(point{cos, sin}, point{-sin, cos}) {
			near(t, "a corner", c, place(m.plus(cornerOf[i].times(innerEdge*scale))), 1)
		}
	}
}

// Styled codes have round patterns: they are found, and their corners are not made up.
func TestRoundFindersHaveNoCorners(t *testing.T) {
	img := page(120, 120, color.White)
	for y := range 120 {
		for x := range 120 {
			r := math.Hypot(float64(x)-59.5, float64(y)-59.5) / 10
			if r < 1.5 || r > 2.5 && r < 3.5 {
				img.Set(x, y, color.Black)
			}
		}
	}
	found := finders(inkOf(img), 3, false)
	if len(found) != 1 || found[0].square || found[0].likeness < 0.95 {
		t.Errorf("%+v", found)
	}
}

func TestOpenFramesAreFoundWhenAsked(t *testing.T) {
	symbol := mustEncode(t, enrollment)
	code := symbol.image(6)
	sheet := page(code.Rect.Dx()+80, code.Rect.Dy()+80, color.Black)
	paste(sheet, code.SubImage(image.Rect(24, 24, code.Rect.Max.X-24, code.Rect.Max.Y-24)), 64, 64)
	k := localMean(15)(grayOf(sheet))
	if n := len(triples(finders(k, 2, false))); n != 0 {
		t.Errorf("%d triples of closed frames", n)
	}
	if len(triples(finders(k, 2, true))) == 0 {
		t.Error("no triple of open frames")
	}
}

func TestTriplesAreMeasured(t *testing.T) {
	for _, view := range [][3]float64{{0, 0, 0}, {35, 0, 0}, {80, 40, 10}, {10, -35, 35}} {
		for _, text := range []string{"1", enrollment, textOf(300)} {
			symbol := mustEncode(t, text)
			list := triples(finders(inkOf(photographed(symbol.image(7), view[0], view[1], view[2])), 2, false))
			if len(list) == 0 {
				t.Errorf("%v, %d modules: no triple", view, symbol.Size())
				continue
			}
			want := float64(symbol.Size() - 7)
			if got := list[0].modules; math.Abs(got-want) > 0.06*want {
				t.Errorf("%v: %.1f modules between the finders, want %.0f", view, got, want)
			}
		}
	}
}
