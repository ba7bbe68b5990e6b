package transfer

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"twofold/vault"
)

const rfcSecret = "12345678901234567890"

// entry writes one account; a negative number is left out.
func googleEntry(secret, name, issuer string, algorithm, digits, kind, counter int64) []byte {
	var b []byte
	for n, text := range []string{secret, name, issuer} {
		if text != "" {
			b = protowire.AppendBytes(protowire.AppendTag(b, protowire.Number(n+1), protowire.BytesType), []byte(text))
		}
	}
	for n, number := range []int64{algorithm, digits, kind, counter} {
		if number >= 0 {
			b = protowire.AppendVarint(protowire.AppendTag(b, protowire.Number(n+4), protowire.VarintType), uint64(number))
		}
	}
	return b
}

// payload writes version, size, index and id behind the entries.
func payload(numbers [4]int64, entries ...[]byte) []byte {
	var b []byte
	for _, e := range entries {
		b = protowire.AppendBytes(protowire.AppendTag(b, 1, protowire.BytesType), e)
	}
	for n, number := range numbers {
		b = protowire.AppendVarint(protowire.AppendTag(b, protowire.Number(n+2), protowire.VarintType), uint64(number))
	}
	return b
}

func link(payload []byte) string {
	return "otpauth-migration://offline?data=" + url.QueryEscape(base64.StdEncoding.EncodeToString(payload))
}

func usual(name string) []byte { return googleEntry(rfcSecret, name, "KOR", 1, 1, 2, -1) }

func TestGoogleEntriesBecomeAccounts(t *testing.T) {
	for name, row := range map[string]struct {
		entry []byte
		want  vault.Account
	}{
		"usual":             {usual("ada"), vault.Account{Type: vault.TOTP, Issuer: "KOR", Label: "ada", Algorithm: vault.SHA1, Digits: 6, Period: 30}},
		"nothing said":      {googleEntry(rfcSecret, "ada", "", -1, -1, -1, -1), vault.Account{Type: vault.TOTP, Label: "ada", Algorithm: vault.SHA1, Digits: 6, Period: 30}},
		"all zero":          {googleEntry(rfcSecret, "ada", "", 0, 0, 0, 0), vault.Account{Type: vault.TOTP, Label: "ada", Algorithm: vault.SHA1, Digits: 6, Period: 30}},
		"counter":           {googleEntry(rfcSecret, "ada", "KOR", 2, 2, 1, 7), vault.Account{Type: vault.HOTP, Issuer: "KOR", Label: "ada", Algorithm: vault.SHA256, Digits: 8, Counter: 7}},
		"SHA512":            {googleEntry(rfcSecret, "ada", "KOR", 3, 1, 2, -1), vault.Account{Type: vault.TOTP, Issuer: "KOR", Label: "ada", Algorithm: vault.SHA512, Digits: 6, Period: 30}},
		"issuer repeated":   {usual("kor: ada"), vault.Account{Type: vault.TOTP, Issuer: "KOR", Label: "ada", Algorithm: vault.SHA1, Digits: 6, Period: 30}},
		"another before it": {usual("team:ada"), vault.Account{Type: vault.TOTP, Issuer: "KOR", Label: "team:ada", Algorithm: vault.SHA1, Digits: 6, Period: 30}},
		"issuer in name":    {googleEntry(rfcSecret, "KOR:a:b", "", 1, 1, 2, -1), vault.Account{Type: vault.TOTP, Issuer: "KOR", Label: "a:b", Algorithm: vault.SHA1, Digits: 6, Period: 30}},
		"odd bytes":         {usual(" a\nb\xff "), vault.Account{Type: vault.TOTP, Issuer: "KOR", Label: "a b\ufffd", Algorithm: vault.SHA1, Digits: 6, Period: 30}},
		"newer field": {
			append(usual("ada"), protowire.AppendBytes(protowire.AppendTag(nil, 8, protowire.BytesType), []byte("id"))...),
			vault.Account{Type: vault.TOTP, Issuer: "KOR", Label: "ada", Algorithm: vault.SHA1, Digits: 6, Period: 30},
		},
	} {
		part, err := ParseGoogle(link(payload([4]int64{1, 1, 0, -77}, row.entry)))
		if err != nil || len(part.Keys) != 1 || len(part.Aside) != 0 {
			t.Errorf("%s: %+v, %v", name, part, err)
			continue
		}
		if got := part.Keys[0]; fmt.Sprint(got.Account) != fmt.Sprint(row.want) || string(got.Secret.Reveal()) != rfcSecret {
			t.Errorf("%s: %+v, want %+v", name, got.Account, row.want)
		}
		if part.Batch != -77 || part.Index != 0 || part.Of != 1 {
			t.Errorf("%s: part %d of %d, batch %d", name, part.Index, part.Of, part.Batch)
		}
	}
}

