package qr

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"os"
	"strings"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

const store = "https://apps.example.org/authenticator"

func TestEveryFormatIsRead(t *testing.T) {
	img := mustEncode(t, enrollment).image(3)
	files := map[string][]byte{"PNG": mustPNG(t, img)}
	var out bytes.Buffer
	for name, encode := range map[string]func() error{
		"JPEG": func() error { return jpeg.Encode(&out, img, nil) },
		"GIF":  func() error { return gif.Encode(&out, img, nil) },
		"BMP":  func() error { return bmp.Encode(&out, img) },
		"TIFF": func() error { return tiff.Encode(&out, img, nil) },
	} {
		out.Reset()
		if err := encode(); err != nil {
			t.Fatal(err)
		}
		files[name] = bytes.Clone(out.Bytes())
	}
	for _, name := range []string{"lossless", "lossy"} { // Go writes no WebP
		data, err := os.ReadFile("testdata/" + name + ".webp")
		if err != nil {
			t.Fatal(err)
		}
		files["WebP "+name] = data
	}
	for name, data := range files {
		results, err := Decode(data)
		if err != nil || len(results) != 1 || results[0].Text != enrollment {
			t.Errorf("%s: %v, %v", name, results, err)
		}
	}
}

func TestDifficultPicturesAreRead(t *testing.T) {
	symbol := mustEncode(t, enrollment)
	code := symbol.image(4)
	for name, img := range map[string]image.Image{
		"inverted":             negative(code),
		"turned by 90":         turned(code, 90),
		"turned by 17":         turned(code, 17),
		"turned by 200":        turned(code, 200),
		"mirrored":             each(code, func(x, y int, _ color.RGBA) color.Color { return code.At(code.Rect.Max.X-1-x, y) }),
		"one pixel a module":   symbol.image(1),
		"under two a module":   resized(code, 0.45),
		"forty a module":       symbol.image(40),
		"noise":                noisy(code, 90),
		"blur":                 blurredImage(symbol.image(6), 3),
		"JPEG 15":              throughJPEG(t, code, 15),
		"faint":                each(code, func(_, _ int, c color.RGBA) color.Color { return color.Gray{150 + c.R/6} }),
		"shadow":               each(code, func(x, _ int, c color.RGBA) color.Color { return color.Gray{uint8(int(c.R)*(40+x)/320 + 10)} }),
		"colored":              each(code, func(x, _ int, c color.RGBA) color.Color { return tinted(c, color.RGBA{uint8(x / 3), 40, 140, 255}) }),
		"transparent ground":   each(code, func(_, _ int, c color.RGBA) color.Color { return color.NRGBA{0, 0, 0, 255 - c.R} }),
		"white on transparent": each(code, func(_, _ int, c color.RGBA) color.Color { return color.NRGBA{255, 255, 255, 255 - c.R} }),
		"no quiet zone":        code.SubImage(image.Rect(16, 16, code.Rect.Max.X-16, code.Rect.Max.Y-16)),
		"sixteen bits":         sixteenBit(code),
	} {
		t.Run(name, func(t *testing.T) { wantTexts(t, img, enrollment) })
	}
}

func TestAllCodesOfAPageAreRead(t *testing.T) {
	app, enroll := mustEncode(t, store), mustEncode(t, enrollment)
	t.Run("side by side", func(t *testing.T) {
		img := page(700, 400, color.White)
		paste(img, app.image(4), 20, 100)
		paste(img, enroll.image(5), 300, 90)
		wantTexts(t, img, store, enrollment)
	})
	t.Run("close together", func(t *testing.T) {
		img := page(600, 300, color.White)
		paste(img, enroll.image(5), 0, 0)
		paste(img, app.image(5), enroll.image(5).Rect.Dx()-20, 0)
		wantTexts(t, img, enrollment, store)
	})
	t.Run("dark page, white card", func(t *testing.T) {
		img := page(900, 500, color.Gray{24})
		paste(img, app.image(4), 20, 20)
		paste(img, negative(enroll.image(5)), 400, 120)
		wantTexts(t, img, store, enrollment)
	})
	t.Run("nine", func(t *testing.T) {
		img := page(900, 900, color.White)
		var want []string
		for i := range 9 {
			text := textOf(40 + i)
			want = append(want, text)
			paste(img, mustEncode(t, text).image(4), i%3*290, i/3*290)
		}
		wantTexts(t, img, want...)
	})
	t.Run("the same twice", func(t *testing.T) {
		img := page(700, 400, color.White)
		paste(img, app.image(4), 20, 20)
		paste(img, app.image(4), 400, 20)
		wantTexts(t, img, store, store)
	})
}

