package transfer

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"twofold/vault"
)

// keyOf is an account with a secret of so many bytes that nothing else has.
func keyOf(t testing.TB, a vault.Account, size int) vault.Key {
	t.Helper()
	if a.Type == "" {
		a.Type = vault.TOTP
	}
	if a.Algorithm == "" {
		a.Algorithm = vault.SHA1
	}
	if a.Digits == 0 {
		a.Digits = vault.DefaultDigits
	}
	if a.Type != vault.HOTP && a.Period == 0 {
		a.Period = vault.DefaultPeriod
	}
	secret, err := vault.NewSecret(bytes.Repeat([]byte(a.Name()+"?"), size)[:size])
	if err != nil {
		t.Fatal(err)
	}
	k := vault.Key{Account: a, Secret: secret}
	if err := k.Validate(); err != nil {
		t.Fatal(err)
	}
	return k
}

// oddNames are accounts whose names readers could take apart in another way.
func oddNames(t testing.TB) []vault.Key {
	t.Helper()
	var keys []vault.Key
	for _, name := range [][2]string{{"KOR", "ada"}, {"", "ada"}, {"KOR", ""}, {"KOR", "KOR:ada"}, {"KOR", "kor: ada"}, {"", "a:b"}, {"a:b", "c:d"}, {"a:b", "a:b:c"}, {"KÖR & Söhne", "ada+tag@example.com"}, {"", ":x"}, {"x", "%3A\"<>\\"}} {
		keys = append(keys, keyOf(t, vault.Account{Issuer: name[0], Label: name[1]}, 20))
	}
	return keys
}

func written(t *testing.T, f Format, keys []vault.Key, o Output) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := f.Write(t.Context(), &out, keys, o); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func exact(keys []vault.Key) []string {
	var out []string
	for _, k := range keys {
		out = append(out, fmt.Sprintf("%s %q %q %s %s %d %d %d", k.Type, k.Issuer, k.Label, k.Secret.RevealBase32(), k.Algorithm, k.Digits, k.Period, k.Counter))
	}
	slices.Sort(out)
	return out
}

func TestGoogleLinksAreReadBack(t *testing.T) {
	keys := append(oddNames(t),
		keyOf(t, vault.Account{Type: vault.HOTP, Label: "h", Counter: 1<<63 - 1, Digits: 8, Algorithm: vault.SHA512}, 64),
		keyOf(t, vault.Account{Label: "z", Algorithm: vault.SHA256}, 1))
	for i := range 20 {
		keys = append(keys, keyOf(t, vault.Account{Issuer: "Many", Label: fmt.Sprint(i)}, 10))
	}
	for _, k := range keys {
		for _, l := range googleLacks(k.Account) {
			t.Errorf("%s lacks %s", k.Name(), l.What)
		}
	}
	text := written(t, google, keys, Output{})
	f, e, err := open(t, text, "")
	if err != nil || f.Name != "google" || len(e.Aside) > 0 || len(e.Parts) > 0 || !slices.Equal(exact(e.Keys), exact(keys)) {
		t.Fatalf("%s: %v, %+v\n%s\nnot\n%s", f.Name, err, e.Parts, strings.Join(exact(e.Keys), "\n"), strings.Join(exact(keys), "\n"))
	}
	if again := written(t, google, keys, Output{}); bytes.Equal(text, again) {
		t.Error("two exports have the same number")
	}
}

// TestGooglePartsFitIntoCodes: ten accounts at most, and what a phone reads from a screen.
func TestGooglePartsFitIntoCodes(t *testing.T) {
	var keys []vault.Key
	for i := range 33 {
		keys = append(keys, keyOf(t, vault.Account{Issuer: "Many", Label: fmt.Sprint(i)}, 20+i*8))
	}
	links := GoogleLinks(keys, -3)
	seen := 0
	for i, link := range links {
		p, err := ParseGoogle(link)
		if err != nil || p.Batch != -3 || p.Index != i || p.Of != len(links) {
			t.Fatalf("part %d of %d, batch %d: %v", p.Index, p.Of, p.Batch, err)
		}
		if len(p.Keys) > 10 || len(link) > 2000 {
			t.Errorf("part %d holds %d accounts in %d bytes", i, len(p.Keys), len(link))
		}
		seen += len(p.Keys)
	}
	if seen != len(keys) || len(links) < 5 || len(GoogleLinks(nil, 1)) != 0 {
		t.Errorf("%d accounts in %d links", seen, len(links))
	}
}

func TestGoogleLinksComeBackTheSame(t *testing.T) { roundTrip(t, google, "") }

func TestWhatGoogleCannotHoldIsSaid(t *testing.T) {
	for want, a := range map[string]vault.Account{
		"[{codes of Steam true}]":                        {Type: vault.Steam, Digits: 5, Period: 30},
		"[{a number of digits other than 6 and 8 true}]": {Type: vault.TOTP, Digits: 7, Period: 30},
		"[{a period other than 30 s true}]":              {Type: vault.TOTP, Digits: 6, Period: 60},
		"[]":                                             {Type: vault.HOTP, Digits: 8},
		"[{tags false} {pins false} {notes false}]":      {Type: vault.TOTP, Digits: 6, Period: 30, Tags: []string{"a"}, Note: "b", Pinned: true},
	} {
		if got := fmt.Sprint(googleLacks(a)); got != want {
			t.Errorf("%+v lacks %s, want %s", a, got, want)
		}
	}
}
