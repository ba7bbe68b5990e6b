package verifier

import (
	"bytes"
	"compress/gzip"
	"io"
	"slices"
	"strings"
	"testing"
)

// KOR-4, ASVS 6.2.4.
func TestWellKnownPasswordsAreFound(t *testing.T) {
	for _, password := range []string{
		"password", "Password", "PASSWORD", "12345678", "qwertyuiop", "iloveyou", "football", "trustno1",
		"passwordpassword", "footballfootball", // the same again
		"aaaaaaaaaaaaaaa", "abcabcabcabcabc", "1212121212121212", "abcdabcdabcdabc",
		"abcdefghijklmnop", "zyxwvutsrqponml", "123456789012345", "qwertyuiopasdfgh", "1qaz2wsx3edc4rfv",
	} {
		if !breached(password) {
			t.Errorf("%q is not found", password)
		}
	}
}

func TestOtherPasswordsAreNot(t *testing.T) {
	for _, password := range []string{
		"", "correct horse battery staple", "a stone in the river", "Zq7-vrLp-92xk", "passwort für den fluss",
		"läuft und läuft und steht", "\xff\xfe broken bytes",
	} {
		if breached(password, "Twofold", "ada@example.com") {
			t.Errorf("%q is found", password)
		}
	}
}

// ASVS 6.2.11: the service's name and the address are guessed first.
func TestWordsOfTheContextAreFound(t *testing.T) {
	context := []string{"KODE OS", "ada.lovelace@example.com"}
	for _, password := range []string{
		"kodeos2026!", "KODE OS", "**Kode**", "lovelace1815", "ada.lovelace", "AdaLovelace99", "1example1", "ada.lovelace@example.com",
		"kodeoskodeos", "kode-os-2026",
	} {
		if !breached(password, context...) {
			t.Errorf("%q is not found", password)
		}
		if breached(password) {
			t.Errorf("%q is found without the context", password)
		}
	}
	for _, password := range []string{"kode and a river", "lovelace was first", "20260101-0715"} {
		if breached(password, context...) {
			t.Errorf("%q is found", password)
		}
	}
	if breached("zz 1913 wq", "a@b.zz", "") {
		t.Error("a short part of an address counts")
	}
}

// Every line can be found, the first and the last one too, and nothing between.
func TestTheListIsWhole(t *testing.T) {
	unpack, err := gzip.NewReader(bytes.NewReader(breachedList))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(unpack)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(raw), "\n"), "\n")
	if len(lines) < 30_000 || !slices.IsSorted(lines) {
		t.Fatalf("%d lines, sorted: %v", len(lines), slices.IsSorted(lines))
	}
	for i, line := range lines {
		if !wellKnown(line) {
			t.Fatalf("line %d is not found", i+1)
		}
		if none := line + "\x00"; wellKnown(none) {
			t.Fatalf("%q is found", none)
		}
	}
}

func BenchmarkBreached(b *testing.B) {
	breached("load the list first")
	b.ReportAllocs()
	for b.Loop() {
		breached("correct horse battery staple", "Twofold", "ada.lovelace@example.com")
	}
}

// BenchmarkBreachedFirst is what the first password set after a start pays.
func BenchmarkBreachedFirst(b *testing.B) {
	for b.Loop() {
		unpack, err := gzip.NewReader(bytes.NewReader(breachedList))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, unpack); err != nil {
			b.Fatal(err)
		}
	}
}
