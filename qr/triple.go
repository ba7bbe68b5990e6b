package qr

import (
	"math"
	"slices"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode/detector"
)

// triple is three finder patterns that may be the corners of one code, and how far they are from the
// ideal: a right angle between two equal legs, and modules of one size.
//
//	topLeft ─── topRight
//	   │      ╱
//	   │    ╱
//	bottomLeft
type triple struct {
	topLeft, topRight, bottomLeft *detector.FinderPattern
	oddity                        float64 // 0 is ideal
}

const (
	maxOddity       = 2.0 // beyond, no perspective explains it
	oddityOfModule  = 0.001
	plausibleOddity = 0.25 // below, it is a code that was not read, rather than chance
)

// triples lists what may be codes, the most regular first.
func triples(found []*detector.FinderPattern) []triple {
	var list []triple
	for i, a := range found {
		for j, b := range found[i+1:] {
			if !alike(a, b) {
				continue
			}
			for _, c := range found[i+j+2:] {
				if alike(a, c) && alike(b, c) {
					if t := arrange(a, b, c); t.oddity < maxOddity {
						list = append(list, t)
					}
				}
			}
		}
	}
	slices.SortStableFunc(list, func(a, b triple) int {
		switch {
		case a.oddity < b.oddity:
			return -1
		case a.oddity > b.oddity:
			return 1
		}
		return 0
	})
	return list
}

// alike compares module sizes; what perspective makes of the two ends of one code stays below 1.7.
func alike(a, b *detector.FinderPattern) bool {
	s, t := a.GetEstimatedModuleSize(), b.GetEstimatedModuleSize()
	return s < 1.7*t && t < 1.7*s
}

func arrange(a, b, c *detector.FinderPattern) triple {
	p, q, r := gozxing.ResultPoint_OrderBestPatterns(a, b, c)
	t := triple{
		bottomLeft: p.(*detector.FinderPattern),
		topLeft:    q.(*detector.FinderPattern),
		topRight:   r.(*detector.FinderPattern),
	}
	across, down := gozxing.ResultPoint_Distance(t.topLeft, t.topRight), gozxing.ResultPoint_Distance(t.topLeft, t.bottomLeft)
	diagonal := gozxing.ResultPoint_Distance(t.topRight, t.bottomLeft)
	sizes := []float64{a.GetEstimatedModuleSize(), b.GetEstimatedModuleSize(), c.GetEstimatedModuleSize()}
	module := (sizes[0] + sizes[1] + sizes[2]) / 3

	// Fourteen modules between the centers in version 1, 170 in version 40.
	count := (across + down) / 2 / module
	if count < 9 || count > 250 {
		t.oddity = math.Inf(1)
		return t
	}
	legs := math.Abs(across-down) / min(across, down)
	angle := math.Abs(diagonal*diagonal-across*across-down*down) / (across * down)
	spread := (slices.Max(sizes) - slices.Min(sizes)) / module
	// Among codes in rows there are regular triangles of finders of different codes: the smaller first.
	t.oddity = legs + angle + spread + count*oddityOfModule
	for _, f := range []*detector.FinderPattern{a, b, c} {
		if f.GetCount() < detector.FinderPatternFinder_CENTER_QUORUM {
			t.oddity += 0.15 // seen in one row only
		}
	}
	return t
}

// plausible says whether a code seems to be among patterns that nothing was read from.
func plausible(rest []*detector.FinderPattern) bool {
	list := triples(rest)
	return len(list) > 0 && list[0].oddity < plausibleOddity
}
