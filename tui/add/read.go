package add

import (
	"context"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// readStep is the answer to the reading of one source, readDone to all of them.
type (
	readStep struct {
		request int
		texts   []found
		note    string
	}
	readDone struct {
		request int
		harvest harvest
		kept    int // how many candidates at its front the screen had before
	}
)

// reading is what is read at the moment, one source after the other.
type reading struct {
	ctx    context.Context //nolint:containedctx // it ends with the reading
	cancel context.CancelFunc
	left   []source
	number int // of the first of left, counted from 1
	of     int
	texts  []found
	notes  []string
}

// read begins to read. While parts of an export are missing, what is found comes to what is there.
func (m Model) read(sources []source) (Model, tea.Cmd) {
	m.stop()
	if !m.collecting() {
		if !m.adding {
			clearAll(m.candidates) // of the confirmation before
		}
		m.harvest = harvest{}
	}
	m.request++
	m.stage, m.cursor, m.said = stageReading, 0, ""
	ctx, cancel := context.WithCancel(m.ctx)
	m.reading = reading{ctx: ctx, cancel: cancel, left: sources, number: 1, of: len(sources)}
	return m.readNext()
}

// stop ends a reading under way.
func (m *Model) stop() {
	if m.reading.cancel != nil {
		m.reading.cancel()
	}
	m.reading = reading{}
}

// collecting tells that parts of an export are still missing.
func (m Model) collecting() bool { return len(m.candidates) > 0 && len(m.missing()) > 0 }

// Collecting tells that what is pasted now belongs to what is shown.
func (m Model) Collecting() bool { return m.stage != stageReading && !m.adding && m.collecting() }

func (m Model) readNext() (Model, tea.Cmd) {
	n, typed := m.request, m.back == stagePath
	if r := m.reading; len(r.left) > 0 {
		s, ctx := r.left[0], r.ctx
		return m, func() tea.Msg {
			out := readStep{request: n}
			var err error
			if out.texts, err = s.open(ctx); err != nil && ctx.Err() == nil {
				out.note = note(s, typed, err)
			}
			return out
		}
	}
	ctx, v, before, texts := m.ctx, m.vault, m.harvest, m.reading.texts
	return m, func() tea.Msg {
		h := before.with(texts)
		compare(ctx, v, h.candidates[len(before.candidates):])
		return readDone{request: n, harvest: h, kept: len(before.candidates)}
	}
}

// step takes what one source had, and goes on to the next.
func (m Model) step(msg readStep) (Model, tea.Cmd) {
	if msg.request != m.request || m.stage != stageReading || len(m.reading.left) == 0 {
		return m, nil
	}
	r := &m.reading
	r.left, r.number = r.left[1:], r.number+1
	r.texts = append(r.texts, msg.texts...)
	if msg.note != "" {
		r.notes = append(r.notes, msg.note)
	}
	return m.readNext()
}

// concluded ends in the confirmation, or where a slip of the fingers is mended.
func (m Model) concluded(msg readDone) (Model, tea.Cmd) {
	if msg.request != m.request || m.stage != stageReading {
		clearAll(msg.harvest.candidates[msg.kept:])
		return m, nil
	}
	notes := m.reading.notes
	m.stop()
	m.stage, m.harvest, m.notes = stageConfirm, msg.harvest.enrollingFirst(), notes
	if m.back == stagePath && len(m.candidates) == msg.kept && len(notes) > 0 {
		m.stage, m.said = stagePath, strings.Join(notes, " ")
		if m.said == looksLikeLink {
			return m.refuseLink(), nil
		}
	}
	return m, nil
}

// progress is "Reading b.png… 2 of 5", of a folder by its pictures.
func (r reading) progress() string {
	if len(r.left) == 0 {
		return "Reading…"
	}
	text := r.left[0].doing + "…"
	if so := r.left[0].far; so != nil && so.of.Load() > 1 {
		return text + fmt.Sprintf(" %d of %d", so.done.Load(), so.of.Load())
	}
	if r.of > 1 {
		text += fmt.Sprintf(" %d of %d", r.number, r.of)
	}
	return text
}

// compare finds what is in the vault already: the same name is seen in the
// list, the same secret only by fetching it.
func compare(ctx context.Context, v Vault, candidates []candidate) {
	if v == nil {
		return
	}
	accounts := v.Accounts()
	for i := range candidates {
		c := &candidates[i]
		if c.err != nil {
			continue
		}
		for _, a := range accounts {
			if !strings.EqualFold(a.Issuer, c.key.Issuer) || !strings.EqualFold(a.Label, c.key.Label) {
				continue
			}
			there := a
			k, err := v.Key(ctx, a.ID)
			equal := err == nil && k.Type == c.key.Type && k.Secret.Equal(c.key.Secret)
			k.Secret.Clear()
			if equal {
				c.same, c.wanted = &there, false
				break
			}
			c.twin = &there
		}
	}
}
