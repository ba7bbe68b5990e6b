package add

import (
	"fmt"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"twofold/tui/paste"
)

// Update takes keys while the screen is in front, and answers at any time.
func (m Model) Update(msg tea.Msg) (Model, tea.Cmd) {
	switch msg := msg.(type) {
	case readStep:
		return m.step(msg)
	case readDone:
		return m.concluded(msg)
	case added:
		if msg.request != m.request {
			for _, k := range msg.keys { // not before: they were being stored
				k.Secret.Clear()
			}
			return m, nil
		}
		return m.stored(msg)
	case tea.PasteMsg:
		if m.stage == stagePath && paste.PartOfLink(msg.Content) { // a whole link went another way
			return m.refuseLink(), nil
		}
		return m.typed(msg)
	case tea.KeyPressMsg:
		return m.press(msg)
	}
	return m, nil
}

func (m Model) stored(msg added) (Model, tea.Cmd) {
	m.adding = false
	if msg.err != nil {
		m.said = wordAdd(msg.err)
		if n := len(msg.accounts); n > 0 {
			m.said = fmt.Sprintf("%d added. %s", n, m.said)
		}
		return m, nil
	}
	done := Done{Added: msg.accounts, Said: msg.said()}
	m.forget()
	return m, func() tea.Msg { return done }
}

// forget lets go of what was shown: the candidates' secrets are in the vault
// now, or left. Those that are being stored are cleared with the answer.
func (m *Model) forget() {
	if !m.adding {
		clearAll(m.candidates)
	}
	m.harvest = harvest{}
	m.path.Reset()
	m.form = newForm().setTheme(m.theme).setWidth(m.width)
}

func clearAll(candidates []candidate) {
	for _, c := range candidates {
		c.key.Secret.Clear()
	}
}

func (m Model) press(msg tea.KeyPressMsg) (Model, tea.Cmd) {
	k := m.keys
	if key.Matches(msg, k.Leave) {
		return m.leave()
	}
	switch m.stage {
	case stageMenu:
		if key.Matches(msg, k.Type) {
			return m.TypeKey()
		}
		return m.pressMore(msg)
	case stagePath:
		if key.Matches(msg, k.Go) {
			return m.readPath()
		}
		return m.typed(msg)
	case stageForm:
		return m.pressForm(msg)
	case stageConfirm:
		return m.pressConfirm(msg)
	}
	return m, nil
}

// pressMore is for the keys that bring a picture.
func (m Model) pressMore(msg tea.KeyPressMsg) (Model, tea.Cmd) {
	k := m.keys
	switch {
	case key.Matches(msg, k.Picture):
		return m.Picture()
	case key.Matches(msg, k.Screen) && m.sources.Screen != nil:
		return m.screen()
	case key.Matches(msg, k.Clipboard) && m.sources.Clipboard != nil:
		return m.clipboard()
	}
	return m, nil
}

// wantsMore tells that another picture would help: parts are missing, or there is nothing to add.
func (m Model) wantsMore() bool { return !m.adding && (m.collecting() || m.addable() == 0) }

func (m Model) addable() int {
	n := 0
	for _, c := range m.candidates {
		if c.addable() {
			n++
		}
	}
	return n
}

func (m Model) leave() (Model, tea.Cmd) {
	if m.adding {
		return m, nil // a store under way is waited for, not abandoned
	}
	m.said = ""
	switch {
	case m.collecting() && (m.stage == stageReading || m.stage == stagePath): // back to the parts that are there
		m.stop()
		m.request++
		m.stage, m.notes = stageConfirm, nil
		return m, nil
	case m.collecting():
	case m.stage == stageConfirm && m.back != stageMenu:
		m.stage = m.back
		return m, nil
	case m.stage == stagePath || m.stage == stageForm:
		m.stage = stageMenu
		return m, nil
	}
	m.request++ // a reading still under way is not waited for
	m.stop()
	m.forget()
	m.ask = Left{}
	return m, nil
}

