package capture

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

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
	pages, err := Pages(context.Background(), pdf(t, 400, "page one", "page two", "page three"))
	if err != nil || len(pages) != 3 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	for i, want := range []string{"page one", "page two", "page three"} {
		results, err := qr.Decode(pages[i])
		if err != nil || len(results) != 1 || results[0].Text != want {
			t.Errorf("page %d: %+v, %v", i+1, results, err)
		}
	}
}

// TestPagesAsLargeAsAWallAreDrawnSmaller: 200 inches would be 900 megapixels.
func TestPagesAsLargeAsAWallAreDrawnSmaller(t *testing.T) {
	needPoppler(t)
	if dots := resolution(context.Background(), pdf(t, 14400, "x")); dots != 40 {
		t.Errorf("%d dots an inch", dots)
	}
	if dots := resolution(context.Background(), pdf(t, 842, "x")); dots != dotsPerInch {
		t.Errorf("%d dots an inch for A4", dots)
	}
}

func TestPagesOfWhatIsNoPDF(t *testing.T) {
	needPoppler(t)
	whole := pdf(t, 400, "page one")
	for name, data := range map[string][]byte{"empty": nil, "words": []byte("no PDF"), "cut off": whole[:60]} {
		if pages, err := Pages(context.Background(), data); !errors.Is(err, ErrBadPDF) || len(pages) > 0 {
			t.Errorf("%s: %d pages, %v", name, len(pages), err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Pages(ctx, whole); !errors.Is(err, context.Canceled) {
		t.Errorf("left: %v", err)
	}
}

func TestPagesWithoutPoppler(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := Pages(context.Background(), nil); !errors.Is(err, ErrNoPoppler) {
		t.Errorf("%v", err)
	}
}

func TestCuttingPNGs(t *testing.T) {
	const one = "\x89PNG\r\n\x1a\nbody\x00\x00\x00\x00IEND\xaeB`\x82"
	if got := cutPNGs([]byte(one + one + one[:12])); len(got) != 2 || string(got[1]) != one {
		t.Errorf("%q", got)
	}
}
