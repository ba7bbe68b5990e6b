package tui

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"

	"twofold/vault"
)

// Screens as they are, at the three sizes that matter. Codes in them are those
// of the RFC's secret at a fixed time. Update: go test ./tui -run Golden -update
func TestGolden(t *testing.T) {
	screens := map[string]func(*testing.T, int, int) *desk{
		"codes": func(t *testing.T, w, h int) *desk { return newDesk(t, w, h, nil).furnish().start() },
		"codes-last-seconds": func(t *testing.T, w, h int) *desk {
			d := newDesk(t, w, h, nil).furnish().start()
			d.later(15 * time.Second)
			d.press("down", "enter")
			return d
		},
		"codes-filter": func(t *testing.T, w, h int) *desk {
			d := newDesk(t, w, h, nil).furnish().start()
			d.press("/ada")
			return d
		},
		"codes-empty": func(t *testing.T, w, h int) *desk { return newDesk(t, w, h, nil).start() },
		"codes-keys": func(t *testing.T, w, h int) *desk {
			d := newDesk(t, w, h, nil).furnish().start()
			d.press("?")
			return d
		},
		"welcome": func(t *testing.T, w, h int) *desk {
			return newDesk(t, w, h, noVault(vault.KindKeyring, gnome)).start()
		},
		"trouble": func(t *testing.T, w, h int) *desk {
			return newDesk(t, w, h, func(o *Options, _ *desk) {
				o.Inspect = func(context.Context, vault.Kind) (vault.Status, error) {
					return vault.Status{Kind: vault.KindKeyring, Exists: true, Err: vault.ErrKeyringUnreachable}, nil
				}
			}).start()
		},
		"add": func(t *testing.T, w, h int) *desk {
			d := newDesk(t, w, h, nil).furnish().start()
			d.press("a")
			return d
		},
		"add-confirm": func(t *testing.T, w, h int) *desk {
			d := newDesk(t, w, h, nil).furnish().start()
			d.paste(newLink)
			return d
		},
		"add-key": func(t *testing.T, w, h int) *desk {
			d := newDesk(t, w, h, nil).furnish().start()
			d.press("a", "k", "GEZDGNBVG8")
			return d
		},
	}
	for name, build := range screens {
		for _, size := range [][2]int{{80, 24}, {120, 40}, {40, 12}} {
			t.Run(fmt.Sprintf("%s-%dx%d", name, size[0], size[1]), func(t *testing.T) {
				golden.RequireEqual(t, build(t, size[0], size[1]).text())
			})
		}
	}
}