func (m Model) readPath() (Model, tea.Cmd) {
	text := m.path.Value()
	f := paste.Recognize(text)
	if !f.Any() {
		if paste.PartOfLink(text) {
			return m.refuseLink(), nil
		}
		if p := paste.Unquote(text); p != "" {
			f.Paths = []string{p} // typed on purpose: any path will do
		}
	}
	if !f.Any() {
		m.said = "Type the path of a picture first."
		return m, nil
	}
	if len(f.Links) > 0 {
		m.path.Reset() // it holds a secret, and is not for mending here
	}
	m.back = stagePath
	return m.read(sourcesOf(f))
}

// refuseLink empties the field of what may be a piece of a secret.
func (m Model) refuseLink() Model {
	m.path.Reset()
	m.said = looksLikeLink
	return m
}

func (m Model) typed(msg tea.Msg) (Model, tea.Cmd) {
	var cmd tea.Cmd
	switch m.stage {
	case stagePath:
		m.said = ""
		m.path, cmd = m.path.Update(msg)
		m.path.EchoMode = textinput.EchoNormal
		if paste.PartOfLink(m.path.Value()) {
			m.path.EchoMode = textinput.EchoPassword // a secret follows, or is there
		}
	case stageForm:
		m.form, cmd = m.form.typed(msg)
	}
	return m, cmd
}

func (m Model) pressForm(msg tea.KeyPressMsg) (Model, tea.Cmd) {
	k := m.keys
	var cmd tea.Cmd
	switch {
	case key.Matches(msg, k.Down):
		m.form, cmd = m.form.focus(m.form.at + 1)
	case key.Matches(msg, k.Up):
		m.form, cmd = m.form.focus(m.form.at - 1)
	case m.form.onChoice() && key.Matches(msg, k.Left):
		m.form = m.form.change(-1)
	case m.form.onChoice() && (key.Matches(msg, k.Right) || key.Matches(msg, k.Mark)):
		m.form = m.form.change(+1)
	case key.Matches(msg, k.Go):
		return m.confirmForm()
	default:
		m.form, cmd = m.form.typed(msg)
	}
	return m, cmd
}

// confirmForm goes to the confirmation, or to the field that is missing.
func (m Model) confirmForm() (Model, tea.Cmd) {
	var cmd tea.Cmd
	if m.form.keyText() == "" || m.form.problem() != nil {
		m.form.pressed = true
		m.form, cmd = m.form.focus(fieldKey)
		return m, cmd
	}
	if m.form.unnamed() {
		m.form, cmd = m.form.focus(fieldIssuer)
		m.form.pressed = true
		return m, cmd
	}
	k, err := m.form.key()
	if err != nil {
		k.Secret.Clear()
		m.form.pressed = true
		return m, nil
	}
	m.request++
	m.back, m.stage, m.cursor, m.notes, m.said = stageForm, stageReading, 0, nil, ""
	if !m.adding {
		clearAll(m.candidates)
	}
	m.harvest = harvest{}
	ctx, v, n := m.ctx, m.vault, m.request
	return m, func() tea.Msg {
		h := harvest{candidates: []candidate{{key: k, wanted: true}}}
		compare(ctx, v, h.candidates)
		return readDone{request: n, harvest: h}
	}
}

func (m Model) pressConfirm(msg tea.KeyPressMsg) (Model, tea.Cmd) {
	k := m.keys
	switch {
	case key.Matches(msg, k.Go):
		return m.store()
	case key.Matches(msg, k.Up) || msg.String() == "k":
		m.cursor = max(0, m.cursor-1)
	case key.Matches(msg, k.Down) || msg.String() == "j":
		m.cursor = max(0, min(len(m.candidates)-1, m.cursor+1))
	case key.Matches(msg, k.Mark) && m.cursor < len(m.candidates) && len(m.candidates) > 1 && m.candidates[m.cursor].addable():
		c := append([]candidate(nil), m.candidates...)
		c[m.cursor].wanted = !c[m.cursor].wanted
		m.candidates = c
	case m.wantsMore():
		return m.pressMore(msg)
	}
	return m, nil
}

// chosen is how many accounts Enter would add.
func (m Model) chosen() int {
	n := 0
	for _, c := range m.candidates {
		if c.addable() && c.wanted {
			n++
		}
	}
	return n
}
