package transfer

import (
	"bytes"
	"crypto/sha512"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"strings"
	"testing"

	"twofold/vault"
)

func TestFreeOTPPlusRoundTrip(t *testing.T) { roundTrip(t, freeOTPPlus, "") }

// Steam is in the issuer there; no account becomes one of it, or stops being one.
func TestFreeOTPPlusKeepsSteamApart(t *testing.T) {
	secret, err := vault.ParseSecret(rfcBase32)
	if err != nil {
		t.Fatal(err)
	}
	usual := vault.Key{Secret: secret, Account: vault.Account{Type: vault.TOTP, Issuer: "Steam", Label: "a", Algorithm: vault.SHA1, Digits: 6, Period: 30}}
	own, named := usual, usual
	own.Type, own.Digits = vault.Steam, 5
	named.Type, named.Digits, named.Issuer = vault.Steam, 5, "Valve"
	oneTrip(t, freeOTPPlus, "", 0, []vault.Key{usual, own, named})
}

const freeOTPToken1 = `{"algo":"SHA256","counter":49,"digits":7,"issuerExt":"KOR","issuerInt":"KOR","label":"ada","period":20,"secret":[-19,64,-59,0,127],"type":"HOTP"}`

const freeOTPSample = `{"tokenOrder":["x"],"tokens":[` + freeOTPToken1 + `,
 {"algo":null,"digits":"8","issuerExt":"Old","issuerAlt":"New","label":"a","labelAlt":"b:c","secret":[1,2,255],"type":"totp"},
 {"issuerExt":"Steam","label":"gabe","secret":[1],"type":"TOTP","image":"x"},
 {"issuerInt":"Only","label":"d","secret":[0,0],"type":"TOTP","period":0.0},
 {"issuerExt":"No","label":"secret","secret":[],"type":"TOTP"},
 {"issuerExt":"Bad","label":"secret","secret":"JBSWY3DP","type":"TOTP"},
 {"issuerExt":"Bad","label":"algorithm","secret":[1],"algo":"MD5","type":"TOTP"},
 null]}`

func TestFreeOTPPlus(t *testing.T) {
	e := mustRead(t, "freeotp-plus", []byte(freeOTPSample), "")
	want := "KOR:ada\nNew:b:c\nSteam:gabe\n" +
		"!4 Only:d: period must be 1 to 86400 seconds\n!5 No:secret: the secret is empty\n!6 Bad:secret: the secret is empty\n" +
		`!7 Bad:algorithm: its algorithm is "MD5", which is not supported` + "\n!8 : it is not what an entry should be"
	if got := names(e); got != want {
		t.Error(got)
	}
	first, second := e.Keys[0], e.Keys[1]
	if first.Type != vault.HOTP || first.Counter != 49 || first.Digits != 7 || first.Algorithm != vault.SHA256 || !bytes.Equal(first.Secret.Reveal(), []byte{237, 64, 197, 0, 127}) {
		t.Errorf("%+v", first)
	}
	if second.Digits != 8 || second.Period != 30 || second.Label != "b:c" || e.Keys[2].Type != vault.Steam {
		t.Errorf("%+v", second)
	}
}

// freeOTPXML writes tokens as Android writes its settings.
func freeOTPXML(t testing.TB, tokens ...string) string {
	t.Helper()
	var b bytes.Buffer
	b.WriteString("\xef\xbb\xbf<?xml version='1.0' encoding='utf-8' standalone='yes' ?>\r\n<map>\r\n")
	for i, token := range tokens {
		fmt.Fprintf(&b, `    <string name="%d">`, i)
		if err := xml.EscapeText(&b, []byte(token)); err != nil {
			t.Fatal(err)
		}
		b.WriteString("</string>\r\n")
	}
	b.WriteString(`    <string name="tokenOrder">["0"]</string><int name="x" value="1" />` + "\r\n</map>\r\n")
	return b.String()
}

func TestFreeOTP1(t *testing.T) {
	file := freeOTPXML(t, freeOTPToken1, `{"label":"b","secret":[1],"type":"TOTP"}`, `{"label":`)
	e := mustRead(t, "freeotp1", []byte(file), "")
	if got := names(e); got != "KOR:ada\nb\n!3 : it is not what an entry should be" || e.Keys[0].Counter != 49 {
		t.Error(got)
	}
	quoted := strings.ReplaceAll(strings.ReplaceAll(file, "&#34;", "&quot;"), "\xef\xbb\xbf", "")
	mustRead(t, "freeotp1", []byte(quoted), "")
	bomb := `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><map><string name="label">"secret" &b;</string></map>`
	for name, bad := range map[string]string{
		"entities": bomb,
		"half":     file[:len(file)/2],
		"depth":    "<map label \"secret\">" + strings.Repeat("<string>", maxEntries+1),
	} {
		if _, err := readAs(t, "freeotp1", []byte(bad), ""); err == nil {
			t.Errorf("%s: was read", name)
		}
	}
}

