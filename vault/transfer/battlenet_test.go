package transfer

import (
	"encoding/hex"
	"errors"
	"testing"
)

// masked is its own reverse.
func masked(t testing.TB, text string) string {
	t.Helper()
	raw, err := unmaskBattleNet(hex.EncodeToString([]byte(text)))
	if err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(raw)
}

func battleNetSample(t testing.TB) []byte {
	t.Helper()
	return []byte(`<map><string name="` + battleNetSerial + `">` + masked(t, "EU-0000-0000-0000") + `</string><string name="` + battleNetSecret + `">` +
		masked(t, hex.EncodeToString([]byte(rfcSecret))) + `</string></map>`)
}

func TestBattleNet(t *testing.T) {
	f, e, err := open(t, battleNetSample(t), "")
	if want := "totp Battle.net|EU-0000-0000-0000 rfc SHA1/8/30/0\n"; err != nil || f.Name != "battle.net" || brief(e) != want {
		t.Errorf("%s %v\n%s", f.Name, err, brief(e))
	}
	for value, want := range map[string]error{"zz": ErrBadFile, masked(t, "not hex"): ErrBadFile, battleNetMask + "00": ErrBadFile} {
		if _, _, err := open(t, asPreferences(battleNetSecret, value), ""); !errors.Is(err, want) {
			t.Errorf("%s: %v", value, err)
		}
	}
	if _, e, err := open(t, asPreferences(battleNetSecret, ""), ""); len(e.Keys) > 0 {
		t.Errorf("an empty secret: %v", err)
	}
	if _, _, err := open(t, asPreferences("x"+battleNetSecret, ""), ""); !errors.Is(err, ErrNothingInIt) {
		t.Error(err)
	}
}

func FuzzBattleNet(f *testing.F) {
	f.Add(battleNetSample(f))
	fuzzRead(f, battleNet)
}
