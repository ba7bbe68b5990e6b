package qr

import "strings"

// Quiet zones in modules. The standard asks for 4; readers are content with 2, and a terminal of 80 by 24 is small.
const (
	smallQuiet = 2
	wideQuiet  = pictureQuiet
)

// Colors of the 256-color cube, which themes leave alone, unlike the first 16: 16 is black, 231 white.
const (
	onWhite     = "\x1b[38;5;16;48;5;231m" // black
	onBlack     = "\x1b[38;5;231;48;5;16m" // white
	plainColors = "\x1b[0m"
)

// TerminalSize is the room in cells that the symbol needs at least: each cell holds two modules, one above the other.
func (s Symbol) TerminalSize() (cols, rows int) { return Blocks{s, 1, smallQuiet}.Size() }

// Blocks is a symbol as lines of text: a cell of a terminal, about twice as high as wide, is two squares.
type Blocks struct {
	symbol Symbol
	scale  int // cells a module is wide, and half cells it is high
	quiet  int // modules
}

// Blocks gives the largest drawing that fits into so many columns and rows: the size of a module first, then a quiet
// zone of 4 modules rather than 2. It is false where not even the smallest fits.
func (s Symbol) Blocks(cols, rows int) (Blocks, bool) {
	scale := min(cols, 2*rows) / (s.size + 2*smallQuiet)
	if s.size == 0 || scale < 1 {
		return Blocks{}, false
	}
	if wide := (Blocks{s, scale, wideQuiet}); wide.fits(cols, rows) {
		return wide, true
	}
	return Blocks{s, scale, smallQuiet}, true
}

func (b Blocks) fits(cols, rows int) bool {
	c, r := b.Size()
	return c <= cols && r <= rows
}

// Size is the room that the drawing takes, in cells.
func (b Blocks) Size() (cols, rows int) {
	side := b.scale * (b.symbol.size + 2*b.quiet)
	return side, (side + 1) / 2
}

// black says whether a square of the drawing is; squares count from its upper left corner.
func (b Blocks) black(x, y int) bool {
	return b.symbol.Black(x/b.scale-b.quiet, y/b.scale-b.quiet)
}

// HalfBlocks draws the symbol as lines of "█", "▀", "▄" and blanks with a quiet zone of 2 modules, each line ended by
// a line feed. Ink is black: it reads right on a light background.
func (s Symbol) HalfBlocks() string { return Blocks{s, 1, smallQuiet}.Plain(false) }

// Plain draws without any color, each line ended by a line feed. On a dark background the glyphs are the paper
// and not the ink: so the code is dark on light on both.
func (b Blocks) Plain(dark bool) string {
	cells := [2][2]string{{" ", "▄"}, {"▀", "█"}} // [upper][lower]
	return b.draw(func(line *strings.Builder, upper, lower bool) {
		line.WriteString(cells[bit(upper != dark)][bit(lower != dark)])
	}, "")
}

// Colored draws black on white whatever the terminal's theme, each line ended by a line feed. The upper half of a cell
// is its background and the lower half "▄" where it differs: a font whose blocks leave lines between cells, or begin
// at other heights, then does the least harm. With "█" and "▀" zbar misses codes in DejaVu Sans Mono that it reads so.
func (b Blocks) Colored() string {
	grounds := [2]string{onWhite, onBlack}
	ground := ""
	return b.draw(func(line *strings.Builder, upper, lower bool) {
		if under := grounds[bit(upper)]; line.Len() == 0 || under != ground {
			line.WriteString(under)
			ground = under
		}
		if upper == lower {
			line.WriteString(filled)
		} else {
			line.WriteString("▄")
		}
	}, plainColors)
}

// filled is a cell of one color: a blank that does not break. Programs that copy a screen leave out plain blanks at the
// end of a line, and the quiet zone with them.
const filled = "\u00a0"

func (b Blocks) draw(cell func(line *strings.Builder, upper, lower bool), end string) string {
	cols, rows := b.Size()
	var out strings.Builder
	for row := range rows {
		var line strings.Builder
		for col := range cols {
			cell(&line, b.black(col, 2*row), b.black(col, 2*row+1))
		}
		out.WriteString(line.String() + end + "\n")
	}
	return out.String()
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
