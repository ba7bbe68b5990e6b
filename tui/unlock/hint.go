package unlock

import (
	tea "charm.land/bubbletea/v2"

	"twofold/vault"
)

// hint is what a new passphrase is worth, while it is typed. One judgment is
// under way at a time; it is late where more was typed since.
type hint struct {
	typed   int // number of the newest text
	judged  int // number of the text that strength is of; 0: none
	working bool

	strength vault.Strength
}

type judged struct {
	typed    int
	strength vault.Strength
}

// judge asks what the passphrase typed so far is worth.
func (m Model) judge() (Model, tea.Cmd) {
	if m.stage != stageNew || m.hint.working || m.hint.judged == m.hint.typed {
		return m, nil
	}
	secret, err := vault.NewSecret([]byte(m.pass.Value()))
	if err != nil { // nothing is typed
		m.hint.judged = 0
		return m, nil
	}
	m.hint.working = true
	n := m.hint.typed
	return m, func() tea.Msg {
		defer secret.Clear()
		return judged{n, vault.PassphraseStrength(secret)}
	}
}

func (m Model) judgment(msg judged) (Model, tea.Cmd) {
	m.hint.working = false
	if m.stage != stageNew || msg.typed > m.hint.typed {
		return m, nil
	}
	m.hint.judged, m.hint.strength = msg.typed, msg.strength
	return m.judge()
}

// viewHint is at most two lines; none where nothing was judged yet. It never
// repeats what was typed.
func (m Model) viewHint() []string {
	if m.hint.judged == 0 || m.pass.Value() == "" {
		return []string{""}
	}
	s, style := m.hint.strength, m.theme.Muted
	if s.Weak() {
		style = m.theme.Warning
	}
	says := capital(s.Words) + "."
	if s.Suggestion != "" {
		says += " " + s.Suggestion
	}
	return m.prose(style, says)
}
