package qr

// Alignment patterns are small and by the dozen: they are looked for where the grid puts them, by how
// well the ink there agrees with the pattern.
//
//	█▀▀▀█
//	█ ■ █     one black module, a white ring, a black ring
//	▀▀▀▀▀
const (
	leastAligned = 4.0 // of the 9 that a perfect agreement gives
	sureAligned  = 5.5
)

// axes are one module to the right and one down, in pixels, at a point of the symbol.
func (g *grid) axes(u, v float64) [2]point {
	here := g.at(u, v)
	return [2]point{g.at(u+1, v).minus(here), g.at(u, v+1).minus(here)}
}

// alignmentTone is the agreement with an alignment pattern at a place: each of its three parts counts for
// 3. It gives up when that can no longer exceed enough.
func (g *grid) alignmentTone(at point, axes [2]point, enough float64) float64 {
	tone := func(u, v float64) float64 {
		return tone(g.black(at.plus(axes[0].times(u)).plus(axes[1].times(v)), g.light))
	}
	sum := 3 * tone(0, 0)
	if sum+6 <= enough {
		return sum - 6
	}
	inner := 0.0
	for i := -1.0; i < 1; i++ {
		inner += tone(i, -1) + tone(1, i) + tone(-i, 1) + tone(-1, -i)
	}
	if sum -= 3 * inner / 8; sum+3 <= enough {
		return sum - 3
	}
	outer := 0.0
	for i := -2.0; i < 2; i++ {
		outer += tone(i, -2) + tone(2, i) + tone(-i, 2) + tone(-2, -i)
	}
	return sum + 3*outer/16
}

// seek finds an alignment pattern within so many modules of where it should be: the best of a lattice, and
// then the middle of all places around that which agree as well. In a sharp picture many do.
func (g *grid) seek(expected point, axes [2]point, reach, least float64) (at point, ok bool) {
	agreement, module := least-1, axes[0].length()
	var best point
	lattice(expected, axes, reach, 0.5, func(p point) {
		// Of two that agree as well the nearer.
		far := 0.1 * p.minus(expected).length() / module
		if a := g.alignmentTone(p, axes, agreement+far) - far; a > agreement {
			agreement, best, ok = a, p, true
		}
	})
	if !ok {
		return expected, false
	}
	peak := 0.0
	lattice(best, axes, 0.6, 0.2, func(p point) { peak = max(peak, g.alignmentTone(p, axes, peak)) })
	var sum point
	n := 0.0
	lattice(best, axes, 0.6, 0.2, func(p point) {
		if g.alignmentTone(p, axes, peak-0.5) > peak-0.5 {
			sum, n = sum.plus(p), n+1
		}
	})
	return sum.times(1 / max(n, 1)), peak >= least && n > 0
}

// lattice visits the places within so many modules of a middle, in steps.
func lattice(middle point, axes [2]point, reach, step float64, visit func(point)) {
	for v := -reach; v <= reach+1e-9; v += step {
		for u := -reach; u <= reach+1e-9; u += step {
			visit(middle.plus(axes[0].times(u)).plus(axes[1].times(v)))
		}
	}
}

// align moves the plane so that the alignment pattern at the lower right is where it was found, unless the symbol fits
// worse then. It takes how well it fits, and gives how well it does now.
func (g *grid) align(pairs []pair, fitness float64) float64 {
	if len(g.alignment) == 0 {
		return fitness
	}
	last := float64(g.alignment[len(g.alignment)-1]) + 0.5
	reach := min(2+float64(g.side)/12, 8)
	at, ok := g.seek(g.at(last, last), g.axes(last, last), reach, leastAligned)
	if !ok {
		return fitness
	}
	plane, ok := fit(append(pairs[:len(pairs):len(pairs)], pair{point{last, last}, at, alignWeight}))
	if !ok {
		return fitness
	}
	before := g.plane
	g.plane = plane
	if g.sound() {
		if now := g.fitness(); now >= fitness {
			return now
		}
	}
	g.plane = before
	return fitness
}
