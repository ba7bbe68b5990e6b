package qr

import (
	"image/color"
	"math"
	"testing"
)

// Uneven light does not change what is black.
func TestThresholdsFollowTheLight(t *testing.T) {
	symbol := mustEncode(t, enrollment)
	code := symbol.image(6)
	lit := each(code, func(x, y int, c color.RGBA) color.Color {
		return color.Gray{uint8(int(c.R)*(60+x/2)/400 + y/6 + 10)}
	})
	for name, threshold := range map[string]threshold{"hybrid": hybrid, "mean 25": localMean(25), "mean 10": localMean(10)} {
		k := threshold(grayOf(lit))
		wrong := 0
		for v := range symbol.Size() {
			for u := range symbol.Size() {
				at := point{float64(u+pictureQuiet)*6 + 3, float64(v+pictureQuiet)*6 + 3}
				if (k.at(at) > 0) != symbol.Black(u, v) {
					wrong++
				}
			}
		}
		if share := float64(wrong) / float64(symbol.Size()*symbol.Size()); share > 0.01 {
			t.Errorf("%s: %.1f %% of the modules are wrong", name, 100*share)
		}
	}
}

// The inside of a module larger than the blocks is as black as its edge.
func TestHybridFillsLargeModules(t *testing.T) {
	k := inkOf(mustEncode(t, "1").image(40))
	middle := middles(21, 40)[0]
	if k.at(middle) <= 0 {
		t.Error("the middle of a finder is white")
	}
}

func TestInkBetweenPixels(t *testing.T) {
	k := &ink{width: 2, height: 2, v: []int8{0, 100, 40, -20}}
	for p, want := range map[point]float64{{0.5, 0.5}: 0, {1, 0.5}: 50, {0.5, 1}: 20, {1, 1}: 30, {-9, -9}: 0, {9, 9}: -20} {
		if got := k.at(p); math.Abs(got-want) > 1e-6 {
			t.Errorf("ink at %v is %v, want %v", p, got, want)
		}
	}
}
