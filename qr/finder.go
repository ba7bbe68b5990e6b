package qr

import (
	"slices"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode/detector"
)

// Bounds on what one pass looks at. A desktop full of text gives some dozens of patterns by chance, a
// sheet of forty codes 120; a picture of thousands is there to keep us busy. Scanning goes on well past
// what is kept, so that much text above a code does not hide it.
const (
	maxScanned = 1024
	maxFinders = 128
)

// finders scans every third row for the black, white, black, white, black of a finder pattern,
// 1:1:3:1:1 wide, and has gozxing check each upright, level and on the diagonal:
//
//	█▀▀▀▀▀█
//	█ ███ █   ←  1 : 1 : 3 : 1 : 1
//	█ ▀▀▀ █
//	▀▀▀▀▀▀▀
func finders(matrix *gozxing.BitMatrix) []*detector.FinderPattern {
	const step = detector.FinderPatternFinder_MIN_SKIP
	finder := detector.NewFinderPatternFinder(matrix, nil)
	width := matrix.GetWidth()
	line := gozxing.NewBitArray(width)
	for y := step - 1; y < matrix.GetHeight(); y += step {
		line = matrix.GetRow(y, line)
		var runs [5]int // the last five, white and black in turn, ending in a black one
		for x := line.GetNextSet(0); x < width; {
			white := line.GetNextUnset(x)
			runs[4] = white - x
			if detector.FinderPatternFinder_foundPatternCross(runs[:]) {
				finder.HandlePossibleCenter(runs[:], y, white)
				if len(finder.GetPossibleCenters()) >= maxScanned {
					return surest(finder.GetPossibleCenters())
				}
			}
			x = line.GetNextSet(white)
			copy(runs[:], runs[2:])
			runs[3] = x - white
		}
	}
	return surest(finder.GetPossibleCenters())
}

// surest keeps the patterns that were seen in most rows.
func surest(found []*detector.FinderPattern) []*detector.FinderPattern {
	if len(found) <= maxFinders {
		return found
	}
	slices.SortStableFunc(found, func(a, b *detector.FinderPattern) int { return b.GetCount() - a.GetCount() })
	return found[:maxFinders]
}
