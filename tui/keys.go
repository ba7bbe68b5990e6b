package tui

import (
	"charm.land/bubbles/v2/key"

	"twofold/tui/widget"
)

// keys work everywhere but in a field.
type keys struct {
	quit, force, help, next, close key.Binding
	up, down, pageUp, pageDown     key.Binding
}

func defaultKeys() keys {
	bind := func(help, what string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(help, what))
	}
	return keys{
		quit:     bind("q", "quit", "q"),
		force:    bind("^C", "quit, in a field too", "ctrl+c"),
		help:     bind("?", "all keys", "?"),
		next:     bind("Tab", "other screen", "tab", "shift+tab"),
		up:       bind("↑", "up", "up", "k"),
		down:     bind("↓", "down", "down", "j"),
		pageUp:   bind("PgUp", "a page up", "pgup", "home", "g"),
		pageDown: bind("PgDn", "a page down", "pgdown", "space", "end", "G"),
		close:    bind("Esc", "close", "esc", "?", "q", "enter"),
	}
}

func (m Model) shortHelp() []key.Binding {
	if m.help {
		k := m.keys.close
		k.SetHelp("Esc", "close")
		more := m.keys.down
		more.SetHelp("↑ ↓", "scroll")
		more.SetEnabled(len(m.helpLines()) > m.bodyHeight())
		return []key.Binding{k, more}
	}
	var out []key.Binding
	switch m.in {
	case inUnlock:
		out = m.unlock.ShortHelp()
	case inCodes:
		out = m.codes.ShortHelp()
	case inAdd:
		out = m.add.ShortHelp()
	case inTrash:
		out = m.trash.ShortHelp()
	case inHandshake:
		out = m.handshake.ShortHelp()
	}
	if m.asking() { // where nothing else is taken
		return out
	}
	if m.typing() { // where q is a letter
		quit := m.keys.force
		quit.SetHelp("^C", "quit")
		return append(out[:len(out):len(out)], quit)
	}
	return append(out[:len(out):len(out)], m.keys.help, m.keys.quit)
}

func (m Model) fullHelp() []widget.KeyGroup {
	var out []widget.KeyGroup
	switch m.in {
	case inUnlock:
		out = m.unlock.FullHelp()
	case inCodes:
		out = m.codes.FullHelp()
	case inAdd:
		out = m.add.FullHelp()
	case inTrash:
		out = m.trash.FullHelp()
	case inHandshake:
		out = m.handshake.FullHelp()
	}
	next, everywhere := m.keys.next, []key.Binding{m.keys.help, m.keys.quit, m.keys.force}
	if !m.hasAccounts() { // the demo alone
		return append(out, widget.KeyGroup{Title: "Everywhere", Keys: everywhere})
	}
	everywhere = append([]key.Binding{next}, everywhere...)
	paste := key.NewBinding(key.WithKeys(""), key.WithHelp("paste", "adds a link or picture"))
	return append(out, widget.KeyGroup{Title: "Everywhere", Keys: append(everywhere, paste)})
}
