package tui

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"go.uber.org/goleak"

	"twofold/vault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// rfcSecret is the secret of the test vectors of RFC 4226 and 6238.
const rfcSecret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

// morning is the fixed time of these tests: 19 s are left of its period.
var morning = time.Date(2026, 7, 13, 9, 41, 11, 0, time.UTC)

// desk drives a root model as the program would, running each command at once
// in place of the event loop. Time is the test's: the clock's ticks are sent by
// hand. The vault is a real one, in memory.
type desk struct {
	t      *testing.T
	model  Model
	now    time.Time
	vault  *vault.Vault
	clip   []string // what went to the terminal's clipboard
	quit   bool
	frames int
}

func newDesk(t *testing.T, width, height int, change func(*Options, *desk)) *desk {
	t.Helper()
	d := &desk{t: t, now: morning}
	d.vault = vault.Throwaway(vault.Options{Now: func() time.Time { return d.now }})
	o := Options{
		Inspect: func(context.Context, vault.Kind) (vault.Status, error) {
			return vault.Status{
				Dir: "/home/ada/.local/share/twofold", Kind: vault.KindKeyring, Exists: true,
				Keyring: vault.KeyringState{Provider: "GNOME Keyring", State: vault.StateUsable},
			}, nil
		},
		Open:  func(context.Context, vault.Kind, vault.Secret) (*vault.Vault, error) { return d.vault, nil },
		Now:   func() time.Time { return d.now },
		Width: width, Height: height,
	}
	if change != nil {
		change(&o, d)
	}
	d.model = newModel(context.Background(), o)
	d.model.clock = func() tea.Cmd { return nil }
	d.model.soon = func() tea.Cmd { return nil }
	t.Cleanup(d.model.owned.close)
	return d
}

// start is what the program does first.
func (d *desk) start() *desk {
	d.t.Helper()
	d.run(d.model.Init())
	d.send(tea.WindowSizeMsg{Width: d.model.width, Height: d.model.height})
	return d
}

func (d *desk) send(msg tea.Msg) {
	d.t.Helper()
	m, cmd := d.model.Update(msg)
	d.model = m.(Model)
	_ = d.model.View() // each state may be drawn
	d.frames++
	d.run(cmd)
}

func (d *desk) run(cmd tea.Cmd) {
	d.t.Helper()
	if cmd == nil {
		return
	}
	msg := cmd()
	switch name := fmt.Sprintf("%T", msg); {
	case msg == nil:
	case name == "tea.setClipboardMsg":
		d.clip = append(d.clip, fmt.Sprint(msg))
	case name == "tea.QuitMsg":
		d.quit = true
	case name == "tea.BatchMsg" || name == "tea.sequenceMsg":
		for _, c := range reflect.ValueOf(msg).Seq2() {
			d.run(c.Interface().(tea.Cmd))
		}
	default:
		d.send(msg)
	}
}

// press sends keys by name; anything that is no name is typed.
func (d *desk) press(keys ...string) {
	d.t.Helper()
	named := map[string]tea.KeyPressMsg{
		"enter": {Code: tea.KeyEnter}, "esc": {Code: tea.KeyEscape}, "tab": {Code: tea.KeyTab},
		"up": {Code: tea.KeyUp}, "down": {Code: tea.KeyDown}, "right": {Code: tea.KeyRight}, "end": {Code: tea.KeyEnd},
		"space": {Code: tea.KeySpace, Text: " "}, "pgdown": {Code: tea.KeyPgDown}, "home": {Code: tea.KeyHome}, "backspace": {Code: tea.KeyBackspace},
		"ctrl+c": {Code: 'c', Mod: tea.ModCtrl},
	}
	for _, k := range keys {
		if msg, ok := named[k]; ok {
			d.send(msg)
			continue
		}
		for _, r := range k {
			d.send(tea.KeyPressMsg{Code: r, Text: string(r)})
		}
	}
}

func (d *desk) paste(text string) {
	d.t.Helper()
	d.send(tea.PasteMsg{Content: text})
}

// later moves the clock on and ticks once.
func (d *desk) later(by time.Duration) {
	d.t.Helper()
	d.now = d.now.Add(by)
	d.send(tick(d.now))
}

func (d *desk) text() string { return ansi.Strip(d.model.View().Content) }

func (d *desk) shows(want ...string) {
	d.t.Helper()
	for _, w := range want {
		if !strings.Contains(d.text(), w) {
			d.t.Fatalf("the screen does not show %q:\n%s", w, d.text())
		}
	}
}

func (d *desk) hides(unwanted ...string) {
	d.t.Helper()
	for _, w := range unwanted {
		if strings.Contains(d.text(), w) {
			d.t.Fatalf("the screen shows %q:\n%s", w, d.text())
		}
	}
}

// copied is the newest text in the clipboard.
func (d *desk) copied() string {
	if len(d.clip) == 0 {
		return "nothing"
	}
	return d.clip[len(d.clip)-1]
}

// add puts an account into the vault behind the screen's back.
func (d *desk) add(uri string, edit func(*vault.Account)) vault.Account {
	d.t.Helper()
	k, err := vault.ParseKeyURI(uri)
	if err != nil {
		d.t.Fatal(err)
	}
	if edit != nil {
		edit(&k.Account)
	}
	a, err := d.vault.Add(context.Background(), k)
	if err != nil {
		d.t.Fatal(err)
	}
	return a
}

// furnish adds accounts of each kind, all with the RFC's secret.
func (d *desk) furnish() *desk {
	d.t.Helper()
	d.add("otpauth://totp/GitHub:ada@example.com?issuer=GitHub&secret="+rfcSecret, func(a *vault.Account) {
		a.Pinned, a.Tags, a.Note = true, []string{"work"}, "the old laptop's"
	})
	d.add("otpauth://totp/KOR:ada@example.com?issuer=KOR&secret="+rfcSecret, nil)
	d.add("otpauth://totp/VPN%20(slow):ada?issuer=VPN%20(slow)&period=60&secret="+rfcSecret, nil)
	d.add("otpauth://hotp/Door:front?issuer=Door&counter=0&secret="+rfcSecret, nil)
	d.add("otpauth://totp/Bank%20of%20%C3%96rebro:1815-12-10?issuer=Bank%20of%20%C3%96rebro&digits=8&secret="+rfcSecret, nil)
	d.add("otpauth://totp/%E6%97%A5%E6%9C%AC%E9%8A%80%E8%A1%8C:%F0%9F%91%A9%E2%80%8D%F0%9F%91%A7%20home?issuer=%E6%97%A5%E6%9C%AC%E9%8A%80%E8%A1%8C&secret="+rfcSecret, nil)
	return d
}

// codeAt is the code of the RFC's secret at a time, by the vault.
func codeAt(t *testing.T, at time.Time) string { return codeOf(t, at) }

func codeOf(t testing.TB, at time.Time) string {
	t.Helper()
	k, err := vault.ParseKeyURI("otpauth://totp/x?secret=" + rfcSecret)
	if err != nil {
		t.Fatal(err)
	}
	c, err := k.Code(at)
	if err != nil {
		t.Fatal(err)
	}
	return c.Reveal()
}

func keyPress(r rune) tea.KeyPressMsg { return tea.KeyPressMsg{Code: r, Text: string(r)} }
