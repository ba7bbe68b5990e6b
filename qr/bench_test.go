package qr

import (
	"image"
	"image/color"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// BenchmarkDecode prints the ladder's time beside that of one plain gozxing pass with TRY_HARDER, picture
// by picture. "read" is 1 where the code was read.
func BenchmarkDecode(b *testing.B) {
	symbol := mustEncode(b, enrollment)
	desktop := page(3840, 2160, color.White)
	paste(desktop, symbol.image(4), 2700, 1300)
	text := noisy(page(1366, 768, color.Gray{128}), 127)
	for _, c := range []struct {
		name string
		img  image.Image
	}{
		{"plain", symbol.image(5)},
		{"inverted", negative(symbol.image(5))},
		{"photo", throughJPEG(b, noisy(turned(resized(symbol.image(8), 1.2), 13), 40), 60)},
		{"version40", mustEncode(b, textOf(MaxText)).image(4)},
		{"desktop4K", desktop},
		{"nothing", text},
	} {
		b.Run(c.name+"/ladder", func(b *testing.B) {
			b.ReportAllocs()
			read := 0.0
			for b.Loop() {
				results, _ := DecodeImage(c.img)
				read = min(1, float64(len(results)))
			}
			b.ReportMetric(read, "read")
		})
		b.Run(c.name+"/gozxing", func(b *testing.B) {
			b.ReportAllocs()
			hints := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true}
			read := 0.0
			for b.Loop() {
				bitmap, err := gozxing.NewBinaryBitmapFromImage(c.img)
				if err != nil {
					b.Fatal(err)
				}
				read = 0
				if _, err := qrcode.NewQRCodeReader().Decode(bitmap, hints); err == nil {
					read = 1
				}
			}
			b.ReportMetric(read, "read")
		})
	}
}

func BenchmarkEncode(b *testing.B) {
	for name, text := range map[string]string{"enrollment": enrollment, "version40": textOf(MaxText)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				mustEncode(b, text)
			}
		})
	}
}
