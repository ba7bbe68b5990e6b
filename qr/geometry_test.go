package qr

import (
	"math"
	"testing"
)

func TestHomographyFindsTheCamera(t *testing.T) {
	camera := homography{3, 0.4, 20, -0.3, 2.5, 40, 0.004, -0.003}
	var pairs []pair
	for _, p := range []point{{0, 0}, {25, 0}, {25, 25}, {0, 25}, {12, 7}} {
		pairs = append(pairs, pair{p, camera.at(p.x, p.y), 1})
	}
	m, ok := fit(pairs)
	if !ok {
		t.Fatal("no homography")
	}
	for _, p := range []point{{3, 3}, {24, 11}, {-5, 30}} {
		near(t, "a module", m.at(p.x, p.y), camera.at(p.x, p.y), 1e-6)
	}
}

func TestHomographyWeighsItsPairs(t *testing.T) {
	square := [4]point{{0, 0}, {10, 0}, {10, 10}, {0, 10}}
	var pairs []pair
	for _, p := range square {
		pairs = append(pairs, pair{p, p.times(5), 1})
	}
	pairs = append(pairs, pair{point{5, 5}, point{35, 25}, 1e-6}) // hardly counts
	m, ok := fit(pairs)
	if !ok {
		t.Fatal("no homography")
	}
	near(t, "the middle", m.at(5, 5), point{25, 25}, 0.01)
}

func TestNoHomographyOfALine(t *testing.T) {
	var pairs []pair
	for i := range 6 {
		p := point{float64(i), 2 * float64(i)}
		pairs = append(pairs, pair{p, p, 1})
	}
	if m, ok := fit(pairs); ok {
		t.Errorf("a line gives %v", m)
	}
}

func TestLines(t *testing.T) {
	l := lineThrough([]point{{0, 1}, {1, 2.1}, {2, 2.9}, {3, 4}})
	if turn := math.Abs(l.direction.cross(point{math.Sqrt(0.5), math.Sqrt(0.5)})); turn > 0.02 {
		t.Errorf("the direction is %v", l.direction)
	}
	at, ok := line{point{0, 3}, point{1, 0}}.meets(line{point{7, -1}, point{0, 1}})
	if !ok {
		t.Fatal("they do not meet")
	}
	near(t, "the meeting", at, point{7, 3}, 1e-9)
	if at, ok := (line{point{0, 3}, point{1, 0}}).meets(line{point{0, 5}, point{1, 0}}); ok {
		t.Errorf("parallels meet at %v", at)
	}
}

// A node's shift is found again at the node, and its mean between two.
func TestMeshBends(t *testing.T) {
	m := &mesh{lines: []float64{0, 10, 20}, shifts: make([]point, 9)}
	m.shifts[4] = point{6, -2} // the middle
	near(t, "the node", m.shift(10, 10), point{6, -2}, 1e-9)
	near(t, "half way", m.shift(5, 10), point{3, -1}, 1e-9)
	near(t, "the next node", m.shift(20, 10), point{}, 1e-9)
	if strain := m.strain(1, 1); math.Abs(strain-math.Hypot(6, 2)) > 1e-9 {
		t.Errorf("the strain is %v", strain)
	}
}
