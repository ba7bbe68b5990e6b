package qr

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/color/palette"
	"image/draw"
	"image/gif"
	"strings"
	"testing"
)

// strip is one frame of an animated GIF: a picture, its place, and what becomes of it.
type strip struct {
	image    image.Image
	at       image.Point
	disposal byte
}

// animated writes a GIF whose size is that of its first frame.
func animated(t testing.TB, strips ...strip) []byte {
	t.Helper()
	var g gif.GIF
	colors := append(color.Palette{color.Transparent}, palette.WebSafe...)
	for _, s := range strips {
		size := s.image.Bounds().Size()
		frame := image.NewPaletted(image.Rectangle{s.at, s.at.Add(size)}, colors)
		draw.Draw(frame, frame.Rect, s.image, s.image.Bounds().Min, draw.Src)
		g.Image, g.Delay, g.Disposal = append(g.Image, frame), append(g.Delay, 50), append(g.Disposal, s.disposal)
	}
	var out bytes.Buffer
	if err := gif.EncodeAll(&out, &g); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func framesOf(frames []Frame) string {
	out := ""
	for _, f := range frames {
		for _, r := range f.Results {
			out += fmt.Sprintf("%d %s ", f.Number, r.Text)
		}
	}
	return out
}

func TestFramesAreReadEachTextOnce(t *testing.T) {
	one, two := mustEncode(t, "part one").image(4), mustEncode(t, "part two").image(4)
	data := animated(t, strip{one, image.Point{}, 0}, strip{page(4, 4, color.White), image.Pt(1, 1), 0},
		strip{two, image.Point{}, 0}, strip{one, image.Point{}, 0})
	frames, err := DecodeFrames(context.Background(), data)
	if got := framesOf(frames); err != nil || got != "1 part one 3 part two " {
		t.Errorf("%q, %v", got, err)
	}
	if frames[0].Bounds.Size() != one.Bounds().Size() {
		t.Errorf("bounds %v", frames[0].Bounds)
	}
	results, err := Decode(data)
	if err != nil || len(results) != 2 || results[1].Text != "part two" {
		t.Errorf("%+v, %v", results, err)
	}
}

// TestFramesAreComposed: a code comes in two halves, and is wiped, put back or left, as the disposal method says.
func TestFramesAreComposed(t *testing.T) {
	code := mustEncode(t, "in halves").image(4)
	sheet, size := page(code.Rect.Dx(), code.Rect.Dy(), color.White), code.Rect.Size()
	upper := code.SubImage(image.Rect(0, 0, size.X, size.Y/2))
	lower := code.SubImage(image.Rect(0, size.Y/2, size.X, size.Y))
	half := image.Pt(0, size.Y/2)
	dot := page(2, 2, color.Black)
	for name, row := range map[string]struct {
		strips []strip
		want   string
	}{
		"kept":     {[]strip{{sheet, image.Point{}, gif.DisposalNone}, {upper, image.Point{}, gif.DisposalNone}, {lower, half, 0}}, "3 in halves "},
		"wiped":    {[]strip{{sheet, image.Point{}, gif.DisposalNone}, {upper, image.Point{}, gif.DisposalBackground}, {lower, half, 0}}, ""},
		"put back": {[]strip{{sheet, image.Point{}, gif.DisposalNone}, {upper, image.Point{}, gif.DisposalPrevious}, {lower, half, 0}}, ""},
		"uncovered": {[]strip{
			{code, image.Point{}, gif.DisposalNone}, {sheet, image.Point{}, gif.DisposalPrevious}, {dot, image.Pt(1, 1), 0},
		}, "1 in halves "},
		"uncovered only": {[]strip{
			{sheet, image.Point{}, gif.DisposalNone}, {upper, image.Point{}, gif.DisposalNone}, {sheet, image.Point{}, gif.DisposalPrevious}, {lower, half, 0},
		}, "4 in halves "},
	} {
		frames, err := DecodeFrames(context.Background(), animated(t, row.strips...))
		if got := framesOf(frames); got != row.want || (err == nil) != (row.want != "") {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestFramesBeforeTheDamageCount(t *testing.T) {
	code, other := mustEncode(t, "before").image(4), mustEncode(t, "behind").image(4)
	data := animated(t, strip{code, image.Point{}, 0}, strip{page(4, 4, color.White), image.Pt(1, 1), 0}, strip{other, image.Point{}, 0})
	frames, err := DecodeFrames(context.Background(), data[:len(data)-200])
	if got := framesOf(frames); !errors.Is(err, ErrNotAll) || got != "1 before " {
		t.Errorf("%q, %v", got, err)
	}
	frames, err = DecodeFrames(context.Background(), animated(t, strip{code, image.Point{}, 0}, strip{other, image.Point{}, 0})[:3000])
	if got := framesOf(frames); !errors.Is(err, ErrNotAll) || got != "0 before " {
		t.Errorf("the second of two cut off: %q, %v", got, err)
	}
}

// TestFramesBehindTheDamageCount: the packed pixels of one are spoiled, and its blocks are whole.
func TestFramesBehindTheDamageCount(t *testing.T) {
	code, other, sheet := mustEncode(t, "before").image(4), mustEncode(t, "behind").image(4), page(90, 90, color.White)
	data := animated(t, strip{code, image.Point{}, 0}, strip{sheet, image.Pt(1, 1), 0}, strip{other, image.Point{}, 0})
	pieces, err := cutGIF(data)
	if err != nil || len(pieces) != 3 {
		t.Fatal(len(pieces), err)
	}
	damaged := pieces[1].frame
	damaged[10+gifColors(damaged[9])] = 1 // no such size of codes
	frames, err := DecodeFrames(context.Background(), data)
	if got := framesOf(frames); got != "1 before 3 behind " {
		t.Errorf("%q", got)
	}
	if !errors.Is(err, ErrNotAll) || !strings.HasPrefix(err.Error(), "not all was looked at: frame 2: ") {
		t.Errorf("%v", err)
	}
}

// TestFramesAfterTheLastThatIsReadAreTold: 1001 of them, and a code in the first.
func TestFramesAfterTheLastThatIsReadAreTold(t *testing.T) {
	code, dot := mustEncode(t, "first").image(4), page(1, 1, color.White)
	pieces, _ := cutGIF(animated(t, strip{code, image.Point{}, 0}, strip{dot, image.Point{}, 0}))
	long := append(bytes.Clone(pieces[0].head), pieces[0].frame...)
	for range maxFrames {
		long = append(long, pieces[1].frame...)
	}
	frames, err := DecodeFrames(context.Background(), append(long, gifTrailer))
	if got := framesOf(frames); got != "1 first " || !errors.Is(err, ErrNotAll) || err.Error() != "not all was looked at: the frames after the first 1000" {
		t.Errorf("%q, %v", got, err)
	}
	short := long[:len(long)-len(pieces[1].frame)]
	if _, err = DecodeFrames(context.Background(), append(bytes.Clone(short), gifTrailer)); err != nil {
		t.Errorf("1000 frames: %v", err)
	}
}

func TestFramesWithoutACode(t *testing.T) {
	white, dot := page(200, 200, color.White), page(4, 4, color.Black)
	_, err := Decode(animated(t, strip{white, image.Point{}, 0}, strip{dot, image.Pt(1, 1), 0}))
	if !errors.Is(err, ErrNoCode) || err.Error() != "no QR code found in any of 2 frames" {
		t.Errorf("%v", err)
	}
}

func TestFramesCanBeLeft(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	code := mustEncode(t, "never").image(4)
	for _, data := range [][]byte{mustPNG(t, code), animated(t, strip{code, image.Point{}, 0}, strip{code, image.Point{}, 0})} {
		if frames, err := DecodeFrames(ctx, data); !errors.Is(err, context.Canceled) || len(frames) > 0 {
			t.Errorf("%v, %v", frames, err)
		}
	}
}

// TestDeepGIFs: thousands of frames of nothing, on a small and on a large canvas.
func TestDeepGIFs(t *testing.T) {
	still := animated(t, strip{page(64, 64, color.White), image.Point{}, 0}, strip{page(1, 1, color.White), image.Point{}, 0})
	pieces, _ := cutGIF(still)
	deep := bytes.Clone(pieces[0].head)
	for range 20_000 {
		deep = append(deep, pieces[1].frame...)
	}
	wide := bytes.Clone(deep)
	copy(wide[6:], "\x00\x10\x00\x10") // 4096 x 4096
	for name, data := range map[string][]byte{"frames": deep, "canvas": wide} {
		var err error
		took, memory := spent(func() { _, err = Decode(data) })
		if !errors.Is(err, ErrNoCode) {
			t.Errorf("%s: %v", name, err)
		}
		t.Logf("%s: %v, %d MiB in all", name, took, memory>>20)
		if memory > 1<<30 {
			t.Errorf("%s allocated %d MiB", name, memory>>20)
		}
	}
}

// TestAnimationsThatClaimTooMuch are refused before anything is unpacked.
func TestAnimationsThatClaimTooMuch(t *testing.T) {
	data := animated(t, strip{page(8, 8, color.White), image.Point{}, 0}, strip{page(1, 1, color.Black), image.Point{}, 0})
	copy(data[6:], "\xff\xff\xff\xff")
	var err error
	_, memory := spent(func() { _, err = Decode(data) })
	if !errors.Is(err, ErrTooLarge) || memory > 1<<20 {
		t.Errorf("%v, %d bytes", err, memory)
	}
}
