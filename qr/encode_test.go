package qr

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	"image/color"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rsc.io/qr/coding"
)

// textOf makes a text of exactly so many bytes in byte mode.
func textOf(length int) string {
	return strings.Repeat("otpauth://totp/a?secret=GEZDGNBV&n=", length/35+1)[:length]
}

func TestEveryVersionReadsBack(t *testing.T) {
	for v := coding.Version(1); v <= 40; v++ {
		// The longest text of the version, which leaves no room above level L, and half of it: four
		// bits of mode, the count, the bytes.
		length := v.DataBytes(coding.L) - 2
		if v > 9 {
			length--
		}
		symbol := mustEncode(t, textOf(length))
		if want := 17 + 4*int(v); symbol.Size() != want {
			t.Errorf("%d bytes make a symbol of %d modules, want %d", length, symbol.Size(), want)
		}
		for _, scale := range []int{3, 4} {
			wantTexts(t, symbol.image(scale), textOf(length))
		}
	}
}

func TestEveryLengthReadsBack(t *testing.T) {
	// In a long text each byte more changes little, so the steps grow.
	for length := 1; length <= MaxText; length += 1 + length/20 {
		wantTexts(t, mustEncode(t, textOf(length)).image(4), textOf(length))
	}
}

// A higher level that fits into the same size costs nothing.
func TestLevelIsTheHighestOfTheSize(t *testing.T) {
	for _, c := range []struct {
		length int
		size   int
		level  coding.Level
	}{{7, 21, coding.H}, {11, 21, coding.Q}, {14, 21, coding.M}, {17, 21, coding.L}, {18, 25, coding.Q}} {
		data := segment(textOf(c.length))
		version, ok := smallestVersion(data)
		if size := 17 + 4*int(version); !ok || size != c.size || highestLevel(data, version) != c.level {
			t.Errorf("%d bytes: %d modules at level %v, want %d at %v", c.length, size, highestLevel(data, version), c.size, c.level)
		}
	}
}

func TestModesReadBack(t *testing.T) {
	for _, text := range []string{
		"7", "0123456789", strings.Repeat("9", 7089), "A", "HTTP://EXAMPLE.ORG/", strings.Repeat("B", 4296),
		"a", "Grüße an Zoë", "日本語の発行者", "🔐 émoji", "\ufeffbyte order mark", "ÿ", "é", "ã", "line\nline", textOf(MaxText),
	} {
		symbol := mustEncode(t, text)
		data, err := symbol.PNG(4)
		if err != nil {
			t.Fatal(err)
		}
		results, err := Decode(data)
		if err != nil || len(results) != 1 || results[0].Text != text {
			t.Errorf("%.40q (%d bytes, size %d) reads as %.80q, %v", text, len(text), symbol.Size(), results, err)
		}
	}
}

func TestEncodeRefuses(t *testing.T) {
	for _, c := range []struct {
		text string
		want error
	}{
		{"", ErrNoText},
		{textOf(MaxText + 1), ErrTextTooLong},
		{"caf\xe9", ErrTextNotUTF8},
	} {
		if _, err := Encode(c.text); !errors.Is(err, c.want) {
			t.Errorf("Encode(%.20q) says %v, want %v", c.text, err, c.want)
		}
	}
	symbol := mustEncode(t, "a")
	for _, scale := range []int{-1, 0, 65} {
		if _, err := symbol.PNG(scale); err == nil {
			t.Errorf("scale %d was taken", scale)
		}
	}
}

func TestOtherReadersReadOurPNG(t *testing.T) {
	need(t, "zbarimg")
	for _, text := range []string{enrollment, textOf(300), textOf(1200), textOf(2000)} {
		data, err := mustEncode(t, text).PNG(4)
		if err != nil {
			t.Fatal(err)
		}
		command := exec.CommandContext(t.Context(), "zbarimg", "--quiet", "--raw", "--set", "*.enable=0", "--set", "qrcode.enable=1", "-")
		command.Stdin = bytes.NewReader(data)
		out, err := command.Output()
		if got := strings.TrimSuffix(string(out), "\n"); err != nil || got != text {
			t.Errorf("zbarimg reads %.60q (%v), want %.60q", got, err, text)
		}
	}
}

