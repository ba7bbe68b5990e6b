package qr

import (
	"image/color"
	"strings"
	"testing"
)

func TestExplainShowsWhatWasRead(t *testing.T) {
	code := mustEncode(t, enrollment).image(5)
	look, err := Explain(code)
	if err != nil || len(look.Results) != 1 || look.Results[0].Text != enrollment {
		t.Fatalf("%+v, %v", look.Results, err)
	}
	if len(look.Steps) != 1 || !strings.HasPrefix(look.Steps[0], "* as it is") || !strings.HasSuffix(look.Steps[0], "read 1") {
		t.Errorf("steps: %q", look.Steps)
	}
	if look.Picture.Bounds() != code.Bounds() {
		t.Errorf("the picture is %v", look.Picture.Bounds())
	}
	if at := look.Picture.RGBAAt(4*5+2, 4*5+2); at != readColor {
		t.Errorf("the middle of the first module is %v", at)
	}
}

func TestExplainShowsWhatWasTried(t *testing.T) {
	img := page(400, 400, color.White)
	paste(img, mustEncode(t, enrollment).image(5), 30, 30)
	for y := 150; y < 400; y++ { // a thumb
		for x := 110; x < 400; x++ {
			img.Set(x, y, color.Gray{90})
		}
	}
	look, err := Explain(img)
	if err != nil || len(look.Results) != 0 {
		t.Fatalf("%+v, %v", look.Results, err)
	}
	if len(look.Steps) < 5 {
		t.Errorf("steps: %q", look.Steps)
	}
	starred := 0
	for _, s := range look.Steps {
		if strings.HasPrefix(s, "*") {
			starred++
		}
		if strings.Contains(s, "read 1") || strings.Contains(s, enrollment) {
			t.Errorf("step %q", s)
		}
	}
	if starred != 1 {
		t.Errorf("%d steps are marked: %q", starred, look.Steps)
	}
}

func TestExplainMakesLargePicturesSmaller(t *testing.T) {
	look, err := Explain(page(6000, 900, color.White))
	if err != nil || look.Picture.Bounds().Dx() != longestDebug {
		t.Errorf("%v, %v", look.Picture.Bounds(), err)
	}
}
