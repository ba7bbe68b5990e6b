package unlock

import (
	"charm.land/bubbles/v2/key"

	"twofold/tui/widget"
	"twofold/vault"
)

// Keys is the key map of the screen.
type Keys struct {
	Picture, Key, Demo, File, Go, Again, Next, Leave key.Binding
}

func defaultKeys() Keys {
	bind := func(help, what string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(help, what))
	}
	return Keys{
		Picture: bind("p", "read a QR picture", "p"),
		Key:     bind("k", "type a key", "k"),
		Demo:    bind("d", "see a whole login", "d"),
		File:    bind("f", "use a file", "f"),
		Go:      bind("⏎", "continue", "enter"),
		Again:   bind("r", "try again", "r"),
		Next:    bind("Tab", "other field", "tab", "shift+tab", "up", "down"),
		Leave:   bind("Esc", "back", "esc"),
	}
}

// ShortHelp is the keys that matter now.
func (m Model) ShortHelp() []key.Binding {
	k := m.keys
	k.Demo.SetHelp("d", "demo")
	switch m.stage {
	case stageNew:
		return []key.Binding{k.Go, k.Next, k.Leave}
	case stageAsk:
		k.Go.SetHelp("⏎", "open")
		return []key.Binding{k.Go}
	case stageTrouble:
		if m.mayUseFile() {
			return []key.Binding{k.Again, k.File, k.Demo}
		}
		return []key.Binding{k.Again, k.Demo}
	case stageWelcome:
		k.Picture.SetHelp("p", "picture")
		k.Key.SetHelp("k", "key")
		return []key.Binding{k.Picture, k.Key, k.Demo}
	}
	return nil
}

// FullHelp is every key of the screen.
func (m Model) FullHelp() []widget.KeyGroup {
	k := m.keys
	if m.chosen() == vault.KindFile && m.stage == stageWelcome {
		k.File.SetHelp("f", "use the keyring")
	}
	trouble := m.stage == stageTrouble
	k.Picture.SetEnabled(!trouble)
	k.Key.SetEnabled(!trouble)
	k.Go.SetEnabled(!trouble && !m.asksFirst())
	k.Go.SetHelp("⏎", "begin with an empty list")
	k.Again.SetEnabled(trouble)
	k.File.SetEnabled(trouble && m.mayUseFile() || !trouble && m.hasKeyring())
	return []widget.KeyGroup{{Title: "Start", Keys: []key.Binding{k.Picture, k.Key, k.Go, k.Demo, k.File, k.Again}}}
}
