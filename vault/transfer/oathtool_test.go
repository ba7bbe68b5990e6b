package transfer

import (
	"strings"
	"testing"

	"twofold/vault"
)

func TestLinesForOathtool(t *testing.T) {
	const inHex = "3132333435363738393031323334353637383930"
	text := strings.Join([]string{
		"# mine", rfcBase32, "", "mail: " + strings.ToLower(rfcBase32), "my work\t" + rfcBase32, "gezd gnbv gy3t qojq gezd gnbv gy3t qojq",
		"oathtool --totp -b " + rfcBase32,
		"oathtool --totp=sha256 --base32 --digits=8 -s 60s \"" + rfcBase32 + "\"",
		"oathtool -c 7 " + inHex,
		"oathtool --totp " + rfcBase32, "oathtool -d", "oathtool --totp --frob -b " + rfcBase32, "oathtool --totp -d 99 -b " + rfcBase32,
		"GEZDGNBV1", "work gezd gnbv gy3t qojq gezd gnbv gy3t qojq",
	}, "\r\n")
	if f, err := Recognize([]byte(text)); err == nil {
		t.Fatalf("recognized as %s", f.Name)
	}
	e, err := readAs(t, "oathtool", []byte(text), "")
	if err != nil {
		t.Fatal(err)
	}
	usual := vault.Account{Type: vault.TOTP, Algorithm: vault.SHA1, Digits: 6, Period: 30}
	mail, work := usual, usual
	mail.Label, work.Label = "mail", "my work"
	for i, want := range []vault.Account{
		usual, mail, work, usual, usual,
		{Type: vault.TOTP, Algorithm: vault.SHA256, Digits: 8, Period: 60},
		{Type: vault.HOTP, Algorithm: vault.SHA1, Digits: 6, Counter: 7},
	} {
		if got := e.Keys[i]; whole(got) != whole(vault.Key{Account: want, Secret: got.Secret}) || string(got.Secret.Reveal()) != rfcSecret {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	e.Keys = nil
	for i, want := range []string{"hexadecimal", "without its value", "option that is not known", "digits must be", "character 9", "without blanks"} {
		if got := strings.Split(names(e), "\n")[i]; !strings.Contains(got, want) || strings.Contains(got, rfcBase32) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzOathtool(f *testing.F) {
	f.Add([]byte("mail " + rfcBase32 + "\noathtool --totp=sha256 -b -d 8 -s 60 " + rfcBase32))
	fuzzRead(f, oathtool)
}
