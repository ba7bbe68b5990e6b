package transfer

import (
	"errors"
	"testing"

	"github.com/yeka/zip"
)

const (
	winauthSample = "otpauth://totp/Authenticator?secret=" + rfcBase32 + "&digits=6&icon=WinAuth\r\n" +
		"otpauth://totp/BattleNet:Diablo?secret=" + rfcBase32 + "&digits=8&issuer=BattleNet&serial=EU-0000-0000-0000\r\n" +
		"otpauth://totp/Steam:ada?secret=" + rfcBase32 + "&digits=5&issuer=Steam&deviceid=android%3A0&data=%7B%22a%22%3A1%7D\r\n" +
		"otpauth://totp/my%20game?secret=" + rfcBase32 + "&digits=5&deviceid=android%3A0&data=%7B%7D\r\n" +
		"otpauth://hotp/counting?secret=" + rfcBase32 + "&digits=6&counter=4\r\n\r\n"
	winauthBrief = "totp |Authenticator rfc SHA1/6/30/0\ntotp BattleNet|Diablo rfc SHA1/8/30/0\nsteam Steam|ada rfc SHA1/5/30/0\n" +
		"steam |my game rfc SHA1/5/30/0\nhotp |counting rfc SHA1/6/0/4\n"
)

func TestWinAuth(t *testing.T) {
	for name, row := range map[string]struct {
		password string
		method   zip.EncryptionMethod
	}{"clear": {}, "ZipCrypto": {"made up", zip.StandardEncryption}, "AES": {"made up", zip.AES256Encryption}} {
		data := archive(t, row.password, row.method, [2]string{"winauth-2026-03-04.txt", winauthSample})
		f, e, err := open(t, data, row.password)
		if err != nil || f.Name != "winauth" || brief(e) != winauthBrief {
			t.Errorf("%s: %s %v\n%s", name, f.Name, err, brief(e))
		}
	}
	if e, err := readAs(t, "winauth", []byte(winauthSample), ""); err != nil || brief(e) != winauthBrief {
		t.Errorf("plain: %v\n%s", err, brief(e))
	}
}

func TestAuthenticatorPlus(t *testing.T) {
	data := archive(t, "made up", zip.AES256Encryption, [2]string{"folder/x.txt", "x"}, [2]string{"Accounts.txt", listSample})
	f, e, err := open(t, data, "made up")
	if err != nil || f.Name != "authenticator-plus" || brief(e) != listBrief {
		t.Errorf("%s %v\n%s", f.Name, err, brief(e))
	}
	database := totpAuthSealed(t, twofoldSample, "anything")
	if e, err := readAs(t, "authenticator-plus", database, "made up"); !errors.Is(err, ErrRefused) || len(e.Keys) > 0 {
		t.Errorf("a database: %v", err)
	}
}

func TestTextInAnotherArchiveIsNotWinAuth(t *testing.T) {
	if f, err := Recognize(archive(t, "", 0, [2]string{"readme.txt", winauthSample}, [2]string{"export.bin", "x"})); err == nil {
		t.Errorf("taken for one of %s", f.Title)
	}
}

func TestZippedListRefusals(t *testing.T) {
	aes := archive(t, "made up", zip.AES256Encryption, [2]string{"a.txt", winauthSample})
	old := archive(t, "made up", zip.StandardEncryption, [2]string{"a.txt", winauthSample})
	for name, row := range map[string]struct {
		data     []byte
		password string
		want     error
	}{
		"no password":       {aes, "", ErrNeedsPassword},
		"wrong":             {aes, "made upp", ErrWrongPassword},
		"cut off":           {aes[:len(aes)-30], "made up", ErrBadFile},
		"nothing in it":     {archive(t, "", 0, [2]string{"a.txt", "\n\n"}), "", ErrNothingInIt},
		"no text in it":     {archive(t, "", 0, [2]string{"a.bin", "x"}), "", ErrNothingInIt},
		"no archive at all": {[]byte(zipMagic + "x"), "", ErrBadFile},
	} {
		e, err := readAs(t, "winauth", row.data, row.password)
		if !errors.Is(err, row.want) || len(e.Keys) > 0 {
			t.Errorf("%s: %v", name, err)
		}
		hushed(t, e, err)
	}
	// ZipCrypto has one byte that tells a wrong password; what unpacks must not be taken when it fits by chance.
	for _, wrong := range []string{"a", "b", "c", "d"} {
		if e, err := readAs(t, "winauth", old, wrong); err == nil || len(e.Keys) > 0 {
			t.Errorf("%q opened it: %v", wrong, err)
		}
	}
}

func FuzzWinAuth(f *testing.F) {
	f.Add(archive(f, "", 0, [2]string{"a.txt", winauthSample}))
	f.Add(archive(f, "test", zip.StandardEncryption, [2]string{"a.txt", winauthSample}))
	f.Add(archive(f, "test", zip.AES256Encryption, [2]string{"Accounts.txt", listSample}))
	fuzzRead(f, winauth, authplus)
}