// Bounds are where the code is in the picture that was given, on whatever rung it was found.
func TestBoundsAreInThePicture(t *testing.T) {
	for _, scale := range []int{2, 5, 30} {
		symbol := mustEncode(t, enrollment)
		code := symbol.image(scale)
		quiet, side := 4*scale, symbol.Size()*scale
		for name, dress := range map[string]func(image.Image) *image.RGBA{
			"plain": func(img image.Image) *image.RGBA {
				return each(img, func(_, _ int, c color.RGBA) color.Color { return c })
			},
			"inverted": negative,
		} {
			sheet := page(code.Rect.Dx()+500, code.Rect.Dy()+300, color.White)
			paste(sheet, code, 310, 130)
			img := dress(sheet)
			want := image.Rect(310+quiet, 130+quiet, 310+quiet+side, 130+quiet+side)
			got := wantTexts(t, img, enrollment)[0].Bounds
			for _, d := range []int{got.Min.X - want.Min.X, got.Min.Y - want.Min.Y, got.Max.X - want.Max.X, got.Max.Y - want.Max.Y} {
				if d > scale || -d > scale {
					t.Errorf("scale %d, %s: bounds %v, want %v", scale, name, got, want)
				}
			}
			// A part of a picture keeps the coordinates of the whole.
			part := img.SubImage(image.Rect(200, 50, img.Rect.Max.X, img.Rect.Max.Y))
			if again := wantTexts(t, part, enrollment)[0].Bounds; !again.Overlaps(want) || again.Min.X < want.Min.X-scale {
				t.Errorf("scale %d, %s: bounds in a part %v, want %v", scale, name, again, want)
			}
		}
	}
}

func TestPicturesWithoutCode(t *testing.T) {
	for name, img := range map[string]image.Image{
		"white":        page(300, 300, color.White),
		"one pixel":    page(1, 1, color.Black),
		"one row":      page(3000, 1, color.Black),
		"noise":        noisy(page(400, 300, color.Gray{128}), 127),
		"checkerboard": each(page(400, 400, color.White), func(x, y int, _ color.RGBA) color.Color { return color.Gray{uint8((x/7 + y/7) % 2 * 255)} }),
		"half a code":  mustEncode(t, enrollment).image(4).SubImage(image.Rect(0, 0, 90, 200)),
	} {
		if results, err := DecodeImage(img); !errors.Is(err, ErrNoCode) {
			t.Errorf("%s: %v, %v", name, results, err)
		}
	}
}

func TestErrorsSayWhatItWas(t *testing.T) {
	img := mustPNG(t, mustEncode(t, enrollment).image(4))
	for _, c := range []struct {
		name string
		data []byte
		want error
		says string
	}{
		{"empty", nil, ErrNotAPicture, "empty"},
		{"text", []byte("otpauth://totp/a?secret=GEZDGNBV"), ErrNotAPicture, "format is unknown"},
		{"PDF", []byte("%PDF-1.7\n"), ErrNotAPicture, "PDF"},
		{"HEIC", []byte("\x00\x00\x00\x18ftypheic\x00\x00"), ErrNotAPicture, "HEIC"},
		{"truncated", img[:len(img)/2], ErrNotAPicture, "damaged PNG"},
		{"only the magic", img[:8], ErrNotAPicture, "damaged PNG"},
	} {
		results, err := Decode(c.data)
		if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, %v; want %q", c.name, results, err, c.says)
		}
	}
}

func blurredImage(img image.Image, radius int) image.Image {
	g := blurred(grayOf(img), radius)
	return &image.Gray{Pix: g.pix, Stride: g.width, Rect: image.Rect(0, 0, g.width, g.height)}
}

func tinted(c, ink color.RGBA) color.Color {
	if c.R < 128 {
		return ink
	}
	return color.RGBA{255, 250, 230, 255}
}

func sixteenBit(img image.Image) image.Image {
	b := img.Bounds()
	out := image.NewNRGBA64(b)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			out.Set(x, y, img.At(x, y))
		}
	}
	return out
}
