package transfer

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// cbcSealed is the other way round of openCBC.
func cbcSealed(t testing.TB, key, iv, plain []byte) []byte {
	t.Helper()
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	pad := aes.BlockSize - len(plain)%aes.BlockSize
	sealed := append(append([]byte(nil), plain...), []byte(strings.Repeat(string(rune(pad)), pad))...)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(sealed, sealed)
	return sealed
}

func totpAuthSample() string {
	return fmt.Sprintf(`["{\"name\":\"ada\",\"issuer\":\"KOR\",\"key\":\"%s\",\"base\":32}",{"name":"grace","issuer":"","key":"%s","base":16},`+
		`{"name":"bob","issuer":"X","key":"%s","base":"64"},{"name":"old","key":"zz","base":16},{"name":"odd","key":"x","base":58},"rubbish"]`,
		strings.ToLower(rfcBase32), hex.EncodeToString([]byte(rfcSecret)), base64.StdEncoding.EncodeToString([]byte(rfcSecret)))
}

const totpAuthBrief = "totp KOR|ada rfc SHA1/6/30/0\ntotp |grace rfc SHA1/6/30/0\ntotp X|bob rfc SHA1/6/30/0\naside 4 old\naside 5 odd\naside 6 \n"

func totpAuthSealed(t testing.TB, plain, password string) []byte {
	t.Helper()
	key := sha256.Sum256([]byte(password))
	return []byte(base64.StdEncoding.EncodeToString(cbcSealed(t, key[:], make([]byte, 16), []byte(plain))) + "\n")
}

// asKey is an object with one key, the text.
func asKey(t testing.TB, text string) string {
	t.Helper()
	object, err := json.Marshal(map[string]string{text: ""})
	if err != nil {
		t.Fatal(err)
	}
	return string(object)
}

func asPreferences(name, value string) []byte {
	return []byte("<?xml version='1.0' encoding='utf-8' standalone='yes' ?>\n<map>\n    <string name=\"other\">x</string>\n    <string name=\"" + name + "\">" +
		strings.NewReplacer("&", "&amp;", `"`, "&quot;", "<", "&lt;").Replace(value) + "</string>\n</map>\n")
}

func TestTOTPAuthenticator(t *testing.T) {
	plain := asKey(t, totpAuthSample())
	for name, row := range map[string]struct {
		data     []byte
		password string
	}{
		"password":     {totpAuthSealed(t, plain, "made up"), "made up"},
		"none was set": {totpAuthSealed(t, plain, totpAuthenticatorPassword), ""},
		"preferences":  {asPreferences(totpAuthenticatorKey, totpAuthSample()), ""},
	} {
		f, e, err := open(t, row.data, row.password)
		if err != nil || f.Name != "totp-authenticator" || brief(e) != totpAuthBrief {
			t.Errorf("%s: %s %v\n%s", name, f.Name, err, brief(e))
		}
		hushed(t, e, err)
	}
}

func TestTOTPAuthenticatorRefusals(t *testing.T) {
	whole := totpAuthSealed(t, asKey(t, totpAuthSample()), "made up")
	for name, row := range map[string]struct {
		data     []byte
		password string
		want     error
	}{
		"no password":   {whole, "", ErrNeedsPassword},
		"damaged":       {append([]byte("AAAAAAAAAAAAAAAAAAAAAA"), whole[22:]...), "made up", ErrPasswordOrFile},
		"not this":      {totpAuthSealed(t, "sixteen letters, sixteen letters", "made up"), "made up", ErrPasswordOrFile},
		"empty":         {totpAuthSealed(t, asKey(t, "[]")+strings.Repeat(" ", 20), "made up"), "made up", ErrNothingInIt},
		"no such entry": {asPreferences("name"+totpAuthenticatorKey, "[]"), "", ErrNothingInIt},
		"no list":       {asPreferences(totpAuthenticatorKey, "7"), "", ErrBadFile},
	} {
		f, e, err := open(t, row.data, row.password)
		if f.Name != "totp-authenticator" || !errors.Is(err, row.want) || len(e.Keys) > 0 {
			t.Errorf("%s: %s %v", name, f.Name, err)
		}
	}
	// A wrong password fits the padding once in 256 times, and must not be taken then.
	for i := range 600 {
		if _, err := readAs(t, "totp-authenticator", whole, fmt.Sprint("wrong", i)); !errors.Is(err, ErrPasswordOrFile) {
			t.Fatalf("%d: %v", i, err)
		}
	}
}

func FuzzTOTPAuthenticator(f *testing.F) {
	f.Add(totpAuthSealed(f, asKey(f, totpAuthSample()), "test"))
	f.Add(totpAuthSealed(f, asKey(f, totpAuthSample()), totpAuthenticatorPassword))
	f.Add(asPreferences(totpAuthenticatorKey, totpAuthSample()))
	fuzzRead(f, totpAuthenticator)
}

func TestBareKeyIsNoBackup(t *testing.T) {
	if f, err := Recognize([]byte(rfcBase32 + rfcBase32)); err == nil {
		t.Errorf("a key of 64 letters is taken for one of %s", f.Title)
	}
}
