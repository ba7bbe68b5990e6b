package tui

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"twofold/tui/codes"
	"twofold/tui/theme"
	"twofold/vault"
)

// many is a vault of n accounts, all with the RFC's secret; what a benchmark
// of drawing needs, without 10,000 writes.
type many struct {
	accounts []vault.Account
	key      vault.Key
}

func newMany(tb testing.TB, n int) *many {
	tb.Helper()
	k, err := vault.ParseKeyURI("otpauth://totp/x?secret=" + rfcSecret)
	if err != nil {
		tb.Fatal(err)
	}
	v := &many{key: k}
	issuers := []string{"GitHub", "Bank of Örebro", "KOR", "Steam", "日本銀行", "Wikipedia", "VPN (slow)", "Mail & Calendar"}
	for i := range n {
		a := k.Account
		a.ID, a.Issuer = fmt.Sprint(i), fmt.Sprintf("%s %d", issuers[i%len(issuers)], i/len(issuers))
		a.Label = fmt.Sprintf("user%d@example.com", i*7919%n)
		v.accounts = append(v.accounts, a)
	}
	return v
}

func (v *many) Accounts() []vault.Account             { return slices.Clone(v.accounts) }
func (v *many) SetAside() []vault.Damaged             { return nil }
func (v *many) Refresh(context.Context) (bool, error) { return false, nil }
func (v *many) Key(context.Context, string) (vault.Key, error) {
	raw := v.key.Secret.Reveal()
	s, err := vault.NewSecret(raw)
	return vault.Key{Account: v.key.Account, Secret: s}, err
}

func (v *many) Code(_ context.Context, _ string, at time.Time) (vault.Code, error) {
	return v.key.Code(at)
}
func (v *many) Remove(context.Context, string) error  { return nil }
func (v *many) Restore(context.Context, string) error { return nil }

// deskOf shows v in a root model of 120x40, as if it had been opened.
func deskOf(tb testing.TB, v codes.Vault) *desk {
	d := &desk{now: morning}
	d.model = newModel(context.Background(), Options{
		Open: func(context.Context, vault.Kind, vault.Secret) (*vault.Vault, error) { return nil, nil },
		Now:  func() time.Time { return d.now }, Width: 120, Height: 40,
	})
	d.model.clock = func() tea.Cmd { return nil }
	d.model.vault = vault.Throwaway(vault.Options{})
	d.model.codes = codes.New(context.Background(), v, theme.New(true), morning)
	d.model.in = inCodes
	if t, ok := tb.(*testing.T); ok {
		d.t = t
	} else {
		d.t = &testing.T{} // never fails: a benchmark's desk only sends
	}
	d.run(d.model.codes.Init())
	d.send(tea.WindowSizeMsg{Width: 120, Height: 40})
	return d
}

// walkKeys is what a person does: down, pages, ends, a filter typed letter by
// letter and taken back.
func walkKeys() []tea.KeyPressMsg {
	var keys []tea.KeyPressMsg
	add := func(code rune, text string) { keys = append(keys, tea.KeyPressMsg{Code: code, Text: text}) }
	for range 10 {
		add(tea.KeyDown, "")
	}
	add(tea.KeyPgDown, "")
	add(tea.KeyEnd, "")
	add(tea.KeyUp, "")
	add(tea.KeyHome, "")
	add('/', "/")
	for _, r := range "bank user" {
		add(r, string(r))
	}
	add(tea.KeyDown, "")
	for range 4 {
		add(tea.KeyBackspace, "")
	}
	add(tea.KeyEscape, "")
	return keys
}

// BenchmarkKeyToFrame measures from a key press to its finished frame: Update
// and View of the whole interface. Answers to its commands come in between, as
// in the program, and are not the key's.
func BenchmarkKeyToFrame(b *testing.B) {
	for _, n := range []int{10, 1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			d := deskOf(b, newMany(b, n))
			keys := walkKeys()
			var took []time.Duration
			b.ResetTimer()
			for i := 0; b.Loop(); i++ {
				began := time.Now()
				m, cmd := d.model.Update(keys[i%len(keys)])
				_ = m.View()
				took = append(took, time.Since(began))
				b.StopTimer()
				d.model = m.(Model)
				d.run(cmd)
				b.StartTimer()
			}
			slices.Sort(took)
			at := func(p float64) float64 {
				return float64(took[min(len(took)-1, int(p*float64(len(took))))].Microseconds()) / 1000
			}
			b.ReportMetric(at(0.50), "p50-ms")
			b.ReportMetric(at(0.99), "p99-ms")
			b.ReportMetric(at(1), "max-ms")
		})
	}
}

// TestTenThousandAccountsKeepUp is the benchmark's promise, loose enough for a
// busy machine: the median key of a filter typed at 10,000 accounts.
func TestTenThousandAccountsKeepUp(t *testing.T) {
	d := deskOf(t, newMany(t, 10000))
	d.shows("10,000", "GitHub 0")
	var took []time.Duration
	for range 3 {
		for _, k := range walkKeys() {
			began := time.Now()
			m, cmd := d.model.Update(k)
			_ = m.View()
			took = append(took, time.Since(began))
			d.model = m.(Model)
			d.run(cmd)
		}
	}
	slices.Sort(took)
	if median := took[len(took)/2]; median > 16*time.Millisecond {
		t.Errorf("the median key takes %s", median)
	}
}
