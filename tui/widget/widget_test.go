package widget

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"twofold/tui/theme"
)

func TestCleanMakesTextHarmless(t *testing.T) {
	for in, want := range map[string]string{
		"plain text":             "plain text",
		"Örebro 日本":              "Örebro 日本",
		"\x1b[31mred\x1b[0m":     "␛[31mred␛[0m",
		"\x1b]52;c;AAAA\x07":     "␛]52;c;AAAA␇",
		"a\nb\tc\rd\x7f":         "a␊b␉c␍d␡",
		"csi \u009b31m":          "csi \ufffd31m",
		"\u202eevil\u2066\ufeff": "evil",
		"bad \xff byte":          "bad \ufffd byte",
		"👩\u200d👩\u200d👧 home":   "👩 home",
		"soft\u00adhyphen":       "softhyphen",
	} {
		if got := Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, not %q", in, got, want)
		}
	}
}

// FuzzClean: whatever comes in, every terminal agrees on the width of what
// comes out, and nothing in it moves a cursor.
func FuzzClean(f *testing.F) {
	for _, s := range []string{"", "a", "\x1b[2J", "🇸🇪🇸", "❤️", "1️⃣", "e\u0301", "\u0301", "ก็", "한글\u1100\u1161", strings.Repeat("x", 600)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		out := Clean(s)
		if ansi.Strip(out) != out {
			t.Errorf("an escape sequence is left in %q", out)
		}
		for _, w := range []int{1, 7, 30} {
			if got := Width(Cell(out, w)); got != w {
				t.Errorf("Cell(%q, %d) takes %d cells", out, w, got)
			}
		}
	})
}

func TestGroupIsHowPeopleReadCodes(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "F7K2Q": "F7K2Q", "123456": "123 456", "1234567": "123 4567", "12345678": "1234 5678", "1234567890": "12345 67890",
	} {
		if got := Group(in); got != want {
			t.Errorf("Group(%q) = %q, not %q", in, got, want)
		}
	}
}

func TestCountdownCountsDown(t *testing.T) {
	plain := func(s int64) string {
		return ansi.Strip(Countdown(theme.New(true), time.Unix(s, 0), 30*time.Second, 10))
	}
	for at, want := range map[int64]string{
		0: "━━━━━━━━━━ 30 s", 15: "━━━━━───── 15 s", 29: "━─────────  1 s", 30: "━━━━━━━━━━ 30 s",
	} {
		if got := plain(at); got != want {
			t.Errorf("at %d: %q, not %q", at, got, want)
		}
	}
}

func TestCellKeepsItsWidth(t *testing.T) {
	for _, s := range []string{"", "abc", "日本銀行日本銀行", "👩👩👩", "\x1b[1mbold and long\x1b[0m"} {
		for w := range 12 {
			if got := Width(Cell(s, w)); got != w {
				t.Errorf("Cell(%q, %d) takes %d cells", s, w, got)
			}
		}
	}
}
