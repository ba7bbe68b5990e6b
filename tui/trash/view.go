package trash

import (
	"fmt"
	"strings"

	"twofold/tui/widget"
	"twofold/vault"
)

const (
	narrow  = 60 // under this width what is left stands in short
	tallest = 4  // lines above the rows: heading, what the trash is, a gap
)

// head is what stands above the rows.
func (m Model) head() []string {
	t := m.theme
	heading := "Trash · 1 account"
	if n := len(m.accounts); n != 1 {
		heading = "Trash · " + widget.Number(n) + " accounts"
	}
	lines := []string{"   " + t.Strong.Render(heading)}
	if m.emptying {
		for _, l := range widget.Wrap("Remove them and their secrets for good? Only a backup brings them back.", max(10, m.width-6)) {
			lines = append(lines, "   "+t.Warning.Render(l))
		}
		return append(lines, "")[:min(len(lines)+1, tallest)]
	}
	says := "Removed accounts keep their secrets until they are emptied."
	if m.days > 0 {
		says = fmt.Sprintf("Removed accounts keep their secrets for %d days.", m.days)
	}
	if m.width < narrow {
		return append(lines, "")
	}
	return append(lines, "   "+t.Muted.Render(says), "")
}

func (m Model) window() int { return max(1, m.height-len(m.head())) }

// View draws the list.
func (m Model) View() string {
	if m.width <= 0 || m.height <= 0 {
		return ""
	}
	t := m.theme
	if len(m.accounts) == 0 {
		return widget.Center([]string{t.Strong.Render("The trash is empty"), "", t.Muted.Render("Removed accounts come here first.")}, m.width, m.height)
	}
	lines := m.head()
	n := m.window()
	title, detail := m.columns()
	for i := m.top; i < min(m.top+n, len(m.accounts)); i++ {
		lines = append(lines, m.row(m.accounts[i], i == m.cursor, title, detail))
	}
	return strings.Join(lines, "\n")
}

// left is the width of what is left.
const left = len("365 days left")

// columns are the widths of issuer and label; on a narrow terminal one column
// has both.
func (m Model) columns() (title, detail int) {
	room := m.width - 3 - 3 - left - 1
	if m.width < narrow {
		return max(6, room+1), 0
	}
	for _, a := range m.accounts {
		title = max(title, min(widget.Width(widget.Clean(a.Issuer)), 24))
		detail = max(detail, min(widget.Width(widget.Clean(a.Label)), 36))
	}
	title = min(max(title, 8), room/2)
	return title, min(max(detail, 8), room-3-title)
}

func (m Model) row(a vault.Account, selected bool, title, detail int) string {
	t := m.theme
	mark, strong, plain := "   ", t.Text, t.Muted
	if selected {
		mark, strong, plain = " "+t.Accent.Render("▌")+" ", t.Strong, t.Text
	}
	kept := t.Muted.Render(m.kept(a))
	if detail == 0 {
		return mark + strong.Render(widget.Cell(name(a), title)) + "  " + kept
	}
	issuer, label := widget.Clean(a.Issuer), widget.Clean(a.Label)
	if issuer == "" {
		issuer, label = name(a), ""
	}
	return mark + strong.Render(widget.Cell(issuer, title)) + "   " + plain.Render(widget.Cell(label, detail)) + "   " + kept
}
