package transfer

import (
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

const (
	twofaSample = "github 6 " + rfcBase32 + "\n\nbank 8 " + rfcBase32 + "\ncounting 7 " + rfcBase32 + " 00000000000000000041\nfast 6 10 " + rfcBase32 + "\n"
	twofaBrief  = "totp |github rfc SHA1/6/30/0\ntotp |bank rfc SHA1/8/30/0\nhotp |counting rfc SHA1/7/0/42\ntotp |fast rfc SHA1/6/10/0\n"
	gauthSample = "AWS:   " + rfcBase32 + "\nteam:airbnb:gezd gnbv gy3t qojq gezd gnbv gy3t qojq\notpauth://totp/KOR:ada?secret=" + rfcBase32 + "&digits=8\n"
	gauthBrief  = "totp |AWS rfc SHA1/6/30/0\ntotp team|airbnb rfc SHA1/6/30/0\ntotp KOR|ada rfc SHA1/8/30/0\n"
	gnomeSample = `[{"secret":"` + rfcBase32 + `","label":"ada","period":30,"digits":6,"type":"TOTP","algorithm":"SHA1","thumbnail":"Default","last_used":1,"tags":["KOR","home"]},
{"secret":"` + rfcBase32 + `","label":"grace","digits":8,"type":"HOTP","algorithm":"SHA256","counter":3,"tags":["Other"]},7]`
	gnomeBrief    = "totp KOR|ada rfc SHA1/6/30/0\nhotp Other|grace rfc SHA256/8/0/3\naside 3 \n"
	totpcliSample = "- name: work\n  accounts:\n    - name: vpn\n      token: " + rfcBase32 + "\n      prefix: made up\n    - name: mail\n      token: " + rfcBase32 +
		"\n      length: 8\n      algorithm: sha256\n      time_period: 60\n    - name: broken\n      token: not base 32!\n- name: home\n  accounts: []\n- name: more\n  accounts:\n  - {name: x, token: 2222222222222222, length: 0}\n"
	totpcliBrief = "totp |vpn rfc SHA1/6/30/0\ntotp |mail rfc SHA256/8/60/0\ntotp |x ?2222222222222222 SHA1/6/30/0\naside 3 broken\n"
)

func TestTextsOfProgramsForTerminals(t *testing.T) {
	for name, row := range map[string]struct{ text, want string }{
		"2fa":       {twofaSample, twofaBrief},
		"gauth":     {gauthSample, gauthBrief},
		"gnome-old": {gnomeSample, gnomeBrief},
		"totp-cli":  {totpcliSample, totpcliBrief},
	} {
		for _, text := range []string{row.text, "\ufeff" + strings.ReplaceAll(row.text, "\n", "\r\n")} {
			f, e, err := open(t, []byte(text), "")
			if err != nil || f.Name != name || brief(e) != row.want {
				t.Errorf("%s: %s %v\n%s", name, f.Name, err, brief(e))
			}
			hushed(t, e, err)
		}
	}
}

// TestLinesThatAreWrong: they are named when the format was, and nothing claims such a text by itself.
func TestLinesThatAreWrong(t *testing.T) {
	for name, row := range map[string]struct{ text, want string }{
		"2fa":   {"good 6 " + rfcBase32 + "\nbad 6 not-base-32\nx\nmany 6 " + rfcBase32 + " 7\nfull 6 " + rfcBase32 + " 09223372036854775807\n", "totp |good rfc SHA1/6/30/0\naside 2 bad\naside 3 \naside 4 many\naside 5 full\n"},
		"gauth": {"good:" + rfcBase32 + "\nbad:not base 32!\n" + rfcBase32 + "\notpauth://totp/x?secret=1\n", "totp |good rfc SHA1/6/30/0\naside 2 \naside 3 \naside 4 x\n"},
	} {
		e, err := readAs(t, name, []byte(row.text), "")
		if err != nil || brief(e) != row.want {
			t.Errorf("%s: %v\n%s", name, err, brief(e))
		}
		hushed(t, e, err)
		if f, err := Recognize([]byte(row.text)); err == nil && f.Name == name {
			t.Errorf("%s claims what it cannot read", name)
		}
		if _, err := readAs(t, name, []byte("a\x00b"), ""); !errors.Is(err, ErrBadFile) {
			t.Errorf("%s reads what is no text: %v", name, err)
		}
	}
	for _, text := range []string{"Dear Ada,\nthe key: see below\n", "key: value\n", "password: correcthorse\n", "- name: x\n", "[]", "{}", rfcBase32 + "\n"} {
		if f, err := Recognize([]byte(text)); err == nil {
			t.Errorf("%q is taken for one of %s", text, f.Title)
		}
	}
}

func TestTotpcliStore(t *testing.T) {
	f, e, err := open(t, ageSealed(t, totpcliSample, "made up"), "made up")
	if err != nil || f.Name != "age" || brief(e) != totpcliBrief {
		t.Errorf("%s %v\n%s", f.Name, err, brief(e))
	}
	if e, err = readAs(t, "totp-cli", ageSealed(t, totpcliSample, "made up"), "made up"); err != nil || brief(e) != totpcliBrief {
		t.Errorf("%v\n%s", err, brief(e))
	}
	if k := e.Keys[0]; fmt.Sprint(k.Tags) != "[work]" || strings.Contains(k.Note, "made up") || !strings.Contains(k.Note, "prefix") {
		t.Errorf("%+v", k.Account)
	}
}

func TestYAMLBombs(t *testing.T) {
	bomb := "- &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'k'; c++ {
		bomb += fmt.Sprintf("- &%c [%s*%c]\n", c, strings.Repeat(fmt.Sprintf("*%c,", c-1), 8), c-1)
	}
	for name, text := range map[string]string{
		"aliases": bomb, "depth": strings.Repeat("- ", 5000) + "x", "brackets": strings.Repeat("[", 20000), "no list": "a: b", "broken": "- name: \"x", "tabs": "-\t\t:\n\t-",
	} {
		if e, err := readAs(t, "totp-cli", []byte(text), ""); err == nil || !errors.Is(err, ErrBadFile) && !errors.Is(err, ErrNothingInIt) {
			t.Errorf("%s: %d accounts, %v", name, len(e.Keys), err)
		}
	}
	if _, err := readAs(t, "totp-cli", []byte(strings.Repeat("- a\n", maxYAML/4+1)), ""); !errors.Is(err, ErrTooLarge) {
		t.Errorf("17 MiB: %v", err)
	}
}