func TestWeReadWhatOthersDraw(t *testing.T) {
	need(t, "qrencode")
	for _, level := range []string{"L", "M", "Q", "H"} {
		for _, text := range []string{enrollment, textOf(700), "Zoë 日本"} {
			file := filepath.Join(t.TempDir(), "code.png")
			if out, err := exec.CommandContext(t.Context(), "qrencode", "-8", "-l", level, "-s", "4", "-o", file, text).CombinedOutput(); err != nil {
				t.Fatalf("qrencode: %v: %s", err, out)
			}
			results, err := decodeFile(file)
			if err != nil || len(results) != 1 || results[0].Text != text {
				t.Errorf("level %s, %d bytes: %v, %v", level, len(text), results, err)
			}
		}
	}
}

func TestSVGShowsTheSymbol(t *testing.T) {
	symbol := mustEncode(t, enrollment)
	var svg struct {
		ViewBox string `xml:"viewBox,attr"`
		Role    string `xml:"role,attr"`
		Label   string `xml:"aria-label,attr"`
		Title   string `xml:"title"`
		Paths   []struct {
			D string `xml:"d,attr"`
		} `xml:"path"`
	}
	title := `Set up <Example> & "others"`
	if err := xml.Unmarshal(symbol.SVGTitled(title), &svg); err != nil {
		t.Fatal(err)
	}
	if svg.Role != "img" || svg.Label != title || svg.Title != title {
		t.Errorf("role %q, label %q, title %q", svg.Role, svg.Label, svg.Title)
	}
	if len(svg.Paths) != 2 {
		t.Fatalf("%d paths, want the ground and the ink", len(svg.Paths))
	}
	img := page(4*(symbol.Size()+8), 4*(symbol.Size()+8), color.White)
	for _, run := range strings.Split(strings.TrimPrefix(svg.Paths[1].D, "M"), "M") {
		var x, y, w int
		if _, err := scan(run, &x, &y, &w); err != nil {
			t.Fatalf("path %q: %v", run, err)
		}
		paste(img, page(4*w, 4, color.Black), 4*x, 4*y)
	}
	wantTexts(t, img, enrollment)
	if !bytes.Contains(symbol.SVG(), []byte("<title>QR code</title>")) {
		t.Error("SVG has no title of its own")
	}
}

func TestPenaltyOfKnownPatterns(t *testing.T) {
	blank := Symbol{size: 21, modules: make([]bool, 21*21)}
	// 42 lines of 21 alike: 3 and 16 more each; 20 x 20 blocks; black is 50 % off.
	if got, want := penalty(blank), 42*19+400*3+100; got != want {
		t.Errorf("blank: %d, want %d", got, want)
	}
	board := Symbol{size: 20, modules: make([]bool, 400)}
	for i := range board.modules {
		board.modules[i] = (i/20+i%20)%2 == 0
	}
	if got := penalty(board); got != 0 {
		t.Errorf("checkerboard: %d, want 0", got)
	}
}

func TestZeroSymbolDrawsWhite(t *testing.T) {
	var s Symbol
	if s.Size() != 0 || s.Black(0, 0) {
		t.Error("the zero Symbol has modules")
	}
	if img := s.image(2); img.Bounds() != image.Rect(0, 0, 16, 16) {
		t.Errorf("bounds %v", img.Bounds())
	}
}

func decodeFile(name string) ([]Result, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return Decode(data)
}

// scan reads one "X YhWv1h-Wz" of our own paths.
func scan(run string, x, y, w *int) (int, error) {
	var back int
	return fmt.Sscanf(run, "%d %dh%dv1h-%dz", x, y, w, &back)
}
