package transfer

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"twofold/vault"
)

func TestBitwardenRoundTrip(t *testing.T) { roundTrip(t, bitwarden, "") }

const bitwardenSample = `{"encrypted":false,"folders":[{"id":"f1","name":"Work"}],"someday":{"x":1},"items":[
 {"type":3,"name":"Card","card":{}},
 {"type":1,"name":"Nothing","login":{"username":"ada","totp":null}},
 {"type":2,"name":"Note","login":null},
 {"type":1,"name":"Site","folderId":"f1","favorite":true,"notes":"a note","login":{"username":"ada","totp":"jbsw y3dp ehpk 3pxp"}},
 {"type":1,"name":"Steam","folderId":null,"login":{"username":"gabe","totp":"steam://JBSWY3DPEHPK3PXP"}},
 {"type":1,"name":"Other","login":{"username":null,"totp":"otpauth://totp/Real:b?secret=JBSWY3DPEHPK3PXP&digits=8&algorithm=sha256"}},
 {"type":1,"name":"Broken","login":{"totp":"JBSWY3DP!"}},
 {"type":1,"name":7,"login":{"totp":"JBSWY3DPEHPK3PXP"}},
 [1]]}`

func bitwardenIsRead(t *testing.T, e Export, err error) {
	t.Helper()
	if err != nil || len(e.Keys) != 4 || len(e.Aside) != 2 {
		t.Fatalf("%v: %d accounts, aside %v", err, len(e.Keys), e.Aside)
	}
	site, steam, other := e.Keys[0], e.Keys[1], e.Keys[2]
	if site.Name() != "Site:ada" || !site.Pinned || site.Note != "a note" || strings.Join(site.Tags, ",") != "Work" {
		t.Errorf("%+v", site)
	}
	if steam.Type != vault.Steam || steam.Name() != "Steam:gabe" || other.Name() != "Real:b" || other.Digits != 8 || other.Algorithm != vault.SHA256 {
		t.Errorf("%+v\n%+v", steam, other)
	}
	if strings.Contains(fmt.Sprint(e.Aside), "JBSWY3DP") || e.Aside[0].Name != "Broken" {
		t.Errorf("aside %v", e.Aside)
	}
}

func TestBitwardenPlain(t *testing.T) {
	f, e, err := open(t, []byte("\xef\xbb\xbf"+strings.ReplaceAll(bitwardenSample, "\n", "\r\n")), "")
	if f.Name != "bitwarden" {
		t.Errorf("recognized as %q", f.Name)
	}
	bitwardenIsRead(t, e, err)
}

// bitwardenLocked seals a text after the format's description.
func bitwardenLocked(t testing.TB, plain, password, kdf string) string {
	t.Helper()
	const salt = "c2FsdCBmb3IgYSB0ZXN0"
	l := bitwardenLock{Salt: salt, KDF: number{given: true}, Iterations: number{given: true, value: 1000}}
	if strings.Contains(kdf, `"kdfType":1`) {
		l.KDF.value, l.Iterations.value = 1, 1
		l.Memory, l.Parallelism = number{given: true, value: 1}, number{given: true, value: 2}
	}
	key, err := l.key([]byte(password))
	if err != nil {
		t.Fatal(err)
	}
	enc, _ := hkdf.Expand(sha256.New, key, "enc", 32)
	mac, _ := hkdf.Expand(sha256.New, key, "mac", 32)
	seal := func(text string) string {
		pad := aes.BlockSize - len(text)%aes.BlockSize
		padded := append([]byte(text), bytes.Repeat([]byte{byte(pad)}, pad)...)
		block, err := aes.NewCipher(enc)
		if err != nil {
			t.Fatal(err)
		}
		iv := bytes.Repeat([]byte{7}, aes.BlockSize)
		cipher.NewCBCEncrypter(block, iv).CryptBlocks(padded, padded)
		h := hmac.New(sha256.New, mac)
		h.Write(iv)
		h.Write(padded)
		b64 := base64.StdEncoding.EncodeToString
		return "2." + b64(iv) + "|" + b64(padded) + "|" + b64(h.Sum(nil))
	}
	return fmt.Sprintf(`{"encrypted":true,"passwordProtected":true,"salt":%q,%s,"encKeyValidation_DO_NOT_EDIT":%q,"data":%q}`, salt, kdf, seal("b8b8"), seal(plain))
}

const (
	bitwardenPBKDF2 = `"kdfType":0,"kdfIterations":1000,"kdfMemory":null,"kdfParallelism":null`
	bitwardenArgon2 = `"kdfType":1,"kdfIterations":"1","kdfMemory":1,"kdfParallelism":2`
)

func TestBitwardenUnderAPassword(t *testing.T) {
	for _, kdf := range []string{bitwardenPBKDF2, bitwardenArgon2} {
		file := bitwardenLocked(t, bitwardenSample, "correct", kdf)
		_, e, err := open(t, []byte(file), "correct")
		bitwardenIsRead(t, e, err)
		if _, _, err := open(t, []byte(file), "wrong"); !errors.Is(err, ErrWrongPassword) {
			t.Errorf("wrong password: %v", err)
		}
		if _, _, err := open(t, []byte(file), ""); !errors.Is(err, ErrNeedsPassword) {
			t.Errorf("no password: %v", err)
		}
		at := strings.LastIndex(file, `|`) - 40
		damaged := file[:at] + "AAAA" + file[at+4:]
		if _, _, err := open(t, []byte(damaged), "correct"); !errors.Is(err, ErrBadFile) {
			t.Errorf("damaged: %v", err)
		}
	}
}

func TestBitwardenRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		want error
	}{
		"encrypted to the account": {`{"encrypted":true,"items":[{"name":"2.a|b|c"}]}`, ErrRefused},
		"iterations":               {bitwardenLocked(t, "{}", "a", `"kdfType":0,"kdfIterations":2000000000`), ErrTooCostly},
		"memory":                   {bitwardenLocked(t, "{}", "a", `"kdfType":1,"kdfIterations":1,"kdfMemory":4096,"kdfParallelism":1`), ErrTooCostly},
		"no memory":                {bitwardenLocked(t, "{}", "a", `"kdfType":1,"kdfIterations":0,"kdfParallelism":1`), ErrTooCostly},
		"another KDF":              {bitwardenLocked(t, "{}", "a", `"kdfType":2,"kdfIterations":1`), ErrRefused},
		"nothing in it":            {`{"encrypted":false,"items":[{"name":"a","login":null}]}`, ErrNothingInIt},
		"items of another kind":    {`{"encrypted":false,"items":7}`, ErrNothingInIt},
		"half a file":              {`{"encrypted":true,"passwordProtected":true,"data":"2.a|b"}`, ErrBadFile},
	} {
		if _, _, err := open(t, []byte(c.file), "a"); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzBitwarden(f *testing.F) {
	f.Add([]byte(bitwardenSample))
	f.Add([]byte(bitwardenLocked(f, bitwardenSample, "test", bitwardenPBKDF2)))
	f.Add([]byte(bitwardenLocked(f, bitwardenSample, "test", bitwardenArgon2)))
	fuzzRead(f, bitwarden)
}
