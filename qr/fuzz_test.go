package qr

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"os"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

func FuzzDecode(f *testing.F) {
	img := mustEncode(f, "otpauth://totp/a?secret=GEZDGNBV").image(2)
	var asGIF, asJPEG, asBMP, asTIFF bytes.Buffer
	for _, err := range []error{gif.Encode(&asGIF, img, nil), jpeg.Encode(&asJPEG, img, nil), bmp.Encode(&asBMP, img), tiff.Encode(&asTIFF, img, nil)} {
		if err != nil {
			f.Fatal(err)
		}
	}
	webp, err := os.ReadFile("testdata/lossless.webp")
	if err != nil {
		f.Fatal(err)
	}
	lossy, err := os.ReadFile("testdata/lossy.webp")
	if err != nil {
		f.Fatal(err)
	}
	for _, data := range [][]byte{
		mustPNG(f, img), mustPNG(f, negative(img)), asGIF.Bytes(), asJPEG.Bytes(), asBMP.Bytes(), asTIFF.Bytes(), webp, lossy,
		animated(f, strip{img, image.Point{}, gif.DisposalBackground}, strip{page(20, 20, color.White), image.Pt(4, 4), gif.DisposalPrevious}),
	} {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		start := time.Now()
		check(t, "fuzz", data)
		if took := time.Since(start); took > time.Minute {
			t.Errorf("took %v", took)
		}
		results, _ := Decode(data)
		for _, r := range results {
			if r.Text == "" || !utf8.ValidString(r.Text) {
				t.Errorf("text %q", r.Text)
			}
		}
	})
}

// FuzzEncode: what can be encoded is read back.
func FuzzEncode(f *testing.F) {
	for _, text := range []string{"0", "A-Z", "otpauth://totp/a?secret=GEZDGNBV", "Zoë 日本 🔐", "\x00"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		symbol, err := Encode(text)
		if err != nil {
			return
		}
		results, err := DecodeImage(symbol.image(3))
		if err != nil || len(results) != 1 || results[0].Text != text {
			t.Errorf("%q reads as %+v, %v", text, results, err)
		}
	})
}
