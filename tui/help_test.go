package tui

import (
	"fmt"
	"strings"
	"testing"

	"twofold/tui/widget"
)

// TestHelpShowsEveryKeyWhole: at any size, a person who scrolls through the
// overlay sees every key of the screen, and no line is cut.
func TestHelpShowsEveryKeyWhole(t *testing.T) {
	screens := map[string]func(w, h int) *desk{
		"codes":     func(w, h int) *desk { return newDesk(t, w, h, nil).furnish().start() },
		"trash":     func(w, h int) *desk { d := newDesk(t, w, h, nil).furnish().start(); d.press("t"); return d },
		"locked":    func(w, h int) *desk { d := newDesk(t, w, h, allServices).furnish().start(); d.press("l"); return d },
		"services":  func(w, h int) *desk { return newDesk(t, w, h, allServices).furnish().start() },
		"add":       func(w, h int) *desk { d := newDesk(t, w, h, nil).start(); d.press("a"); return d },
		"confirm":   func(w, h int) *desk { d := newDesk(t, w, h, nil).start(); d.paste(newLink); return d },
		"handshake": func(w, h int) *desk { d := newDesk(t, w, h, nil).start(); d.press("tab"); return d },
		"demo": func(w, h int) *desk {
			return newDesk(t, w, h, func(o *Options, _ *desk) { o.Open, o.Screen = nil, ScreenHandshake }).start()
		},
		"welcome": func(w, h int) *desk { return newDesk(t, w, h, noVault("keyring", gnome)).start() },
	}
	for name, build := range screens {
		for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 60}, {40, 12}, {76, 8}} {
			t.Run(fmt.Sprintf("%s-%dx%d", name, size[0], size[1]), func(t *testing.T) {
				d := build(size[0], size[1])
				d.press("?")
				var seen strings.Builder
				for range 40 {
					seen.WriteString(d.text() + "\n")
					d.press("down")
				}
				for _, g := range d.model.fullHelp() {
					for _, k := range g.Keys {
						if want := widget.Cell(k.Help().Key, 9) + " " + k.Help().Desc; k.Enabled() && !strings.Contains(seen.String(), want) {
							t.Errorf("%s: the overlay never shows %q", g.Title, want)
						}
					}
				}
				d.press("esc")
				d.hides("Everywhere")
			})
		}
	}
}
