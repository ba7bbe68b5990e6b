package qr

import (
	"cmp"
	"math"
	"slices"
)

// triple is three finders that may be the corners of one code, and how far they are from the ideal.
//
//	topLeft ─── topRight     as many modules across as down,
//	   │      ╱              and, since finders are squares that are
//	   │    ╱                measured along their own axes, from corner
//	bottomLeft               to corner as well
type triple struct {
	topLeft, topRight, bottomLeft *finder
	modules                       float64 // from the middle of one finder to that of the next
	oddity                        float64 // 0 is ideal
}

const (
	maxOddity = 1.6 // beyond, no perspective explains it
	leastSide = 21 - 7 - 3
	mostSide  = 177 - 7 + 60
)

// triples lists what may be codes, the most regular first.
func triples(found []finder) []triple {
	var list []triple
	apart := distances(found)
	for i := range found {
		for j := i + 1; j < len(found); j++ {
			if apart[i][j] == 0 {
				continue
			}
			for k := j + 1; k < len(found); k++ {
				if !regular(apart[i][j], apart[i][k], apart[j][k]) {
					continue
				}
				if t := arrange(&found[i], &found[j], &found[k]); t.oddity < maxOddity {
					list = append(list, t)
				}
			}
		}
	}
	slices.SortStableFunc(list, func(a, b triple) int { return cmp.Compare(a.oddity, b.oddity) })
	return list
}

// distances are the modules between each two finders that may be of one code, 0 for others. Of a hundred
// finders there are thousands of pairs and a hundred thousand triples.
func distances(found []finder) [][]float64 {
	apart := make([][]float64, len(found))
	for i := range apart {
		apart[i] = make([]float64, len(found))
		for j := i + 1; j < len(found); j++ {
			if !alike(&found[i], &found[j]) {
				continue
			}
			if d := modulesBetween(&found[i], &found[j]); d > leastSide && d < mostSide*math.Sqrt2 {
				apart[i][j] = d
			}
		}
	}
	return apart
}

// regular lets three distances pass that are as equal as those of a code seen from the side.
func regular(a, b, c float64) bool {
	return b > 0 && c > 0 && max(a, b, c) < 3*min(a, b, c)
}

// alike compares polarity and size; what perspective makes of the two ends of one code stays below 2.5.
func alike(a, b *finder) bool {
	return a.light == b.light && a.module < 2.5*b.module && b.module < 2.5*a.module
}

// arrange takes the two that are farthest apart for the ends of the diagonal, unless perspective has made
// a side as long and another order is more regular.
func arrange(a, b, c *finder) triple {
	ab, bc, ca := a.center.minus(b.center).length(), b.center.minus(c.center).length(), c.center.minus(a.center).length()
	longest := max(ab, bc, ca)
	var best triple
	best.oddity = math.Inf(1)
	for _, order := range []struct {
		opposite           float64
		corner, one, other *finder
	}{{bc, a, b, c}, {ca, b, c, a}, {ab, c, a, b}} {
		if order.opposite < 0.75*longest {
			continue
		}
		t := triple{topLeft: order.corner, topRight: order.one, bottomLeft: order.other}
		if t.topRight.center.minus(t.topLeft.center).cross(t.bottomLeft.center.minus(t.topLeft.center)) < 0 {
			t.topRight, t.bottomLeft = t.bottomLeft, t.topRight
		}
		if t.measure(); t.oddity < best.oddity {
			best = t
		}
	}
	return best
}

// measure counts the modules along the three sides.
func (t *triple) measure() {
	across, down := modulesBetween(t.topLeft, t.topRight), modulesBetween(t.topLeft, t.bottomLeft)
	diagonal := modulesBetween(t.topRight, t.bottomLeft)
	t.modules = math.Sqrt(across * down)
	t.oddity = math.Inf(1)
	if t.modules < leastSide || t.modules > mostSide {
		return
	}
	// Between round finders the diagonal counts 1.41 times as many: either is as good.
	skew := min(math.Abs(math.Log(diagonal/t.modules)), math.Abs(math.Log(diagonal/t.modules/math.Sqrt2)))
	right := t.topRight.center.minus(t.topLeft.center)
	down2 := t.bottomLeft.center.minus(t.topLeft.center)
	angle := math.Abs(right.dot(down2)) / (right.length() * down2.length())
	unlike := 3 - t.topLeft.likeness - t.topRight.likeness - t.bottomLeft.likeness
	turn := t.topLeft.turned(right) + t.topLeft.turned(down2) + t.topRight.turned(right) + t.bottomLeft.turned(down2)
	// Among codes in rows there are regular triangles of finders of different codes: the smaller first.
	t.oddity = math.Abs(math.Log(across/down)) + skew + angle*angle + 0.3*unlike + turn + 0.001*t.modules
}

// modulesBetween is the number of modules from one finder's middle to another's. Under perspective that
// is the distance in units of the geometric mean of the two modules there.
func modulesBetween(a, b *finder) float64 {
	way := b.center.minus(a.center)
	return way.length() / math.Sqrt(a.along(way)*b.along(way))
}

// turned is how far a direction is from the axes of a square finder: 0 when along one of them, as the
// other finders of its code lie.
func (f *finder) turned(way point) float64 {
	if !f.square {
		return 0.1
	}
	least := 1.0
	for i := range f.corners {
		side := f.corners[i].minus(f.corners[(i+1)%4])
		least = min(least, math.Abs(side.cross(way))/(side.length()*way.length()))
	}
	return least * least
}
