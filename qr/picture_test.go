package qr

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"

	xdraw "golang.org/x/image/draw"
	"golang.org/x/image/math/f64"
)

const enrollment = "otpauth://totp/Example:alice@example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Example"

// need skips a test whose program is absent, unless the tests are to run with all their parts.
func need(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err == nil {
		return
	}
	if os.Getenv("TWOFOLD_TEST_PARTS") == "required" {
		t.Fatalf("%s is not installed", program)
	}
	t.Skipf("%s is not installed", program)
}

func mustEncode(t testing.TB, text string) Symbol {
	t.Helper()
	s, err := Encode(text)
	if err != nil {
		t.Fatalf("Encode(%d bytes): %v", len(text), err)
	}
	return s
}

func mustPNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// wantTexts fails unless exactly these texts are read, in this order.
func wantTexts(t *testing.T, img image.Image, want ...string) []Result {
	t.Helper()
	results, err := DecodeImage(img)
	if err != nil {
		t.Fatalf("DecodeImage: %v", err)
	}
	if len(results) != len(want) {
		t.Fatalf("read %d codes, want %d: %+v", len(results), len(want), results)
	}
	for i, r := range results {
		if r.Text != want[i] {
			t.Fatalf("code %d is %q, want %q", i, r.Text, want[i])
		}
	}
	return results
}

// page is a sheet of one color with pictures pasted on it.
func page(width, height int, c color.Color) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(img, img.Rect, image.NewUniform(c), image.Point{}, draw.Src)
	return img
}

func paste(onto *image.RGBA, img image.Image, x, y int) {
	draw.Draw(onto, img.Bounds().Add(image.Pt(x, y)), img, img.Bounds().Min, draw.Over)
}

// each makes a new picture pixel by pixel.
func each(img image.Image, change func(x, y int, c color.RGBA) color.Color) *image.RGBA {
	b := img.Bounds()
	out := image.NewRGBA(b)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			out.Set(x, y, change(x, y, color.RGBAModel.Convert(img.At(x, y)).(color.RGBA)))
		}
	}
	return out
}

func negative(img image.Image) *image.RGBA {
	return each(img, func(_, _ int, c color.RGBA) color.Color {
		return color.RGBA{255 - c.R, 255 - c.G, 255 - c.B, 255}
	})
}

// noisy adds up to amount of brightness either way, the same on every run.
func noisy(img image.Image, amount int) *image.RGBA {
	rng := rand.New(rand.NewPCG(1, 2))
	return each(img, func(_, _ int, c color.RGBA) color.Color {
		v := min(max(int(c.R)+rng.IntN(2*amount+1)-amount, 0), 255)
		return color.Gray{uint8(v)}
	})
}

// turned rotates about the middle onto a white sheet that holds all of it.
func turned(img image.Image, degrees float64) *image.RGBA {
	b := img.Bounds()
	side := int(math.Ceil(math.Hypot(float64(b.Dx()), float64(b.Dy()))))
	out := page(side, side, color.White)
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	cx, cy, m := float64(b.Dx())/2, float64(b.Dy())/2, float64(side)/2
	xdraw.BiLinear.Transform(out, f64.Aff3{cos, -sin, m - cos*cx + sin*cy, sin, cos, m - sin*cx - cos*cy}, img, b, xdraw.Over, nil)
	return out
}

func resized(img image.Image, factor float64) *image.RGBA {
	b := img.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, int(float64(b.Dx())*factor), int(float64(b.Dy())*factor)))
	xdraw.BiLinear.Scale(out, out.Rect, img, b, xdraw.Src, nil)
	return out
}

func throughJPEG(t testing.TB, img image.Image, quality int) image.Image {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	back, err := jpeg.Decode(&out)
	if err != nil {
		t.Fatal(err)
	}
	return back
}
