package tui

import (
	"context"
	"strings"
	"testing"
	"time"

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

func TestAnotherProcessesAccountAppears(t *testing.T) {
	d := newDesk(t, 80, 24, nil).furnish().start()
	d.add("otpauth://totp/Newcomer:ada?issuer=Newcomer&secret="+rfcSecret, nil)
	d.hides("Newcomer")
	d.press("a", "esc") // any reason to look again is fine; the tick is one
	d.later(4 * time.Second)
	d.model.codes, _ = d.model.codes.Reload()
	d.run(d.model.codes.Init())
	d.shows("Newcomer", "7 accounts")
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
