package handshake

import (
	"errors"
	"fmt"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"twofold/tui/walk"
)

type (
	began struct {
		request int
		walk    *walk.Walk
		err     error
	}
	stepped struct {
		request int
		step    walk.Step
		err     error
	}
	beat struct{ request int }
)

func (m Model) begin() (Model, tea.Cmd) {
	m.request++
	m.walk, m.steps, m.err, m.broken, m.up, m.busy = nil, nil, nil, false, 0, true
	ctx, start, n := m.ctx, m.start, m.request
	return m, func() tea.Msg {
		if start == nil {
			return began{n, nil, errors.New("no verifier to start")}
		}
		w, err := start(ctx)
		return began{n, w, err}
	}
}

func (m Model) next() (Model, tea.Cmd) {
	if m.busy || m.walk == nil || m.walk.Done() {
		return m, nil
	}
	m.busy, m.up = true, 0
	ctx, w, n := m.ctx, m.walk, m.request
	return m, func() tea.Msg {
		s, err := w.Next(ctx)
		return stepped{n, s, err}
	}
}

// Update takes keys while the screen is in front, and answers at any time.
func (m Model) Update(msg tea.Msg) (Model, tea.Cmd) {
	switch msg := msg.(type) {
	case began:
		if msg.request != m.request {
			return m, nil
		}
		m.busy, m.walk, m.err = false, msg.walk, msg.err
		if m.err == nil && m.playing {
			return m.next()
		}
	case stepped:
		if msg.request != m.request {
			return m, nil
		}
		m.busy = false
		if msg.step.Number > 0 {
			m.steps = append(m.steps[:len(m.steps):len(m.steps)], msg.step)
		}
		if msg.err != nil {
			m.err, m.broken, m.playing = msg.err, true, false
			return m, nil
		}
		if m.walk.Done() {
			m.playing = false
		}
		if m.playing {
			n := m.request
			return m, tea.Tick(pace, func(time.Time) tea.Msg { return beat{n} })
		}
	case beat:
		if msg.request == m.request && m.playing {
			return m.next()
		}
	case tea.KeyPressMsg:
		return m.press(msg)
	}
	return m, nil
}

func (m Model) press(msg tea.KeyPressMsg) (Model, tea.Cmd) {
	k := m.keys
	switch {
	case key.Matches(msg, k.Next):
		m.playing = false
		if m.up > 0 && m.ended() {
			m.up = 0
		}
		return m.next()
	case key.Matches(msg, k.Play):
		m.playing = !m.playing && !m.ended()
		if m.playing {
			return m.next()
		}
	case key.Matches(msg, k.Restart):
		if m.busy {
			return m, nil
		}
		m.playing = false
		return m.begin()
	case key.Matches(msg, k.Up):
		m.scroll(+1)
	case key.Matches(msg, k.Down):
		m.scroll(-1)
	case key.Matches(msg, k.PageUp):
		m.scroll(m.room())
	case key.Matches(msg, k.PageDown):
		m.scroll(-m.room())
	case key.Matches(msg, k.Leave):
		m.playing = false
		m.ask = Left{}
	}
	return m, nil
}

func (m *Model) scroll(by int) {
	m.up = max(0, min(m.up+by, len(m.lines())-m.room()))
}

func fraction(s walk.Step) string { return fmt.Sprintf("%d of %d", s.Number, s.Of) }
