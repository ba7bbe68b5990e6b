package qr

import (
	"math"
	"slices"
)

// outline is the shape of a finder as it was traced by rays from its middle.
//
//	 ╲  │  ╱
//	┌──┬┴┬──┐    each ray leaves the center at 1.5 modules, the ring at
//	│ ┌┴─┴┐ │    2.5 and the frame at 3.5, along the axes; a square is
//	├─┤ · ├─┤    farther off at its corners, by as much each time
//	│ └┬─┬┘ │
//	└──┴┬┴──┘
//	 ╱  │  ╲
type outline struct {
	module   float64       // pixels, a mean over all directions
	rays     [rays]float64 // how far the frame's inner edge is, 2.5 modules from the middle
	corners  [4]point      // of the frame's inner edge, clockwise; see square
	square   bool          // it has corners: a styled pattern may be round
	likeness float64       // share of the rays that are in proportion
}

const (
	rays        = 48
	leastAlike  = 0.55 // of the rays
	surelyAlike = 0.65
	innerEdge   = 2.5 // modules from the middle to the frame's inner edge
	ringShare   = 1.5 / 2.5
	frameShare  = 2.5 / 3.5
	shareError  = 0.17
)

var directions = func() (d [rays]point) {
	for i := range d {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / rays)
		d[i] = point{cos, sin}
	}
	return d
}()

// trace sends out the rays, moves the center to the middle of what they meet, and does so once more.
func (k *ink) trace(center *point, module float64, light, open bool) (o outline, ok bool) {
	for range 2 {
		good := 0
		o.rays = [rays]float64{}
		for j := range rays {
			if float64(j-good) > rays*(1-leastAlike) || j == rays/4 && good < rays/16 {
				return o, false
			}
			i := j * 7 % rays // all around from the start
			e := k.walk(*center, directions[i], 9*module, light)
			if e[1] == 0 {
				continue
			}
			alike := math.Abs(e[0]/e[1]-ringShare) < shareError
			if e[2] != 0 && !open {
				alike = alike && math.Abs(e[1]/e[2]-frameShare) < shareError
			}
			if alike {
				good++
				o.rays[i] = e[1]
			}
		}
		o.likeness = float64(good) / rays
		if o.likeness < leastAlike {
			return o, false
		}
		if !o.recenter(center) {
			return o, false
		}
	}
	o.findCorners(*center)
	return o, true
}

// recenter moves a center by the mean of what opposite rays differ, and takes the size of a module.
func (o *outline) recenter(c *point) bool {
	var shift point
	var lengths []float64
	n := 0.0
	for i := range rays / 2 {
		a, b := o.rays[i], o.rays[i+rays/2]
		if a == 0 || b == 0 {
			continue
		}
		shift = shift.plus(directions[i].times(a - b))
		lengths = append(lengths, (a+b)/2)
		n++
	}
	if n < rays/8 {
		return false
	}
	*c = c.plus(shift.times(1 / n))
	slices.Sort(lengths)
	// The mean of a square's rays is 1.12 times the shortest.
	o.module = lengths[len(lengths)/2] / innerEdge / 1.08
	return true
}

// along is how many pixels a module has in a direction, by the two rays nearest to it: in a direction
// between the axes of a square it counts the way along either axis.
func (o *outline) along(d point) float64 {
	turn := math.Atan2(d.y, d.x) / (2 * math.Pi) * rays
	return (o.ray(turn) + o.ray(turn+rays/2)) / 2 / innerEdge
}

// ray is the length of a ray that lies between two that were sent.
func (o *outline) ray(turn float64) float64 {
	low := math.Floor(turn)
	i := (int(low)%rays + rays) % rays
	a, b := o.rays[i], o.rays[(i+1)%rays]
	switch share := turn - low; {
	case a == 0 && b == 0:
		return o.module * innerEdge
	case a == 0:
		return b
	case b == 0:
		return a
	default:
		return a*(1-share) + b*share
	}
}

// findCorners finds the corners as those ends of rays that reach farthest: one from the middle, one on
// the other side of it, and on each side of the line between these the one farthest from that line. Lines
// through the ends between them then meet in the corners.
func (o *outline) findCorners(center point) {
	ends := make([]point, rays)
	for i, d := range directions {
		ends[i] = center.plus(d.times(o.ray(float64(i))))
	}
	far := func(i int) float64 { return ends[i].minus(center).length() }
	first := farthest(0, rays, far)
	third := farthest(first+rays/2-4, first+rays/2+5, far) // opposite, but for perspective
	axis := ends[third%rays].minus(ends[first])
	off := func(i int) float64 { return math.Abs(axis.cross(ends[i].minus(ends[first]))) }
	at := [5]int{first, farthest(first+1, third, off), third, farthest(third+1, first+rays, off), first + rays}
	if !o.cornered(ends, at, center) {
		return
	}
	var sides [4]line
	for q := range sides {
		var ok bool
		if sides[q], ok = sideBetween(ends, at[q], at[q+1]); !ok {
			return
		}
	}
	for q := range sides {
		var ok bool
		if o.corners[q], ok = sides[(q+3)%4].meets(sides[q]); !ok || o.corners[q].minus(center).length() > 6*o.module {
			return
		}
	}
	o.square = true
}

// cornered tells a square, also one that is seen from the side, from a circle: the corners of a square are
// together, squared, twice as far from the middle as the middles of its sides.
func (o *outline) cornered(ends []point, at [5]int, center point) bool {
	corners, sides := 0.0, 0.0
	for q := range 4 {
		a, b := ends[at[q]%rays].minus(center), ends[at[q+1]%rays].minus(center)
		between := a.plus(b)
		side := o.ray(math.Atan2(between.y, between.x) / (2 * math.Pi) * rays)
		corners += a.dot(a)
		sides += side * side
	}
	return corners > 1.4*sides
}

// farthest is the index from low up to high, as a place on the circle, where a measure is largest.
func farthest(low, high int, measure func(int) float64) int {
	best := low
	for i := low; i < high; i++ {
		if measure(i%rays) > measure(best%rays) {
			best = i
		}
	}
	return best
}

// line is a point on it and a direction of length one.
type line struct{ from, direction point }

// sideBetween fits a line to the ends of the rays between two corners.
func sideBetween(ends []point, low, high int) (line, bool) {
	if high-low < 5 {
		return line{}, false
	}
	var inner []point
	for i := low + 1; i < high; i++ {
		if i > low+1 && i < high-1 {
			inner = append(inner, ends[i%rays])
		}
	}
	return lineThrough(inner), true
}

// lineThrough has the least squared distance to the points.
func lineThrough(points []point) line {
	var mean point
	for _, p := range points {
		mean = mean.plus(p)
	}
	mean = mean.times(1 / float64(len(points)))
	var xx, xy, yy float64
	for _, p := range points {
		d := p.minus(mean)
		xx, xy, yy = xx+d.x*d.x, xy+d.x*d.y, yy+d.y*d.y
	}
	sin, cos := math.Sincos(math.Atan2(2*xy, xx-yy) / 2)
	return line{mean, point{cos, sin}}
}

func (l line) meets(m line) (point, bool) {
	turn := l.direction.cross(m.direction)
	if math.Abs(turn) < 0.1 {
		return point{}, false
	}
	return l.from.plus(l.direction.times(m.from.minus(l.from).cross(m.direction) / turn)), true
}