// freeOTPBackup writes tokens, JSON with the secret in it, as FreeOTP 2 does.
func freeOTPBackup(t testing.TB, password, algorithm string, iterations int, tokens ...string) []byte {
	t.Helper()
	sealed := func(key, plain []byte, additional string, nonce byte) map[string]any {
		iv := bytes.Repeat([]byte{nonce}, 12)
		text, err := sealGCM(key, iv, plain, []byte(additional))
		if err != nil {
			t.Fatal(err)
		}
		der := append([]byte{0x30, 17, 4, 12}, append(iv, 2, 1, 16)...)
		return map[string]any{"mCipher": "AES/GCM/NoPadding", "mCipherText": signed(text), "mParameters": signed(der), "mToken": additional}
	}
	text := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	salt, key := bytes.Repeat([]byte{9}, 32), bytes.Repeat([]byte{200}, 32)
	derived, err := pbkdf2Key(sha512.New, []byte(password), salt, uint64(min(iterations, 1000)), 32)
	if err != nil {
		t.Fatal(err)
	}
	pairs := []string{"masterKey", text(map[string]any{"mAlgorithm": algorithm, "mIterations": iterations, "mSalt": signed(salt), "mEncryptedKey": sealed(derived, key, "AES", 1)})}
	for i, token := range tokens {
		var parsed freeOTPToken
		if err := json.Unmarshal([]byte(token), &parsed); err != nil {
			t.Fatal(err)
		}
		id := fmt.Sprint("id-", i)
		inner := text(sealed(key, parsed.Secret, "HmacSHA1", byte(i+2)))
		pairs = append(pairs, id+"-token", token, id, text(map[string]any{"key": inner}))
	}
	return javaMap(pairs...)
}

func signed(data []byte) []int8 {
	out := make([]int8, len(data))
	for i, b := range data {
		out[i] = int8(b)
	}
	return out
}

func TestFreeOTP2(t *testing.T) {
	const algorithm = "PBKDF2withHmacSHA512"
	file := freeOTPBackup(t, "correct", algorithm, 1000, freeOTPToken1, `{"label":"b","secret":[1],"type":"TOTP","algo":null}`)
	e := mustRead(t, "freeotp2", file, "correct")
	if got := names(e); got != "KOR:ada\nb" || e.Keys[0].Counter != 49 || e.Keys[0].Digits != 7 || e.Keys[1].Algorithm != vault.SHA1 {
		t.Error(got)
	}
	if !bytes.Equal(e.Keys[0].Secret.Reveal(), []byte{237, 64, 197, 0, 127}) {
		t.Error("another secret")
	}
	damaged := bytes.Replace(file, []byte(`HmacSHA1`), []byte(`HmacSHA5`), 1)
	if got := names(mustRead(t, "freeotp2", damaged, "correct")); got != "b\n!2 KOR:ada: its secret is damaged" && got != "b\n!1 KOR:ada: its secret is damaged" {
		t.Error(got)
	}
	for name, c := range map[string]struct {
		file     []byte
		password string
		want     error
	}{
		"wrong password":     {file, "wrong", ErrPasswordOrFile},
		"no password":        {file, "", ErrNeedsPassword},
		"cut":                {file[:len(file)-100], "correct", ErrBadFile},
		"iterations":         {freeOTPBackup(t, "correct", algorithm, 2_000_000_000, freeOTPToken1), "correct", ErrTooCostly},
		"another derivation": {freeOTPBackup(t, "correct", "scrypt", 1000), "correct", ErrRefused},
		"no master key":      {javaMap("a-token", freeOTPToken1), "correct", ErrBadFile},
		"no accounts":        {freeOTPBackup(t, "correct", algorithm, 1000), "correct", ErrNothingInIt},
	} {
		if _, _, err := open(t, c.file, c.password); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzFreeOTP(f *testing.F) {
	f.Add([]byte(freeOTPSample))
	f.Add([]byte(freeOTPXML(f, freeOTPToken1)))
	f.Add(freeOTPBackup(f, "test", "PBKDF2withHmacSHA512", 100, freeOTPToken1))
	fuzzRead(f, freeOTPPlus, freeOTP1, freeOTP2)
}
