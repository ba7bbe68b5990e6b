package handshake

import (
	"charm.land/bubbles/v2/key"

	"twofold/tui/widget"
)

// Keys is the key map of the screen.
type Keys struct {
	Next, Play, Restart, Up, Down, PageUp, PageDown, Leave key.Binding
}

func defaultKeys() Keys {
	bind := func(help, what string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(help, what))
	}
	return Keys{
		Next:     bind("⏎", "next step", "enter", "space", "n"),
		Play:     bind("a", "play by itself", "a"),
		Restart:  bind("r", "start over", "r"),
		Up:       bind("↑ k", "back up", "up", "k"),
		Down:     bind("↓ j", "down again", "down", "j"),
		PageUp:   bind("PgUp", "a page up", "pgup"),
		PageDown: bind("PgDn", "a page down", "pgdown"),
		Leave:    bind("Esc", "leave", "esc"),
	}
}

// ShortHelp is the keys that matter now.
func (m Model) ShortHelp() []key.Binding {
	k := m.keys
	if m.playing {
		k.Play.SetHelp("a", "pause")
	}
	if m.ended() || m.err != nil {
		return []key.Binding{k.Restart}
	}
	return []key.Binding{k.Next, k.Play}
}

// FullHelp is every key of the screen.
func (m Model) FullHelp() []widget.KeyGroup {
	k := m.keys
	return []widget.KeyGroup{
		{Title: "Handshake", Keys: []key.Binding{k.Next, k.Play, k.Restart, k.Up, k.Down, k.PageUp, k.PageDown, k.Leave}},
	}
}
