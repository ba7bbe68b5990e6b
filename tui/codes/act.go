package codes

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"twofold/tui/widget"
	"twofold/vault"
)

// made is a new counter-based code; failed is anything that did not work.
type (
	made struct {
		id   string
		code vault.Code
	}
	failed struct {
		what string
		err  error
	}
)

// take copies the code of the selected account. With under five seconds left
// it takes the next one, and says so. A counter-based account makes a new code
// first, which moves its counter on for good.
func (m Model) take() (Model, tea.Cmd) {
	r, ok := m.selected()
	if !ok {
		return m, nil
	}
	if r.aside != "" {
		return m.Say("This entry can't be read: " + r.aside + ". It stays as it is."), nil
	}
	if r.counter() {
		if m.working {
			return m, nil
		}
		m.working = true
		v, ctx, id, now := m.vault, m.ctx, r.account.ID, m.now
		return m, m.command(func() tea.Msg {
			code, err := v.Code(ctx, id, now)
			if err != nil {
				return failed{"No new code", err}
			}
			return made{id, code}
		})
	}
	h, have := m.held[r.account.ID]
	if !have {
		m.wanted = r.account.ID
		return m.Say("Copying it as soon as its secret is here."), nil
	}
	if h.err != nil {
		const says = " can't be read: "
		why := trouble(h.err)
		return m.Say(widget.Truncate(r.name(), max(12, m.sentence()-len(says)-widget.Width(why))) + says + why), nil
	}
	at, next := m.now, ""
	if left := widget.Left(m.now, r.period()); left <= nearEnd {
		at, next = m.now.Add(left), "next "
	}
	code, err := h.key.Code(at)
	if err != nil {
		return m.Say("No code for " + r.name() + ": " + trouble(err)), nil
	}
	return m.toClipboard(r, code, next)
}

// takeWanted copies what was asked for before its secret was here, if the person still stands there.
func (m Model) takeWanted() (Model, tea.Cmd) {
	r, ok := m.selected()
	if !ok || m.wanted == "" || r.account.ID != m.wanted {
		m.wanted = ""
		return m, nil
	}
	if _, here := m.held[m.wanted]; !here {
		return m, nil
	}
	m.wanted = ""
	return m.take()
}

func (m Model) toClipboard(r row, code vault.Code, next string) (Model, tea.Cmd) {
	m.copied, m.copiedWas, m.clearAt = r.title(), next, m.now.Add(clipboardLife)
	m.said = ""
	return m, tea.SetClipboard(code.Reveal())
}

func (m Model) make1(msg made) (Model, tea.Cmd) {
	m.working = false
	m.made[msg.id] = msg.code.Reveal()
	r, ok := m.byID(msg.id)
	if !ok {
		return m, nil
	}
	m, cmd := m.toClipboard(r, msg.code, "new ")
	return m, tea.Batch(cmd, m.load())
}

func (m Model) pressRemoving(msg tea.KeyPressMsg) (Model, tea.Cmd) {
	id := m.removing
	switch {
	case key.Matches(msg, m.keys.Yes):
		m.removing = ""
		r, ok := m.byID(id)
		if !ok {
			return m, nil
		}
		m.working = true
		m.removed, m.undoUntil = r.account, m.now.Add(undoLife)
		const rest = len("Removed . u brings it back.")
		said := "Removed " + widget.Truncate(r.name(), m.sentence()-rest) + ". u brings it back."
		delete(m.made, id)
		v, ctx := m.vault, m.ctx
		return m, m.command(func() tea.Msg {
			if err := v.Remove(ctx, id); err != nil {
				return failed{"Not removed", err}
			}
			after := snapshot(v)
			after.after = said
			return after
		})
	case key.Matches(msg, m.keys.Leave) || msg.String() == "n" || msg.String() == "q":
		m.removing = ""
	}
	return m, nil
}

func (m Model) canUndo() bool { return m.removed.ID != "" && m.now.Before(m.undoUntil) }

func (m Model) undo() (Model, tea.Cmd) {
	if m.working || !m.canUndo() {
		return m.Say("Nothing to undo."), nil
	}
	m.working = true
	a := m.removed
	m.removed = vault.Account{}
	v, ctx := m.vault, m.ctx
	return m, m.command(func() tea.Msg {
		if err := v.Restore(ctx, a.ID); err != nil {
			return failed{"Not restored", err}
		}
		after := snapshot(v)
		after.after, after.keep = "Restored "+prepare([]vault.Account{a})[0].name()+".", a.ID
		return after
	})
}

func possessive(name string) string {
	if strings.HasSuffix(name, "s") {
		return name + "' "
	}
	return name + "'s "
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
