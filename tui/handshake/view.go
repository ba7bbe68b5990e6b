package handshake

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"

	"twofold/tui/walk"
	"twofold/tui/widget"
)

// wide is the width from which the three sides stand side by side.
const wide = 72

var sides = []walk.Side{walk.You, walk.Authenticator, walk.Verifier}

func title(s walk.Side) string {
	switch s {
	case walk.You:
		return "You"
	case walk.Authenticator:
		return "Authenticator"
	}
	return "Verifier"
}

// View draws the walk so far, the newest step bright at the end.
func (m Model) View() string {
	if m.width <= 0 || m.height <= 0 {
		return ""
	}
	if len(m.steps) == 0 {
		return widget.Center(m.viewStart(), m.width, m.height)
	}
	lines := m.lines()
	room := m.room()
	end := len(lines) - min(m.up, max(0, len(lines)-room))
	lines = lines[max(0, end-room):end]
	if m.width >= wide {
		lines = append(m.viewHead(), lines...)
		for len(lines) < m.height {
			lines = append(lines, m.blank())
		}
	}
	return strings.Join(lines, "\n")
}

// room is the lines that steps have.
func (m Model) room() int {
	if m.width >= wide {
		return max(1, m.height-2)
	}
	return max(1, m.height)
}

func (m Model) viewStart() []string {
	t := m.theme
	switch {
	case m.err != nil:
		lines := []string{t.Warning.Render("The verifier could not be started."), ""}
		for _, l := range widget.Wrap(widget.Clean(m.err.Error()), max(10, min(60, m.width-4))) {
			lines = append(lines, t.Text.Render(l))
		}
		return append(lines, "", t.Key.Render("r")+t.Muted.Render("  try again"))
	case m.walk == nil:
		return []string{t.Muted.Render("Starting a verifier…")}
	}
	text := "Sign up, set up an authenticator, sign in with its code, and see the same code refused. " +
		"A verifier is running for this alone; nothing is kept."
	lines := []string{t.Strong.Render("Both sides of one login"), ""}
	for _, l := range widget.Wrap(text, max(10, min(60, m.width-4))) {
		lines = append(lines, t.Text.Render(l))
	}
	return append(lines, "",
		t.Key.Render("⏎")+t.Text.Render("  one step"),
		t.Key.Render("a")+t.Text.Render("  all of it, by itself"))
}

func (m Model) lines() []string {
	var out []string
	for i, s := range m.steps {
		style := styles{m.theme.Muted, m.theme.Muted, m.theme.Muted, m.theme.Faint}
		if i == len(m.steps)-1 {
			style = styles{m.theme.Text, m.theme.Strong, m.theme.Code, m.theme.Accent}
		}
		if m.width >= wide {
			out = append(out, m.wideStep(s, style)...)
		} else {
			out = append(out, m.narrowStep(s, style)...)
		}
	}
	if m.broken {
		for _, l := range widget.Wrap(widget.Clean(m.err.Error()), max(10, m.width-4)) {
			out = append(out, " "+m.theme.Warning.Render(l))
		}
	}
	return out
}

// styles of a step: the newest one is bright, those before are not.
type styles struct{ text, title, cross, arrow lipgloss.Style }

// columns are the widths of the three sides; a border of one cell stands
// between them.
func (m Model) columns() [3]int {
	inner := m.width - 2
	third := inner / 3
	return [3]int{third, third, inner - 2*third}
}

func (m Model) viewHead() []string {
	t, c := m.theme, m.columns()
	var names, rule strings.Builder
	for i, s := range sides {
		if i > 0 {
			names.WriteString(" ")
			rule.WriteString(t.Faint.Render("┬"))
		}
		names.WriteString(widget.Cell(" "+t.Strong.Render(title(s)), c[i]))
		rule.WriteString(widget.Rule(t, c[i]))
	}
	return []string{names.String(), rule.String()}
}

func (m Model) border() string { return m.theme.Faint.Render("│") }

func (m Model) blank() string {
	c := m.columns()
	return strings.Repeat(" ", c[0]) + m.border() + strings.Repeat(" ", c[1]) + m.border()
}

func (m Model) wideStep(s walk.Step, st styles) []string {
	c := m.columns()
	var out []string
	if s.Number > 1 {
		out = append(out, m.blank())
	}
	out = append(out, m.heading(s, st))
	for _, e := range s.Entries {
		if e.To != "" {
			out = append(out, m.crossing(e, c, st)...)
			continue
		}
		at := index(e.Side)
		for _, part := range widget.Wrap(widget.Clean(e.Text), c[at]-2) {
			var b strings.Builder
			for i := range sides {
				if i > 0 {
					b.WriteString(m.border())
				}
				if i == at {
					b.WriteString(widget.Cell(" "+st.text.Render(part), c[i]))
				} else {
					b.WriteString(strings.Repeat(" ", c[i]))
				}
			}
			out = append(out, b.String())
		}
	}
	return out
}

