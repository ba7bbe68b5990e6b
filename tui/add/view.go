package add

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"charm.land/lipgloss/v2"

	"twofold/tui/widget"
	"twofold/vault"
)

// View draws the stage the screen is in.
func (m Model) View() string {
	if m.width <= 0 || m.height <= 0 {
		return ""
	}
	var lines []string
	switch m.stage {
	case stageMenu:
		lines = m.viewMenu()
	case stagePath:
		lines = m.viewPath()
	case stageForm:
		lines = m.viewForm()
	case stageReading:
		lines = []string{m.theme.Muted.Render(m.reading.progress())}
	case stageConfirm:
		lines = m.viewConfirm()
	}
	const margin = "   "
	for i, l := range lines {
		if l != "" {
			lines[i] = widget.Truncate(margin+l, m.width)
		}
	}
	return strings.Join(append([]string{""}, lines...), "\n")
}

func (m Model) measure() int { return max(10, min(72, m.width-6)) }

func (m Model) viewMenu() []string {
	t := m.theme
	option := func(key, what, how string) string {
		line := t.Key.Render(key) + "  " + widget.Cell(t.Text.Render(what), 18)
		if m.width >= 60 {
			line += "  " + t.Muted.Render(how)
		}
		return line
	}
	lines := []string{
		t.Strong.Render("Add an account"), "",
		option("p", "from a picture", "a screenshot or photo of the QR code"),
	}
	if m.sources.Screen != nil {
		lines = append(lines, option("s", "from the screen", "looks at every monitor"))
	}
	if m.sources.Clipboard != nil {
		lines = append(lines, option("c", "from the clipboard", "picture or link"))
	}
	lines = append(lines, option("k", "type the key", "when the page shows no picture"), "")
	more := "Or paste an otpauth:// link, or drop a picture on this window: at any time, without coming here."
	if m.width < 60 {
		more = "Or paste a link or drop a picture, at any time."
	}
	for _, l := range widget.Wrap(more, m.measure()) {
		lines = append(lines, t.Muted.Render(l))
	}
	return lines
}

func (m Model) viewPath() []string {
	t := m.theme
	lines := []string{t.Strong.Render("Which picture?"), "", m.path.View(), ""}
	text := "Drop the file on this window, or type its path, or a folder's: " + Formats + "."
	style := t.Muted
	if m.said != "" {
		text, style = m.said, t.Warning
	}
	for _, l := range widget.Wrap(text, m.measure()) {
		lines = append(lines, style.Render(l))
	}
	return lines
}

const nameWidth = 11

func (m Model) viewForm() []string {
	t, f := m.theme, m.form
	names := []string{"Key", "Issuer", "Account", "Kind", "Digits", "Period", "Algorithm"}
	lines := []string{t.Strong.Render("Type the key"), ""}
	small := m.height < 14
	if small {
		lines = nil
	}
	for field, name := range names {
		if !f.shown(field) || small && (field > fieldType) && !f.onChoice() {
			continue
		}
		style, value := t.Muted, ""
		if field == f.at {
			style = t.Accent
		}
		if field < inputs {
			value = f.input[field].View()
		} else {
			value = t.Text.Render(f.value(field))
			if field == f.at {
				value = t.Accent.Render("‹ ") + t.Strong.Render(f.value(field)) + t.Accent.Render(" ›")
			} else {
				value = "  " + value
			}
		}
		if field < inputs {
			value = "  " + value
		}
		if field == inputs && !small {
			lines = append(lines, "")
		}
		lines = append(lines, style.Render(widget.Cell(name, nameWidth))+value)
	}
	return append(append(lines, ""), m.viewPreview()...)
}

// viewPreview is the code that the form gives, or what is in the way of one.
func (m Model) viewPreview() []string {
	t, f := m.theme, m.form
	say := func(text string) []string {
		lines := widget.Wrap(text, m.measure())
		for i, l := range lines {
			lines[i] = t.Warning.Render(l)
		}
		return lines
	}
	if f.keyText() == "" {
		if f.pressed {
			return say("The key is missing.")
		}
		return []string{t.Muted.Render("Its code appears here as you type.")}
	}
	if err := f.problem(); err != nil {
		return say(hint(err))
	}
	k, err := f.key()
	if err != nil {
		return say("The " + err.Error() + ".")
	}
	lines := []string{m.viewCode(k)}
	switch {
	case f.pressed && f.unnamed():
		lines = append(lines, say("Give it an issuer or an account name.")...)
	case k.Secret.Len() < 10:
		lines = append(lines, t.Muted.Render(fmt.Sprintf("Only %d bytes so far: pages show 10 or more.", k.Secret.Len())))
	default:
		lines = append(lines, t.Muted.Render("Compare it with what the page accepts."))
	}
	return lines
}

func (m Model) viewCode(k vault.Key) string {
	t := m.theme
	code, err := k.Code(m.now)
	if err != nil {
		return t.Warning.Render("no code")
	}
	line := t.Code.Render(widget.Group(code.Reveal()))
	if k.Type == vault.HOTP {
		return line + t.Muted.Render(fmt.Sprintf("   counter %d", k.Counter))
	}
	return line + "   " + widget.Countdown(t, m.now, time.Duration(k.Period)*time.Second, 10)
}

func (m Model) viewConfirm() []string {
	t := m.theme
	var lines []string
	switch len(m.candidates) {
	case 0:
	case 1:
		lines = m.viewOne(m.candidates[0])
	default:
		lines = m.viewSeveral()
	}
	lines = append(lines, m.viewNotes()...)
	if len(m.candidates) == 0 && len(m.notes) > 0 {
		lines = append([]string{t.Strong.Render("Nothing to add"), ""}, lines...)
	}
	return lines
}

