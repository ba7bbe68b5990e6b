// Package widget holds the small drawings that screens share: cells of exact
// width, the countdown, the line of keys, grouped codes.
//
// Everything here is a pure function from values to a styled string whose
// width in terminal cells is known. What the values mean is left to the screens.
package widget

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"github.com/clipperhouse/displaywidth"
)

// longest is where Clean cuts: more than any column shows, and little enough
// that a hostile label costs nothing.
const longest = 512

// Clean makes text from outside harmless to show: control characters and
// escape sequences become visible signs, directional overrides and invisible
// characters go, invalid bytes become U+FFFD. A cluster on whose width
// terminals disagree (joined emoji, variation selectors) is reduced to its
// first character, so that columns stay straight in each of them.
func Clean(s string) string {
	if plainASCII(s) {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		if i >= longest {
			break
		}
		b.WriteString(visible(r, s[i:]))
	}
	out := b.String()
	b.Reset()
	for g := displaywidth.StringGraphemes(out); g.Next(); {
		cluster := g.Value()
		if ansi.StringWidth(cluster) != ansi.StringWidthWc(cluster) {
			_, size := utf8.DecodeRuneInString(cluster)
			cluster = cluster[:size]
			if ansi.StringWidth(cluster) != ansi.StringWidthWc(cluster) {
				cluster = string(utf8.RuneError)
			}
		}
		b.WriteString(cluster)
	}
	return b.String()
}

func plainASCII(s string) bool {
	if len(s) > longest {
		return false
	}
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}

func visible(r rune, rest string) string {
	switch {
	case r == utf8.RuneError && !strings.HasPrefix(rest, string(utf8.RuneError)):
		return string(utf8.RuneError)
	case r < 0x20:
		return string(rune(0x2400) + r) // the control pictures: ␛ for ESC
	case r == 0x7f:
		return "␡"
	case r >= 0x80 && r < 0xa0:
		return string(utf8.RuneError)
	case r == 0x200d || r == 0xfe0f || r == 0xfe0e:
		return string(r) // joiners: Clean decides by the whole cluster
	case r == 0x2028 || r == 0x2029:
		return "␤"
	case unicode.Is(unicode.Cf, r): // overrides, zero width, soft hyphen, tags
		return ""
	}
	return string(r)
}

// Width is the number of terminal cells that s takes, escape sequences aside.
func Width(s string) int { return ansi.StringWidth(s) }

// Truncate cuts s to at most width cells, the last one an ellipsis where
// something was cut. Styles in s survive.
func Truncate(s string, width int) string {
	if width <= 0 {
		return ""
	}
	return ansi.Truncate(s, width, "…")
}

// Cell is s in exactly width cells: cut with an ellipsis or filled with blanks.
func Cell(s string, width int) string {
	if width <= 0 {
		return ""
	}
	w := Width(s)
	if w > width {
		s = Truncate(s, width)
		w = Width(s) // a wide character at the edge may leave one cell
	}
	return s + strings.Repeat(" ", width-w)
}

// Ends puts left and right at the two ends of width cells. Where both do not
// fit, left is cut first, and right goes where left would keep under a third.
func Ends(left, right string, width int) string {
	rw := Width(right)
	if right == "" || rw+2+width/3 > width && Width(left)+rw+2 > width {
		return Cell(left, width)
	}
	return Cell(left, width-rw-1) + " " + right
}

// Wrap breaks s into lines of at most width cells, at blanks where it can.
func Wrap(s string, width int) []string {
	if width < 1 {
		return nil
	}
	return strings.Split(ansi.Wrap(s, width, "/:&"), "\n")
}

// Group writes a code as people read it: 123 456, 1234 5678, F7K2Q.
func Group(code string) string {
	n := len(code)
	size := 0
	switch {
	case n < 6:
		return code
	case n%3 == 0:
		size = 3
	case n%4 == 0:
		size = 4
	default:
		return code[:n/2] + " " + code[n/2:]
	}
	var b strings.Builder
	for i := 0; i < n; i += size {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(code[i : i+size])
	}
	return b.String()
}

// Number is n with its thousands apart: 10,000.
func Number(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Lines is s in exactly height lines: cut at the end or filled with empty ones.
func Lines(s string, height int) string {
	lines := strings.Split(s, "\n")
	for len(lines) < height {
		lines = append(lines, "")
	}
	return strings.Join(lines[:max(height, 0)], "\n")
}

// Center puts a block of lines in the middle of width cells and, a little
// above the middle, of height lines. All lines move together.
func Center(lines []string, width, height int) string {
	widest := 0
	for _, l := range lines {
		widest = max(widest, Width(l))
	}
	pad := strings.Repeat(" ", max(0, (width-widest)/2))
	var b strings.Builder
	b.WriteString(strings.Repeat("\n", max(0, (height-len(lines))/3)))
	for i, l := range lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		if l != "" {
			b.WriteString(Truncate(pad+l, width))
		}
	}
	return b.String()
}
