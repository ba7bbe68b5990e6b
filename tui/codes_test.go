package tui

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"twofold/tui/widget"
	"twofold/vault"
)

func TestEnterCopiesTheCodeAndTellsTheTruth(t *testing.T) {
	d := newDesk(t, 100, 24, nil).furnish().start()
	d.press("enter") // GitHub is pinned, so first
	if want := codeAt(t, d.now); d.copied() != want {
		t.Fatalf("copied %s, not %s", d.copied(), want)
	}
	d.shows("Sent GitHub's code to the terminal's clipboard, cleared in 30 s.")
	d.later(10 * time.Second)
	d.shows("cleared in 20 s.")
	d.later(20 * time.Second)
	if d.copied() != "" {
		t.Fatalf("after 30 s the clipboard still holds %q", d.copied())
	}
	d.shows("Asked the terminal to empty its clipboard.")
}

func TestLastSecondsCopyTheNextCode(t *testing.T) {
	d := newDesk(t, 100, 24, nil).furnish().start()
	d.later(13 * time.Second) // 6 s are left
	d.hides(" → ")
	d.later(time.Second)
	now, next := codeAt(t, d.now), codeAt(t, d.now.Add(5*time.Second))
	d.shows(widget.Group(now) + " → " + widget.Group(next))
	d.press("enter")
	if d.copied() != next {
		t.Fatalf("copied %s, not the next one %s", d.copied(), next)
	}
	d.shows("Sent GitHub's next code to")
}

func TestQuittingEmptiesTheClipboard(t *testing.T) {
	d := newDesk(t, 100, 24, nil).furnish().start()
	d.press("enter", "q")
	if !d.quit || d.copied() != "" {
		t.Fatalf("quit %v, clipboard %q", d.quit, d.copied())
	}
}

func TestCounterMovesOnEachNewCode(t *testing.T) {
	d := newDesk(t, 100, 24, nil).furnish().start()
	d.press("/door", "enter")
	if d.copied() != "755224" { // RFC 4226, appendix D
		t.Fatalf("copied %s, not the first code", d.copied())
	}
	d.shows("755 224", "Sent Door's new code")
	d.press("enter")
	if d.copied() != "287082" {
		t.Fatalf("copied %s, not the second code", d.copied())
	}
	for _, a := range d.vault.Accounts() {
		if a.Type == vault.HOTP && a.Counter != 2 {
			t.Fatalf("the vault's counter is at %d", a.Counter)
		}
	}
}

func TestFilterTakesTheTabLineAndGivesItBack(t *testing.T) {
	d := newDesk(t, 80, 24, nil).furnish().start()
	d.press("/git")
	d.shows("/ git", "1 of 6", "GitHub")
	d.hides("Twofold", "KOR")
	if !strings.Contains(d.model.View().Content, "\x1b[4") {
		t.Error("no letter is underlined")
	}
	d.press("q") // a letter like any other here
	if d.quit {
		t.Fatal("q quit while it was typed into the filter")
	}
	d.shows("Nothing matches “gitq”.")
	d.press("backspace", "esc")
	d.shows("Twofold", "GitHub", "KOR")
}

func TestFilterTakesWordsInAnyOrder(t *testing.T) {
	d := newDesk(t, 80, 24, nil).furnish().start()
	d.press("/example git")
	d.shows("1 of 6", "GitHub")
	d.press("esc", "/work") // a tag
	d.shows("1 of 6", "GitHub")
}

func TestRemoveAsksAndUndoRestores(t *testing.T) {
	d := newDesk(t, 100, 24, nil).furnish().start()
	d.press("x")
	d.shows("Remove GitHub · ada@example.com?")
	d.press("esc")
	if n := len(d.vault.Accounts()); n != 6 {
		t.Fatalf("%d accounts after keeping", n)
	}
	d.press("x", "enter")
	d.shows("u brings it back")
	d.hides(" ★ GitHub")
	if n := len(d.vault.Trash()); n != 1 {
		t.Fatalf("%d in the trash", n)
	}
	d.press("u")
	d.shows("Restored GitHub · ada@example.com.", "★ GitHub")
	if n := len(d.vault.Trash()); n != 0 {
		t.Fatalf("%d in the trash after undo", n)
	}
}