// TestGauthUnderAPassword: openssl itself encrypts, as gauth's manual says.
func TestGauthUnderAPassword(t *testing.T) {
	need(t, "openssl")
	dir := t.TempDir()
	plain, password := filepath.Join(dir, "plain"), filepath.Join(dir, "password")
	for path, text := range map[string]string{plain: gauthSample, password: "made up"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	data, err := exec.CommandContext(t.Context(), "openssl", "enc", "-aes-128-cbc", "-md", "sha256", "-in", plain, "-pass", "file:"+password).Output()
	if err != nil {
		t.Fatal(err)
	}
	f, e, err := open(t, data, "made up")
	if err != nil || f.Name != "gauth" || brief(e) != gauthBrief {
		t.Errorf("%s %v\n%s", f.Name, err, brief(e))
	}
	for _, row := range []struct {
		data     []byte
		password string
		want     error
	}{{data, "wrong", ErrPasswordOrFile}, {data, "", ErrNeedsPassword}, {data[:20], "made up", ErrPasswordOrFile}, {data[:10], "made up", ErrPasswordOrFile}} {
		if _, e, err := open(t, row.data, row.password); !errors.Is(err, row.want) || len(e.Keys) > 0 {
			t.Errorf("%d bytes, %q: %v", len(row.data), row.password, err)
		}
	}
}

// TestOldAndOTPIsNotGNOME: both have tags and no issuer.
func TestOldAndOTPIsNotGNOME(t *testing.T) {
	for _, text := range []string{
		`[{"secret":"A","label":"KOR - ada","type":"TOTP","tags":["x"]}]`, `[{"secret":"A","label":"ada","type":"TOTP","tags":[]}]`,
		`[{"secret":"A","label":"ada","type":"TOTP","tags":["x"]},{"secret":"A","issuer":"","label":"ada","tags":["x"]}]`,
	} {
		if f, err := Recognize([]byte(text)); err == nil && f.Name == "gnome-old" {
			t.Error(text)
		}
	}
}

func TestRefusedByName(t *testing.T) {
	for name, row := range map[string]struct{ data, format, want string }{
		"OTPClient":     {"OTPClient\x03\x00\x00\x00" + strings.Repeat("\xaa", 100), "otpclient", "export"},
		"armored":       {"-----BEGIN PGP MESSAGE-----\n\nhQEMA", "pass", "pass otp uri NAME | twofold import -"},
		"public key":    {"\x85\x02\x0c\x03" + strings.Repeat("\xaa", 100), "pass", "gpg -d FILE"},
		"password":      {"\x8c\x0d\x04\x09\x03\x08" + strings.Repeat("\xaa", 100), "pass", "gpg -d FILE"},
		"newer":         {"\xc1\xc0\x4c\x03" + strings.Repeat("\xaa", 100), "pass", "gpg -d FILE"},
		"newer, short":  {"\xc1\x5e\x03" + strings.Repeat("\xaa", 100), "pass", "gpg -d FILE"},
		"password, new": {"\xc3\x0d\x04\x09" + strings.Repeat("\xaa", 100), "pass", "gpg -d FILE"},
	} {
		f, e, err := open(t, []byte(row.data), "made up")
		if f.Name != row.format || !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), row.want) || len(e.Keys) > 0 {
			t.Errorf("%s: %s %v", name, f.Name, err)
		}
	}
	if e, err := readAs(t, "pass", []byte(listSample), ""); err != nil || brief(e) != listBrief {
		t.Errorf("what pass prints: %v\n%s", err, brief(e))
	}
}

func TestStoreOfPass(t *testing.T) {
	for _, store := range []fstest.MapFS{{".gpg-id": {}}, {"mail/ada.gpg": {}, "x.txt": {}}} {
		if err := CheckFolder(store); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "pass otp uri") {
			t.Error(err)
		}
	}
	if err := CheckFolder(fstest.MapFS{"a.png": {}, "b/c.json": {}}); err != nil {
		t.Error(err)
	}
	many := fstest.MapFS{}
	for i := range 1000 {
		many[fmt.Sprintf("a%04d", i)] = &fstest.MapFile{}
	}
	many["z.gpg"] = &fstest.MapFile{}
	if err := CheckFolder(many); err != nil {
		t.Error("more was looked at than is said")
	}
}

func FuzzTexts(f *testing.F) {
	for _, text := range []string{twofaSample, gauthSample, gnomeSample, rfcBase32, opensslMagic + base64.StdEncoding.EncodeToString([]byte(rfcSecret)), "-----BEGIN PGP MESSAGE"} {
		f.Add([]byte(text))
	}
	fuzzRead(f, twofa, gauth, gnome, pass, otpclient)
}

func FuzzTotpcli(f *testing.F) {
	f.Add([]byte(totpcliSample))
	f.Add([]byte("- &a [*a]\n"))
	fuzzRead(f, totpcli)
}
