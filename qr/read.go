package qr

import (
	"math"
	"slices"
)

// maxTriples bounds how many triples of one pass are sampled: what the first few dozen do not give is
// chance.
const maxTriples = 48

// How well the patterns that every symbol has must agree with a grid for its bits to be read.
const (
	chance       = 0.1 // what finders that have nothing to do with each other come to
	smallVersion = 4   // up to which an alignment pattern is looked for all the same: strong perspective hides the rest
	leastFit     = 0.25
	goodFit      = 0.45 // such a grid is worth moving about
	settledFit   = 0.55 // and what was moved, worth bending
)

// reading is one code read in one view: its text and its corners there, clockwise from the top left.
type reading struct {
	text    string
	corners [4]point
}

// pass is what one look at a picture gives.
type pass struct {
	readings []reading
	promise  bool // there seems to be a code that was not read
}

// look reads all codes of an ink; step and open say how finders are searched for.
func look(k *ink, step int, open bool) pass {
	var p pass
	tries := 0
	all := finders(k, step, open)
	k.watch.saw(all)
	gone := map[*finder]bool{}
	for _, t := range triples(all) {
		if tries == maxTriples {
			break
		}
		if gone[t.topLeft] || gone[t.topRight] || gone[t.bottomLeft] {
			continue // a part of a code that was read
		}
		tries++
		r, fit, ok := k.read(t)
		if !ok {
			p.promise = p.promise || fit > goodFit
			continue
		}
		p.readings = append(p.readings, r)
		for i := range all {
			if r.contains(all[i].center) {
				gone[&all[i]] = true
			}
		}
		tries = 0
	}
	p.promise = p.promise || leftOver(all, gone)
	return p
}

// leftOver says whether two finders that go together belong to nothing that was read.
func leftOver(all []finder, gone map[*finder]bool) bool {
	for i := range all {
		for j := range i {
			a, b := &all[i], &all[j]
			if !gone[a] && !gone[b] && min(a.likeness, b.likeness) > surelyAlike && alike(a, b) {
				return true
			}
		}
	}
	return false
}

// read reads the code between three finders, if it is one, and says how well the best grid fitted. Each
// version is tried as it lies, and the one that fits best once more.
func (k *ink) read(t triple) (r reading, fit float64, ok bool) {
	var best *grid
	written := k.writtenVersions(t)
	for _, version := range versions(t, written) {
		g, now := k.lay(t, version, slices.Contains(written, version))
		if now < leastFit {
			continue
		}
		text, ok := g.decode(0)
		k.watch.tried(g, now, ok)
		if ok {
			return reading{text, g.outline()}, now, true
		}
		if now > fit {
			best, fit = g, now
		}
	}
	if fit < goodFit {
		return r, fit, false
	}
	text, ok := best.again()
	if ok {
		k.watch.tried(best, fit, ok)
	}
	return reading{text, best.outline()}, fit, ok
}

// lay lays the grid of a version over three finders and says how well it fits. A version that is written
// beside them may have a page that is bent so much that its plane fits nothing.
func (k *ink) lay(t triple, version int, written bool) (*grid, float64) {
	g, pairs, ok := k.place(t, layoutOf(version))
	if !ok {
		return nil, 0
	}
	fit := g.fitness()
	if fit < chance && !written && version > smallVersion {
		return g, fit
	}
	if fit = g.align(pairs, fit); fit < goodFit && written && g.bend() > 0 {
		fit = g.fitness()
	}
	return g, fit
}

// again reads a grid once more after moving it about.
func (g *grid) again() (text string, ok bool) {
	for _, change := range []func() bool{
		func() bool { return g.bend() > 0 },
		func() bool { g.bent = nil; g.settle(); return true },
		func() bool { return g.bend() > 0 },
		func() bool {
			if g.fitness() < settledFit {
				return false
			}
			g.relax()
			return true
		},
	} {
		if !change() {
			continue
		}
		if text, ok = g.decode(0); ok {
			return text, true
		}
	}
	for _, share := range []float64{0.4, 0.8} {
		if text, ok = g.decode(share); ok {
			return text, true
		}
	}
	return "", false
}

// versions are those that three finders may be of, the likeliest first.
func versions(t triple, written []int) []int {
	side := t.modules + 7
	guess := versionNear(side)
	list := slices.Clone(written)
	add := func(v int) {
		if v >= 1 && v <= 40 && !slices.Contains(list, v) {
			list = append(list, v)
		}
	}
	add(guess)
	lower := side < float64(17+4*guess)
	for step := 1; step <= 1+guess/12; step++ {
		if lower {
			add(guess - step)
		}
		add(guess + step)
		add(guess - step)
	}
	return list
}

// writtenVersions reads the version information beside the finders at the upper right and lower left, on
// the axes of each finder alone.
func (k *ink) writtenVersions(t triple) (list []int) {
	if versionNear(t.modules+7) < 6 {
		return nil
	}
	right, down := t.topRight.center.minus(t.topLeft.center), t.bottomLeft.center.minus(t.topLeft.center)
	for _, f := range []*finder{t.topRight, t.bottomLeft} {
		u, v := f.axesAlong(right, down)
		if f == t.bottomLeft {
			u, v = v, u // the same bits, over the diagonal
		}
		word := uint32(0)
		for i := range 18 {
			at := f.center.plus(u.times(float64(i%3) - 7)).plus(v.times(float64(i/3) - 3))
			if k.black(at, f.light) > 0 {
				word |= 1 << i
			}
		}
		if version, ok := versionOf(word); ok && !slices.Contains(list, version) {
			list = append(list, version)
		}
	}
	return list
}

// axesAlong are one module in each of two directions, at a finder.
func (f *finder) axesAlong(right, down point) (u, v point) {
	if !f.square {
		return right.times(f.along(right) / right.length()), down.times(f.along(down) / down.length())
	}
	c := f.facing(right, down)
	size := 4 * innerEdge
	u = c[1].minus(c[0]).plus(c[2].minus(c[3])).times(1 / size)
	v = c[3].minus(c[0]).plus(c[2].minus(c[1])).times(1 / size)
	return u, v
}

// outline is the four corners of the symbol.
func (g *grid) outline() (corners [4]point) {
	s := float64(g.side)
	for i, c := range cornerOf {
		corners[i] = g.at(s/2+c.x*s/2, s/2+c.y*s/2)
	}
	return corners
}

// contains says whether a point lies within the outline, whichever way round its corners go.
func (r reading) contains(p point) bool {
	left, right := false, false
	for i, a := range r.corners {
		side := r.corners[(i+1)%4].minus(a).cross(p.minus(a))
		left, right = left || side > 0, right || side < 0
	}
	return !left || !right
}

// scale carries the corners into a picture that is so many times larger.
func (r reading) scale(x, y float64) reading {
	for i, c := range r.corners {
		r.corners[i] = point{c.x * x, c.y * y}
	}
	return r
}

// box is the smallest upright rectangle around the corners.
func (r reading) box() (left, top, right, bottom int) {
	lo, hi := r.corners[0], r.corners[0]
	for _, c := range r.corners[1:] {
		lo, hi = point{min(lo.x, c.x), min(lo.y, c.y)}, point{max(hi.x, c.x), max(hi.y, c.y)}
	}
	return int(math.Floor(lo.x)), int(math.Floor(lo.y)), int(math.Ceil(hi.x)), int(math.Ceil(hi.y))
}
