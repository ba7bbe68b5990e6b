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
		"codes-locked": func(t *testing.T, w, h int) *desk {
			v := newMany(t, 40)
			v.fail = map[string]error{}
			for i := range 36 {
				v.fail[fmt.Sprint(i+2)] = vault.ErrLocked
			}
			v.fail["1"] = vault.ErrSecretMissing
			return deskOfSize(t, v, w, h)
		},
		"codes-backup": func(t *testing.T, w, h int) *desk {
			return newDesk(t, w, h, allServices).furnish().start()
		},
		"codes-warning": func(t *testing.T, w, h int) *desk {
			return newDesk(t, w, h, func(o *Options, _ *desk) {
				o.Warnings = func() []string {
					return []string{"The automatic backup failed: no space left on device.", "second"}
				}
			}).furnish().start()
		},
		"locked": func(t *testing.T, w, h int) *desk {
			d := newDesk(t, w, h, func(o *Options, _ *desk) { o.LockAfter = 5 * time.Minute }).furnish().start()
			d.later(5 * time.Minute)
			return d
		},
		"new-passphrase": func(t *testing.T, w, h int) *desk {
			d := newDesk(t, w, h, noVault(vault.KindFile, noKeyring)).start()
			d.press("k", "password")
			return d
		},
		"trouble-locked": func(t *testing.T, w, h int) *desk {
			return newDesk(t, w, h, func(o *Options, _ *desk) {
				o.UnlockKeyring = func(context.Context) error { return nil }
				o.Inspect = func(context.Context, vault.Kind) (vault.Status, error) {
					return vault.Status{Kind: vault.KindKeyring, Exists: true, Err: vault.ErrLocked}, nil
				}
			}).start()
		},
		"trash": func(t *testing.T, w, h int) *desk { return discard(t, w, h, 30) },
		"trash-empty": func(t *testing.T, w, h int) *desk {
			d := newDesk(t, w, h, nil).furnish().start()
			d.press("t")
			return d
		},
		"trash-emptying": func(t *testing.T, w, h int) *desk {
			d := discard(t, w, h, 30)
			d.press("E")
			return d
		},
		"add": func(t *testing.T, w, h int) *desk {
			d := newDesk(t, w, h, (&sight{}).offer).furnish().start()
			d.press("a")
			return d
		},
		"add-confirm": func(t *testing.T, w, h int) *desk {
			d := newDesk(t, w, h, nil).furnish().start()
			d.paste(newLink)
			return d
		},
		"add-parts": func(t *testing.T, w, h int) *desk {
			d := newDesk(t, w, h, (&sight{}).offer).furnish().start()
			d.paste(part(7, 1, 3, 4, "b") + "\notpauth://totp/x?secret=GEZD1\n" + newLink)
			return d
		},
		"add-key": func(t *testing.T, w, h int) *desk {
			d := newDesk(t, w, h, nil).furnish().start()
			d.press("a", "k", "GEZDGNBVG8")
			return d
		},
	}
	for name, build := range screens {
		for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 60}, {40, 12}} {
			t.Run(fmt.Sprintf("%s-%dx%d", name, size[0], size[1]), func(t *testing.T) {
				golden.RequireEqual(t, build(t, size[0], size[1]).text())
			})
		}
	}
}
