package qr

// settle moves the corners of the plane to and fro as long as the patterns that every symbol has agree
// better with it.
//
//	↖ ↗          ↖ ↗
//	 •────────────•       each corner in turn, each way,
//	↙ │           │↘      in steps that become smaller
//	  •───────────•
func (g *grid) settle() {
	s := float64(g.side)
	var square, corners [4]point
	for i, c := range cornerOf {
		square[i] = point{s/2 + c.x*s/2, s/2 + c.y*s/2}
		corners[i] = g.plane.at(square[i].x, square[i].y)
	}
	module := (corners[1].minus(corners[0]).length() + corners[3].minus(corners[0]).length()) / 2 / s
	best := g.fitness()
	try := func(i int, by point) bool {
		moved := corners
		moved[i] = moved[i].plus(by)
		before := g.plane
		plane, ok := fourPoint(square, moved)
		if ok {
			g.plane = plane
			if f := g.fitness(); g.sound() && f > best+1e-6 {
				best, corners = f, moved
				return true
			}
		}
		g.plane = before
		return false
	}
	for _, step := range []float64{1.2, 0.6, 0.3, 0.15} {
		for range 3 {
			better := false
			for i := range corners {
				for _, d := range []point{{1, 0}, {-1, 0}, {0, 1}, {0, -1}} {
					better = try(i, d.times(step*module)) || better
				}
			}
			if !better {
				break
			}
		}
	}
}

func fourPoint(square, corners [4]point) (homography, bool) {
	var pairs [4]pair
	for i := range pairs {
		pairs[i] = pair{square[i], corners[i], 1}
	}
	return fit(pairs[:])
}
