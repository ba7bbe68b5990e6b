package unlock

import (
	"charm.land/bubbles/v2/key"

	"twofold/tui/widget"
	"twofold/vault"
)

// Keys is the key map of the screen.
type Keys struct {
	Picture, Key, Demo, File, Go, Again, Unlock, Next, Leave key.Binding
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
		Unlock:  bind("u", "unlock the keyring", "u", "U"),
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
	case stageLocked:
		k.Go.SetHelp("⏎", "unlock")
		return []key.Binding{k.Go, k.Demo}
	case stageTrouble:
		if passing(m.err) {
			k.Again.SetHelp("r", "look now")
		}
		switch {
		case m.unlocking():
			k.Leave.SetHelp("Esc", "stop waiting")
			return []key.Binding{k.Leave}
		case m.mayUnlock():
			return []key.Binding{k.Unlock, k.Again, k.Demo}
		}
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
	trouble, locked := m.stage == stageTrouble, m.stage == stageLocked
	first := !trouble && !locked
	k.Picture.SetEnabled(first)
	k.Key.SetEnabled(first)
	k.Go.SetEnabled(locked || first && !m.asksFirst())
	k.Go.SetHelp("⏎", "begin with an empty list")
	if locked {
		k.Go.SetHelp("⏎", "unlock")
	}
	k.Again.SetEnabled(trouble)
	k.Again.SetHelp("r", "look again now")
	k.Unlock.SetEnabled(m.mayUnlock())
	k.Leave.SetEnabled(m.unlocking())
	k.Leave.SetHelp("Esc", "stop waiting")
	k.File.SetEnabled(trouble && m.mayUseFile() || first && m.hasKeyring())
	return []widget.KeyGroup{{Title: "Start", Keys: []key.Binding{k.Picture, k.Key, k.Go, k.Unlock, k.Leave, k.Demo, k.File, k.Again}}}
}