// viewNotes are what could not be read, and the parts of exports that are missing.
func (m Model) viewNotes() []string {
	var lines []string
	say := func(text string) {
		for _, l := range widget.Wrap(text, m.measure()) {
			lines = append(lines, m.theme.Warning.Render(l))
		}
	}
	for _, note := range m.notes {
		say(note)
	}
	missing := m.missing()
	for _, text := range missing {
		say(text)
	}
	if len(missing) > 0 && m.height >= 14 {
		for _, l := range widget.Wrap("Bring what is missing, by a key below or by dropping it here, or add what is here.", m.measure()) {
			lines = append(lines, m.theme.Muted.Render(l))
		}
	}
	return lines
}

func (m Model) viewOne(c candidate) []string {
	t := m.theme
	from := "Found in the link"
	if c.from != "" {
		from = "Found " + c.from
	} else if m.back == stageForm {
		from = "Add this account?"
	}
	var lines []string
	for _, l := range widget.Wrap(from, m.measure()) {
		lines = append(lines, t.Muted.Render(l))
	}
	lines = append(lines, "")
	if c.err != nil {
		for _, l := range widget.Wrap("Not an account: "+widget.Clean(c.err.Error())+".", m.measure()) {
			lines = append(lines, t.Warning.Render(l))
		}
		return append(lines, "")
	}
	who := t.Strong.Render(name(c.key.Account))
	if m.width >= 60 {
		lines = append(lines, widget.Cell(who, min(44, m.measure()-26))+"  "+m.viewCode(c.key))
	} else {
		lines = append(lines, who, m.viewCode(c.key))
	}
	lines = append(lines, t.Muted.Render(parameters(c.key.Account)), "")
	verdict, style := "This account is new.", t.Text
	switch {
	case c.same != nil:
		verdict, style = "You have this account already, with the same secret. There is nothing to add.", t.Warning
	case c.twin != nil:
		verdict, style = "You have an account with this name and another secret. Adding keeps both.", t.Warning
	}
	for _, l := range widget.Wrap(verdict, m.measure()) {
		lines = append(lines, style.Render(l))
	}
	return append(lines, "")
}

func (m Model) viewSeveral() []string {
	t := m.theme
	about := m.viewCursor()
	room := max(1, m.height-5-len(about)-len(m.viewNotes()))
	top := min(max(0, m.cursor-room+1), max(0, len(m.candidates)-room))
	noun := "accounts"
	if slices.ContainsFunc(m.candidates, func(c candidate) bool { return c.err != nil }) {
		noun = "codes"
	}
	lines := []string{t.Strong.Render(fmt.Sprintf("%d %s found", len(m.candidates), noun)) + t.Muted.Render(fmt.Sprintf(", %d to be added", m.chosen())), ""}
	wide := max(10, min(44, m.measure()-24))
	for i := top; i < min(len(m.candidates), top+room); i++ {
		c := m.candidates[i]
		marker, box := "  ", "[ ]"
		if i == m.cursor {
			marker = t.Accent.Render("▌") + " "
		}
		if c.wanted {
			box = "[x]"
		}
		switch {
		case c.err != nil:
			lines = append(lines, marker+t.Warning.Render("!  ")+" "+t.Warning.Render(widget.Truncate(widget.Clean(c.err.Error()), m.measure()-6)))
			continue
		case c.same != nil:
			lines = append(lines, marker+t.Muted.Render("=   "+widget.Cell(name(c.key.Account), wide)+"  there already"))
			continue
		}
		code := ""
		if got, err := c.key.Code(m.now); err == nil {
			code = t.Code.Render(widget.Group(got.Reveal()))
		}
		line := marker + t.Accent.Render(box) + " " + widget.Cell(t.Text.Render(name(c.key.Account)), wide) + "  " + code
		if c.twin != nil {
			line += t.Muted.Render("  name taken")
		}
		lines = append(lines, line)
	}
	return append(append(lines, about...), "")
}

// viewCursor is where the chosen line was found, and all of the reason that its line may have cut.
func (m Model) viewCursor() []string {
	if m.cursor >= len(m.candidates) {
		return nil
	}
	t, c := m.theme, m.candidates[m.cursor]
	var lines []string
	say := func(text string, style lipgloss.Style) {
		for _, l := range widget.Wrap(text, m.measure()-2) {
			lines = append(lines, "  "+style.Render(l))
		}
	}
	if c.from != "" {
		say(c.from, t.Muted)
	}
	if c.err != nil {
		if why := widget.Clean(c.err.Error()); widget.Width(why) > m.measure()-6 {
			say(why, t.Warning)
		}
	}
	return lines
}

func name(a vault.Account) string {
	issuer, label := widget.Clean(a.Issuer), widget.Clean(a.Label)
	switch {
	case issuer == "" && label == "":
		return "(no name)"
	case issuer == "":
		return label
	case label == "":
		return issuer
	}
	return issuer + " · " + label
}

func kind(t vault.Type) string {
	switch t {
	case vault.HOTP:
		return "counter-based"
	case vault.Steam:
		return "Steam"
	}
	return "time-based"
}

func parameters(a vault.Account) string {
	if a.Type == vault.HOTP {
		return fmt.Sprintf("%s, %d digits, %s", kind(a.Type), a.Digits, a.Algorithm)
	}
	return fmt.Sprintf("%s, %d digits, %d s, %s", kind(a.Type), a.Digits, a.Period, a.Algorithm)
}
