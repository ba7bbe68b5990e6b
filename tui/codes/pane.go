package codes

import (
	"fmt"
	"strings"

	"twofold/tui/widget"
	"twofold/vault"
)

// viewPane is the right side of a wide terminal: everything known of the
// selected account but its secret.
func (m Model) viewPane() []string {
	r, ok := m.selected()
	if !ok {
		return nil
	}
	t, a := m.theme, r.account
	inner := paneWidth - 4
	var lines []string
	add := func(s string) { lines = append(lines, "   "+s) }
	pair := func(name, value string) {
		if value == "" {
			return
		}
		for i, part := range widget.Wrap(value, inner-12) {
			if i > 0 {
				name = ""
			}
			add(t.Muted.Render(widget.Cell(name, 12)) + t.Text.Render(part))
		}
	}
	add("")
	add(t.Strong.Render(widget.Truncate(r.title(), inner)))
	if detail := r.detail(); detail != "" {
		add(t.Muted.Render(widget.Truncate(detail, inner)))
	}
	add("")
	if r.aside != "" {
		for _, line := range widget.Wrap("This entry can't be read, and is kept as it is: "+r.aside+".", inner) {
			add(t.Warning.Render(line))
		}
		return lines[:min(len(lines), m.height)]
	}
	h := m.held[a.ID]
	if h.err != nil {
		for _, line := range widget.Wrap("This account can't be read: "+trouble(h.err), inner) {
			add(t.Warning.Render(line))
		}
		add("")
	}
	if !r.counter() && h.err == nil {
		if next, err := h.key.Code(m.now.Add(widget.Left(m.now, r.period()))); err == nil {
			pair("Next code", widget.Group(next.Reveal()))
		}
	}
	pair("Kind", kind(a))
	pair("Code", parameters(a))
	if r.counter() {
		pair("Counter", fmt.Sprint(a.Counter))
	}
	pair("Tags", widget.Clean(strings.Join(a.Tags, ", ")))
	pair("Note", widget.Clean(a.Note))
	pair("Added", day(a.Added.In(m.now.Location())))
	if !a.LastUsed.IsZero() {
		pair("Last used", day(a.LastUsed.In(m.now.Location())))
	}
	return lines[:min(len(lines), m.height)]
}

func kind(a vault.Account) string {
	switch a.Type {
	case vault.HOTP:
		return "counter-based"
	case vault.Steam:
		return "Steam"
	}
	return "time-based"
}

func parameters(a vault.Account) string {
	if a.Type == vault.HOTP {
		return fmt.Sprintf("%d digits, %s", a.Digits, a.Algorithm)
	}
	return fmt.Sprintf("%d digits, %d s, %s", a.Digits, a.Period, a.Algorithm)
}
