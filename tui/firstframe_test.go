package tui

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"twofold/tui/unlock"
	"twofold/tui/widget"
	"twofold/vault"
	"twofold/vault/keyringtest"
)

// BenchmarkFirstFrame measures from the moment that vault.Open has returned to
// the first frame in which every row in sight has its code, with 1,000 accounts
// on a terminal of 120 by 40: all commands and updates in between, and a frame
// after each. The keyring is a real gnome-keyring with 1,000 items. The pace of
// the renderer, at most a thirtieth of a second, is not in it.
func BenchmarkFirstFrame(b *testing.B) {
	const accounts = 1000
	b.Run("keyring", func(b *testing.B) {
		if missing := keyringtest.Missing(); len(missing) > 0 {
			b.Skipf("missing: %s", strings.Join(missing, ", "))
		}
		ring, err := keyringtest.Start()
		if err != nil {
			b.Fatal(err)
		}
		defer ring.Stop()
		if err := ring.Setenv(); err != nil {
			b.Fatal(err)
		}
		firstFrame(b, vault.Options{Dir: b.TempDir(), Kind: vault.KindKeyring}, accounts)
	})
	b.Run("file", func(b *testing.B) {
		firstFrame(b, vault.Options{Dir: b.TempDir(), Kind: vault.KindFile, Passphrase: func(context.Context, vault.Ask) (vault.Secret, error) {
			return vault.NewSecret([]byte("correct horse"))
		}}, accounts)
	})
}

func firstFrame(b *testing.B, o vault.Options, accounts int) {
	open := func() *vault.Vault {
		v, err := vault.Open(b.Context(), o)
		if err != nil {
			b.Fatal(err)
		}
		return v
	}
	v := open()
	for i := range accounts {
		k, err := vault.ParseKeyURI(fmt.Sprintf("otpauth://totp/Issuer%%20%d:user%d@example.com?secret=%s", i%97, i, rfcSecret))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := v.Add(b.Context(), k); err != nil {
			b.Fatal(err)
		}
	}
	if err := v.Close(); err != nil {
		b.Fatal(err)
	}
	code := widget.Group(codeOf(b, morning))
	frames, took := 0, time.Duration(0)
	for b.Loop() { // once for 1,000 additions, which take longer than all the rest
		b.StopTimer()
		d := &desk{t: &testing.T{}, now: morning}
		d.model = newModel(context.Background(), Options{
			Open: func(context.Context, vault.Kind, vault.Secret) (*vault.Vault, error) { return nil, nil },
			Now:  func() time.Time { return d.now }, Width: 120, Height: 40,
		})
		d.send(tea.WindowSizeMsg{Width: 120, Height: 40})
		v := open()
		began := time.Now()
		b.StartTimer()
		d.send(unlock.Opened{Vault: v})
		b.StopTimer()
		took += time.Since(began)
		frames += d.frames - 1
		if n := strings.Count(d.text(), code); n < 35 {
			b.Fatalf("%d codes on the first full frame:\n%s", n, d.text())
		}
		d.model.owned.close()
		b.StartTimer()
	}
	b.ReportMetric(float64(took.Microseconds())/1000/float64(b.N), "ms/op")
	b.ReportMetric(float64(frames)/float64(b.N), "frames/op")
}
