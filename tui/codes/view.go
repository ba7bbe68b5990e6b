package codes

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"charm.land/lipgloss/v2"

	"twofold/tui/widget"
)

const (
	codeWidth = 17 // "018 334 → 552 190"
	paneWidth = 46
	paneFrom  = 118 // the width from which the selected account's details show
	narrow    = 60  // the width under which only issuer and code show
	roomy     = 100 // the width from which sentences may be long
)

// columns is where things stand in a row, for one width.
type columns struct {
	list          int // cells of the list, without the pane
	lead          int // cells before the title: margin, marker, sign
	title, detail int
	pane          bool
}

// lay computes the columns; they change with size and load, never with scrolling.
func (m *Model) lay() {
	c := columns{list: m.width, lead: 3}
	sign := m.widest.sign
	for _, h := range m.held {
		sign = sign || h.err != nil
	}
	if sign {
		c.lead += 2
	}
	if m.width >= paneFrom && len(m.rows) > 0 {
		c.pane = true
		c.list = m.width - paneWidth
	}
	if c.list < narrow {
		c.title = max(4, c.list-4-codeWidth-2)
		m.columns = c
		return
	}
	// gaps of 3 between them, and own seconds at the end
	room := c.list - c.lead - 3 - 3 - codeWidth - 1 - 5 - 1
	c.title = min(max(m.widest.title, 8), max(8, room/2))
	c.detail = min(max(m.widest.detail, 8), max(0, room-c.title))
	if c.pane { // beside the codes, not at the far end of a very wide terminal
		c.list = min(c.list, c.code()+codeWidth+3+16+4)
	}
	m.columns = c
}

// code is where codes begin.
func (c columns) code() int { return c.lead + c.title + 3 + c.detail + 3 }

// TabLine is the line that replaces the root's tabs while the filter is open;
// empty otherwise.
func (m Model) TabLine(width int) string {
	if !m.filtering {
		return ""
	}
	count := widget.Number(len(m.found)) + " of " + widget.Number(len(m.rows))
	return widget.Ends(" "+m.filter.View(), m.theme.Muted.Render(count)+" ", width)
}

// View draws the list, and the details where there is room.
func (m Model) View() string {
	if m.width <= 0 || m.height <= 0 {
		return ""
	}
	if len(m.found) == 0 {
		return m.viewEmpty()
	}
	lines := make([]string, 0, m.height)
	lines = append(lines, m.viewTop())
	for i, h := range m.inSight() {
		lines = append(lines, m.viewRow(h, m.top+i == m.cursor))
	}
	if !m.columns.pane {
		return strings.Join(lines, "\n")
	}
	pane := m.viewPane()
	for i := range m.height {
		if i >= len(lines) {
			lines = append(lines, "")
		}
		if i < len(pane) {
			lines[i] = widget.Cell(lines[i], m.columns.list) + pane[i]
		}
	}
	return strings.Join(lines, "\n")
}

func (m Model) viewEmpty() string {
	t := m.theme
	if !m.loaded {
		return ""
	}
	if len(m.rows) > 0 {
		return widget.Center([]string{
			t.Text.Render("Nothing matches “" + widget.Clean(m.filter.Value()) + "”."),
			t.Muted.Render("Esc gives all accounts back."),
		}, m.width, m.height)
	}
	lines := []string{
		t.Strong.Render("No accounts yet"),
		"",
		t.Key.Render("a") + t.Muted.Render("  add one from a picture or by its key"),
		"",
		t.Muted.Render("Or paste an otpauth:// link, or drop"),
		t.Muted.Render("a QR picture's file on this window."),
	}
	return widget.Center(lines, m.width, m.height)
}

// viewTop is the line over the rows: which of them are in sight, and the one
// countdown for all with the same period.
func (m Model) viewTop() string {
	t, c := m.theme, m.columns
	where := ""
	if n := m.window(); len(m.found) > n {
		where = fmt.Sprintf("%s–%s of %s", widget.Number(m.top+1), widget.Number(min(m.top+n, len(m.found))), widget.Number(len(m.found)))
	}
	left := widget.Left(m.now, m.period)
	if c.list < narrow {
		return widget.Ends("   "+t.Muted.Render(where), t.Muted.Render(strconv.Itoa(widget.Seconds(left))+" s")+"  ", c.list)
	}
	return widget.Cell(strings.Repeat(" ", c.lead)+t.Muted.Render(where), c.code()) + widget.Countdown(t, m.now, m.period, codeWidth)
}

