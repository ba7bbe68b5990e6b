package transfer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/crypto/chacha20poly1305"
)

const cotpSample = `{"version":2,"elements":[
{"secret":"` + rfcBase32 + `","issuer":"KOR","label":"ada","digits":6,"type":"TOTP","algorithm":"SHA1","period":30,"counter":null,"pin":null},
{"secret":"` + rfcBase32 + `","issuer":"","label":"counting","digits":8,"type":"HOTP","algorithm":"SHA256","period":30,"counter":3,"pin":null},
{"secret":"` + rfcBase32 + `","issuer":"Steam","label":"grace","digits":5,"type":"STEAM","algorithm":"SHA1","period":30,"counter":null,"pin":null},
{"secret":"` + rfcBase32 + `","issuer":"Old","label":"m","digits":6,"type":"MOTP","algorithm":"MD5","period":10,"counter":null,"pin":"1234"},
{"secret":"` + rfcBase32 + `","issuer":"Zero","label":"z","digits":0,"type":"TOTP","algorithm":"SHA1","period":30},
{"secret":"not base 32!","issuer":"Bad","label":"b","digits":6,"type":"TOTP","algorithm":"SHA1","period":30},
7]}`

// brief is what was read, for tables: a line an account, and the names of those set aside.
func brief(e Export) string {
	var b strings.Builder
	for _, k := range e.Keys {
		secret := "?" + k.Secret.RevealBase32()
		if string(k.Secret.Reveal()) == rfcSecret {
			secret = "rfc"
		}
		fmt.Fprintf(&b, "%s %s|%s %s %s/%d/%d/%d\n", k.Type, k.Issuer, k.Label, secret, k.Algorithm, k.Digits, k.Period, k.Counter)
	}
	for _, a := range e.Aside {
		fmt.Fprintf(&b, "aside %d %s\n", a.Entry, a.Name)
	}
	return b.String()
}

// hushed tells that nothing of what is set aside repeats a secret.
func hushed(t testing.TB, e Export, err error) {
	t.Helper()
	text := fmt.Sprint(err, e.Aside)
	for _, secret := range []string{rfcSecret, rfcBase32, strings.ToLower(rfcBase32), "not base 32"} {
		if strings.Contains(text, secret) {
			t.Errorf("a secret is repeated: %s", text)
		}
	}
}

func cotpSealed(t testing.TB, plain, password string) []byte {
	t.Helper()
	salt, nonce := bytes.Repeat([]byte{7}, 16), bytes.Repeat([]byte{9}, 24)
	key, err := argon2idKey([]byte(password), salt, 4, 32768, 4)
	if err != nil {
		t.Fatal(err)
	}
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := json.Marshal(map[string]any{"version": 1, "nonce": nonce, "salt": salt, "cipher": aead.Seal(nil, nonce, []byte(plain), nil)})
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

const cotpBrief = `totp KOR|ada rfc SHA1/6/30/0
hotp |counting rfc SHA256/8/0/3
steam Steam|grace rfc SHA1/5/30/0
aside 4 Old:m
aside 5 Zero:z
aside 6 Bad:b
aside 7 
`

func TestCotp(t *testing.T) {
	for name, data := range map[string][]byte{"plain": []byte(cotpSample), "encrypted": cotpSealed(t, cotpSample, "made up")} {
		f, e, err := open(t, data, "made up")
		if err != nil || f.Name != "cotp" || brief(e) != cotpBrief {
			t.Errorf("%s: %s %v\n%s", name, f.Name, err, brief(e))
		}
		hushed(t, e, err)
	}
}

func TestCotpRefusals(t *testing.T) {
	sealed := cotpSealed(t, cotpSample, "made up")
	for name, row := range map[string]struct {
		data, password string
		want           error
	}{
		"wrong password": {string(sealed), "made upp", ErrPasswordOrFile},
		"no password":    {string(sealed), "", ErrNeedsPassword},
		"damaged":        {strings.Replace(string(sealed), `"cipher":"`, `"cipher":"AAAA`, 1), "made up", ErrPasswordOrFile},
		"short nonce":    {`{"version":1,"nonce":"AAAA","salt":"AAAA","cipher":"` + strings.Repeat("A", 64) + `"}`, "made up", ErrBadFile},
		"no base64":      {`{"version":1,"nonce":"?","salt":"AAAA","cipher":"AAAA"}`, "made up", ErrBadFile},
		"sealed rubbish": {string(cotpSealed(t, "rubbish", "made up")), "made up", ErrBadFile},
		"newer":          {`{"version":3,"elements":[]}`, "", ErrRefused},
		"empty":          {`{"version":2,"elements":[]}`, "", ErrNothingInIt},
	} {
		_, e, err := open(t, []byte(row.data), row.password)
		if !errors.Is(err, row.want) || len(e.Keys) > 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestTooManyEntries are refused before one of them is looked at.
func TestTooManyEntries(t *testing.T) {
	many := strings.Repeat("7,", maxEntries) + "7"
	for name, data := range map[string][]byte{
		"cotp":               []byte(`{"version":2,"elements":[` + many + `]}`),
		"gnome-old":          []byte(`[` + many + `]`),
		"totp-authenticator": asPreferences(totpAuthenticatorKey, "["+many+"]"),
		"authy":              asPreferences(authyFile, "["+many+"]"),
	} {
		if e, err := readAs(t, name, data, ""); !errors.Is(err, ErrTooLarge) || len(e.Aside) > 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzCotp(f *testing.F) {
	f.Add([]byte(cotpSample))
	f.Add(cotpSealed(f, cotpSample, "test"))
	f.Add([]byte(`{"version":1,"nonce":"AAAA","salt":"AAAA","cipher":"AAAA"}`))
	fuzzRead(f, cotp)
}
