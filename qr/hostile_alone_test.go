//go:build unix

package qr

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// alone decodes a file in a process of its own, and tells how that ended and the most memory that it held, in bytes.
// One that takes two minutes hangs.
func alone(t *testing.T, data []byte) (ended string, peak int64) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "picture")
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	defer stop()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestAlone$")
	cmd.Env = append(os.Environ(), "QR_ALONE="+name)
	begun := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("after %v: %v: %s", time.Since(begun), err, out[:min(len(out), 2000)])
	}
	if _, err := fmt.Sscanf(string(out), "peak: %d kB\nended: ", &peak); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	peak <<= 10
	_, ended, _ = strings.Cut(string(out), "ended: ")
	ended, _, _ = strings.Cut(ended, "\n")
	t.Logf("%d bytes: %s, in %v, %d MiB at most", len(data), ended, time.Since(begun).Round(time.Millisecond), peak>>20)
	return ended, peak
}

// TestAlone is the other process.
func TestAlone(t *testing.T) {
	name := os.Getenv("QR_ALONE")
	if name == "" {
		t.Skip("it is for the tests of hostile pictures")
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	results, err := Decode(data)
	fmt.Printf("peak: %d kB\n", peakOf(t))
	for _, named := range []error{ErrNoCode, ErrNotAPicture, ErrTooLarge} {
		if errors.Is(err, named) {
			fmt.Println("ended:", named)
			return
		}
	}
	fmt.Printf("ended: %d codes, %v\n", len(results), err)
}

// peakOf is the most memory that this process held, in KiB. The usage that the system tells a parent would do as well,
// if Linux did not count what the parent itself held when it started the child.
func peakOf(t *testing.T) int64 {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0 // not Linux: the time is all that is bounded
	}
	_, line, _ := strings.Cut(string(status), "VmHWM:")
	var peak int64
	if _, err := fmt.Sscan(line, &peak); err != nil {
		t.Fatal(err)
	}
	return peak
}

// What a process of ours holds before it has seen a picture, with room for the garbage collector.
const idleMemory = 48 << 20

// A picture within the bounds costs at most 12 bytes a pixel, also where the unpacked file alone has 8.
func TestPixelsCostLittleMemory(t *testing.T) {
	const side = 4000
	noise := rand.NewChaCha8([32]byte{})
	gray := image.NewGray(image.Rect(0, 0, side, side))
	_, _ = noise.Read(gray.Pix)
	var grayJPEG, colorJPEG, flatGIF bytes.Buffer
	for _, err := range []error{
		jpeg.Encode(&grayJPEG, gray, &jpeg.Options{Quality: 10}),
		jpeg.Encode(&colorJPEG, page(side, side, color.RGBA{200, 100, 50, 255}), nil),
		gif.Encode(&flatGIF, image.NewPaletted(gray.Rect, color.Palette{color.White, color.Black}), nil),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		data []byte
		cost int
	}{
		"zeros, 8 bit":       {bombPNG(side, side, true), 12},
		"zeros, 16 bit":      {deepPNG(side, side), 12},
		"JPEG of gray noise": {grayJPEG.Bytes(), 12},
		"JPEG of one color":  {colorJPEG.Bytes(), 12},
		"GIF":                {flatGIF.Bytes(), 12},
	} {
		t.Run(name, func(t *testing.T) {
			ended, peak := alone(t, c.data)
			if ended != ErrNoCode.Error() {
				t.Error(ended)
			}
			if limit := int64(c.cost*side*side + idleMemory); peak > limit && !raced {
				t.Errorf("%d MiB at most, want under %d", peak>>20, limit>>20)
			}
		})
	}
}

// deepPNG is zeros with 16 bits a color: 8 bytes a pixel before anything is read.
func deepPNG(width, height uint32) []byte {
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height)
	header = append(header, 16, 6, 0, 0, 0)
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	row := make([]byte, 1+8*int(width))
	for range height {
		_, _ = z.Write(row)
	}
	_ = z.Close()
	out := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", header)...)
	out = append(out, chunk("IDAT", packed.Bytes())...)
	return append(out, chunk("IEND", nil)...)
}

