package qr

// mesh is how far a page bends away from its plane: the shift of each alignment pattern from where the
// plane puts it, and between them what lies between.
//
//	F──a──a──F
//	│  │  │  │     F: the corner of a finder
//	a──a──a──a     a: an alignment pattern; one that is not found
//	│  │  │  │        shifts as its neighbors do
//	F──a──a──a
type mesh struct {
	lines  []float64 // of nodes, on both axes, in modules
	shifts []point   // row by row, in pixels
}

// bend looks for all alignment patterns, each from where its neighbors are. It says how many it found.
func (g *grid) bend() int {
	n := len(g.alignment)
	if n < 3 {
		return 0
	}
	m := &mesh{shifts: make([]point, n*n)}
	for _, u := range g.alignment {
		m.lines = append(m.lines, float64(u)+0.5)
	}
	g.bent = nil
	found := 0
	for j, v := range g.alignment {
		for i, u := range g.alignment {
			expected := m.guess(i, j)
			m.shifts[j*n+i] = expected
			if !g.hasAlignment(u, v) {
				continue
			}
			cu, cv := float64(u)+0.5, float64(v)+0.5
			flat := g.plane.at(cu, cv)
			if at, ok := g.seek(flat.plus(expected), g.axes(cu, cv), 3, sureAligned); ok {
				m.shifts[j*n+i] = at.minus(flat)
				found++
			}
		}
	}
	g.bent = m
	return found
}

// guess is the shift of a node from those of its neighbors to the left and above.
func (m *mesh) guess(i, j int) point {
	n := len(m.lines)
	at := func(i, j int) point { return m.shifts[j*n+i] }
	switch {
	case i > 0 && j > 0:
		return at(i-1, j).plus(at(i, j-1)).minus(at(i-1, j-1))
	case i > 0:
		return at(i-1, j)
	case j > 0:
		return at(i, j-1)
	}
	return point{}
}

// shift is what lies between the four nodes around a point; beyond the outer ones it goes on as inside.
func (m *mesh) shift(u, v float64) point {
	i, x := m.cell(u)
	j, y := m.cell(v)
	n := len(m.lines)
	upper := between(m.shifts[j*n+i], m.shifts[j*n+i+1], x)
	lower := between(m.shifts[(j+1)*n+i], m.shifts[(j+1)*n+i+1], x)
	return between(upper, lower, y)
}

// cell is the interval that a coordinate is in, and how far along.
func (m *mesh) cell(u float64) (i int, share float64) {
	for i < len(m.lines)-2 && u > m.lines[i+1] {
		i++
	}
	low, high := m.lines[i], m.lines[i+1]
	return i, (u - low) / (high - low)
}
