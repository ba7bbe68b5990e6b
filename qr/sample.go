package qr

import (
	"math"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
	"github.com/makiuchi-d/gozxing/qrcode/detector"
)

// grids yields guesses of a code's bits from three finders, the likeliest first: gozxing's own, then the
// sizes next to it, each with the alignment pattern at the lower right and without. gozxing estimates the
// size from the finders' widths, which blur and perspective falsify; a wrong size fails its checks at once.
//
//	F─────F
//	│     │
//	│   A │   A: alignment pattern, 6.5 modules from the right and lower edges
//	F─────┘
//
// Only a triple worth a second look gets the other sizes.
func grids(matrix *gozxing.BitMatrix, t triple, again bool, yield func(*gozxing.BitMatrix) bool) {
	first, err := detector.NewDetector(matrix).ProcessFinderPatternInfo(
		detector.NewFinderPatternInfo(t.bottomLeft, t.topLeft, t.topRight))
	if err == nil && yield(first.GetBits()) {
		return
	}
	if !again {
		return
	}
	legs := gozxing.ResultPoint_Distance(t.topLeft, t.topRight) + gozxing.ResultPoint_Distance(t.topLeft, t.bottomLeft)
	module := (t.topLeft.GetEstimatedModuleSize() + t.topRight.GetEstimatedModuleSize() + t.bottomLeft.GetEstimatedModuleSize()) / 3
	guess := 17 + 4*int(math.Round((legs/2/module+7-17)/4))
	if err == nil {
		guess = first.GetBits().GetWidth()
	}
	for _, step := range []int{0, 4, -4, 8, -8} {
		dimension := guess + step
		version, err := decoder.Version_GetProvisionalVersionForDimension(dimension)
		if err != nil {
			continue
		}
		var pattern *detector.AlignmentPattern
		if len(version.GetAlignmentPatternCenters()) > 0 {
			pattern = alignment(matrix, t, dimension, legs/2/float64(dimension-7))
		}
		if pattern != nil && sample(matrix, t, dimension, pattern, yield) {
			return
		}
		if sample(matrix, t, dimension, nil, yield) {
			return
		}
	}
}

func sample(matrix *gozxing.BitMatrix, t triple, dimension int, pattern *detector.AlignmentPattern, yield func(*gozxing.BitMatrix) bool) bool {
	transform := detector.Detector_createTransform(t.topLeft, t.topRight, t.bottomLeft, pattern, dimension)
	bits, err := detector.Detector_sampleGrid(matrix, transform, dimension)
	return err == nil && yield(bits)
}

// alignment looks for the lower right alignment pattern around where three finders put it, nearer first.
func alignment(matrix *gozxing.BitMatrix, t triple, dimension int, module float64) *detector.AlignmentPattern {
	share := 1 - 3/float64(dimension-7)
	x := t.topLeft.GetX() + share*(t.topRight.GetX()+t.bottomLeft.GetX()-2*t.topLeft.GetX())
	y := t.topLeft.GetY() + share*(t.topRight.GetY()+t.bottomLeft.GetY()-2*t.topLeft.GetY())
	for reach := 4 * module; reach <= 16*module; reach *= 2 {
		left, top := max(0, int(x-reach)), max(0, int(y-reach))
		right, bottom := min(matrix.GetWidth()-1, int(x+reach)), min(matrix.GetHeight()-1, int(y+reach))
		if float64(right-left) < 3*module || float64(bottom-top) < 3*module {
			continue
		}
		found, err := detector.NewAlignmentPatternFinder(matrix, left, top, right-left, bottom-top, module, nil).Find()
		if err == nil {
			return found
		}
	}
	return nil
}
