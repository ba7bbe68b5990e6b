package transfer

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"twofold/vault"
)

func TestItemsAreReadOneByOne(t *testing.T) {
	var e Export
	var names []string
	each(&e, list{[]byte(`{"name":"a"}`), []byte(`7`), []byte(`null`), []byte(` {"name":"b","x":[1]}`)}, func(item struct{ Name word }) {
		names = append(names, string(item.Name))
	})
	if !slices.Equal(names, []string{"a", "b"}) || len(e.Aside) != 2 {
		t.Errorf("%q, aside %v", names, e.Aside)
	}
	if names, _ := inOrder([]byte(`{"b":1,"a":{"c":2},"b":3}`)); !slices.Equal(names, []string{"b", "a", "b"}) {
		t.Errorf("in order: %q", names)
	}
}

func TestLooseBytesAndTruths(t *testing.T) {
	var v struct {
		A, B, C    javaBytes
		D, E, F, G truth
	}
	if err := json.Unmarshal([]byte(`{"A":[-1,0,127,200],"B":[300],"C":"x","D":"True","E":1,"F":null,"G":{}}`), &v); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(v.A, []byte{255, 0, 127, 200}) || v.B != nil || v.C != nil || !bool(v.D) || !bool(v.E) || bool(v.F) || bool(v.G) {
		t.Errorf("%v", v)
	}
}

func TestMomentIsInSecondsOrMilliseconds(t *testing.T) {
	want := time.Date(2025, 1, 28, 8, 55, 55, 0, time.UTC)
	for _, n := range []int64{want.Unix(), want.UnixMilli()} {
		if got := (number{given: true, value: uint64(n)}).moment(); !got.Equal(want) {
			t.Errorf("%d: %v", n, got)
		}
	}
	if got := (number{given: true, value: 1 << 62}).moment(); !got.IsZero() {
		t.Error(got)
	}
}

func TestTextOfAPasswordManager(t *testing.T) {
	for text, want := range map[string]vault.Account{
		"JBSW y3dp-ehpk3pxp":                             {Type: vault.TOTP, Issuer: "Site", Label: "ada"},
		"steam://JBSWY3DPEHPK3PXP":                       {Type: vault.Steam, Issuer: "Site", Label: "ada"},
		"STEAM://jbswy3dpehpk3pxp%3d/":                   {Type: vault.Steam, Issuer: "Site", Label: "ada"},
		"otpauth://totp/?secret=JBSWY3DPEHPK3PXP":        {Type: vault.TOTP, Issuer: "Site", Label: "ada"},
		"OTPAUTH://TOTP/a:b?SECRET=JBSWY3DPEHPK3PXP":     {Type: vault.TOTP, Issuer: "a", Label: "b"},
		"otpauth://totp/b?secret=JBSWY3DPEHPK3PXP":       {Type: vault.TOTP, Label: "b"},
		"otpauth://hotp/b?secret=JBSWY3DPEHPK3PXP":       {Type: vault.HOTP, Label: "b"},
		"\ufeffotpauth://totp/b?secret=JBSWY3DPEHPK3PXP": {Type: vault.TOTP, Label: "b"},
	} {
		var e Export
		e.takeText(text, entry{issuer: "Site", label: "ada"})
		if len(e.Keys) != 1 || e.Keys[0].Type != want.Type || e.Keys[0].Issuer != want.Issuer || e.Keys[0].Label != want.Label || e.Keys[0].Secret.RevealBase32() != "JBSWY3DPEHPK3PXP" {
			t.Errorf("%q became %v, aside %v", text, e.Keys, e.Aside)
		}
	}
}

// A comma and a digit cost two bytes in a file, and some dozens in memory.
func TestCrowdedJSONIsRefused(t *testing.T) {
	many := `{"tokenOrder":[],"tokens":[` + strings.Repeat("1,", maxValues) + `1]}`
	if _, err := readAs(t, "freeotp-plus", []byte(many), ""); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a list of numbers: %v", err)
	}
	if _, err := Recognize([]byte(many)); !errors.Is(err, ErrUnknownFormat) {
		t.Errorf("a list of numbers is recognized: %v", err)
	}
	quoted := `{"tokenOrder":["` + strings.Repeat(`\",`, maxValues) + `"],"tokens":[` + freeOTPToken1 + `]}`
	if e := mustRead(t, "freeotp-plus", []byte(quoted), ""); len(e.Keys) != 1 {
		t.Error("commas in a text count")
	}
}
