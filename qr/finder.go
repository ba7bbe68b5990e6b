package qr

import (
	"math"
	"slices"
)

// finder is one finder pattern: a square of three black modules in a white ring in a black one.
//
//	█▀▀▀▀▀█
//	█ ███ █   ←  1 : 1 : 3 : 1 : 1, whichever way a line through the middle goes
//	█ ▀▀▀ █
//	▀▀▀▀▀▀▀
type finder struct {
	center point
	light  bool // light on dark
	rows   int  // of those scanned that found it
	outline
}

// Bounds on what one pass looks at. A desktop full of text gives some dozens of patterns by chance, a
// sheet of forty codes 120; a picture of thousands is there to keep us busy.
const (
	maxCrossings = 1 << 14 // places in rows that are looked at more closely
	maxFinders   = 128
)

// finders scans every so many rows of the ink, for both polarities at once. At a pixel a module the center
// of a finder is three rows high, so that every third row meets it.
func finders(k *ink, step int, open bool) []finder {
	if min(k.width, k.height) < 7 {
		return nil // no room for one
	}
	s := sweep{ink: k, open: open}
	for y := step / 2; y < k.height && s.crossings < maxCrossings; y += step {
		s.row(y)
	}
	return s.surest()
}

// sweep is a search for finders that goes on.
type sweep struct {
	*ink
	open      bool      // frames may run into what is around them
	edges     []float64 // of the row: where black and white change, between pixels
	crossings int
	found     []finder
}

// row looks at one row for five runs that fit.
func (s *sweep) row(y int) {
	first := s.edgesOf(y)
	for i := 5; i < len(s.edges); i++ {
		if !s.ratios(s.edges[i-5 : i+1]) {
			continue
		}
		light := first == ((i-5)%2 == 0) // every second run is of the other color
		s.cross((s.edges[i-3]+s.edges[i-2])/2, float64(y)+0.5, (s.edges[i-1]-s.edges[i-4])/5, light)
		if s.crossings >= maxCrossings {
			return
		}
	}
}

// edgesOf fills in the edges of a row, the ends of it among them, and says whether the first run is white.
func (s *sweep) edgesOf(y int) (white bool) {
	line := s.ink.row(y)
	s.edges = append(s.edges[:0], 0)
	before := line[0]
	for x, v := range line {
		if (v > 0) != (before > 0) {
			// Brightness is known at the middles of pixels; it passes the limit somewhere between two.
			a, b := float64(before), float64(v)
			s.edges = append(s.edges, float64(x)-0.5+a/(a-b))
		}
		before = v
	}
	s.edges = append(s.edges, float64(len(line)))
	return line[0] <= 0
}

// ratios tells whether six edges are those of a finder. What ink bleeds, or light, moves every edge by
// as much; so the distances between edges of one kind count, 2 : 4 : 4 : 2, and the runs themselves are
// held to little. Of an open frame the outer edges may be anywhere.
func (s *sweep) ratios(e []float64) bool {
	module := (e[5] - e[0]) / 7
	if s.open {
		module = (e[4] - e[1]) / 5
	}
	if module < 0.7 {
		return false
	}
	near := func(length, modules, most float64) bool { return math.Abs(length-modules*module) < most*module }
	inner := near(e[3]-e[2], 3, 1.4) && near(e[2]-e[1], 1, 0.75) && near(e[4]-e[3], 1, 0.75) &&
		near(e[3]-e[1], 4, 1.1) && near(e[4]-e[2], 4, 1.1)
	if s.open {
		return inner && min(e[1]-e[0], e[5]-e[4]) > 0.4*module
	}
	return inner && near(e[1]-e[0], 1, 0.8) && near(e[5]-e[4], 1, 0.8) && near(e[2]-e[0], 2, 0.8) && near(e[5]-e[3], 2, 0.8)
}

// cross looks at the picture around a place where a row has the pattern.
func (s *sweep) cross(x, y, module float64, light bool) {
	for i := range s.found {
		f := &s.found[i]
		if f.light == light && math.Abs(f.center.x-x) < f.module && math.Abs(f.center.y-y) < 2*f.module {
			f.rows++
			return
		}
	}
	s.crossings++
	center, ok := s.upright(point{x, y}, module, light)
	if !ok {
		return
	}
	f := finder{center: center, light: light, rows: 1}
	if f.outline, ok = s.trace(&f.center, module, light, s.open); !ok {
		return
	}
	for i := range s.found {
		if g := s.found[i]; g.light == light && g.center.minus(f.center).length() < max(f.module, g.module) {
			s.found[i].rows++
			return
		}
	}
	s.found = append(s.found, f)
}

// upright moves a center up or down to the middle of its column's pattern, if there is one.
func (s *sweep) upright(c point, module float64, light bool) (point, bool) {
	var e [6]float64
	most := 10 * module // three and a half, stretched by perspective
	up, down := s.walk(c, point{0, -1}, most, light), s.walk(c, point{0, 1}, most, light)
	for _, way := range []*[3]float64{&up, &down} {
		if way[2] == 0 && way[1] != 0 && s.open {
			way[2] = most
		}
		if way[2] == 0 {
			return c, false
		}
	}
	for i := range 3 {
		e[2-i], e[3+i] = -up[i], down[i]
	}
	if !s.ratios(e[:]) {
		return c, false
	}
	c.y += (down[0] - up[0]) / 2
	return c, true
}

// walk goes from the middle of a pattern in a direction and gives the distances at which its color
// changes: from the center to the ring, from the ring to the frame, and out of the frame. Where the
// change is not met the distance is 0.
func (k *ink) walk(from, direction point, most float64, light bool) (edges [3]float64) {
	step := min(max(most/48, 0.5), 2) // no ring is missed: most is some modules
	n, before := 0, k.black(from, light)
	if before <= 0 {
		return edges
	}
	for d := step; d <= most; d += step {
		p := from.plus(direction.times(d))
		if !p.within(float64(k.width), float64(k.height)) {
			if n == 2 {
				edges[2] = d // nothing is around a code that fills the picture
			}
			break
		}
		v := k.black(p, light)
		if (v > 0) == (before > 0) {
			before = v
			continue
		}
		edges[n] = d - step + step*before/(before-v)
		if n++; n == 3 {
			return edges
		}
		before = v
	}
	return edges
}

// black is the ink at a place, of whatever polarity.
func (k *ink) black(p point, light bool) float64 {
	if light {
		return -k.at(p)
	}
	return k.at(p)
}

// surest keeps the finders that look most like one.
func (s *sweep) surest() []finder {
	slices.SortStableFunc(s.found, func(a, b finder) int {
		switch {
		case a.likeness > b.likeness:
			return -1
		case a.likeness < b.likeness:
			return 1
		}
		return 0
	})
	return s.found[:min(len(s.found), maxFinders)]
}
