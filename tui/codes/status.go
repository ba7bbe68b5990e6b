package codes

import (
	"fmt"
	"strings"

	"twofold/tui/widget"
)

// sentence is how many cells one may have at the bottom, beside the keys that
// have to stay in sight.
func (m Model) sentence() int {
	if m.width < narrow {
		return m.width - 2
	}
	return m.width - 28
}

// Status is the sentence at the bottom: what just happened, or what is asked.
func (m Model) Status() string {
	tight := m.width < narrow
	switch {
	case m.removing != "":
		if r, ok := m.byID(m.removing); ok && !tight { // viewFoot asks where it is tight
			const why = " Its secret stays in the trash."
			ask := "Remove " + widget.Truncate(r.name(), m.sentence()-8) + "?"
			if widget.Width(ask)+len(why) <= m.sentence() {
				ask += why
			}
			return ask
		}
	case m.phone.asks != "":
		return m.question()
	case m.said != "":
		return m.said
	case m.troubles != "":
		return m.troubles
	case !m.clearAt.IsZero():
		left := m.clearAt.Sub(m.now)
		if tight {
			return fmt.Sprintf("%s sent to the clipboard, %d s", strings.TrimSpace(capital(m.copiedWas+"code")), widget.Seconds(left))
		}
		seconds := widget.Seconds(left)
		for _, where := range []string{"to the terminal's clipboard, cleared in", "to the clipboard, cleared in", "to the clipboard for"} {
			said := fmt.Sprintf("Sent %s%scode %s %d s.", possessive(m.copied), m.copiedWas, where, seconds)
			if widget.Width(said) <= m.sentence() {
				return said
			}
		}
		const rest = len("Sent 's next code, cleared in 30 s.")
		return fmt.Sprintf("Sent %s%scode, cleared in %d s.", possessive(widget.Truncate(m.copied, m.sentence()-rest)), m.copiedWas, seconds)
	}
	return ""
}

func (m Model) byID(id string) (row, bool) {
	for _, r := range m.rows {
		if r.account.ID == id {
			return r, true
		}
	}
	return row{}, false
}
