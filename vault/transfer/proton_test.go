package transfer

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"testing"

	"twofold/vault"
)

const protonSample = `{"version":1,"entries":[
 {"id":"1","content":{"uri":"otpauth://totp/ada?secret=` + rfcBase32 + `&issuer=KOR&algorithm=SHA256&digits=8&period=60","entry_type":"Totp","name":"ada"},"note":"a note"},
 {"id":"2","content":{"uri":"otpauth://totp/%3Abob?secret=` + rfcBase32 + `&issuer=%2Fe%2F","entry_type":"Totp","name":":bob"},"note":null},
 {"id":"3","content":{"uri":"steam://` + rfcBase32 + `","entry_type":"Steam","name":"gabe"}},
 {"id":"4","content":{"uri":"steam://gezdgnbvgy3tqojqgezdgnbvgy3tqojq","entry_type":"steam","name":null}},
 {"id":"5","content":{"uri":"otpauth://totp/x%3Ay?secret=` + rfcBase32 + `&issuer=KOR","entry_type":"Totp","name":"x:y"}},
 {"id":"6","content":{"uri":"otpauth://totp/KOR%3Az?secret=` + rfcBase32 + `&issuer=KOR","entry_type":"Totp","name":"KOR:z"}},
 {"id":"7","content":{"uri":"otpauth://totp/eve?issuer=KOR","entry_type":"Totp","name":"eve"}},
 {"id":"8","content":null}, 9]}`

const protonNames = "KOR:ada\n/e/:bob\nSteam:gabe\nSteam\nKOR:x:y\nKOR:z\n!7 eve: secret: is missing\n!8 : the secret is empty\n!9 : it is not what an entry should be"

func TestProtonPlain(t *testing.T) {
	e := mustRead(t, "proton", []byte(protonSample), "")
	if got := names(e); got != protonNames {
		t.Error(got)
	}
	if k := e.Keys[0]; k.Algorithm != vault.SHA256 || k.Digits != 8 || k.Period != 60 || k.Note != "a note" {
		t.Errorf("%+v", k)
	}
	if e.Keys[2].Type != vault.Steam || e.Keys[3].Type != vault.Steam || e.Keys[4].Label != "x:y" {
		t.Error("Steam or a colon in a name is lost")
	}
}

func protonLocked(t testing.TB, plain, password string, version int) []byte {
	t.Helper()
	salt, nonce := bytes.Repeat([]byte{1}, 16), bytes.Repeat([]byte{2}, 12)
	key, err := argon2idKey([]byte(password), salt, 2, 19<<10, 1)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := sealGCM(key, nonce, []byte(plain), []byte(protonData))
	if err != nil {
		t.Fatal(err)
	}
	b64 := base64.StdEncoding.EncodeToString
	return fmt.Appendf(nil, `{"version":%d,"salt":%q,"content":%q}`, version, b64(salt), b64(append(nonce, sealed...)))
}

func TestProtonUnderAPassword(t *testing.T) {
	file := protonLocked(t, protonSample, "correct", 1)
	if got := names(mustRead(t, "proton", file, "correct")); got != protonNames {
		t.Error(got)
	}
	damaged := bytes.Replace(file, []byte(`=="}`), []byte(`AA"}`), 1)
	damaged[len(damaged)-20] ^= 1
	for name, c := range map[string]struct {
		file     []byte
		password string
		want     error
	}{
		"wrong password": {file, "wrong", ErrPasswordOrFile},
		"no password":    {file, "", ErrNeedsPassword},
		"cut":            {file[:len(file)/2], "correct", ErrUnknownFormat},
		"short content":  {[]byte(`{"version":1,"salt":"AAAA","content":"AAAA"}`), "correct", ErrBadFile},
		"a newer one":    {protonLocked(t, protonSample, "correct", 2), "correct", ErrRefused},
	} {
		if _, _, err := open(t, c.file, c.password); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzProton(f *testing.F) {
	f.Add([]byte(protonSample))
	f.Add(protonLocked(f, protonSample, "test", 1))
	fuzzRead(f, proton)
}
