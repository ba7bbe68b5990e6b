package add

import (
	"slices"

	"charm.land/bubbles/v2/key"

	"twofold/tui/widget"
)

// Keys is the key map of the screen.
type Keys struct {
	Picture, Screen, Clipboard  key.Binding
	Type, Leave, Go             key.Binding
	Up, Down, Left, Right, Mark key.Binding
}

func defaultKeys() Keys {
	bind := func(help, what string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(help, what))
	}
	return Keys{
		Picture:   bind("p", "from a picture", "p"),
		Screen:    bind("s", "from the screen", "s"),
		Clipboard: bind("c", "from the clipboard", "c"),
		Type:      bind("k", "type the key", "k"),
		Leave:     bind("Esc", "leave it", "esc"),
		Go:        bind("⏎", "add", "enter"),
		Up:        bind("↑", "up", "up", "shift+tab"),
		Down:      bind("↓", "down", "down", "tab"),
		Left:      bind("←", "change", "left"),
		Right:     bind("→", "change", "right"),
		Mark:      bind("space", "choose", "space"),
	}
}

// ShortHelp is the keys that matter now. On a narrow terminal, where not all fit, the way out is the second.
func (m Model) ShortHelp() []key.Binding {
	const narrow = 60 // columns
	all := m.shortHelp()
	if last := len(all) - 1; m.width < narrow && last > 1 {
		return slices.Concat(all[:1], all[last:], all[1:last])
	}
	return all
}

func (m Model) shortHelp() []key.Binding {
	k := m.keys
	switch m.stage {
	case stageMenu:
		k.Leave.SetHelp("Esc", "back")
		return append(m.more(), k.Type, k.Leave)
	case stagePath:
		k.Go.SetHelp("⏎", "read it")
		k.Leave.SetHelp("Esc", "back")
		return []key.Binding{k.Go, k.Leave}
	case stageForm:
		k.Go.SetHelp("⏎", "continue")
		k.Down.SetHelp("Tab", "next")
		k.Leave.SetHelp("Esc", "back")
		if m.form.onChoice() {
			k.Right.SetHelp("← →", "change")
			return []key.Binding{k.Go, k.Right, k.Down, k.Leave}
		}
		return []key.Binding{k.Go, k.Down, k.Leave}
	case stageConfirm:
		k.Go.SetEnabled(m.chosen() > 0)
		if m.wantsMore() {
			return append(append([]key.Binding{k.Go}, m.more()...), k.Leave)
		}
		if len(m.candidates) > 1 {
			return []key.Binding{k.Go, k.Mark, k.Leave}
		}
		if m.back != stageMenu || m.chosen() == 0 {
			k.Leave.SetHelp("Esc", "back")
		}
		return []key.Binding{k.Go, k.Leave}
	}
	return []key.Binding{k.Leave}
}

// more are the keys that bring a picture, with short words: what they lead to stands above them.
func (m Model) more() []key.Binding {
	k := m.keys
	k.Picture.SetHelp("p", "picture")
	k.Screen.SetHelp("s", "screen")
	k.Clipboard.SetHelp("c", "clipboard")
	k.Screen.SetEnabled(m.sources.Screen != nil)
	k.Clipboard.SetEnabled(m.sources.Clipboard != nil)
	return []key.Binding{k.Picture, k.Screen, k.Clipboard}
}

// FullHelp is every key of the screen.
func (m Model) FullHelp() []widget.KeyGroup {
	k := m.keys
	k.Screen.SetEnabled(m.sources.Screen != nil)
	k.Clipboard.SetEnabled(m.sources.Clipboard != nil)
	return []widget.KeyGroup{
		{Title: "Add an account", Keys: []key.Binding{k.Picture, k.Screen, k.Clipboard, k.Type, k.Go, k.Mark, k.Up, k.Down, k.Right, k.Leave}},
	}
}
