package qr

import (
	"image"

	"github.com/makiuchi-d/gozxing"
	multi "github.com/makiuchi-d/gozxing/multi/qrcode"
)

func climb(img image.Image) []Result {
	bmp, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		return nil
	}
	found, _ := multi.NewQRCodeMultiReader().DecodeMultiple(bmp, nil)
	var results []Result
	for _, f := range found {
		results = append(results, Result{Text: f.GetText(), Bounds: img.Bounds()})
	}
	return results
}