// TestGoogleEntryThatCannotBeTakenIsSetAside: the rest is read.
func TestGoogleEntryThatCannotBeTakenIsSetAside(t *testing.T) {
	for want, bad := range map[string][]byte{
		"algorithm is MD5":                  googleEntry(rfcSecret, "bad", "", 4, 1, 2, -1),
		"algorithm has the number 9":        googleEntry(rfcSecret, "bad", "", 9, 1, 2, -1),
		"number of digits has the number 3": googleEntry(rfcSecret, "bad", "", 1, 3, 2, -1),
		"type has the number 3":             googleEntry(rfcSecret, "bad", "", 1, 1, 3, -1),
		"secret is empty":                   googleEntry("", "bad", "", 1, 1, 2, -1),
		"secret is longer than":             googleEntry(strings.Repeat("x", 1025), "bad", "", 1, 1, 2, -1),
		"label is longer than":              googleEntry(rfcSecret, "bad"+strings.Repeat("x", 512), "", 1, 1, 2, -1),
		"counter must be":                   protowire.AppendVarint(protowire.AppendTag(googleEntry(rfcSecret, "bad", "", 1, 1, 1, -1), 7, protowire.VarintType), 1<<63),
		"it is damaged":                     append(googleEntry("", "bad", "", 1, 1, 2, -1), 0xff),
		"damaged":                           protowire.AppendVarint(protowire.AppendTag(googleEntry("", "bad", "", 1, 1, 2, -1), 1, protowire.VarintType), 5),
	} {
		part, err := ParseGoogle(link(payload([4]int64{1, 1, 0, 1}, usual("one"), bad, usual("two"))))
		if err != nil || len(part.Keys) != 2 || len(part.Aside) != 1 {
			t.Errorf("%s: %+v, %v", want, part, err)
			continue
		}
		aside := part.Aside[0]
		if aside.Entry != 2 || !strings.HasPrefix(aside.Name, "bad") || !strings.Contains(aside.Reason, want) || strings.Contains(aside.Reason, rfcSecret) {
			t.Errorf("%s: %+v", want, aside)
		}
	}
}

// TestGoogleDataComesInManySpellings: as browsers, chat programs and other exporters leave it.
func TestGoogleDataComesInManySpellings(t *testing.T) {
	raw := payload([4]int64{1, 1, 0, 1}, googleEntry("\xfb\xef\xbe\xfb\xef\xbe\xff\xff\xff\xff\xff", "ada>?~", "", 1, 1, 2, -1))
	text := base64.StdEncoding.EncodeToString(raw)
	if !strings.Contains(text, "+") || !strings.Contains(text, "/") || !strings.HasSuffix(text, "=") {
		t.Fatalf("%s tests nothing", text)
	}
	const begin = "otpauth-migration://offline?data="
	for name, spelled := range map[string]string{
		"percent":       begin + url.QueryEscape(text),
		"small percent": begin + strings.NewReplacer("+", "%2b", "/", "%2f", "=", "%3d").Replace(text),
		"raw":           begin + text,
		"blanks":        begin + strings.ReplaceAll(text, "+", " "),
		"no padding":    begin + strings.TrimRight(text, "="),
		"for URLs":      begin + strings.NewReplacer("+", "-", "/", "_").Replace(text),
		"folded":        begin + text[:20] + "\r\n" + text[20:] + "\n",
		"capitals":      "OTPAUTH-MIGRATION://OFFLINE?DATA=" + text,
		"slash":         "otpauth-migration://offline/?data=" + text,
		"more":          "otpauth-migration://offline?x=1&data=" + text + "&y=2#z",
	} {
		part, err := ParseGoogle("  " + spelled)
		if err != nil || len(part.Keys) != 1 || part.Keys[0].Label != "ada>?~" {
			t.Errorf("%s: %+v, %v", name, part, err)
		}
	}
}

