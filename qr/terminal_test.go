package qr

import (
	"image"
	"image/color"
	"strings"
	"testing"
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

func TestTerminalSetsItsColors(t *testing.T) {
	symbol := mustEncode(t, enrollment)
	plain := strings.Split(symbol.HalfBlocks(), "\n")
	for i, line := range strings.Split(symbol.Terminal(), "\n") {
		want := plain[i]
		if want != "" {
			want = "\x1b[38;5;16;48;5;231m" + want + "\x1b[0m"
		}
		if line != want {
			t.Fatalf("line %d is %q, want %q", i, line, want)
		}
	}
}

func TestFits(t *testing.T) {
	symbol := mustEncode(t, textOf(130)) // version 7 without a higher level's room to spare: 45 modules
	cols, rows := symbol.TerminalSize()
	if cols != symbol.Size()+4 || rows != (symbol.Size()+5)/2 {
		t.Fatalf("%d modules need %d x %d cells", symbol.Size(), cols, rows)
	}
	for _, c := range []struct {
		cols, rows int
		want       bool
	}{{cols, rows, true}, {cols - 1, rows, false}, {cols, rows - 1, false}, {200, 200, true}, {0, 0, false}} {
		if got := symbol.Fits(c.cols, c.rows); got != c.want {
			t.Errorf("Fits(%d, %d) is %v", c.cols, c.rows, got)
		}
	}
}
