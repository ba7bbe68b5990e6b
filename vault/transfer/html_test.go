package transfer

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"twofold/vault"
)

// drawn stands for a code: what it would hold can be found again.
func drawn(text string) ([]byte, error) {
	if len(text) > 1000 {
		return nil, errors.New("too long")
	}
	return []byte(`<svg viewBox="0 0 1 1"><title>` + strings.NewReplacer("&", "&amp;").Replace(text) + `</title></svg>`), nil
}

func TestPageToPrint(t *testing.T) {
	keys := append(oddNames(t),
		keyOf(t, vault.Account{Issuer: "<script>alert(1)</script>", Label: `"onload="x`, Note: "first\n<b>second</b>", Tags: []string{"home", "a&b"}}, 20),
		keyOf(t, vault.Account{Type: vault.HOTP, Issuer: "Counting", Counter: 41, Digits: 8, Algorithm: vault.SHA256}, 20),
		keyOf(t, vault.Account{Type: vault.Steam, Digits: 5, Issuer: "Steam"}, 20),
		keyOf(t, vault.Account{Issuer: "Long"}, 1024))
	made := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	text := string(written(t, page, keys, Output{Draw: drawn, Made: made, Program: "Twofold 1.2"}))
	for _, want := range []string{"4 March 2026", "Whoever sees this page", "Written by Twofold 1.2", "the next one is 41; 8 digits; SHA256", "codes of Steam", "too long for a code", "Tags: home, a&amp;b", "break-inside: avoid", "only light"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, bad := range []string{"<script", "<b>", `"onload="`, "http:", "https:", "src=", "url("} {
		if strings.Contains(strings.ReplaceAll(text, "img-src", ""), bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	codes := 0
	for _, k := range keys {
		if !strings.Contains(text, vault.Grouped(k.Secret.RevealBase32())) {
			t.Errorf("%s: the key is not on the page", k.Name())
		}
		svg, err := drawn(k.RevealURI())
		if err == nil && strings.Contains(text, string(svg)) {
			codes++
		}
	}
	if codes != len(keys)-1 {
		t.Errorf("%d codes for %d accounts", codes, len(keys))
	}
	wellFormed(t, text)
}

// wellFormed reads a page as HTML is when written tidily: what is opened is closed.
func wellFormed(t *testing.T, text string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	depth := 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		}
	}
	if depth != 0 {
		t.Errorf("%d elements are not closed", depth)
	}
}

func TestPageForGoogle(t *testing.T) {
	var keys []vault.Key
	for i := range 23 {
		keys = append(keys, keyOf(t, vault.Account{Issuer: "<i>", Label: fmt.Sprint("n", i)}, 10))
	}
	var links, out bytes.Buffer
	if err := WriteGooglePage(&out, keys, Output{Draw: func(text string) ([]byte, error) {
		links.WriteString(text + "\n")
		return []byte("<svg></svg>"), nil
	}}); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	for _, want := range []string{"Code 1 of 3", "Code 3 of 3", "&lt;i&gt;:n22", "23 accounts for Google", "break-before: page"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Count(text, "<svg>") != 3 || strings.Contains(text, "<i>") {
		t.Error("the page is not what it should be")
	}
	wellFormed(t, text)
	if _, e, err := open(t, links.Bytes(), ""); err != nil || len(e.Keys) != 23 || len(e.Parts) > 0 {
		t.Errorf("%d accounts, %v %v", len(e.Keys), e.Parts, err)
	}
	if err := WriteGooglePage(&out, keys, Output{}); err == nil {
		t.Error("a page without codes was written")
	}
}

func TestPageNeedsAPen(t *testing.T) {
	if err := page.Write(t.Context(), &bytes.Buffer{}, nil, Output{}); err == nil {
		t.Error("a page without codes was written")
	}
}

func TestKeyIsPrintedInGroups(t *testing.T) {
	for key, want := range map[string]string{"": "", "ABCD": "ABCD", "ABCDE": "ABCD E", "ABCDEFGHIJ": "ABCD EFGH IJ"} {
		if got := vault.Grouped(key); got != want {
			t.Errorf("%q is %q", key, got)
		}
	}
}