func TestGoogleRefusesWhatIsNotWhole(t *testing.T) {
	whole := payload([4]int64{1, 2, 1, 5}, usual("ada"))
	for name, row := range map[string]struct{ text, want string }{
		"another link":     {"otpauth://totp/x?secret=GEZDGNBV", "does not begin with"},
		"no data":          {"otpauth-migration://offline?x=1", "holds no data"},
		"empty data":       {"otpauth-migration://offline?data=%3D", "holds no data"},
		"bad percent":      {"otpauth-migration://offline?data=CjE%K", "percent sign"},
		"no base64":        {"otpauth-migration://offline?data=äöü", "not whole base64"},
		"cut off":          {link(whole[:len(whole)-20]), "damaged or cut off"},
		"nothing in it":    {link(payload([4]int64{1, 1, 0, 1})), "no account"},
		"newer":            {link(payload([4]int64{3, 1, 0, 1}, usual("ada"))), "version 3"},
		"beyond the end":   {link(payload([4]int64{1, 2, 2, 1}, usual("ada"))), "part 3 of 2"},
		"many parts":       {link(payload([4]int64{1, 1001, 2, 1}, usual("ada"))), "part 3 of 1001"},
		"negative":         {link(payload([4]int64{1, 2, -1, 1}, usual("ada"))), "part 0 of 2"},
		"too long":         {"otpauth-migration://offline?data=" + strings.Repeat("A", maxGoogleText), "longer than"},
		"numbers of bytes": {link(protowire.AppendBytes(protowire.AppendTag(whole, 3, protowire.BytesType), []byte("x"))), "damaged"},
	} {
		_, err := ParseGoogle(row.text)
		if !errors.Is(err, ErrGoogle) || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), base64.StdEncoding.EncodeToString([]byte(rfcSecret))[:8]) {
			t.Errorf("%s: the error repeats the secret", name)
		}
	}
}

func part(t *testing.T, batch int32, index, of int, names ...string) GooglePart {
	t.Helper()
	var entries [][]byte
	for _, n := range names {
		entries = append(entries, usual(n))
	}
	p, err := ParseGoogle(link(payload([4]int64{1, int64(of), int64(index), int64(batch)}, entries...)))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestGooglePartsComeInAnyOrder(t *testing.T) {
	var g GoogleExport
	for _, step := range []struct {
		add  GooglePart
		is   bool
		want string
	}{
		{part(t, 9, 2, 3, "e"), true, "[parts 1 and 2 of 3 are missing]"},
		{part(t, 9, 2, 3, "e"), false, "[parts 1 and 2 of 3 are missing]"},
		{part(t, 4, 1, 5, "x"), true, "[parts 1 and 2 of 3 are missing parts 1, 3, 4 and 5 of 5 are missing]"},
		{part(t, 9, 0, 3, "a"), true, "[part 2 of 3 is missing parts 1, 3, 4 and 5 of 5 are missing]"},
		{part(t, 9, 1, 2, "other"), true, "[part 2 of 3 is missing parts 1, 3, 4 and 5 of 5 are missing part 1 of 2 is missing]"},
		{part(t, 9, 1, 3, "c"), true, "[parts 1, 3, 4 and 5 of 5 are missing part 1 of 2 is missing]"},
		{part(t, 1, 0, 40, "many"), true, "[parts 1, 3, 4 and 5 of 5 are missing part 1 of 2 is missing 39 of 40 parts are missing]"},
	} {
		if added := g.Add(step.add); added != step.is || fmt.Sprint(g.Missing()) != step.want {
			t.Errorf("added %v, missing %v, want %s", added, g.Missing(), step.want)
		}
	}
	if with := g.Missing()[0].With.Label; with != "x" {
		t.Errorf("the export is told apart by %q", with)
	}
}

// TestGooglePartsOfOthersThatNumberAllAlike: nothing is lost.
func TestGooglePartsOfOthersThatNumberAllAlike(t *testing.T) {
	var g GoogleExport
	if !g.Add(part(t, 0, 0, 1, "a")) || !g.Add(part(t, 0, 0, 1, "b")) || g.Add(part(t, 0, 0, 1, "a")) || len(g.Missing()) != 0 {
		t.Errorf("missing %v", g.Missing())
	}
}

func FuzzParseGoogle(f *testing.F) {
	f.Add(payload([4]int64{1, 2, 1, -5}, usual("ada"), googleEntry(rfcSecret, "b", "", 2, 2, 1, 9)))
	f.Add([]byte{10, 0})
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, text := range []string{link(raw), "otpauth-migration://offline?data=" + string(raw), string(raw)} {
			p, err := ParseGoogle(text)
			if err != nil && (!errors.Is(err, ErrGoogle) || len(p.Keys) > 0) {
				t.Errorf("%v with %d keys", err, len(p.Keys))
			}
			if err == nil && (p.Of < 1 || p.Index >= p.Of || len(p.Keys)+len(p.Aside) == 0) {
				t.Errorf("part %d of %d with %d keys", p.Index, p.Of, len(p.Keys))
			}
			for _, k := range p.Keys {
				if err := k.Validate(); err != nil {
					t.Errorf("invalid key: %v", err)
				}
				if again, err := vault.ParseKeyURI(k.RevealURI()); err != nil || !again.Secret.Equal(k.Secret) {
					t.Errorf("is not read back: %v", err)
				}
			}
			What(text)
		}
	})
}
