package transfer

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"twofold/vault"
)

// twofasPlain is written by hand: what each schema and each system leaves out.
const twofasPlain = `{"schemaVersion": 4, "appOrigin": "ios", "newer": null, "groups": [{"id": "G", "name": "work", "isExpanded": true}, null], "services": [
 {"name": "KOR", "secret": "` + rfcBase32 + `", "otp": {"account": "ada", "issuer": "Korea", "label": "Korea:ada", "digits": 8, "period": 60, "algorithm": "SHA512", "tokenType": "TOTP"}, "groupId": "G"},
 {"name": "Bare", "secret": "gezdgnbvgy3tqojqgezdgnbvgy3tqojq", "type": "Unknown"},
 {"name": "Label", "secret": "` + rfcBase32 + `", "otp": {"label": "Label:bob", "issuer": null, "algorithm": null, "digits": null}, "groupId": null},
 {"name": "Renamed", "secret": "` + rfcBase32 + `", "otp": {"label": "Old:eve", "issuer": "Old"}},
 {"name": "Same", "secret": "` + rfcBase32 + `", "otp": {"label": "Same", "account": ""}, "groupId": "gone"},
 {"name": "Count", "secret": "` + rfcBase32 + `", "otp": {"account": "c", "tokenType": "HOTP", "period": 30, "digits": "6"}},
 {"name": "Steam", "secret": "` + rfcBase32 + `", "otp": {"account": "s", "tokenType": "STEAM", "digits": 5, "algorithm": "SHA1", "period": 30}},
 {"name": "Odd", "secret": "` + rfcBase32 + `", "otp": {"account": "sha", "algorithm": "SHA384"}},
 {"name": "Zero", "secret": "` + rfcBase32 + `", "otp": {"account": "z", "period": 0}},
 {"name": "Empty", "secret": ""}
]}`

func TestTwofasServicesBecomeAccounts(t *testing.T) {
	e := mustRead(t, "2fas", []byte(twofasPlain), "")
	want := `KOR:ada
Bare
Label:bob
Renamed:eve
Same:Same
Count:c
Steam:s
!8 Odd:sha: its algorithm is "SHA384", which is not supported
!9 Zero:z: period must be 1 to 86400 seconds
!10 Empty: the secret is empty`
	if got := names(e); got != want {
		t.Errorf("read as\n%s\nand not\n%s", got, want)
	}
	for i, want := range []vault.Account{
		{Type: vault.TOTP, Issuer: "KOR", Label: "ada", Algorithm: vault.SHA512, Digits: 8, Period: 60, Tags: []string{"work"}},
		{Type: vault.TOTP, Issuer: "Bare", Algorithm: vault.SHA1, Digits: 6, Period: 30},
		{Type: vault.TOTP, Issuer: "Label", Label: "bob", Algorithm: vault.SHA1, Digits: 6, Period: 30},
		{Type: vault.TOTP, Issuer: "Renamed", Label: "eve", Algorithm: vault.SHA1, Digits: 6, Period: 30},
		{Type: vault.TOTP, Issuer: "Same", Label: "Same", Algorithm: vault.SHA1, Digits: 6, Period: 30},
		{Type: vault.HOTP, Issuer: "Count", Label: "c", Algorithm: vault.SHA1, Digits: 6},
		{Type: vault.Steam, Issuer: "Steam", Label: "s", Algorithm: vault.SHA1, Digits: 5, Period: 30},
	} {
		if got := e.Keys[i]; whole(got) != whole(vault.Key{Account: want, Secret: got.Secret}) || string(got.Secret.Reveal()) != rfcSecret {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
}

func TestTwofasRoundTrip(t *testing.T) {
	roundTrip(t, twofas, "")
	roundTrip(t, twofas, "correct horse")
}

// TestTwofasTellsTheWrongPasswordFromDamage: the fixed text says which it is, where there is one.
func TestTwofasTellsTheWrongPasswordFromDamage(t *testing.T) {
	file := writtenBy(t, twofas, "test", plainKey(t, "ada"))
	if _, _, err := open(t, file, "Test"); !errors.Is(err, ErrWrongPassword) {
		t.Errorf("wrong password: %v", err)
	}
	if _, _, err := open(t, file, ""); !errors.Is(err, ErrNeedsPassword) {
		t.Errorf("no password: %v", err)
	}
	var doc map[string]any
	if err := json.Unmarshal(file, &doc); err != nil {
		t.Fatal(err)
	}
	again := func() []byte {
		data, _ := json.Marshal(doc)
		return data
	}
	sealed := []byte(doc["servicesEncrypted"].(string))
	sealed[3] = otherLetter(sealed[3])
	doc["servicesEncrypted"] = string(sealed)
	if _, _, err := open(t, again(), "test"); !errors.Is(err, ErrBadFile) || strings.Contains(err.Error(), "wrong") {
		t.Errorf("damaged: %v", err)
	}
	delete(doc, "reference")
	if _, _, err := open(t, again(), "test"); !errors.Is(err, ErrPasswordOrFile) {
		t.Errorf("damaged, with nothing to tell it by: %v", err)
	}
	for _, cut := range []string{"AAAA", "AAAA:AAAA", "AAAA:AAAA:", "AAAA:AAAA:?", ":::"} {
		doc["servicesEncrypted"] = cut
		if _, _, err := open(t, again(), "test"); !errors.Is(err, ErrBadFile) {
			t.Errorf("%s: %v", cut, err)
		}
	}
}

func TestTwofasRefusals(t *testing.T) {
	for file, want := range map[string]error{
		`{"schemaVersion": 5, "services": []}`:                            ErrRefused,
		`{"schemaVersion": 4, "services": [], "servicesEncrypted": ""}`:   ErrNothingInIt,
		`{"schemaVersion": 4, "services": {}}`:                            ErrNothingInIt,
		`{"schemaVersion": 4, "services": [`:                              ErrUnknownFormat,
		`{"schemaVersion": 4, "services": null, "servicesEncrypted": 12}`: ErrBadFile,
	} {
		if _, _, err := open(t, []byte(file), "test"); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", file, err, want)
		}
	}
	if !bytes.Contains(writtenBy(t, twofas, "", plainKey(t, "ada")), []byte(`"schemaVersion": 4`)) {
		t.Error("another schema is written")
	}
}

func FuzzTwofas(f *testing.F) {
	f.Add([]byte(twofasPlain))
	f.Add([]byte(`{"schemaVersion": 4, "services": [], "servicesEncrypted": "AAAA:AAAA:AAAA", "reference": "AAAA:AAAA:AAAA"}`))
	fuzzRead(f, twofas)
}
