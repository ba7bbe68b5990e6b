package qr

import (
	"math"
	"slices"
)

// grid is where in a picture the modules of one symbol are thought to be.
//
//	(0,0)──────────►u (side,0)
//	  │ F─────────F │
//	  │ │         │ │     F: finders, whose middles are known
//	  │ │       A │ │     A: alignment patterns, looked for where the
//	  │ F         · │        plane through the finders puts them
//	  ▼v ───────────┘
type grid struct {
	*ink
	light bool
	layout
	plane homography
	bent  *mesh // nil for a flat page
}

// at is the place of a point of the symbol, in modules from its upper left corner.
func (g *grid) at(u, v float64) point {
	p := g.plane.at(u, v)
	if g.bent != nil {
		p = p.plus(g.bent.shift(u, v))
	}
	return p
}

// tone is the ink at a point of the symbol: 1 is surely black, -1 surely white.
func (g *grid) tone(u, v float64) float64 { return tone(g.black(g.at(u, v), g.light)) }

func tone(ink float64) float64 { return min(max(ink/24, -1), 1) }

// Weights of what a plane is fitted to. A corner is known by some rays, a middle by all.
const (
	middleWeight = 1
	cornerWeight = 0.15
	alignWeight  = 1
)

// place lays the plane of a symbol through three finders, and gives what it is fitted to. Where their corners mislead,
// or there are none, the page is taken for parallel to the picture.
func (k *ink) place(t triple, l layout) (g *grid, pairs []pair, ok bool) {
	g = &grid{ink: k, light: t.topLeft.light, layout: l}
	near, far := 3.5, float64(l.side)-3.5
	right, down := t.topRight.center.minus(t.topLeft.center), t.bottomLeft.center.minus(t.topLeft.center)
	var middles, corners []pair
	for _, f := range []struct {
		*finder
		at point
	}{{t.topLeft, point{near, near}}, {t.topRight, point{far, near}}, {t.bottomLeft, point{near, far}}} {
		middles = append(middles, pair{f.at, f.center, middleWeight})
		if f.square {
			for i, c := range f.facing(right, down) {
				corners = append(corners, pair{f.at.plus(cornerOf[i].times(innerEdge)), c, cornerWeight})
			}
		}
	}
	if len(corners) > 0 {
		pairs = slices.Concat(middles, corners)
		if g.plane, ok = fit(pairs); ok && g.sound() {
			return g, pairs, true
		}
	}
	fourth := pair{point{far, far}, t.topLeft.center.plus(right).plus(down), middleWeight}
	g.plane, ok = fit(append(middles[:len(middles):len(middles)], fourth))
	return g, middles, ok && g.sound()
}

// sound tells a plane that a camera can see from one that is turned inside out.
func (g *grid) sound() bool {
	s := float64(g.side)
	for _, c := range cornerOf {
		u, v := s/2+c.x*s/2, s/2+c.y*s/2
		if w := g.plane[6]*u + g.plane[7]*v + 1; w < 0.2 || w > 5 {
			return false
		}
	}
	return true
}

// cornerOf are the corners of a square around the origin, clockwise from the upper left.
var cornerOf = [4]point{{-1, -1}, {1, -1}, {1, 1}, {-1, 1}}

// facing gives the corners of a finder clockwise from the upper left of its symbol, whose sides run right
// and down.
func (f *finder) facing(right, down point) (corners [4]point) {
	right, down = right.times(1/right.length()), down.times(1/down.length())
	best, turn := math.Inf(-1), 0
	for q := range 4 {
		sum := 0.0
		for i, c := range cornerOf {
			sum += f.corners[(i+q)%4].minus(f.center).dot(right.times(c.x).plus(down.times(c.y)))
		}
		if sum > best {
			best, turn = sum, q
		}
	}
	for i := range corners {
		corners[i] = f.corners[(i+turn)%4]
	}
	return corners
}

// fitness tells how well the patterns that every symbol has are where the grid puts them: 1 is a printed
// page, 0 is chance.
func (g *grid) fitness() float64 {
	sum, n := 0.0, 0
	for i, want := range g.pattern {
		if want != 0 {
			sum += float64(want) * g.tone(float64(i%g.side)+0.5, float64(i/g.side)+0.5)
			n++
		}
	}
	return sum / float64(n)
}
