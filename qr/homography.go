package qr

import "math"

// homography carries the plane of a code, in modules, onto the picture, in pixels: what a camera makes
// of a flat page.
//
//	┌────┐          ╱‾‾‾╲
//	│    │   ──►   ╱     ╲     x = (a·u + b·v + c) / (g·u + h·v + 1)
//	└────┘         ‾‾‾‾‾‾‾     y = (d·u + e·v + f) / (g·u + h·v + 1)
type homography [8]float64

func (m *homography) at(u, v float64) point {
	w := m[6]*u + m[7]*v + 1
	return point{(m[0]*u + m[1]*v + m[2]) / w, (m[3]*u + m[4]*v + m[5]) / w}
}

// pair is a place in the code that was seen at a place in the picture.
type pair struct {
	module point
	pixel  point
	weight float64
}

// fit is the homography that carries the pairs with the least squared error, in algebraic terms: four
// pairs at least, no three of them on a line.
func fit(pairs []pair) (m homography, ok bool) {
	from, to := frameOf(pairs, func(p pair) point { return p.module }), frameOf(pairs, func(p pair) point { return p.pixel })
	var sums equations
	for _, p := range pairs {
		s, t := from.in(p.module), to.in(p.pixel)
		sums.add([9]float64{s.x, s.y, 1, 0, 0, 0, -s.x * t.x, -s.y * t.x, t.x}, p.weight)
		sums.add([9]float64{0, 0, 0, s.x, s.y, 1, -s.x * t.y, -s.y * t.y, t.y}, p.weight)
	}
	if m, ok = solve(&sums); !ok {
		return m, false
	}
	return m.unframed(from, to)
}

// frame moves points around the origin and to a size of about one, where sums of squares keep their
// precision.
type frame struct {
	origin point
	scale  float64
}

func frameOf(pairs []pair, of func(pair) point) frame {
	var sum point
	for _, p := range pairs {
		sum = sum.plus(of(p))
	}
	f := frame{origin: sum.times(1 / float64(len(pairs)))}
	far := 0.0
	for _, p := range pairs {
		far += of(p).minus(f.origin).length()
	}
	f.scale = far / float64(len(pairs))
	return f
}

func (f frame) in(p point) point { return p.minus(f.origin).times(1 / f.scale) }

// unframed undoes both frames.
func (m homography) unframed(from, to frame) (homography, bool) {
	in := [9]float64{1 / from.scale, 0, -from.origin.x / from.scale, 0, 1 / from.scale, -from.origin.y / from.scale, 0, 0, 1}
	out := [9]float64{to.scale, 0, to.origin.x, 0, to.scale, to.origin.y, 0, 0, 1}
	all := multiply(out, multiply([9]float64{m[0], m[1], m[2], m[3], m[4], m[5], m[6], m[7], 1}, in))
	if math.Abs(all[8]) < 1e-12 {
		return m, false
	}
	for i := range m {
		m[i] = all[i] / all[8]
	}
	return m, true
}

func multiply(a, b [9]float64) (c [9]float64) {
	for i := range 3 {
		for j := range 3 {
			for k := range 3 {
				c[3*i+j] += a[3*i+k] * b[3*k+j]
			}
		}
	}
	return c
}

// equations are the normal equations of least squares: eight unknowns, and what each row comes to.
type equations [8][9]float64

func (e *equations) add(row [9]float64, weight float64) {
	for i := range 8 {
		for j := range row {
			e[i][j] += weight * row[i] * row[j]
		}
	}
}

// solve eliminates, the largest pivot first.
func solve(e *equations) (x homography, ok bool) {
	for i := range 8 {
		best := i
		for r := i + 1; r < 8; r++ {
			if math.Abs(e[r][i]) > math.Abs(e[best][i]) {
				best = r
			}
		}
		if math.Abs(e[best][i]) < 1e-12 {
			return x, false
		}
		e[i], e[best] = e[best], e[i]
		for r := range 8 {
			if r == i {
				continue
			}
			share := e[r][i] / e[i][i]
			for c := i; c < 9; c++ {
				e[r][c] -= share * e[i][c]
			}
		}
	}
	for i := range x {
		x[i] = e[i][8] / e[i][i]
	}
	return x, true
}
