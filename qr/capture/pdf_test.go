package capture

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"image"
	"os"
	"os/exec"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"twofold/qr"
)

// pdf is a document with a code on each page, of so many points a side.
func pdf(t *testing.T, side int, texts ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	var offsets []int
	object := func(format string, args ...any) {
		offsets = append(offsets, out.Len())
		fmt.Fprintf(&out, "%d 0 obj\n"+format+"\nendobj\n", append([]any{len(offsets)}, args...)...)
	}
	out.WriteString("%PDF-1.4\n")
	object("<< /Type /Catalog /Pages 2 0 R >>")
	var kids strings.Builder
	for i := range texts {
		fmt.Fprintf(&kids, "%d 0 R ", 3+2*i)
	}
	object("<< /Type /Pages /Kids [%s] /Count %d >>", kids.String(), len(texts))
	for _, text := range texts {
		symbol, err := qr.Encode(text)
		if err != nil {
			t.Fatal(err)
		}
		var drawn strings.Builder
		for y := range symbol.Size() {
			for x := range symbol.Size() {
				if symbol.Black(x, y) {
					fmt.Fprintf(&drawn, "%d %d 4 4 re f\n", 40+4*x, side-60-4*y)
				}
			}
		}
		object("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents %d 0 R >>", side, side, len(offsets)+2)
		object("<< /Length %d >>\nstream\n%sendstream", drawn.Len(), drawn.String())
	}
	xref := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, at := range offsets {
		fmt.Fprintf(&out, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&out, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, xref)
	return out.Bytes()
}

func needPoppler(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("pdftoppm"); err != nil {
		if os.Getenv("TWOFOLD_TEST_PARTS") == "required" {
			t.Fatal("pdftoppm is missing, and make test requires it")
		}
		t.Skip("missing: pdftoppm")
	}
}

func TestPagesAreDrawnInTheirOrder(t *testing.T) {
	needPoppler(t)
	texts := []string{"page one", "page two", "page three"}
	for page, err := range Pages(context.Background(), pdf(t, 400, texts...)) {
		if err != nil || page.Of != 3 {
			t.Fatalf("%+v, %v", page, err)
		}
		results, err := qr.DecodeImage(page.Image)
		if err != nil || len(results) != 1 || results[0].Text != texts[page.Number-1] {
			t.Errorf("page %d: %+v, %v", page.Number, results, err)
		}
	}
}

// TestPagesAsLargeAsAWallAreDrawnSmaller: 200 inches would be 900 megapixels. The small page beside it keeps its size.
func TestPagesAsLargeAsAWallAreDrawnSmaller(t *testing.T) {
	needPoppler(t)
	two := bytes.Replace(pdf(t, 14400, "x", "y"), []byte("[0 0 14400 14400]"), []byte("[0 0 842.0 842.0]"), 1)
	var sizes []int
	for page, err := range Pages(context.Background(), two) {
		if err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, page.Image.Rect.Dx())
	}
	if !slices.Equal(sizes, []int{1755, 4096}) && !slices.Equal(sizes, []int{1755, 4097}) {
		t.Errorf("%d pixels a side", sizes)
	}
}

// TestPagesThatAreLeftOutAreTold: those after the hundredth.
func TestPagesThatAreLeftOutAreTold(t *testing.T) {
	needPoppler(t)
	found, err := Codes(context.Background(), manyPages(t, 103, 100, 60, 1))
	if len(found) != 100 || !errors.Is(err, qr.ErrNotAll) || err.Error() != "not all was looked at: the pages after the first 100 of 103" {
		t.Errorf("%d codes, %v", len(found), err)
	}
}