// gifOf is a GIF with so many times the one frame, placed anywhere.
func gifOf(t *testing.T, canvas, frame image.Point, at image.Point, times int) []byte {
	t.Helper()
	var one bytes.Buffer
	img := image.NewPaletted(image.Rectangle{Max: frame}, color.Palette{color.White, color.Black})
	if err := gif.EncodeAll(&one, &gif.GIF{
		Image: []*image.Paletted{img}, Delay: []int{1}, Config: image.Config{Width: frame.X, Height: frame.Y, ColorModel: img.Palette},
	}); err != nil {
		t.Fatal(err)
	}
	data := one.Bytes()
	const head = 13 + 2*3 // with a table of two colors
	block := bytes.Clone(data[head : len(data)-1])
	begin := bytes.IndexByte(block, 0x2c)
	binary.LittleEndian.PutUint16(block[begin+1:], uint16(at.X))
	binary.LittleEndian.PutUint16(block[begin+3:], uint16(at.Y))
	out := bytes.Clone(data[:head])
	binary.LittleEndian.PutUint16(out[6:], uint16(canvas.X))
	binary.LittleEndian.PutUint16(out[8:], uint16(canvas.Y))
	out = append(out, bytes.Repeat(block, times)...)
	return append(out, 0x3b)
}

// However many frames there are, and however large they say they are, they are not all held, and there is an end.
func TestDeepGIFsAreBounded(t *testing.T) {
	const limit = 512 << 20
	p := image.Pt
	for name, data := range map[string][]byte{
		"17,000 large frames":    gifOf(t, p(2000, 2000), p(2000, 2000), p(0, 0), 17_000),
		"1,000,000 tiny frames":  gifOf(t, p(8, 8), p(8, 8), p(0, 0), 1_000_000),
		"outside of the canvas":  gifOf(t, p(100, 100), p(50, 50), p(80, 80), 1000),
		"far outside":            gifOf(t, p(100, 100), p(50, 50), p(65000, 65000), 1000),
		"larger than the canvas": gifOf(t, p(10, 10), p(4000, 4000), p(0, 0), 100),
		"a canvas that is huge":  gifOf(t, p(65535, 65535), p(8, 8), p(0, 0), 1000),
	} {
		t.Run(name, func(t *testing.T) {
			if len(data) > MaxFileSize {
				t.Fatalf("%d bytes: refused unread", len(data))
			}
			ended, peak := alone(t, data)
			if strings.Contains(ended, "codes") {
				t.Error(ended)
			}
			if peak > limit && !raced {
				t.Errorf("%d MiB at most, want under %d", peak>>20, limit>>20)
			}
		})
	}
}

// Finder patterns are what a detector counts triples of.
func TestManyFinders(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	scattered := page(2600, 2600, color.White)
	for range 10_000 {
		paste(scattered, field(1, 1, 0).(*image.RGBA).SubImage(image.Rect(3, 3, 10, 10)), r.IntN(2590), r.IntN(2590))
	}
	nested := page(1200, 1200, color.White)
	for i, c := 0, []color.Color{color.Black, color.White}; i < 100; i++ {
		paste(nested, page(1200-12*i, 1200-12*i, c[i%2]), 6*i, 6*i)
	}
	for name, img := range map[string]image.Image{
		"in a grid": field(100, 100, 14), "close": field(100, 100, 9), "scattered": scattered, "rings": nested, "larger": field(30, 30, 20),
	} {
		t.Run(name, func(t *testing.T) {
			ended, peak := alone(t, mustPNG(t, img))
			if ended != ErrNoCode.Error() {
				t.Error(ended)
			}
			size := img.Bounds().Size()
			if limit := int64(12*size.X*size.Y + idleMemory); peak > limit && !raced {
				t.Errorf("%d MiB at most, want under %d", peak>>20, limit>>20)
			}
		})
	}
}
