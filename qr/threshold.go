package qr

import "github.com/makiuchi-d/gozxing"

// A threshold decides for each pixel whether it is black. It says false where there is too little
// contrast to decide anything.
type threshold func(*gray) (*gozxing.BitMatrix, bool)

// hybrid compares a pixel with the blocks of eight by eight around it: right for uneven light.
func hybrid(g *gray) (*gozxing.BitMatrix, bool) {
	matrix, err := gozxing.NewHybridBinarizer(luminance{g}).GetBlackMatrix()
	return matrix, err == nil
}

// global has one limit for the whole picture, from the histogram of four rows: right for flat pictures
// and for modules larger than hybrid's blocks.
func global(g *gray) (*gozxing.BitMatrix, bool) {
	matrix, err := gozxing.NewGlobalHistgramBinarizer(luminance{g}).GetBlackMatrix()
	return matrix, err == nil
}

// localMean compares a pixel with the mean of the square of so many pixels in each direction.
func localMean(radius int) threshold {
	return func(g *gray) (*gozxing.BitMatrix, bool) {
		matrix, err := gozxing.NewBitMatrix(g.width, g.height)
		if err != nil {
			return nil, false
		}
		line := gozxing.NewBitArray(g.width)
		boxMeans(g, radius, func(y int, means []uint8) {
			var word uint32
			for x, p := range g.row(y) {
				if p < means[x] {
					word |= 1 << (x & 31)
				}
				if x&31 == 31 || x == g.width-1 {
					line.SetBulk(x, word)
					word = 0
				}
			}
			matrix.SetRow(y, line)
		})
		return matrix, true
	}
}

// luminance shows a gray picture to gozxing's binarizers, which ask for rows and the whole.
type luminance struct{ *gray }

func (l luminance) GetMatrix() []byte { return l.pix }
func (l luminance) GetWidth() int     { return l.width }
func (l luminance) GetHeight() int    { return l.height }

func (l luminance) GetRow(y int, _ []byte) ([]byte, error) {
	if y < 0 || y >= l.height {
		return nil, gozxing.NewNotFoundException("row %d of %d", y, l.height)
	}
	return l.row(y), nil
}

func (l luminance) IsCropSupported() bool           { return false }
func (l luminance) IsRotateSupported() bool         { return false }
func (l luminance) Invert() gozxing.LuminanceSource { return luminance{inverted(l.gray)} }
func (l luminance) String() string                  { return gozxing.LuminanceSourceString(l) }
func (l luminance) unsupported() (gozxing.LuminanceSource, error) {
	return nil, gozxing.NewNotFoundException("a view of a picture is neither cut nor turned")
}

func (l luminance) Crop(_, _, _, _ int) (gozxing.LuminanceSource, error) { return l.unsupported() }

func (l luminance) RotateCounterClockwise() (gozxing.LuminanceSource, error) { return l.unsupported() }

func (l luminance) RotateCounterClockwise45() (gozxing.LuminanceSource, error) {
	return l.unsupported()
}