// heading runs over the borders that it needs, and leaves the others standing.
func (m Model) heading(s walk.Step, st styles) string {
	c := m.columns()
	text := widget.Truncate(fmt.Sprintf(" %d  %s", s.Number, s.Title), m.width-2)
	used := widget.Width(text)
	line, at := st.title.Render(text), used
	for _, border := range []int{c[0], c[0] + 1 + c[1]} {
		if border > used {
			line += strings.Repeat(" ", border-at) + m.border()
			at = border + 1
		}
	}
	return line
}

const (
	reach   = 2  // cells of the receiver's column that an arrow goes into, its head the last
	longest = 60 // cells of an arrow at most, where its words need no more
)

// crossing is an arrow that starts in the source's column, runs over what lies
// between, and stands with its head in the column it goes to. Words that do not
// fit on it follow below, in the source's column.
func (m Model) crossing(e walk.Entry, c [3]int, st styles) []string {
	left := [3]int{0, c[0] + 1, c[0] + 1 + c[1] + 1} // where columns begin
	from, to := index(e.Side), index(e.To)
	// start is the arrow's first cell and end the one after its last, head included
	start, end := left[from]+1, left[to]+reach
	limit := end - start
	if from > to {
		start, end = left[to]+c[to]-reach, left[from]+c[from]-1
		limit = end - start
	}
	words := limit - 6 // one blank on both sides, a line on both ends, the head
	parts := widget.Wrap(widget.Clean(e.Text), max(1, words))
	length := min(limit, max(longest, 2*c[1]/3+widget.Width(parts[0])))
	if reaching := m.needed(from, to, left, c); length < reaching {
		length = min(limit, reaching)
	}
	if from < to {
		start = end - length
	}
	text := " " + parts[0] + " "
	rest := length - 1 - widget.Width(text)
	before := max(1, rest/2)
	after := max(1, rest-before)
	line := func(n int) string { return st.arrow.Render(strings.Repeat("─", n)) }
	arrow := line(before) + st.cross.Render(text) + line(after) + st.arrow.Render("►")
	if from > to {
		arrow = st.arrow.Render("◄") + line(before) + st.cross.Render(text) + line(after)
	}
	out := []string{m.over(arrow, start, c)}
	for _, part := range parts[1:] {
		out = append(out, m.over(st.cross.Render(part), start+max(0, (length-widget.Width(part))/2), c))
	}
	return out
}

// needed is the length an arrow needs to begin in the source's column.
func (m Model) needed(from, to int, left, c [3]int) int {
	const inside = 8 // cells of the source's column
	if from < to {
		return left[to] + reach - (left[from] + c[from] - inside)
	}
	return left[from] + inside - (left[to] + c[to] - reach)
}

// over is a line with one text from a cell on, over the borders that it needs.
func (m Model) over(text string, start int, c [3]int) string {
	var b strings.Builder
	end := start + widget.Width(text)
	for at := 0; at < m.width; at++ {
		switch at {
		case start:
			b.WriteString(text)
			at = end - 1
		case c[0], c[0] + 1 + c[1]:
			b.WriteString(m.border())
		default:
			b.WriteByte(' ')
		}
	}
	return strings.TrimRight(b.String(), " ")
}

// narrowStep is a single timeline that names the side on every line.
func (m Model) narrowStep(s walk.Step, st styles) []string {
	var out []string
	if s.Number > 1 {
		out = append(out, "")
	}
	out = append(out, " "+st.title.Render(widget.Truncate(fmt.Sprintf("%d  %s", s.Number, s.Title), m.width-2)))
	for _, e := range s.Entries {
		who, style := title(e.Side), st.text
		if e.To != "" {
			who += " ► " + title(e.To)
			style = st.cross
		}
		for i, part := range widget.Wrap(who+": "+widget.Clean(e.Text), max(10, m.width-5)) {
			indent := " "
			if i > 0 {
				indent = "   "
			} else if rest, ok := strings.CutPrefix(part, who+":"); ok {
				part = st.arrow.Render(who+":") + style.Render(rest)
				out = append(out, indent+part)
				continue
			}
			out = append(out, indent+style.Render(part))
		}
	}
	return out
}

func index(s walk.Side) int {
	switch s {
	case walk.You:
		return 0
	case walk.Authenticator:
		return 1
	}
	return 2
}
