package qr

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"os"
	"runtime"
	"testing"
	"time"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

// chunk is one chunk of a PNG file (RFC 2083, 3.2).
func chunk(kind string, data []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	out = append(append(out, kind...), data...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// bombPNG claims so many pixels, and holds zeros for all of them when it is filled.
func bombPNG(width, height uint32, filled bool) []byte {
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height)
	header = append(header, 8, 6, 0, 0, 0) // RGBA
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	if filled {
		row := make([]byte, 1+4*int(width))
		for range height {
			_, _ = z.Write(row)
		}
	}
	_ = z.Close()
	out := []byte("\x89PNG\r\n\x1a\n")
	out = append(out, chunk("IHDR", header)...)
	out = append(out, chunk("IDAT", packed.Bytes())...)
	return append(out, chunk("IEND", nil)...)
}

func bigBMP(width, height int32) []byte {
	out := append([]byte("BM"), make([]byte, 8)...)
	for _, v := range []int32{54, 40, width, height, 1 | 24<<16, 0, 0, 0, 0, 0, 0} {
		out = binary.LittleEndian.AppendUint32(out, uint32(v))
	}
	return out
}

// spent runs f and reports the time and the memory it allocated.
func spent(f func()) (time.Duration, uint64) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	f()
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	return took, after.TotalAlloc - before.TotalAlloc
}

func TestHugeClaimsAreRefusedUnread(t *testing.T) {
	hugeGIF := append([]byte("GIF89a\xff\xff\xff\xff\x80\x00\x00"), make([]byte, 64)...)
	for name, data := range map[string][]byte{
		"PNG":           bombPNG(65535, 65535, false),
		"PNG, one row":  bombPNG(1<<31-1, 1, false),
		"BMP":           bigBMP(65535, 65535),
		"BMP top down":  bigBMP(65535, -65535),
		"GIF":           hugeGIF,
		"TIFF":          hugeTIFF(),
		"JPEG":          hugeJPEG(t),
		"over 64 MiB":   make([]byte, MaxFileSize+1),
		"WebP extended": webpOf("VP8X", "\x00\x00\x00\x00\x3f\x9c\x00\x3f\x9c\x00"), // 40,000 x 40,000; more is no WebP
		"WebP lossy":    webpOf("VP8 ", "\x10\x00\x00\x9d\x01\x2a\xff\x3f\xff\x3f"), // 16,383 x 16,383, the most
		"WebP lossless": []byte("RIFF\x40\x00\x00\x00WEBPVP8L\x20\x00\x00\x00\x2f\xff\xff\xff\x0f\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"),
	} {
		var err error
		_, memory := spent(func() { _, err = Decode(data) })
		if !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
		if memory > 1<<20 {
			t.Errorf("%s: %d bytes were allocated for nothing", name, memory)
		}
	}
}

// webpOf is a WebP file of that one chunk.
func webpOf(kind, data string) []byte {
	out := binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(12+len(data)))
	out = append(append(out, "WEBP"...), kind...)
	return append(binary.LittleEndian.AppendUint32(out, uint32(len(data))), data...)
}

// hugeTIFF says width, height and bits a pixel, and nothing else.
func hugeTIFF() []byte {
	out := []byte("II*\x00\x08\x00\x00\x00")
	tags := [][2]uint32{{256, 65535}, {257, 65535}, {258, 8}, {259, 1}, {262, 1}, {273, 8}, {277, 1}, {278, 65535}, {279, 1}}
	out = binary.LittleEndian.AppendUint16(out, uint16(len(tags)))
	for _, tag := range tags {
		out = binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(out, uint16(tag[0])), 4)
		out = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(out, 1), tag[1])
	}
	return binary.LittleEndian.AppendUint32(out, 0)
}

func hugeJPEG(t *testing.T) []byte {
	var out bytes.Buffer
	if err := jpeg.Encode(&out, page(8, 8, color.White), nil); err != nil {
		t.Fatal(err)
	}
	data := out.Bytes()
	frame := bytes.Index(data, []byte{0xff, 0xc0}) // SOF0: length, precision, height, width
	copy(data[frame+5:], "\xff\xff\xff\xff")
	return data
}

// A picture within the bounds may still be all zeros in a few kilobytes, or a field of finder patterns.
func TestBombsAreDefused(t *testing.T) {
	for name, data := range map[string][]byte{
		"16 megapixels of zeros": bombPNG(4000, 4000, true),
		"one long row":           bombPNG(4_000_000, 1, true),
		"10,000 finders":         mustPNG(t, field(100, 100, 14)),
	} {
		var err error
		took, memory := spent(func() { _, err = Decode(data) })
		if !errors.Is(err, ErrNoCode) {
			t.Errorf("%s: %v", name, err)
		}
		t.Logf("%s: %v, %d MiB in all", name, took.Round(time.Millisecond), memory>>20)
		// No limit on the time: a busy machine would break it, and a hang ends at go test's own.
		if memory > 1<<30 {
			t.Errorf("%s allocated %d MiB", name, memory>>20)
		}
	}
}

// field is columns by rows of finder patterns and nothing between them.
func field(columns, rows, pitch int) image.Image {
	img := page(columns*pitch+7, rows*pitch+7, color.White)
	finder := page(7, 7, color.Black)
	paste(finder, page(5, 5, color.White), 1, 1)
	paste(finder, page(3, 3, color.Black), 2, 2)
	for i := range columns * rows {
		paste(img, finder, 3+i%columns*pitch, 3+i/columns*pitch)
	}
	return img
}

// Every file cut at every length, and every byte of its first part changed, gives an answer.
func TestDamagedFilesGiveErrors(t *testing.T) {
	img := mustEncode(t, "damage").image(2)
	var asGIF, asJPEG, asBMP, asTIFF bytes.Buffer
	for _, err := range []error{gif.Encode(&asGIF, img, nil), jpeg.Encode(&asJPEG, img, nil), bmp.Encode(&asBMP, img), tiff.Encode(&asTIFF, img, nil)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	webp := func(kind string) []byte {
		data, err := os.ReadFile("testdata/" + kind + ".webp")
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	for name, data := range map[string][]byte{
		"lossy WebP": webp("lossy"), "lossless WebP": webp("lossless"),
		"PNG": mustPNG(t, img), "GIF": asGIF.Bytes(), "JPEG": asJPEG.Bytes(), "BMP": asBMP.Bytes(), "TIFF": asTIFF.Bytes()[:2048],
		"animated GIF": animated(t, strip{img, image.Point{}, 0}, strip{page(20, 20, color.White), image.Pt(4, 4), gif.DisposalPrevious}),
	} {
		for i := 0; i < len(data); i += 1 + i/64 {
			check(t, name, data[:i])
			changed := bytes.Clone(data)
			changed[i] ^= 0xff
			check(t, name, changed)
		}
	}
}

// check fails unless the answer is results, or one of the named errors.
func check(t *testing.T, name string, data []byte) {
	t.Helper()
	results, err := Decode(data)
	if err == nil && len(results) == 0 {
		t.Errorf("%s: neither results nor an error", name)
	}
	if err != nil && !errors.Is(err, ErrNoCode) && !errors.Is(err, ErrNotAPicture) && !errors.Is(err, ErrTooLarge) {
		t.Errorf("%s: unnamed error: %v", name, err)
	}
}
