package qr

import (
	"math"
	"slices"
	"strings"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
	"github.com/makiuchi-d/gozxing/qrcode/detector"
)

// maxTriples bounds how many triples of one pass are sampled: what the first few dozen do not give is
// chance.
const maxTriples = 48

// The first triples of a pass are looked at twice unless they are too odd: see grids.
const (
	maxAgain    = 8
	oddestAgain = 0.8
)

// point is a place in a picture, x to the right and y down.
type point struct{ x, y float64 }

// reading is one code read in one view: its text and its corners there, clockwise from the top left.
type reading struct {
	text    string
	corners [4]point
}

// pass is what one look at a black and white picture gives.
type pass struct {
	readings []reading
	rest     []*detector.FinderPattern // finders that belong to no reading
}

// look reads all codes of a black and white picture.
func look(matrix *gozxing.BitMatrix) pass {
	p := pass{rest: finders(matrix)}
	list := triples(p.rest)
	tries := 0
	for _, t := range list {
		if tries == maxTriples {
			break
		}
		if !slices.Contains(p.rest, t.topLeft) || !slices.Contains(p.rest, t.topRight) || !slices.Contains(p.rest, t.bottomLeft) {
			continue // a part of a code that was read
		}
		tries++
		r, ok := readTriple(matrix, t, tries <= maxAgain && t.oddity < oddestAgain)
		if !ok {
			continue
		}
		p.readings = append(p.readings, r)
		p.rest = slices.DeleteFunc(p.rest, func(f *detector.FinderPattern) bool { return r.contains(point{f.GetX(), f.GetY()}) })
		tries = 0
	}
	return p
}

// readTriple samples the grid between three finders and decodes its bits. gozxing was not written for
// hostile pictures: a panic in it means that there is no code.
func readTriple(matrix *gozxing.BitMatrix, t triple, again bool) (r reading, ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	grids(matrix, t, again, func(bits *gozxing.BitMatrix) bool {
		dimension := bits.GetWidth() // decoding a mirrored code turns the bits over
		decoded, err := decoder.NewDecoder().Decode(bits, nil)
		if err != nil || decoded.GetText() == "" {
			return false
		}
		r = reading{text: strings.ToValidUTF8(decoded.GetText(), "\uFFFD"), corners: t.corners(dimension)}
		ok = true
		return true
	})
	return r, ok
}

// corners extends the triangle of finder centers to the outline of a symbol of so many modules.
func (t triple) corners(dimension int) [4]point {
	between := float64(dimension - 7)
	origin := point{t.topLeft.GetX(), t.topLeft.GetY()}
	right := point{(t.topRight.GetX() - origin.x) / between, (t.topRight.GetY() - origin.y) / between}
	down := point{(t.bottomLeft.GetX() - origin.x) / between, (t.bottomLeft.GetY() - origin.y) / between}
	at := func(column, row float64) point {
		return point{origin.x + column*right.x + row*down.x, origin.y + column*right.y + row*down.y}
	}
	near, far := -3.5, between+3.5
	return [4]point{at(near, near), at(far, near), at(far, far), at(near, far)}
}

// contains says whether a point lies within the outline, whichever way round its corners go.
func (r reading) contains(p point) bool {
	left, right := false, false
	for i, a := range r.corners {
		b := r.corners[(i+1)%4]
		side := (b.x-a.x)*(p.y-a.y) - (b.y-a.y)*(p.x-a.x)
		left, right = left || side > 0, right || side < 0
	}
	return !left || !right
}

// scale carries the corners into a picture that is so many times larger.
func (r reading) scale(x, y float64) reading {
	for i, c := range r.corners {
		r.corners[i] = point{c.x * x, c.y * y}
	}
	return r
}

// box is the smallest upright rectangle around the corners.
func (r reading) box() (left, top, right, bottom int) {
	lo, hi := r.corners[0], r.corners[0]
	for _, c := range r.corners[1:] {
		lo, hi = point{min(lo.x, c.x), min(lo.y, c.y)}, point{max(hi.x, c.x), max(hi.y, c.y)}
	}
	return int(math.Floor(lo.x)), int(math.Floor(lo.y)), int(math.Ceil(hi.x)), int(math.Ceil(hi.y))
}
