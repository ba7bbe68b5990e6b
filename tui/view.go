package tui

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"twofold/tui/widget"
)

const (
	short  = 16 // terminals under this height have no room for rules
	narrow = 60 // those under this width none for all tabs
)

func (m Model) bodyHeight() int {
	if m.height < short {
		return max(0, m.height-2)
	}
	return max(0, m.height-4)
}

// View frames the screen in front: tabs above, one line of what happened and
// the keys that matter below.
func (m Model) View() tea.View {
	v := tea.NewView(m.draw())
	v.AltScreen = true
	v.WindowTitle = "Twofold"
	return v
}

func (m Model) draw() string {
	if m.width <= 0 || m.height <= 0 {
		return ""
	}
	if m.in == inCodes && m.codes.Showing() {
		return m.codes.Screen(m.width, m.height)
	}
	var b strings.Builder
	head, rule := m.viewHead()
	b.WriteString(head + "\n")
	if m.height >= short {
		b.WriteString(rule + "\n")
	}
	b.WriteString(widget.Lines(m.viewBody(), m.bodyHeight()) + "\n")
	if m.height >= short {
		b.WriteString(widget.Rule(m.theme, m.width) + "\n")
	}
	b.WriteString(m.viewFoot())
	return b.String()
}

func (m Model) viewBody() string {
	switch {
	case m.help:
		return m.viewHelp()
	case m.in == inUnlock:
		return m.unlock.View()
	case m.in == inCodes:
		return m.codes.View()
	case m.in == inAdd:
		return m.add.View()
	case m.in == inTrash:
		return m.trash.View()
	}
	return m.handshake.View()
}

// viewHead is the tab line and the rule under it, heavy under the tab in use.
func (m Model) viewHead() (head, rule string) {
	t := m.theme
	if line := m.codes.TabLine(m.width); line != "" && m.in == inCodes && !m.help {
		return line, widget.Rule(t, m.width)
	}
	type tab struct {
		name string
		here bool
	}
	tabs := []tab{}
	if m.hasAccounts() {
		tabs = append(tabs, tab{"Codes", m.in != inHandshake})
	}
	if m.opts.StartVerifier != nil {
		tabs = append(tabs, tab{"Handshake", m.in == inHandshake})
	}
	var b strings.Builder
	at, from, to := -2, 0, 0
	if m.width >= narrow {
		b.WriteString(" " + t.Strong.Render("Twofold"))
		at = 8
	}
	for _, tab := range tabs {
		switch {
		case m.width >= narrow:
			b.WriteString("   ")
		case !tab.here:
			continue // there is room for one: the one in use
		default:
			b.WriteString(" ")
		}
		at += 3
		if tab.here {
			b.WriteString(t.Good.Render(tab.name))
			from, to = at, at+len(tab.name)
		} else {
			b.WriteString(t.Muted.Render(tab.name))
		}
		at += len(tab.name)
	}
	head = widget.Ends(b.String(), t.Muted.Render(m.info())+" ", m.width)
	if to == 0 || to > m.width {
		return head, widget.Rule(t, m.width)
	}
	return head, widget.Rule(t, from) + t.Accent.Render(strings.Repeat("━", to-from)) + widget.Rule(t, m.width-to)
}

func (m Model) status() string {
	switch m.in {
	case inUnlock:
		return m.unlock.Status()
	case inCodes:
		return m.codes.Status()
	case inAdd:
		return m.add.Status()
	case inTrash:
		return m.trash.Status()
	}
	return m.handshake.Status()
}

// viewFoot is what just happened, and the keys that matter, as many as fit. The
// first two that keep names stay beside any sentence, but on a narrow terminal.
func (m Model) viewFoot() string {
	t := m.theme
	all := m.shortHelp()
	said, room := m.status(), m.width-2
	if m.help {
		said = ""
	}
	if said != "" {
		if m.width >= narrow {
			said = widget.Truncate(said, room-3-widget.Width(widget.KeyLine(t, room, m.keep(all)...)))
		}
		said = widget.Truncate(said, max(0, room))
		room -= widget.Width(said) + 3
	}
	for m.width >= narrow && len(all) > 2 && widget.Width(widget.KeyLine(t, 4*m.width, all...)) > room {
		all = m.without(all)
	}
	keys := widget.KeyLine(t, max(0, room), all...)
	if said == "" && m.width < narrow {
		return " " + keys
	}
	if keys == "" {
		return widget.Cell(" "+t.Text.Render(said), m.width)
	}
	return widget.Ends(" "+t.Text.Render(said), keys+" ", m.width)
}

// keep are the two keys that stay in sight: the first, and the one for all keys
// or, where that is a letter, the way out.
func (m Model) keep(all []key.Binding) []key.Binding {
	if len(all) <= 2 {
		return all
	}
	second := all[1]
	for _, k := range all {
		if k.Help() == m.keys.help.Help() {
			second = k
		}
	}
	return []key.Binding{all[0], second}
}

// without leaves out the last key that need not stay.
func (m Model) without(all []key.Binding) []key.Binding {
	keep := m.keep(all)[1].Help()
	for i := len(all) - 1; i > 0; i-- {
		if all[i].Help() != keep {
			return slices.Delete(slices.Clone(all), i, i+1)
		}
	}
	return all
}

func (m Model) viewHelp() string {
	lines := m.helpLines()
	return strings.Join(lines[min(m.helpTop, len(lines)):], "\n")
}

func (m Model) helpLines() []string {
	t := m.theme
	lines := []string{""}
	for _, l := range widget.KeyTable(t, m.width-6, m.fullHelp()...) {
		lines = append(lines, "   "+l)
	}
	if m.opts.Version != "" {
		lines = append(lines, "", "   "+t.Faint.Render("Twofold "+m.opts.Version))
	}
	return lines
}
