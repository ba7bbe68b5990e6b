package qr

import (
	"image"
	"image/color"
	"math"
	"testing"

	"rsc.io/qr/coding"
)

// codeOf is a symbol of a certain version, level and mask with a text that fits.
func codeOf(t testing.TB, version int, level coding.Level, mask int) (Symbol, string) {
	t.Helper()
	plan, err := coding.NewPlan(coding.Version(version), level, coding.Mask(mask))
	if err != nil {
		t.Fatal(err)
	}
	room := coding.Version(version).DataBytes(level) - 3
	text := textOf(room)
	code, err := plan.Encode(coding.String(text))
	if err != nil {
		t.Fatal(err)
	}
	return newSymbol(code), text
}

// photographed is a picture as a camera sees it that looks at the page from the side: turned in the
// page's plane, then tilted about the horizontal and the vertical axis, all in degrees. The camera is as far
// away as twice the picture is wide.
func photographed(img image.Image, turn, tilt, pan float64) *image.RGBA {
	b := img.Bounds()
	w, h := float64(b.Dx()), float64(b.Dy())
	side := int(math.Hypot(w, h) * 1.25)
	out := page(side, side, color.White)
	sinT, cosT := math.Sincos(turn * math.Pi / 180)
	sinX, cosX := math.Sincos(tilt * math.Pi / 180)
	sinY, cosY := math.Sincos(pan * math.Pi / 180)
	// The page's axes in space.
	right := [3]float64{cosT * cosY, sinT*cosX + cosT*sinY*sinX, sinT*sinX - cosT*sinY*cosX}
	down := [3]float64{-sinT * cosY, cosT*cosX - sinT*sinY*sinX, cosT*sinX + sinT*sinY*cosX}
	far := 2 * w
	for y := range side {
		for x := range side {
			// The ray through the pixel, (p, q, far), meets the page where a·right + b·down + (0, 0, far) lies on it.
			p, q := float64(x)+0.5-float64(side)/2, float64(y)+0.5-float64(side)/2
			a11, a12 := right[0]-p*right[2]/far, down[0]-p*down[2]/far
			a21, a22 := right[1]-q*right[2]/far, down[1]-q*down[2]/far
			det := a11*a22 - a12*a21
			u, v := (p*a22-q*a12)/det+w/2, (q*a11-p*a21)/det+h/2
			if u >= 0 && v >= 0 && u < w-1 && v < h-1 {
				out.Set(x, y, color.Gray{uint8(smooth(img, u, v) + 0.5)})
			}
		}
	}
	return out
}

func smooth(img image.Image, x, y float64) float64 {
	left, top := int(x), int(y)
	fx, fy := x-float64(left), y-float64(top)
	at := func(dx, dy int) float64 {
		b := img.Bounds()
		return float64(color.GrayModel.Convert(img.At(b.Min.X+left+dx, b.Min.Y+top+dy)).(color.Gray).Y)
	}
	return (at(0, 0)*(1-fx)+at(1, 0)*fx)*(1-fy) + (at(0, 1)*(1-fx)+at(1, 1)*fx)*fy
}

// curled is a picture on a page that bends up and down like a wave, so many pixels high.
func curled(img image.Image, height float64) *image.RGBA {
	b := img.Bounds()
	out := page(b.Dx(), b.Dy()+int(2*height), color.White)
	for y := range out.Rect.Dy() {
		for x := range b.Dx() {
			v := float64(y) - height - height*math.Sin(math.Pi*float64(x)/float64(b.Dx()))
			if v >= 0 && v < float64(b.Dy()-1) {
				out.Set(x, y, color.Gray{uint8(smooth(img, float64(x), v) + 0.5)})
			}
		}
	}
	return out
}

// inkOf is the ink of a picture, as most are read.
func inkOf(img image.Image) *ink { return hybrid(grayOf(img)) }

// near fails unless two places are at most so many pixels apart.
func near(t *testing.T, what string, got, want point, most float64) {
	t.Helper()
	if d := got.minus(want).length(); d > most || math.IsNaN(d) {
		t.Errorf("%s is at (%.2f, %.2f), want (%.2f, %.2f)", what, got.x, got.y, want.x, want.y)
	}
}
