package qr

import (
	"fmt"
	"strings"
)

// Sixel draws the symbol for terminals that show sixels (DEC STD 070, chapter 9), scale pixels a module, scale being
// 1 to 64. The cursor is left under the picture or in its last row: terminals differ.
//
// A sixel is a column of six pixels, in one character; a band of them is drawn once for each color. Both colors are
// drawn, so that nothing of the terminal's background shows through.
func (s Symbol) Sixel(scale int) (string, error) {
	if err := checkScale(scale); err != nil {
		return "", err
	}
	side := s.PixelSize(scale)
	var out strings.Builder
	// Pixels are square; colors are in percent of red, green and blue.
	fmt.Fprintf(&out, "\x1bP0;0;0q\"1;1;%d;%d#0;2;0;0;0#1;2;100;100;100", side, side)
	for top := 0; top < side; top += 6 {
		if top > 0 {
			out.WriteByte('-') // the next band
		}
		out.WriteString("#0")
		s.sixelBand(&out, top, scale, true)
		out.WriteString("$#1") // back to the left, for white
		s.sixelBand(&out, top, scale, false)
	}
	out.WriteString("\x1b\\")
	return out.String(), nil
}

// sixelBand writes the pixels of one color in the six rows from top on.
func (s Symbol) sixelBand(out *strings.Builder, top, scale int, black bool) {
	side := s.PixelSize(scale)
	run, last := 0, byte(0)
	flush := func() {
		if run > 3 {
			fmt.Fprintf(out, "!%d%c", run, last)
		} else {
			out.WriteString(strings.Repeat(string(rune(last)), run))
		}
		run = 0
	}
	for x := range side / scale {
		sixel := byte('?')
		for i := range 6 {
			if y := top + i; y < side && s.Black(x-pictureQuiet, y/scale-pictureQuiet) == black {
				sixel += 1 << i
			}
		}
		if sixel != last {
			flush()
		}
		run, last = run+scale, sixel
	}
	flush()
}
