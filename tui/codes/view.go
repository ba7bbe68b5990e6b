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
	codeWidth = 17 // "018 334 → 552 190", at least
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
	codes         int // cells of the codes
	pane          bool
	foot          bool // the last line names the selected account in full
}

// lay computes the columns; they change with size and load, never with scrolling.
func (m *Model) lay() {
	c := columns{list: m.width, lead: 3, codes: codeWidth}
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
		c.foot = m.widest.twins && m.height >= 8
		m.columns = c
		return
	}
	// gaps of 3 between them, and own seconds at the end
	room := c.list - c.lead - 3 - 3 - codeWidth - 1 - 5 - 1
	if more := m.widest.code - codeWidth; more > 0 && room-more >= max(m.widest.title, 8)+max(m.widest.detail, 8) {
		c.codes += more // eight digits, and the next eight, where no name pays for them
		room -= more
	}
	c.title = min(max(m.widest.title, 8), max(8, room/2))
	c.detail = min(max(m.widest.detail, 8), max(0, room-c.title))
	if c.pane { // beside the codes, not at the far end of a very wide terminal
		c.list = min(c.list, c.code()+c.codes+3+16+4)
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
	above := m.banner()
	height := max(0, m.height-len(above))
	if len(m.found) == 0 {
		return strings.Join(append(above, m.viewEmpty(height)), "\n")
	}
	return strings.Join(append(above, m.viewList(height)...), "\n")
}

func (m Model) viewList(height int) []string {
	lines := append(make([]string, 0, height), m.viewTop())
	for i, h := range m.inSight() {
		lines = append(lines, m.viewRow(h, m.top+i == m.cursor))
	}
	if foot := m.viewFoot(); len(foot) > 0 {
		for len(lines) < height {
			lines = append(lines, "")
		}
		copy(lines[max(0, height-len(foot)):], foot)
	}
	if !m.columns.pane {
		return lines
	}
	pane := m.viewPane()
	for i := range height {
		if i >= len(lines) {
			lines = append(lines, "")
		}
		if i < len(pane) {
			lines[i] = widget.Cell(lines[i], m.columns.list) + pane[i]
		}
	}
	return lines
}

func (m Model) viewEmpty(height int) string {
	t := m.theme
	if !m.loaded {
		return ""
	}
	if len(m.rows) > 0 {
		return widget.Center([]string{
			t.Text.Render("Nothing matches “" + widget.Clean(m.filter.Value()) + "”."),
			t.Muted.Render("Esc gives all accounts back."),
		}, m.width, height)
	}
	lines := []string{
		t.Strong.Render("No accounts yet"),
		"",
		t.Key.Render("a") + t.Muted.Render("  add one from a picture or by its key"),
		"",
		t.Muted.Render("Or paste an otpauth:// link, or drop"),
		t.Muted.Render("a QR picture's file on this window."),
	}
	return widget.Center(lines, m.width, height)
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
	return widget.Cell(strings.Repeat(" ", c.lead)+t.Muted.Render(where), c.code()) + widget.Countdown(t, m.now, m.period, c.codes)
}

// viewFoot is what the line at the bottom has no room for on a narrow terminal:
// the selected account's full name, or the question whether to remove it.
func (m Model) viewFoot() []string {
	const margin = 3
	if m.columns.list >= narrow {
		return nil
	}
	wide := max(10, m.width-2*margin)
	if r, ok := m.byID(m.removing); ok && m.removing != "" {
		lines := widget.Wrap("Remove "+r.name()+"?", wide)
		if len(lines) > 2 {
			lines = []string{"Remove", widget.Truncate(r.name(), wide-1) + "?"}
		}
		for i, l := range lines {
			lines[i] = " " + m.theme.Warning.Render(widget.Truncate(l, m.width-1))
		}
		return lines
	}
	if r, ok := m.selected(); ok && m.columns.foot {
		name, wide := r.name(), m.width-margin-1
		if widget.Width(name) > wide && r.detail() != "" {
			name = r.detail() // the row has the issuer
		}
		return []string{strings.Repeat(" ", margin) + m.theme.Muted.Render(widget.Truncate(name, wide))}
	}
	return nil
}

// viewTwin names an account that shares its issuer with another, where there is
// one column for both: a little of the issuer, and both ends of the label.
func (m Model) viewTwin(r row, style lipgloss.Style, width int) string {
	label := r.detail()
	issuer := min(widget.Width(r.title()), max(width-1-widget.Width(label), 4))
	room := width - 1 - issuer
	out := m.mark(r, 0, r.title(), style, issuer) + " "
	if widget.Width(label) <= room {
		return out + m.mark(r, 1, label, style, room)
	}
	end := room / 2
	tail := []rune(label)
	for len(tail) > 0 && widget.Width(string(tail)) > end {
		tail = tail[1:]
	}
	head := widget.Truncate(label, room-widget.Width(string(tail)))
	from := len([]rune(label)) - len(tail)
	line := m.underlined(r, 1, head, 0, style) + m.underlined(r, 1, string(tail), from, style)
	return out + widget.Cell(line, room)
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
		if r.twin && r.detail() != "" {
			b.WriteString(m.viewTwin(r, title, c.title))
		} else {
			b.WriteString(m.mark(r, 0, r.title(), title, c.title))
		}
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
	b.WriteString("   " + widget.Cell(code, c.codes))
	if own := m.ownSeconds(r); own != "" {
		const bar = 10
		if room := c.list - c.code() - c.codes - 3 - widget.Width(own) - 2; room >= 4 {
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

// tight is the sign of trouble where rows have no column for it.
func (m Model) tight() string {
	if m.columns.list < narrow {
		return "! "
	}
	return ""
}

// viewCode is the code of this moment: with its successor in the last five
// seconds, or why there is none.
func (m Model) viewCode(r row) string {
	t := m.theme
	if r.aside != "" {
		return t.Warning.Render(m.tight() + "unreadable")
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
		return t.Warning.Render(m.tight() + sign(h.err))
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
	if len(before)+3+len(after) > m.columns.codes { // eight digits and more: the one to type
		return t.Accent.Render("→ ") + t.Code.Render(after)
	}
	return t.Spent.Render(before) + t.Accent.Render(" → ") + t.Code.Render(after)
}

// mark is the row's field, text, in exactly width cells, with what the filter
// found in it underlined.
func (m Model) mark(r row, field int, text string, plain lipgloss.Style, width int) string {
	cut := widget.Truncate(text, width)
	return m.underlined(r, field, cut, 0, plain) + strings.Repeat(" ", max(0, width-widget.Width(cut)))
}

// underlined is a part of a field, from its character first on.
func (m Model) underlined(r row, field int, cut string, first int, plain lipgloss.Style) string {
	if len(m.words) == 0 || cut == "" {
		return plain.Render(cut)
	}
	found := r.marks(field, m.words)
	var b strings.Builder
	start, on, n := 0, false, first
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
	return b.String()
}

func day(at time.Time) string {
	if at.IsZero() {
		return "never"
	}
	return at.Format("2 January 2006, 15:04")
}
