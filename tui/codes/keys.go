package codes

import (
	"charm.land/bubbles/v2/key"

	"twofold/tui/widget"
)

// KeyBinding is a key with its help.
type KeyBinding = key.Binding

// Keys is the key map of the screen.
type Keys struct {
	Up, Down, PageUp, PageDown, First, Last key.Binding
	Copy, Add, Find, Remove, Undo           key.Binding
	Lock, Trash, Unlock, Snooze, Phone      key.Binding
	Yes, Leave                              key.Binding
}

// DefaultKeys is the key map: arrows and vi's letters.
func DefaultKeys() Keys {
	bind := func(help, what string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(help, what))
	}
	return Keys{
		Up:       bind("↑ k", "up", "up", "k", "ctrl+p"),
		Down:     bind("↓ j", "down", "down", "j", "ctrl+n"),
		PageUp:   bind("PgUp", "a page up", "pgup", "ctrl+b"),
		PageDown: bind("PgDn", "a page down", "pgdown", "ctrl+f"),
		First:    bind("Home g", "first", "home", "g"),
		Last:     bind("End G", "last", "end", "G"),
		Copy:     bind("⏎", "copy", "enter"),
		Add:      bind("a", "add", "a"),
		Find:     bind("/", "find", "/"),
		Remove:   bind("x Del", "remove", "x", "d", "delete"),
		Undo:     bind("u", "undo", "u"),
		Phone:    bind("Q", "QR code for a phone", "Q"),
		Lock:     bind("l", "lock", "l"),
		Trash:    bind("t", "trash", "t"),
		Unlock:   bind("U", "unlock the keyring", "U"),
		Snooze:   bind("z", "remind later", "z"),
		Yes:      bind("⏎", "remove", "enter", "y"),
		Leave:    bind("Esc", "leave", "esc"),
	}
}

func (k Keys) short(m Model) []key.Binding {
	switch {
	case m.removing != "":
		keep := k.Leave
		keep.SetHelp("Esc", "keep")
		return []key.Binding{k.Yes, keep}
	case m.phone.asks != "":
		show, keep := k.Yes, k.Leave
		show.SetHelp("⏎", "show")
		keep.SetHelp("Esc", "keep hidden")
		return []key.Binding{show, keep}
	case m.filtering:
		return []key.Binding{k.Copy, k.Leave}
	case m.unlocking:
		stop := k.Leave
		stop.SetHelp("Esc", "stop waiting")
		return []key.Binding{k.Copy, stop}
	}
	var out []key.Binding
	if r, ok := m.selected(); ok {
		take := k.Copy
		if r.counter() {
			take.SetHelp("⏎", "new code")
		}
		out = append(out, take)
	}
	if m.canUndo() {
		out = append(out, k.Undo)
	}
	return append(out, k.Add, k.Find)
}

func (k Keys) full(m Model) []widget.KeyGroup {
	leave := k.Leave
	leave.SetHelp("Esc", "leave the filter")
	stop := k.Leave
	stop.SetHelp("Esc", "stop waiting")
	stop.SetEnabled(m.unlocking)
	k.Unlock.SetEnabled(m.unlocks)
	k.Snooze.SetEnabled(m.snoozes)
	return []widget.KeyGroup{
		{Title: "Move", Keys: []key.Binding{k.Up, k.Down, k.PageUp, k.PageDown, k.First, k.Last}},
		{Title: "Accounts", Keys: []key.Binding{k.Copy, k.Add, k.Find, leave, k.Phone, k.Remove, k.Undo, k.Trash}},
		{Title: "Vault", Keys: []key.Binding{k.Lock, k.Unlock, stop, k.Snooze}},
	}
}