// twoVaults are one file vault opened twice, as two processes would.
func twoVaults(t *testing.T) (mine, theirs *vault.Vault) {
	t.Helper()
	o := vault.Options{Dir: filepath.Join(t.TempDir(), "vault"), Kind: vault.KindFile, Passphrase: func(context.Context, vault.Ask) (vault.Secret, error) {
		return vault.NewSecret([]byte("correct horse"))
	}}
	var both [2]*vault.Vault
	for i := range both {
		v, err := vault.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = v.Close() })
		both[i] = v
		if i == 0 {
			(&desk{t: t, vault: v}).add("otpauth://totp/GitHub:ada?issuer=GitHub&secret="+rfcSecret, nil)
		}
	}
	return both[0], both[1]
}

func TestAnotherProcessesAccountAppears(t *testing.T) {
	mine, theirs := twoVaults(t)
	d := newDesk(t, 80, 24, func(_ *Options, d *desk) { d.vault = mine }).start()
	d.shows("GitHub", "1 account")
	other := &desk{t: t, vault: theirs}
	newcomer := other.add("otpauth://totp/Newcomer:ada?issuer=Newcomer&secret="+rfcSecret, nil)
	d.later(time.Second)
	d.shows("Newcomer", "2 accounts", widget.Group(codeAt(t, d.now)), "▌ GitHub")
	if err := theirs.Remove(t.Context(), newcomer.ID); err != nil {
		t.Fatal(err)
	}
	d.later(time.Second)
	d.hides("Newcomer")
}

func TestSetAsideEntryIsMarkedAndBlocksNobody(t *testing.T) {
	for _, size := range [][2]int{{40, 12}, {80, 24}, {120, 40}} {
		v := newMany(t, 2)
		v.aside = []vault.Damaged{{ID: "b\x1b[2Jad", Reason: "unknown type \"motp\""}, {}}
		d := deskOfSize(t, v, size[0], size[1])
		d.shows("Unreadable entry", "unreadable", "Bank of Örebro")
		if size[0] >= 80 {
			d.shows("! Unreadable entry", "b␛[2Jad")
		}
		d.press("end", "up")
		d.press("x") // it can't be removed by a slip
		d.hides("Remove")
		d.press("enter")
		if d.copied() != "nothing" {
			t.Fatalf("copied %s of an entry that can't be read", d.copied())
		}
		d.shows("This entry can't be read:")
		d.press("/git", "enter")
		if d.copied() != codeAt(t, d.now) {
			t.Fatalf("copied %s beside an entry that can't be read", d.copied())
		}
	}
}

func TestFailedSecretIsMarkedInItsRow(t *testing.T) {
	v := newMany(t, 3)
	v.fail = map[string]error{"1": vault.ErrSecretMissing}
	d := deskOf(t, v)
	d.shows("! Bank of Örebro 0", "secret missing", widget.Group(codeAt(t, d.now)))
	d.hides("keyring is", "keyring does") // it is this account's trouble, and no banner's
	d.press("/bank", "enter")
	if d.copied() != "nothing" {
		t.Fatalf("copied %s of an account without its secret", d.copied())
	}
	d.shows("can't be read: its secret is not in the keyring.")
	d.press("esc")
	v.fail = nil // it is back, for instance with the keyring that it is in
	d.later(10 * time.Second)
	d.hides("secret missing", "! Bank")
	d.shows(" ▌ Bank of Örebro 0") // and the column of signs is gone with the last of them
}

func TestSignsHaveAColumnOnlyWhereThereAreSome(t *testing.T) {
	d := newDesk(t, 120, 40, nil)
	a := d.add("otpauth://totp/GitHub:ada?issuer=GitHub&secret="+rfcSecret, nil)
	d.add("otpauth://totp/lonely@example.com?secret="+rfcSecret, nil)
	d.start().shows(" ▌ GitHub               ada ", "   lonely@example.com    ")
	d.press("down")
	if n := strings.Count(d.text(), "lonely@example.com"); n != 2 { // in its row and above its details
		t.Errorf("an account without issuer is named %d times:\n%s", n, d.text())
	}
	if err := d.vault.Remove(t.Context(), a.ID); err != nil {
		t.Fatal(err)
	}
	d.add("otpauth://totp/GitHub:ada?issuer=GitHub&secret="+rfcSecret, func(a *vault.Account) { a.Pinned = true })
	d.run(d.model.codes.Init())
	d.shows("   ★ GitHub   ", " ▌   lonely@example.com")
}