func (m Model) viewRow(h hit, selected bool) string {
	t, c := m.theme, m.columns
	r := m.rows[h.row]
	var b strings.Builder
	title, detail := t.Text, t.Muted
	if selected {
		b.WriteString(" " + t.Accent.Render("▌") + " ")
		title, detail = t.Strong, t.Text
	} else {
		b.WriteString("   ")
	}
	code := m.viewCode(r)
	if c.list < narrow {
		b.WriteString(m.mark(r, 0, r.title(), title, c.title))
		b.WriteString("  " + code)
		if own := m.ownSeconds(r); own != "" && widget.Width(code)+widget.Width(own) < codeWidth {
			b.WriteString(strings.Repeat(" ", codeWidth-widget.Width(code)-widget.Width(own)) + t.Muted.Render(own))
		}
		return b.String()
	}
	switch {
	case c.lead == 3:
	case r.aside != "" || m.held[r.account.ID].err != nil:
		b.WriteString(t.Warning.Render("!") + " ")
	case r.account.Pinned:
		b.WriteString(t.Accent.Render("★") + " ")
	default:
		b.WriteString("  ")
	}
	b.WriteString(m.mark(r, 0, r.title(), title, c.title))
	b.WriteString("   ")
	b.WriteString(m.mark(r, 1, r.detail(), detail, c.detail))
	b.WriteString("   " + widget.Cell(code, codeWidth))
	if own := m.ownSeconds(r); own != "" {
		const bar = 10
		if room := c.list - c.code() - codeWidth - 3 - widget.Width(own) - 2; room >= bar/2 {
			b.WriteString("   " + widget.Countdown(t, m.now, r.period(), min(bar, room)))
		} else {
			b.WriteString(" " + t.Muted.Render(own))
		}
	}
	return b.String()
}

// ownSeconds is what is left of a period that is not the shared one.
func (m Model) ownSeconds(r row) string {
	if r.counter() || r.aside != "" || r.period() == m.period || r.period() <= 0 {
		return ""
	}
	return fmt.Sprintf("%2d s", widget.Seconds(widget.Left(m.now, r.period())))
}

// viewCode is the code of this moment: with its successor in the last five
// seconds, or why there is none.
func (m Model) viewCode(r row) string {
	t := m.theme
	if r.aside != "" {
		return t.Warning.Render("unreadable")
	}
	if r.counter() {
		if code, ok := m.made[r.account.ID]; ok {
			return t.Code.Render(widget.Group(code))
		}
		return t.Key.Render("⏎") + t.Muted.Render(" new code")
	}
	h, have := m.held[r.account.ID]
	switch {
	case !have:
		return t.Faint.Render("··· ···")
	case h.err != nil:
		return t.Warning.Render("unreadable")
	}
	now, err := h.key.Code(m.now)
	if err != nil {
		return t.Warning.Render("no code")
	}
	left := widget.Left(m.now, r.period())
	if left > nearEnd {
		return t.Code.Render(widget.Group(now.Reveal()))
	}
	next, err := h.key.Code(m.now.Add(left))
	if err != nil {
		return t.Code.Render(widget.Group(now.Reveal()))
	}
	before, after := widget.Group(now.Reveal()), widget.Group(next.Reveal())
	if len(before)+3+len(after) > codeWidth { // eight digits and more: the one to type
		return t.Accent.Render("→ ") + t.Code.Render(after)
	}
	return t.Spent.Render(before) + t.Accent.Render(" → ") + t.Code.Render(after)
}

// mark is the row's field, text, in exactly width cells, with what the filter
// found in it underlined.
func (m Model) mark(r row, field int, text string, plain lipgloss.Style, width int) string {
	cut := widget.Truncate(text, width)
	pad := strings.Repeat(" ", max(0, width-widget.Width(cut)))
	if len(m.words) == 0 || cut == "" {
		return plain.Render(cut) + pad
	}
	found := r.marks(field, m.words)
	var b strings.Builder
	start, on, n := 0, false, 0
	flush := func(end int) {
		style := plain
		if on {
			style = m.theme.Match
		}
		if end > start {
			b.WriteString(style.Render(cut[start:end]))
		}
		start = end
	}
	for i := range cut {
		if found[n] != on {
			flush(i)
			on = !on
		}
		n++
	}
	flush(len(cut))
	return b.String() + pad
}

func day(at time.Time) string {
	if at.IsZero() {
		return "never"
	}
	return at.Format("2 January 2006, 15:04")
}
