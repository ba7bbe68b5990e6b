package qr

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Sharpening in place is what sharpening from a copy would be, at every height.
func TestSharpenedInPlace(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for height := 1; height < 12; height++ {
		g := newGray(9, height)
		for i := range g.pix {
			g.pix[i] = uint8(rng.Uint32())
		}
		want := make([]uint8, len(g.pix))
		boxMeans(g, 2, func(y int, means []uint8) {
			for x, p := range g.row(y) {
				want[y*g.width+x] = uint8(min(max(3*int(p)-2*int(means[x]), 0), 255))
			}
		})
		if got := sharpened(g); !slices.Equal(got.pix, want) {
			t.Errorf("height %d: %v, want %v", height, got.pix, want)
		}
	}
}