func TestHostileLabelsStayInTheirColumns(t *testing.T) {
	d := newDesk(t, 80, 24, nil).furnish()
	k, err := vault.ParseKeyURI("otpauth://totp/x:y?secret=" + rfcSecret)
	if err != nil {
		t.Fatal(err)
	}
	k.Issuer, k.Label = "\u202eevil\u2066", strings.Repeat("👩‍👩‍👧🇸🇪", 10)
	if _, err := d.vault.Add(context.Background(), k); err != nil {
		t.Fatal(err)
	}
	d.start()
	if strings.ContainsAny(d.text(), "\u202e\u2066\u200d") {
		t.Error("an override or joiner reached the screen")
	}
	column := -1
	want := widget.Group(codeAt(t, d.now))
	for _, line := range strings.Split(d.text(), "\n") {
		if w := ansi.StringWidth(line); w > 80 || ansi.StringWidthWc(line) != w {
			t.Errorf("a line of %d or %d cells: %q", w, ansi.StringWidthWc(line), line)
		}
		if i := strings.Index(line, want); i >= 0 {
			at := ansi.StringWidth(line[:i])
			if column >= 0 && at != column {
				t.Errorf("a code at %d, another at %d: %q", at, column, line)
			}
			column = at
		}
	}
}

// hidden stands for a vault one of whose secrets cannot be read.
func TestUnreadableAccountIsMarkedAndBlocksNobody(t *testing.T) {
	d := newDesk(t, 100, 24, nil).furnish().start()
	d.press("/kor")
	if err := d.vault.Close(); err != nil { // from here on no secret can be fetched
		t.Fatal(err)
	}
	d.press("esc", "enter") // secrets in sight were fetched before
	if d.copied() != codeAt(t, d.now) {
		t.Fatalf("a code in memory was not copied: %s", d.copied())
	}
	d.later(9 * time.Second)
	d.shows("the vault is closed")
}

func TestSecretsComeForRowsInSightOnly(t *testing.T) {
	d := newDesk(t, 80, 12, nil)
	for i := range 40 {
		d.add("otpauth://totp/"+string(rune('A'+i/26))+string(rune('a'+i%26))+":x?secret="+rfcSecret, nil)
	}
	d.start()
	want := widget.Group(codeAt(t, d.now))
	if n := strings.Count(d.text(), want); n != 9 {
		t.Fatalf("%d codes on the screen, not 9:\n%s", n, d.text())
	}
	if n := d.model.codes.Held(); n != 9 {
		t.Fatalf("%d secrets held for 9 rows", n)
	}
	d.press("end")
	if n := d.model.codes.Held(); n != 18 {
		t.Fatalf("%d secrets held after the last page came into sight", n)
	}
}

// TestAPageOfSecretsIsOneCall: a keyring answers for many as fast as for one.
func TestAPageOfSecretsIsOneCall(t *testing.T) {
	v := newMany(t, 200)
	d := deskOf(t, v)
	v.asked = nil
	m, cmd := d.model.Update(tea.KeyPressMsg{Code: tea.KeyEnd})
	d.model = m.(Model)
	answer := cmd() // the first request's, before any other
	if batch, ok := answer.(tea.BatchMsg); ok {
		answer = batch[0]()
	}
	if len(v.asked) != 35 { // as many as there are rows
		t.Fatalf("%d secrets were asked for at once", len(v.asked))
	}
	m, _ = d.model.Update(answer)
	d.model = m.(Model)
	d.press("enter")
	if d.copied() != codeAt(t, d.now) {
		t.Fatalf("copied %s: the selected one's secret was not among the first", d.copied())
	}
}

