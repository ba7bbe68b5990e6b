package qr

// Views of a picture in which a code that was missed may show: each takes a gray picture and makes
// another, leaving the first as it was.

// halved is the mean of each two by two pixels.
func halved(g *gray) *gray {
	out := newGray(max(1, g.width/2), max(1, g.height/2))
	if g.width < 2 || g.height < 2 {
		return scaled(g, out.width, out.height)
	}
	for y := range out.height {
		upper, lower, to := g.row(2*y), g.row(2*y+1), out.row(y)
		for x := range to {
			sum := uint(upper[2*x]) + uint(upper[2*x+1]) + uint(lower[2*x]) + uint(lower[2*x+1])
			to[x] = uint8((sum + 2) / 4)
		}
	}
	return out
}

// fitted makes the longer side so many pixels, by halves and a last step of less than a half.
func fitted(g *gray, longest int) *gray {
	for max(g.width, g.height) >= 2*longest {
		g = halved(g)
	}
	long := max(g.width, g.height)
	return scaled(g, max(1, g.width*longest/long), max(1, g.height*longest/long))
}

// scaled is bilinear: between a half and any multiple of the size.
func scaled(g *gray, width, height int) *gray {
	const one = 1 << 12
	out := newGray(width, height)
	type tap struct{ at, next, weight int }
	taps := func(from, to int) []tap {
		list := make([]tap, to)
		for i := range list {
			pos := ((2*i+1)*from*one/to - one) / 2
			pos = min(max(pos, 0), (from-1)*one)
			at := pos / one
			list[i] = tap{at, min(at+1, from-1), pos % one}
		}
		return list
	}
	columns := taps(g.width, width)
	for y, t := range taps(g.height, height) {
		upper, lower, to := g.row(t.at), g.row(t.next), out.row(y)
		for x, c := range columns {
			up := int(upper[c.at])*(one-c.weight) + int(upper[c.next])*c.weight
			low := int(lower[c.at])*(one-c.weight) + int(lower[c.next])*c.weight
			to[x] = uint8((up/one*(one-t.weight) + low/one*t.weight + one/2) / one)
		}
	}
	return out
}

func times(g *gray, numerator, denominator int) *gray {
	return scaled(g, max(1, g.width*numerator/denominator), max(1, g.height*numerator/denominator))
}

// blurred is the mean over a square of radius pixels in each direction, cut at the edges.
func blurred(g *gray, radius int) *gray {
	out := newGray(g.width, g.height)
	boxMeans(g, radius, func(y int, means []uint8) { copy(out.row(y), means) })
	return out
}

// lightened is the brightest of each three by three: it parts modules that run into each other.
func lightened(g *gray) *gray {
	out := newGray(g.width, g.height)
	wide := newGray(g.width, g.height)
	for y := range g.height {
		in, to := g.row(y), wide.row(y)
		for x := range to {
			to[x] = max(in[max(x-1, 0)], in[x], in[min(x+1, g.width-1)])
		}
	}
	for y := range g.height {
		above, here, below, to := wide.row(max(y-1, 0)), wide.row(y), wide.row(min(y+1, g.height-1)), out.row(y)
		for x := range to {
			to[x] = max(above[x], here[x], below[x])
		}
	}
	return out
}

// boxMeans hands out, row by row, the mean of the square around each pixel. It keeps one sum a column
// instead of an integral picture: four bytes a column instead of four a pixel.
func boxMeans(g *gray, radius int, yield func(y int, means []uint8)) {
	columns := make([]uint32, g.width)
	means := make([]uint8, g.width)
	rows := uint32(0)
	add := func(y int) {
		rows++
		for x, p := range g.row(y) {
			columns[x] += uint32(p)
		}
	}
	for y := range min(radius, g.height) {
		add(y)
	}
	for y := range g.height {
		if y+radius < g.height {
			add(y + radius)
		}
		if gone := y - radius - 1; gone >= 0 {
			rows--
			for x, p := range g.row(gone) {
				columns[x] -= uint32(p)
			}
		}
		sum, count := uint32(0), uint32(0)
		for x := range min(radius, g.width) {
			sum += columns[x]
			count += rows
		}
		for x := range means {
			if x+radius < g.width {
				sum += columns[x+radius]
				count += rows
			}
			if gone := x - radius - 1; gone >= 0 {
				sum -= columns[gone]
				count -= rows
			}
			means[x] = uint8((sum + count/2) / count)
		}
		yield(y, means)
	}
}

// sharpened takes from each pixel what its surroundings have given it. It changes g, which nothing else needs: a row is
// written when no mean needs it any more.
func sharpened(g *gray) *gray {
	const radius = 2
	var waiting [radius + 2][]uint8
	write := func(y int) {
		if y >= 0 && y < g.height {
			copy(g.row(y), waiting[y%len(waiting)])
		}
	}
	for i := range waiting {
		waiting[i] = make([]uint8, g.width)
	}
	boxMeans(g, radius, func(y int, means []uint8) {
		write(y - radius - 1)
		to := waiting[y%len(waiting)]
		for x, p := range g.row(y) {
			to[x] = uint8(min(max(3*int(p)-2*int(means[x]), 0), 255))
		}
	})
	for y := g.height - radius - 1; y < g.height; y++ {
		write(y)
	}
	return g
}
