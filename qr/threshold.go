package qr

// ink says of each pixel how much darker it is than its surroundings: black where it is positive. The
// rest of the detector looks at nothing else, and at the other side of zero for light codes on dark:
//
//	brightness  ▔▔▔╲___╱▔╲__╱▔▔▔     limit ─ ─ ─ ─     ink  ___╱▔▔▔╲_╱▔▔╲___
type ink struct {
	width, height int
	v             []int8       // limit - brightness, cut at ±127
	watch         *watchedRung // nil unless somebody wants to know how it went
}

// A threshold makes the ink of a view.
type threshold func(*gray) *ink

func newInk(g *gray) *ink {
	return &ink{width: g.width, height: g.height, v: make([]int8, g.width*g.height)}
}

func (k *ink) row(y int) []int8 { return k.v[y*k.width : (y+1)*k.width] }

// cutInk cuts what a limit and a brightness differ by, from -255 on, at what ink holds.
var cutInk = func() (t [511]int8) {
	for i := range t {
		t[i] = int8(min(max(i-255, -127), 127))
	}
	return t
}()

// at is the ink around a place, between pixels as a share of each; it continues beyond the edges.
func (k *ink) at(p point) float64 {
	x, y := p.x-0.5, p.y-0.5
	if !(x >= 0 && y >= 0 && x < float64(k.width-1) && y < float64(k.height-1)) {
		x, y = inside(x, k.width), inside(y, k.height)
	}
	left, top := int(x), int(y)
	fx, fy := x-float64(left), y-float64(top)
	upper := k.v[top*k.width+left:]
	lower := upper[k.width:]
	a := float64(upper[0]) + (float64(upper[1])-float64(upper[0]))*fx
	b := float64(lower[0]) + (float64(lower[1])-float64(lower[0]))*fx
	return a + (b-a)*fy
}

// inside moves a coordinate to where there are pixels on both sides of it.
func inside(x float64, size int) float64 {
	last := float64(size-1) - 1e-9
	if !(x > 0) { // nor what is no number
		return 0
	}
	return min(x, last)
}

// localMean compares a pixel with the mean of the square of so many pixels in each direction.
func localMean(radius int) threshold {
	return func(g *gray) *ink {
		k := newInk(g)
		boxMeans(g, radius, func(y int, means []uint8) {
			to := k.row(y)
			for x, p := range g.row(y) {
				to[x] = cutInk[int(means[x])-int(p)+255]
			}
		})
		return k
	}
}

// Blocks of the hybrid threshold, in pixels, and how many of them around one are averaged.
const (
	block      = 8
	around     = 2  // five by five blocks
	leastRange = 24 // of brightness in a block; below, the block is one color
)

// hybrid compares a pixel with the blocks around it. A block of one color takes what its neighbors above
// and to the left say, so that the inside of a module larger than the blocks is as black as its edge
// (the method of ZXing's HybridBinarizer).
func hybrid(g *gray) *ink {
	if g.width < 5*block || g.height < 5*block {
		return localMean(max(g.width, g.height) / 2)(g)
	}
	limits := blockLimits(g)
	k := newInk(g)
	line := make([]int, limits.width)
	for y := range g.height {
		if y%block == 0 {
			limits.average(min(y/block, limits.height-1), line)
		}
		to, from := k.row(y), g.row(y)
		for bx, limit := range line {
			end := (bx + 1) * block
			if bx == len(line)-1 {
				end = g.width
			}
			for x := bx * block; x < end; x++ {
				to[x] = cutInk[limit-int(from[x])+255]
			}
		}
	}
	return k
}

// blocks has a limit for each whole block; what is left over at the right and below goes with the last.
type blocks struct {
	width, height int
	limit         []int
}

func blockLimits(g *gray) blocks {
	b := blocks{width: g.width / block, height: g.height / block}
	b.limit = make([]int, b.width*b.height)
	for by := range b.height {
		for bx := range b.width {
			b.limit[by*b.width+bx] = b.limitOf(g, bx, by)
		}
	}
	return b
}

func (b blocks) limitOf(g *gray, bx, by int) int {
	sum, low, high := 0, uint8(255), uint8(0)
	for y := by * block; y < (by+1)*block; y += 2 { // half of them say as much
		for _, p := range g.row(y)[bx*block : (bx+1)*block] {
			sum += int(p)
			low, high = min(low, p), max(high, p)
		}
	}
	if int(high)-int(low) > leastRange {
		return sum / (block * block / 2)
	}
	limit := int(low) / 2
	if bx > 0 && by > 0 {
		i := by*b.width + bx
		near := (b.limit[i-b.width] + 2*b.limit[i-1] + b.limit[i-b.width-1]) / 4
		if int(low) < near {
			limit = near
		}
	}
	return limit
}

// average fills in the limits that apply to one row of blocks: each the mean of those around it, or at an edge around
// the nearest that has all of them. They add up from one to the next.
func (b blocks) average(by int, line []int) {
	const wide = 2*around + 1
	inside := func(i, n int) int { return min(max(i, around), n-1-around) }
	top := inside(by, b.height) - around
	column := func(x int) (sum int) {
		for y := top; y < top+wide; y++ {
			sum += b.limit[y*b.width+x]
		}
		return sum
	}
	sum := 0
	for x := range wide {
		sum += column(x)
	}
	at := around
	for bx := range line {
		if cx := inside(bx, b.width); cx > at {
			sum += column(cx+around) - column(at-around)
			at = cx
		}
		line[bx] = sum / (wide * wide)
	}
}
