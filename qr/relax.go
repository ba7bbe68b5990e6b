package qr

// relax lets the page bend in smaller pieces, until every module is as black or as white as it can be.
//
//	•──•──•──•──•
//	│  │  │  │  │     each node moves to where the modules around it
//	•──•──•──•──•     are most decided, and those of the known patterns
//	│  │  │  │  │     as they must be; it stays near its neighbors
//	•──•──•──•──•
//
// Between two modules ink is gray, in the middle of one it is not: no pattern has to be known for that.
func (g *grid) relax() {
	m := g.lattice()
	g.bent = m
	n := len(m.lines)
	module := g.axes(float64(g.side)/2, float64(g.side)/2)
	size := (module[0].length() + module[1].length()) / 2
	for _, step := range []float64{0.4, 0.2} {
		for range 2 {
			for i := range m.shifts {
				best := g.decided(i%n, i/n)
				for _, d := range []point{{1, 0}, {-1, 0}, {0, 1}, {0, -1}} {
					was := m.shifts[i]
					m.shifts[i] = was.plus(d.times(step * size))
					now := g.decided(i%n, i/n) - stiffness*m.strain(i%n, i/n)/size
					if now > best+1e-6 {
						best = now
					} else {
						m.shifts[i] = was
					}
				}
			}
		}
	}
}

const (
	nodes     = 5    // on a side
	stiffness = 0.05 // of tone a module that a node is from where its neighbors put it
)

// lattice is a mesh over the whole symbol that bends as the grid does now.
func (g *grid) lattice() *mesh {
	m := &mesh{shifts: make([]point, nodes*nodes)}
	for i := range nodes {
		m.lines = append(m.lines, float64(g.side)*float64(i)/(nodes-1))
	}
	for i := range m.shifts {
		u, v := m.lines[i%nodes], m.lines[i/nodes]
		m.shifts[i] = g.at(u, v).minus(g.plane.at(u, v))
	}
	return m
}

// strain is how far a node is from the mean of its neighbors, in pixels.
func (m *mesh) strain(i, j int) float64 {
	n := len(m.lines)
	var sum point
	count := 0.0
	for _, d := range [][2]int{{1, 0}, {-1, 0}, {0, 1}, {0, -1}} {
		if x, y := i+d[0], j+d[1]; x >= 0 && y >= 0 && x < n && y < n {
			sum = sum.plus(m.shifts[y*n+x])
			count++
		}
	}
	return m.shifts[j*n+i].minus(sum.times(1 / count)).length()
}

// decided is the mean tone of the modules in the cells around a node: of known ones as far as it is right,
// of others whichever it is.
func (g *grid) decided(i, j int) float64 {
	lines := g.bent.lines
	low := func(i int) int { return int(lines[max(i-1, 0)]) }
	high := func(i int) int { return min(int(lines[min(i+1, len(lines)-1)]), g.side) }
	stride := 1 + g.side/60
	sum, n := 0.0, 0.0
	for v := low(j); v < high(j); v += stride {
		for u := low(i); u < high(i); u += stride {
			t := g.tone(float64(u)+0.5, float64(v)+0.5)
			switch want := g.pattern[v*g.side+u]; {
			case want != 0:
				sum += float64(want) * t
			case t < 0:
				sum -= t
			default:
				sum += t
			}
			n++
		}
	}
	return sum / max(n, 1)
}
