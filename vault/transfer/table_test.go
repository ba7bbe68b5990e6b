package transfer

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/formats.md anew")

const formatsPage = "../../docs/formats.md"

// TestPageOfFormats: docs/formats.md says what the table does. Run with -update after a change of the table.
func TestPageOfFormats(t *testing.T) {
	want := pageOfFormats()
	if *update {
		if err := os.WriteFile(formatsPage, []byte(want), 0o644); err != nil { //nolint:gosec // it is published
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(formatsPage)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("docs/formats.md is not what the table says; run: go test ./vault/transfer -run %s -update", t.Name())
	}
}

func pageOfFormats() string {
	var b strings.Builder
	b.WriteString(`# Formats

What ` + "`twofold import` reads and `twofold export --format`" + ` writes. Made from the table in ` + "`vault/transfer`" + `, which
` + "`twofold formats`" + ` prints; do not edit it by hand.

A file is known by its content. Where nothing in it tells, name the format: ` + "`twofold import --format NAME FILE`" + `.

| Format | Name for --format | Files | Reads | Writes | Encrypted when written | Cannot hold |
|---|---|---|---|---|---|---|
`)
	formats := Formats()
	slices.SortFunc(formats, func(a, b Format) int { return cmp.Compare(strings.ToLower(a.Title), strings.ToLower(b.Title)) })
	for _, f := range formats {
		row := []string{f.Title, "`" + f.Name + "`", f.Files, readWord(f), "no", "", ""}
		if f.Write != nil {
			row[4], row[5], row[6] = "yes", lockWord(f.Locked), cannotHold(f)
		}
		for i := range row {
			row[i] = strings.ReplaceAll(row[i], "|", "\\|")
		}
		fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
	}
	b.WriteString(`
What a format cannot hold is said before anything is written. An account that would be useless without it is left out,
and named; any other is written without it.
`)
	return b.String()
}

func readWord(f Format) string {
	switch {
	case f.Read == nil:
		return "no"
	case f.Refused:
		return "says what to do"
	case f.Is == nil:
		return "by its name"
	}
	return "yes"
}

func lockWord(l Lock) string {
	return map[Lock]string{NeverLocked: "no", MayBeLocked: "with a password", AlwaysLocked: "always"}[l]
}

func cannotHold(f Format) string {
	leftOut, lost := f.CannotHold()
	var parts []string
	if len(leftOut) > 0 {
		parts = append(parts, "left out: "+strings.Join(leftOut, ", "))
	}
	if len(lost) > 0 {
		parts = append(parts, "lost: "+strings.Join(lost, ", "))
	}
	return strings.Join(parts, "; ")
}

// TestTable: each format can be named, found, and used.
func TestTable(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range Formats() {
		switch {
		case f.Name == "" || strings.ToLower(f.Name) != f.Name || strings.ContainsAny(f.Name, " _/"):
			t.Errorf("%q is no name for an option", f.Name)
		case seen[f.Name]:
			t.Errorf("%s is there twice", f.Name)
		case f.Title == "" || f.Files == "":
			t.Errorf("%s does not say what it is", f.Name)
		case f.Read == nil && f.Write == nil:
			t.Errorf("%s neither reads nor writes", f.Name)
		case f.Locked != NeverLocked && f.Write == nil:
			t.Errorf("%s is locked and never written", f.Name)
		}
		seen[f.Name] = true
		if found, ok := Find(strings.ToUpper(f.Name)); !ok || found.Name != f.Name {
			t.Errorf("%s is not found", f.Name)
		}
	}
}

// TestAllKindsAreAccounts: what the formats are asked about can be in a vault.
func TestAllKindsAreAccounts(t *testing.T) {
	for _, a := range allKinds() {
		k := keyOf(t, a, 20)
		if err := k.Validate(); err != nil {
			t.Errorf("%+v: %v", a, err)
		}
	}
	leftOut, lost := google.CannotHold()
	if got := fmt.Sprint(leftOut, lost); got != "[codes of Steam a number of digits other than 6 and 8 a period other than 30 s that it is in the trash] [tags pins notes dates and counts of use]" {
		t.Error(got)
	}
}

// TestNothingClaimsWhatIsNone: whatever is no export is left to be named.
func TestNothingClaimsWhatIsNone(t *testing.T) {
	for _, data := range []string{
		"", " ", "\x00", "hello", "{}", "[]", "[{}]", "{\"version\":1}", "null", "7", "<", "<html></html>", "<?xml version='1.0'?><map></map>", "PK\x03\x04", "PK\x05\x06",
		"a,b,c\n1,2,3\n", "%PDF-1.7", "\x89PNG\r\n\x1a\n", "#!/bin/sh\necho\n", strings.Repeat("[", 100_000), strings.Repeat("{\"a\":", 100_000),
	} {
		if f, err := Recognize([]byte(data)); err == nil {
			t.Errorf("%.40q is taken for one of %s", data, f.Title)
		}
	}
}
