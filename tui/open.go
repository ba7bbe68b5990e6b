package tui

import (
	tea "charm.land/bubbletea/v2"

	"twofold/tui/add"
	"twofold/tui/codes"
	"twofold/tui/paste"
	"twofold/tui/unlock"
)

// paste looks for a link or a picture in what was pasted, wherever that was.
// Anything else belongs to the field in front.
func (m Model) paste(msg tea.PasteMsg) (Model, tea.Cmd) {
	m.help = false
	m.codes = m.codes.Hide()
	found := paste.Recognize(msg.Content)
	if m.in == inUnlock && m.unlock.Typing() && (found.Any() || paste.PartOfLink(msg.Content)) {
		m.unlock = m.unlock.Refuse()
		return m, nil
	}
	if !found.Any() || !m.hasAccounts() {
		return m.front(msg)
	}
	if m.vault != nil {
		return m.show(found)
	}
	m.pending = found
	m.unlock = m.unlock.After(add.What(found))
	var cmd, more tea.Cmd
	if m.in == inHandshake {
		m, cmd = m.leaveHandshake()
	}
	m.unlock, more = m.unlock.Proceed(unlock.ThenCodes)
	return m, tea.Batch(cmd, more)
}

// show opens the one confirmation that every paste leads to.
func (m Model) show(found paste.Found) (Model, tea.Cmd) {
	if m.in != inAdd {
		m.from = m.in
	}
	if m.in != inAdd || !m.add.Collecting() {
		m.add = m.newAdd()
	}
	m.in = inAdd
	var cmd tea.Cmd
	m.add, cmd = m.add.Show(found)
	return m, cmd
}

func (m Model) newAdd() add.Model {
	return add.New(m.ctx, m.vault, m.theme, m.now).After(m.add.Forget()).SetSize(m.width, m.bodyHeight()).
		Offer(add.Sources{Screen: m.opts.LookAtScreen, Clipboard: m.opts.LookAtClipboard})
}

func (m Model) opened(msg unlock.Opened) (Model, tea.Cmd) {
	if err := m.owned.vault(msg.Vault); err != nil {
		return m, tea.Quit
	}
	m = m.touched() // opening may have taken its time
	m.vault, m.passphrase = msg.Vault, msg.Passphrase
	m.now = m.opts.Now()
	m.codes = codes.New(m.ctx, m.vault, m.theme, m.now).After(m.codes).
		Offer(m.opts.UnlockKeyring != nil, m.opts.SnoozeBackup != nil).SetPlain(m.plain).Select(m.here)
	if m.said != "" {
		m.codes, m.said = m.codes.Say(m.said), ""
	}
	if m.from, m.here = inCodes, ""; m.in != inHandshake { // where the person went meanwhile
		m.in = inCodes
	}
	var c [4]tea.Cmd
	m, c[3] = m.askNotes()
	c[0] = m.codes.Init()
	m.codes, c[1] = m.codes.SetSize(m.width, m.bodyHeight())
	switch {
	case m.adding:
		m.in, m.adding, m.add = inAdd, false, m.add.Over(m.vault)
	case m.pending.Any():
		found := m.pending
		m.pending = paste.Found{}
		m, c[2] = m.show(found)
	case msg.Then == unlock.ThenPicture:
		m.in, m.add = inAdd, m.newAdd()
		m.add, c[2] = m.add.Picture()
	case msg.Then == unlock.ThenKey:
		m.in, m.add = inAdd, m.newAdd()
		m.add, c[2] = m.add.TypeKey()
	}
	return m, tea.Batch(c[:]...)
}

func (m Model) added(msg add.Done) (Model, tea.Cmd) {
	m.in = inCodes
	m.codes = m.codes.Say(msg.Said)
	if n := len(msg.Added); n > 0 {
		m.codes = m.codes.Select(msg.Added[n-1].ID)
	}
	var cmd tea.Cmd
	m.codes, cmd = m.codes.Reload()
	return m, cmd
}
