package widget

import (
	"strings"

	"charm.land/bubbles/v2/key"

	"twofold/tui/theme"
)

// KeyLine lists the enabled bindings with their help in at most width cells,
// leaving out from the end those that do not fit.
func KeyLine(t theme.Theme, width int, bindings ...key.Binding) string {
	const gap = "   "
	var b strings.Builder
	used := 0
	for _, k := range bindings {
		h := k.Help()
		if !k.Enabled() || h.Key == "" {
			continue
		}
		w := Width(h.Key) + 1 + Width(h.Desc)
		if used > 0 {
			w += len(gap)
		}
		if used+w > width {
			continue
		}
		if used > 0 {
			b.WriteString(gap)
		}
		b.WriteString(t.Key.Render(h.Key) + " " + t.Muted.Render(h.Desc))
		used += w
	}
	return b.String()
}

// KeyGroup is a titled set of bindings in the overlay of all keys.
type KeyGroup struct {
	Title string
	Keys  []key.Binding
}

// KeyTable draws groups of bindings, side by side where width allows and one
// under the other where not.
func KeyTable(t theme.Theme, width int, groups ...KeyGroup) []string {
	const column = 36
	perRow := min(max(1, width/column), len(groups))
	var lines []string
	for i := 0; i < len(groups); i += perRow {
		row := groups[i:min(i+perRow, len(groups))]
		blocks := make([][]string, len(row))
		tallest := 0
		for j, g := range row {
			blocks[j] = keyBlock(t, g)
			tallest = max(tallest, len(blocks[j]))
		}
		if i > 0 {
			lines = append(lines, "")
		}
		for y := range tallest {
			var b strings.Builder
			for _, block := range blocks {
				cell := ""
				if y < len(block) {
					cell = block[y]
				}
				if perRow > 1 {
					cell = Cell(cell, column)
				}
				b.WriteString(cell)
			}
			lines = append(lines, strings.TrimRight(b.String(), " "))
		}
	}
	return lines
}

func keyBlock(t theme.Theme, g KeyGroup) []string {
	lines := []string{t.Strong.Render(g.Title)}
	for _, k := range g.Keys {
		if h := k.Help(); k.Enabled() && h.Key != "" {
			lines = append(lines, "  "+t.Key.Render(Cell(h.Key, 9))+" "+t.Muted.Render(h.Desc))
		}
	}
	return lines
}
