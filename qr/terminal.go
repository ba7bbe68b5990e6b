package qr

import "strings"

// terminalQuiet is the quiet zone in modules. The standard asks for 4; readers are content with 2,
// and a terminal of 80 by 24 is small.
const terminalQuiet = 2

// Colors of the 256-color cube, which themes leave alone, unlike the first 16: 16 is black, 231 white.
const (
	blackOnWhite = "\x1b[38;5;16;48;5;231m"
	plainColors  = "\x1b[0m"
)

// TerminalSize is the room that the symbol needs, in cells: each cell holds two modules, one above the other.
func (s Symbol) TerminalSize() (cols, rows int) {
	side := s.size + 2*terminalQuiet
	return side, (side + 1) / 2
}

// Fits says whether the symbol with its quiet zone fits into so many columns and rows.
func (s Symbol) Fits(cols, rows int) bool {
	c, r := s.TerminalSize()
	return c <= cols && r <= rows
}

// HalfBlocks draws the symbol as lines of "█", "▀", "▄" and blanks with a quiet zone of 2 modules, each
// line ended by a line feed. Ink is black: it reads right on a light background. [Symbol.Terminal]
// does not depend on the background.
func (s Symbol) HalfBlocks() string { return s.halfBlocks("", "") }

// Terminal is [Symbol.HalfBlocks] with colors: black on white, whatever the terminal's theme.
func (s Symbol) Terminal() string { return s.halfBlocks(blackOnWhite, plainColors) }

func (s Symbol) halfBlocks(before, after string) string {
	cells := [2][2]string{{" ", "▄"}, {"▀", "█"}} // [upper][lower]
	cols, rows := s.TerminalSize()
	var out strings.Builder
	for row := range rows {
		out.WriteString(before)
		for col := range cols {
			x, y := col-terminalQuiet, 2*row-terminalQuiet
			out.WriteString(cells[bit(s.Black(x, y))][bit(s.Black(x, y+1))])
		}
		out.WriteString(after)
		out.WriteByte('\n')
	}
	return out.String()
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
