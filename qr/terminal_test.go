package qr

import (
	"image"
	"image/color"
	"strings"
	"testing"

	"github.com/hinshun/vt10x"
)

// drawn renders lines of half blocks the way a terminal does, ink on ground, with cells of so many pixels.
func drawn(t *testing.T, text string, width, height int, ink, ground color.Color) ([]string, func() *image.RGBA) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	return lines, func() *image.RGBA {
		cols := len([]rune(lines[0]))
		img := page((cols+4)*width, (len(lines)+4)*height, ground)
		half := page(width, height/2, ink)
		for row, line := range lines {
			for col, cell := range []rune(line) {
				x, y := (col+2)*width, (row+2)*height
				if cell == '▀' || cell == '█' {
					paste(img, half, x, y)
				}
				if cell == '▄' || cell == '█' {
					paste(img, half, x, y+height/2)
				}
				if !strings.ContainsRune(" ▀▄█", cell) {
					t.Fatalf("line %d holds %q", row, cell)
				}
			}
		}
		return img
	}
}

func TestHalfBlocksReadBack(t *testing.T) {
	for _, length := range []int{1, 17, 60, 130, 271, 800, 1700, MaxText} {
		text := textOf(length)
		symbol := mustEncode(t, text)
		lines, paint := drawn(t, symbol.HalfBlocks(), 8, 16, color.Black, color.White)
		cols, rows := symbol.TerminalSize()
		if len(lines) != rows {
			t.Errorf("%d bytes: %d lines, want %d", length, len(lines), rows)
		}
		for _, line := range lines {
			if n := len([]rune(line)); n != cols {
				t.Errorf("%d bytes: a line of %d cells, want %d", length, n, cols)
			}
		}
		wantTexts(t, paint(), text)
		// On a dark theme the plain form comes out inverted, and is still read.
		_, paint = drawn(t, symbol.HalfBlocks(), 8, 16, color.Gray{220}, color.Gray{20})
		wantTexts(t, paint(), text)
	}
}

// Whatever its own colors are, an emulated terminal shows the colored form black on white.
func TestColoredBlocksSetTheirColors(t *testing.T) {
	symbol := mustEncode(t, enrollment)
	blocks, ok := symbol.Blocks(symbol.TerminalSize())
	if !ok {
		t.Fatal("the symbol does not fit into the room that it says it needs")
	}
	cols, rows := blocks.Size()
	screen := vt10x.New(vt10x.WithSize(cols+2, rows+2))
	if _, err := screen.Write([]byte(strings.ReplaceAll(blocks.Colored(), "\n", "\r\n"))); err != nil {
		t.Fatal(err)
	}
	const black, white = vt10x.Color(16), vt10x.Color(231)
	paint := map[vt10x.Color]color.Color{black: color.Black, white: color.White}
	img := page((cols+2)*6, (rows+2)*12, color.Gray{20})
	for y := range rows + 2 {
		for x := range cols + 2 {
			cell := screen.Cell(x, y)
			if x >= cols || y >= rows {
				if cell.BG == black || cell.BG == white {
					t.Fatalf("the cell %d, %d outside of the drawing is colored", x, y)
				}
				continue
			}
			ink, ground := paint[cell.FG], paint[cell.BG]
			if ink == nil || ground == nil {
				t.Fatalf("the cell %d, %d has the colors %v on %v", x, y, cell.FG, cell.BG)
			}
			paste(img, page(6, 12, ground), x*6, y*12)
			if cell.Char == '▄' {
				paste(img, page(6, 6, ink), x*6, y*12+6)
			}
		}
	}
	wantTexts(t, img, enrollment)
}

// On a dark background the plain form is dark on light as well: no reader has to try the other polarity.
func TestPlainBlocksKnowTheBackground(t *testing.T) {
	symbol := mustEncode(t, enrollment)
	blocks, _ := symbol.Blocks(200, 100)
	_, paint := drawn(t, blocks.Plain(true), 8, 16, color.Gray{220}, color.Gray{20})
	wantTexts(t, paint(), enrollment)
	light := strings.NewReplacer("█", " ", " ", "█", "▀", "▄", "▄", "▀").Replace(blocks.Plain(true))
	if light != blocks.Plain(false) {
		t.Error("the two forms are not each other's inverse")
	}
}

func TestBlocksAreAsLargeAsFits(t *testing.T) {
	symbol := mustEncode(t, textOf(130)) // version 6: 41 modules
	if symbol.Size() != 41 {
		t.Fatalf("%d modules", symbol.Size())
	}
	for _, c := range []struct {
		cols, rows         int
		wantCols, wantRows int // 0 is: it does not fit
	}{
		{45, 23, 45, 23},
		{44, 23, 0, 0},
		{45, 22, 0, 0},
		{0, 0, 0, 0},
		{-1, 50, 0, 0},
		{48, 25, 45, 23},
		{49, 25, 49, 25}, // with the wide quiet zone
		{80, 24, 45, 23},
		{80, 44, 49, 25},
		{90, 45, 90, 45},
		{97, 49, 90, 45},
		{98, 49, 98, 49},
		{200, 60, 98, 49},
		{1000, 1000, 990, 495},
	} {
		blocks, ok := symbol.Blocks(c.cols, c.rows)
		if cols, rows := blocks.Size(); ok && (cols != c.wantCols || rows != c.wantRows) || ok != (c.wantCols > 0) {
			t.Errorf("in %d x %d: %d x %d, %v", c.cols, c.rows, cols, rows, ok)
		}
	}
	if _, ok := (Symbol{}).Blocks(80, 24); ok {
		t.Error("nothing fits")
	}
}

func TestPixelScaleIsAsLargeAsFits(t *testing.T) {
	symbol := mustEncode(t, "a") // 21 modules, 29 with the quiet zone
	for _, c := range []struct{ width, height, want int }{
		{28, 100, 0}, {29, 29, 1}, {100, 87, 3}, {1 << 20, 1 << 20, maxScale}, {-5, 10, 0},
	} {
		if got := symbol.PixelScale(c.width, c.height); got != c.want {
			t.Errorf("in %d x %d pixels: %d, want %d", c.width, c.height, got, c.want)
		}
	}
	if got := symbol.PixelSize(3); got != 87 {
		t.Errorf("%d pixels", got)
	}
}
