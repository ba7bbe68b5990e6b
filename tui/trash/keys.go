package trash

import (
	"charm.land/bubbles/v2/key"

	"twofold/tui/widget"
)

// Keys is the key map of the screen.
type Keys struct {
	Up, Down, PageUp, PageDown, First, Last key.Binding
	Restore, Empty, Leave, Yes, No          key.Binding
}

func defaultKeys() Keys {
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
		Restore:  bind("⏎", "restore", "enter"),
		Empty:    bind("E", "empty the trash", "E"),
		Leave:    bind("Esc", "back", "esc", "t"),
		Yes:      bind("y", "remove for good", "y"),
		No:       bind("Esc", "keep them", "esc", "n", "q"),
	}
}

// ShortHelp is the keys that matter now.
func (m Model) ShortHelp() []key.Binding {
	k := m.keys
	switch {
	case m.emptying:
		return []key.Binding{k.Yes, k.No}
	case len(m.accounts) == 0:
		return []key.Binding{k.Leave}
	}
	k.Empty.SetHelp("E", "empty")
	return []key.Binding{k.Restore, k.Leave, k.Empty}
}

// FullHelp is every key of the screen.
func (m Model) FullHelp() []widget.KeyGroup {
	k := m.keys
	return []widget.KeyGroup{
		{Title: "Move", Keys: []key.Binding{k.Up, k.Down, k.PageUp, k.PageDown, k.First, k.Last}},
		{Title: "Trash", Keys: []key.Binding{k.Restore, k.Empty, k.Leave}},
	}
}