// TestPagesOfOneLargePictureStayWithinBounds: 12 pages of 16 megapixels with the same picture, in a process of its own,
// which lets garbage grow as the program does.
func TestPagesOfOneLargePictureStayWithinBounds(t *testing.T) {
	if os.Getenv("CAPTURE_ALONE") != "" {
		debug.SetGCPercent(400)
		began := time.Now()
		found, err := Codes(context.Background(), manyPages(t, 12, 3000, 3000, 40))
		status, _ := os.ReadFile("/proc/self/status")
		_, line, _ := strings.Cut(string(status), "VmHWM:")
		var peak int
		_, _ = fmt.Sscan(line, &peak)
		fmt.Printf("\nalone: %d %d %d %v\n", len(found), peak>>10, int(time.Since(began).Seconds()), err)
		return
	}
	needPoppler(t)
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), "CAPTURE_ALONE=1")
	out, err := cmd.CombinedOutput()
	_, line, _ := strings.Cut(string(out), "\nalone: ")
	var codes, peak, seconds int
	if _, failed := fmt.Sscan(line, &codes, &peak, &seconds); failed != nil || err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	t.Logf("%s", line)
	if codes == 0 || peak > 512 || seconds > 90 {
		t.Errorf("%d codes, %d MiB at most, %d s", codes, peak, seconds)
	}
}

// manyPages is a PDF whose pages, of so many points a side, all show one gray picture of so many pixels a side, which
// is a code of modules of so many pixels.
func manyPages(t *testing.T, pages, points, pixels, module int) []byte {
	t.Helper()
	symbol, err := qr.Encode("otpauth://totp/x?secret=GEZDGNBVGY3TQOJQ")
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	row := make([]byte, pixels)
	for y := range pixels {
		for x := range row {
			row[x] = 255
			if at := image.Pt(x/module-5, y/module-5); at.In(image.Rect(0, 0, symbol.Size(), symbol.Size())) && symbol.Black(at.X, at.Y) {
				row[x] = 0
			}
		}
		_, _ = z.Write(row)
	}
	_ = z.Close()
	var out bytes.Buffer
	var offsets []int
	object := func(format string, args ...any) {
		offsets = append(offsets, out.Len())
		fmt.Fprintf(&out, "%d 0 obj\n"+format+"\nendobj\n", append([]any{len(offsets)}, args...)...)
	}
	out.WriteString("%PDF-1.4\n")
	object("<< /Type /Catalog /Pages 2 0 R >>")
	var kids strings.Builder
	for i := range pages {
		fmt.Fprintf(&kids, "%d 0 R ", 5+i)
	}
	object("<< /Type /Pages /Kids [%s] /Count %d >>", kids.String(), pages)
	object("<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream", pixels, pixels, packed.Len(), packed.String())
	draw := fmt.Sprintf("q %d 0 0 %d 0 0 cm /P Do Q", points, points)
	object("<< /Length %d >>\nstream\n%s\nendstream", len(draw), draw)
	for range pages {
		object("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents 4 0 R /Resources << /XObject << /P 3 0 R >> >> >>", points, points)
	}
	xref := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, at := range offsets {
		fmt.Fprintf(&out, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&out, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, xref)
	return out.Bytes()
}

func TestPagesOfWhatIsNoPDF(t *testing.T) {
	needPoppler(t)
	whole := pdf(t, 400, "page one")
	for name, data := range map[string][]byte{"empty": nil, "words": []byte("no PDF"), "cut off": whole[:60]} {
		for page, err := range Pages(context.Background(), data) {
			if !errors.Is(err, ErrBadPDF) || page.Image != nil {
				t.Errorf("%s: %+v, %v", name, page, err)
			}
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, err := range Pages(ctx, whole) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("left: %v", err)
		}
	}
}

func TestPagesWithoutPoppler(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	for _, err := range Pages(context.Background(), nil) {
		if !errors.Is(err, ErrNoPoppler) {
			t.Errorf("%v", err)
		}
	}
}

func TestPicturesOfPages(t *testing.T) {
	img, err := parsePGM([]byte("P5\n2 2\n255\nabcd"))
	if err != nil || img.GrayAt(1, 1).Y != 'd' {
		t.Errorf("%+v, %v", img, err)
	}
	for _, data := range []string{"", "P5\n2 2\n255\nabc", "P5\n-1 2\n255\nabcd", "P5\n9000000000 9000000000\n255\nabcd", "P6\n1 1\n255\nabcd"} {
		if _, err := parsePGM([]byte(data)); !errors.Is(err, ErrBadPDF) {
			t.Errorf("%q: %v", data, err)
		}
	}
}