// twins are two accounts of one issuer, hard to tell apart by their beginnings.
func twins(t *testing.T, width, height int) *desk {
	d := newDesk(t, width, height, nil).furnish()
	for _, label := range []string{"ada.lovelace@example.com", "ada.lovelace@example.org", "eve"} {
		d.add("otpauth://totp/Wikipedia:"+label+"?issuer=Wikipedia&secret="+rfcSecret, nil)
	}
	return d.start()
}

func TestNarrowRowsTellTwinsApart(t *testing.T) {
	d := twins(t, 40, 20)
	d.press("end", "up")
	d.shows(" ▌ Wikipedia eve     ", "   GitHub            ", "Wikipedia · eve")
	d.press("up")
	d.shows(" Wikipedia · ada.lovelace@example.org", "⏎ copy", "? all keys")
	seen := map[string]bool{}
	for _, line := range strings.Split(d.text(), "\n") {
		if name := strings.TrimSpace(strings.TrimPrefix(line, " ▌")); strings.HasPrefix(name, "Wik") && strings.Contains(name, "  ") {
			name, _, _ = strings.Cut(name, "  ")
			if seen[name] {
				t.Errorf("two rows are called %q:\n%s", name, d.text())
			}
			seen[name] = true
		}
	}
	if len(seen) != 3 {
		t.Errorf("the rows are %v:\n%s", seen, d.text())
	}
	d.press("/wiki.org")
	d.press("esc", "/org") // letters of the label's end are underlined
	if !strings.Contains(d.model.View().Content, "\x1b[4") {
		t.Error("no letter is underlined")
	}
}

func TestRemovalNamesTheAccountAndItsWayOut(t *testing.T) {
	for _, size := range [][2]int{{40, 12}, {40, 20}, {60, 16}, {80, 24}, {110, 34}} {
		d := twins(t, size[0], size[1])
		d.press("end", "up", "up", "x")
		d.shows("⏎ remove   Esc keep", "Remove Wikipedia ·", "?")
		d.hides("all keys", "quit")
		if size[0] != 60 {
			d.shows("ada.lovelace@example.org")
		}
		d.press("esc")
		d.hides("Remove")
	}
	d := newDesk(t, 40, 12, nil)
	d.add("otpauth://totp/x?issuer="+strings.Repeat("long%20", 20)+"&secret="+rfcSecret, nil)
	d.start()
	d.press("x")
	d.shows("Remove", "long long", "?", "⏎ remove   Esc keep")
}

func TestSentencesLeaveTheKeysInSight(t *testing.T) {
	for _, width := range []int{80, 100} {
		d := twins(t, width, 24)
		said := func(want string) {
			t.Helper()
			d.shows(want, "? all keys")
			if !strings.Contains(d.text(), "⏎ copy") && !strings.Contains(d.text(), "⏎ new code") {
				t.Errorf("no key to copy with:\n%s", d.text())
			}
		}
		d.later(15 * time.Second)
		for range 9 {
			d.press("enter")
			said(" 30 s.")
			d.press("down")
		}
		d.press("end", "up", "x", "enter")
		said("Removed Wikipedia · eve. u brings it back.")
		d.press("u")
		said("Restored Wikipedia · eve.")
	}
	d := twins(t, 40, 12)
	d.press("end", "up", "x", "enter")
	d.shows("u brings it back.")
}

func TestEightDigitsShowBothCodesWhereThereIsRoom(t *testing.T) {
	k, err := vault.ParseKeyURI("otpauth://totp/x?digits=8&secret=" + rfcSecret)
	if err != nil {
		t.Fatal(err)
	}
	at := func(when time.Time) string {
		c, err := k.Code(when)
		if err != nil {
			t.Fatal(err)
		}
		return widget.Group(c.Reveal())
	}
	for _, width := range []int{80, 110, 120} {
		d := newDesk(t, width, 24, nil).furnish().start()
		d.later(15 * time.Second)
		d.shows(at(d.now) + " → " + at(d.now.Add(4*time.Second)))
	}
	d := newDesk(t, 40, 20, nil).furnish().start()
	d.later(15 * time.Second)
	d.shows("→ " + at(d.now.Add(4*time.Second)))
}
