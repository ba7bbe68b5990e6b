package transfer

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"errors"
	"strings"
	"testing"

	"twofold/vault"
)

const stratumPlain = `{"Authenticators": [
 {"Type": 2, "Icon": "x", "Issuer": "KOR", "Username": "ada", "Secret": "` + rfcBase32 + `", "Pin": null, "Algorithm": 2, "Digits": 8, "Period": 60, "Counter": 0, "Ranking": 1, "CopyCount": 4},
 {"Type": 1, "Issuer": "KOR", "Username": null, "Secret": "MZXW6YTBOI======", "Algorithm": 0, "Digits": 6, "Period": 0, "Counter": 9},
 {"Type": "4", "Issuer": "Steam", "Username": "s", "Secret": "MZXW6YTBOI", "Algorithm": 0, "Digits": 5, "Period": 0},
 {"Issuer": "Usual", "Secret": "MZXW6YTBOM"},
 {"Type": 3, "Issuer": "M", "Username": "m", "Secret": "0123abcd", "Pin": "1234"},
 {"Type": 5, "Issuer": "Y", "Username": "y", "Secret": "MZXW6YTBOI", "Pin": "1234"},
 {"Type": 6, "Issuer": "Z", "Secret": "MZXW6YTBOI"},
 {"Type": 2, "Issuer": "A", "Secret": "MZXW6YTBOI", "Algorithm": 3},
 {"Type": 2, "Issuer": "P", "Secret": "MZXW6YTBOI", "Period": 0}
], "Categories": [{"Id": "1", "Name": "work", "Ranking": 0}, {"Id": "2", "Name": "home"}, 9],
"AuthenticatorCategories": [{"CategoryId": "2", "AuthenticatorSecret": "` + rfcBase32 + `"}, {"CategoryId": "1", "AuthenticatorSecret": "` + rfcBase32 + `"},
 {"CategoryId": "1", "AuthenticatorSecret": "MZXW6YTBOM"}, {"CategoryId": "gone", "AuthenticatorSecret": "MZXW6YTBOI"}], "CustomIcons": null}`

func checkStratum(t *testing.T, file []byte, password string) {
	t.Helper()
	e := mustRead(t, "stratum", file, password)
	want := `KOR:ada
KOR
Steam:s
Usual
!5 M:m: it is of mOTP, which is not supported
!6 Y:y: it is of Yandex, whose codes are not supported
!7 Z: its type is "number 6", which is not known
!8 A: its algorithm is "number 3", which is not supported
!9 P: period must be 1 to 86400 seconds`
	if got := names(e); got != want {
		t.Errorf("read as\n%s\nand not\n%s", got, want)
	}
	for i, want := range []vault.Account{
		{Type: vault.TOTP, Issuer: "KOR", Label: "ada", Algorithm: vault.SHA512, Digits: 8, Period: 60, Tags: []string{"home", "work"}, Uses: 4},
		{Type: vault.HOTP, Issuer: "KOR", Algorithm: vault.SHA1, Digits: 6, Counter: 9},
		{Type: vault.Steam, Issuer: "Steam", Label: "s", Algorithm: vault.SHA1, Digits: 5, Period: 30},
		{Type: vault.TOTP, Issuer: "Usual", Algorithm: vault.SHA1, Digits: 6, Period: 30, Tags: []string{"work"}},
	} {
		if got := e.Keys[i]; whole(got) != whole(vault.Key{Account: want, Secret: got.Secret}) {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
}

func TestStratumEntriesBecomeAccounts(t *testing.T) {
	checkStratum(t, []byte(stratumPlain), "")
	checkStratum(t, []byte("\ufeff"+strings.ReplaceAll(stratumPlain, "\n", "\r\n")), "")
}

func sealedStrong(t *testing.T, password, plain string) []byte {
	t.Helper()
	salt, nonce := randomBytes(16), randomBytes(12)
	key, err := argon2idKey([]byte(password), salt, 3, 64<<10, 4)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := sealGCM(key, nonce, []byte(plain), nil)
	if err != nil {
		t.Fatal(err)
	}
	return append(append(append([]byte("AUTHENTICATORPRO"), salt...), nonce...), sealed...)
}

func sealedLegacy(t *testing.T, password, plain string) []byte {
	t.Helper()
	salt, iv := randomBytes(20), randomBytes(16)
	key, err := pbkdf2Key(sha1.New, []byte(password), salt, 64_000, 32)
	if err != nil {
		t.Fatal(err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	pad := 16 - len(plain)%16
	sealed := []byte(plain + strings.Repeat(string(rune(pad)), pad))
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(sealed, sealed)
	return append(append(append([]byte("AuthenticatorPro"), salt...), iv...), sealed...)
}

func TestEncryptedStratum(t *testing.T) {
	for name, seal := range map[string]func(*testing.T, string, string) []byte{"strong": sealedStrong, "legacy": sealedLegacy} {
		file := seal(t, "test", stratumPlain)
		checkStratum(t, file, "test")
		if _, _, err := open(t, file, "Test"); !errors.Is(err, ErrPasswordOrFile) {
			t.Errorf("%s, wrong password: %v", name, err)
		}
		if _, _, err := open(t, file, ""); !errors.Is(err, ErrNeedsPassword) {
			t.Errorf("%s, no password: %v", name, err)
		}
		if _, _, err := open(t, file[:40], "test"); !errors.Is(err, ErrBadFile) {
			t.Errorf("%s, cut off: %v", name, err)
		}
		file[len(file)-20] ^= 1
		if _, _, err := open(t, file, "test"); !errors.Is(err, ErrPasswordOrFile) {
			t.Errorf("%s, damaged: %v", name, err)
		}
	}
	// A wrong key leaves what looks padded once in 256 times: what it leaves must be JSON, too.
	if _, _, err := open(t, sealedLegacy(t, "test", "no JSON"), "test"); !errors.Is(err, ErrPasswordOrFile) {
		t.Error(err)
	}
	if _, _, err := open(t, []byte(`{"Authenticators": []}`), ""); !errors.Is(err, ErrNothingInIt) {
		t.Error(err)
	}
	if _, _, err := open(t, []byte(`{"Authenticators": 5}`), ""); !errors.Is(err, ErrNothingInIt) {
		t.Error(err)
	}
}

func FuzzStratum(f *testing.F) {
	f.Add([]byte(stratumPlain))
	f.Add(append([]byte(stratumLegacy), make([]byte, 68)...))
	f.Add([]byte(stratumStrong))
	fuzzRead(f, stratum)
}
