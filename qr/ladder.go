package qr

import (
	"cmp"
	"image"
	"math"
	"runtime"
	"slices"
)

// attempt is one rung of the ladder: a view of the picture and a way to tell black from white in it.
// A detector of another make is another rung.
type attempt struct {
	name  string
	fits  func(*gray) bool // whether it can show anything new; nil is always
	view  func(*gray) *gray
	black threshold
	open  bool // finders may run into what is around the code
}

// ladder is climbed from the cheap and usual to the costly and rare, until a code is read. Each rung looks
// for codes of both polarities.
var ladder = []attempt{
	{name: "as it is", view: same, black: hybrid},
	{name: "local mean", view: same, black: localMean(25)},
	{name: "half size", view: halved, black: localMean(25), fits: longerThan(200)},
	{name: "narrow mean", view: same, black: localMean(10)},
	{name: "double", view: func(g *gray) *gray { return times(g, 2, 1) }, black: localMean(10), fits: smallerThan(500_000)},
	{name: "double, sharp", view: func(g *gray) *gray { return sharpened(times(g, 2, 1)) }, black: localMean(10), fits: smallerThan(1_500_000)},
	{name: "no quiet zone", view: same, black: localMean(15), open: true},
	{name: "blurred 1", view: func(g *gray) *gray { return blurred(g, 1) }, black: localMean(20)},
	{name: "blurred 2", view: func(g *gray) *gray { return blurred(g, 2) }, black: localMean(25)},
	{name: "longest side 350", view: func(g *gray) *gray { return fitted(g, 350) }, black: hybrid, fits: longerThan(400)},
	{name: "one and a half", view: func(g *gray) *gray { return times(g, 3, 2) }, black: hybrid, fits: smallerThan(2_200_000)},
	{name: "three quarters", view: func(g *gray) *gray { return times(g, 3, 4) }, black: localMean(20), fits: longerThan(200)},
	{name: "lightened", view: lightened, black: hybrid},
}

func same(g *gray) *gray { return g }

func longerThan(side int) func(*gray) bool {
	return func(g *gray) bool { return max(g.width, g.height) > side }
}

func smallerThan(pixels int) func(*gray) bool {
	return func(g *gray) bool { return g.width*g.height < pixels }
}

const (
	// Rows from one that is scanned to the next, in the first view, which reads most, and in the others.
	firstStep, laterStep = 3, 2
	// maxWork bounds the pixels of all views of one picture together. All rungs of a 4K desktop stay
	// below; a picture of 64 megapixels gets the first few.
	maxWork = 192 << 20
	// maxGarbage is how many pixels of views are left behind before the collector is called: nobody else
	// knows how large the next one is.
	maxGarbage = 4 << 20
	// moreRungs is how far a ladder that has read one code is climbed for others that seem to be there.
	moreRungs = 4
)

// climb reads the codes of a picture: rung by rung until one is read, and a few rungs more while finder
// patterns that nothing was read from look like another.
//
// The picture itself is not held: when it was [Decode] that unpacked it, its memory is free from here on.
func climb(g *gray, within image.Rectangle, w *watch) []Result {
	var all []reading
	work, garbage, more, step := 0, 0, moreRungs, firstStep
	for _, rung := range ladder {
		if rung.fits != nil && !rung.fits(g) {
			continue
		}
		view := rung.view(g)
		size := view.width * view.height
		if work += size; work > maxWork {
			break
		}
		if garbage += size; garbage > maxGarbage {
			runtime.GC()
			garbage = 0
		}
		k := rung.black(view)
		k.watch = w.rung(rung.name, float64(g.width)/float64(view.width), float64(g.height)/float64(view.height))
		seen := look(k, step, rung.open)
		step = laterStep
		for _, r := range seen.readings {
			r = r.scale(float64(g.width)/float64(view.width), float64(g.height)/float64(view.height))
			if !slices.ContainsFunc(all, r.overlaps) {
				all = append(all, r)
			}
		}
		if len(all) == 0 {
			continue
		}
		if more--; more == 0 || !seen.promise {
			break
		}
	}
	return inReadingOrder(all, within)
}

// overlaps tells two readings of one code from two codes, of which one may be printed in the other.
func (r reading) overlaps(other reading) bool {
	if !r.contains(other.center()) && !other.contains(r.center()) {
		return false
	}
	a, b := r.area(), other.area()
	return r.text == other.text || a < 2*b && b < 2*a
}

func (r reading) area() float64 {
	return math.Abs(r.corners[2].minus(r.corners[0]).cross(r.corners[3].minus(r.corners[1]))) / 2
}

func (r reading) center() point { return middle(r.corners[0], r.corners[2]) }

// inReadingOrder is line by line and from the left: codes are in one line when the top of one is above the
// middle of the other.
func inReadingOrder(all []reading, within image.Rectangle) []Result {
	results := make([]Result, 0, len(all))
	for _, r := range all {
		box := image.Rect(r.box()).Add(within.Min).Intersect(within)
		results = append(results, Result{Text: r.text, Bounds: box})
	}
	slices.SortStableFunc(results, func(a, b Result) int { return cmp.Compare(a.Bounds.Min.Y, b.Bounds.Min.Y) })
	for line := results; len(line) > 0; {
		middle := (line[0].Bounds.Min.Y + line[0].Bounds.Max.Y) / 2
		n := 1
		for n < len(line) && line[n].Bounds.Min.Y < middle {
			n++
		}
		slices.SortStableFunc(line[:n], func(a, b Result) int { return cmp.Compare(a.Bounds.Min.X, b.Bounds.Min.X) })
		line = line[n:]
	}
	return results
}
