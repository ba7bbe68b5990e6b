package qr

import (
	"image"
	"math"
	"testing"

	"rsc.io/qr/coding"
)

// gridOf lays a grid of the right version over the first three finders of a picture.
func gridOf(t *testing.T, img image.Image, version int) (*grid, []pair) {
	t.Helper()
	k := inkOf(img)
	list := triples(finders(k, 2, false))
	if len(list) == 0 {
		t.Fatal("no three finders")
	}
	g, pairs, ok := k.place(list[0], layoutOf(version))
	if !ok {
		t.Fatal("no grid")
	}
	return g, pairs
}

func TestFitnessTellsTheRightGrid(t *testing.T) {
	symbol, _ := codeOf(t, 6, coding.M, 0)
	img := photographed(symbol.image(6), 12, 15, 10)
	right, pairs := gridOf(t, img, 6)
	right.align(pairs, right.fitness())
	if fit := right.fitness(); fit < 0.9 {
		t.Errorf("the right version fits %.2f", fit)
	}
	for _, version := range []int{5, 7} {
		if wrong, _ := gridOf(t, img, version); wrong.fitness() > 0.6 {
			t.Errorf("version %d fits %.2f", version, wrong.fitness())
		}
	}
}

// The far corner is where the alignment pattern says, however the finders' corners mislead.
func TestAlignmentMovesThePlane(t *testing.T) {
	symbol, _ := codeOf(t, 5, coding.M, 0)
	g, pairs := gridOf(t, symbol.image(6), 5)
	for i := range pairs {
		if pairs[i].weight == cornerWeight {
			pairs[i].pixel.x += float64(i%3) - 1
		}
	}
	g.plane, _ = fit(pairs)
	g.align(pairs, g.fitness())
	far := float64(g.side) - 6.5
	scale, quiet := 6.0, 4.0*6
	near(t, "the alignment pattern", g.at(far, far), point{quiet + far*scale, quiet + far*scale}, 0.8)
}

func TestSeekFindsOnlyThePattern(t *testing.T) {
	symbol, _ := codeOf(t, 5, coding.M, 0)
	g, _ := gridOf(t, symbol.image(6), 5)
	last := float64(g.side) - 6.5
	there := point{24 + last*6, 24 + last*6}
	axes := [2]point{{6, 0}, {0, 6}}
	at, ok := g.seek(there.plus(point{10, -8}), axes, 3, sureAligned)
	if !ok {
		t.Fatal("not found")
	}
	near(t, "the pattern", at, there, 0.7)
	if at, ok := g.seek(point{12, 12}, axes, 1, leastAligned); ok {
		t.Errorf("found in the quiet zone, at %v", at)
	}
}

func TestSettleFindsBack(t *testing.T) {
	symbol, _ := codeOf(t, 4, coding.M, 0)
	g, _ := gridOf(t, symbol.image(6), 4)
	before := g.fitness()
	g.plane[2] += 5 // almost a module to the right
	g.plane[6] += 0.0005
	if moved := g.fitness(); moved > before-0.2 {
		t.Fatalf("moving it changed %.2f to %.2f only", before, moved)
	}
	g.settle()
	if after := g.fitness(); after < before-0.05 {
		t.Errorf("it settles at %.2f, and was %.2f", after, before)
	}
}

// Bits are those that were drawn, whatever was given back to the neighbors.
func TestBitsAreThoseDrawn(t *testing.T) {
	symbol, _ := codeOf(t, 8, coding.H, 6)
	g, pairs := gridOf(t, turned(symbol.image(5), 28), 8)
	g.align(pairs, g.fitness())
	for _, share := range []float64{0, 0.4, 0.8} {
		bits, wrong := g.bits(share), 0
		for v := range g.side {
			for u := range g.side {
				if bits.Get(u, v) != symbol.Black(u, v) {
					wrong++
				}
			}
		}
		if wrong > 0 {
			t.Errorf("share %v: %d modules of %d are wrong", share, wrong, g.side*g.side)
		}
	}
}

func TestBendFindsTheShift(t *testing.T) {
	const height = 12
	symbol, _ := codeOf(t, 14, coding.M, 0)
	g, pairs := gridOf(t, curled(symbol.image(6), height), 14)
	g.align(pairs, g.fitness())
	if found := g.bend(); found < 10 {
		t.Fatalf("%d alignment patterns are found", found)
	}
	middle := float64(g.side) / 2
	x := 24 + middle*6
	want := point{x, 24 + middle*6 + height + height*math.Sin(math.Pi*x/float64(symbol.image(6).Rect.Dx()))}
	near(t, "the middle", g.at(middle, middle), want, 2)
}
