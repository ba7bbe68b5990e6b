package transfer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/chacha20poly1305"

	"twofold/vault"
)

// rfcBase32 is rfcSecret as people see it.
const rfcBase32 = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

const cotpSample = `{"version":2,"elements":[
{"secret":"` + rfcBase32 + `","issuer":"KOR","label":"ada","digits":6,"type":"TOTP","algorithm":"SHA1","period":30,"counter":null,"pin":null},
{"secret":"` + rfcBase32 + `","issuer":"","label":"counting","digits":8,"type":"HOTP","algorithm":"SHA256","period":30,"counter":3,"pin":null},
{"secret":"` + rfcBase32 + `","issuer":"Steam","label":"grace","digits":5,"type":"STEAM","algorithm":"SHA1","period":30,"counter":null,"pin":null},
{"secret":"` + rfcBase32 + `","issuer":"Old","label":"m","digits":6,"type":"MOTP","algorithm":"MD5","period":10,"counter":null,"pin":"1234"},
{"secret":"` + rfcBase32 + `","issuer":"Zero","label":"z","digits":0,"type":"TOTP","algorithm":"SHA1","period":30},
{"secret":"not base 32!","issuer":"Bad","label":"b","digits":6,"type":"TOTP","algorithm":"SHA1","period":30}]}`

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

// fuzzRead holds a reader to its promises for whatever bytes: keys are whole, errors are known ones.
func fuzzRead(f *testing.F, format Format, seeds ...string) {
	f.Helper()
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	known := []error{ErrUnknownFormat, ErrWrongPassword, ErrPasswordOrFile, ErrNeedsPassword, ErrBadFile, ErrTooLarge, ErrTooCostly, ErrRefused, ErrNothingInIt}
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := format.Open(t.Context(), Input{Data: data, Password: passwordOf("made up")})
		if err != nil && !slices.ContainsFunc(known, func(k error) bool { return errors.Is(err, k) }) {
			t.Errorf("an error of its own: %v", err)
		}
		if err != nil && strings.Contains(err.Error(), "the reader stopped") {
			t.Error("it panicked")
		}
		if err == nil && len(e.Keys)+len(e.Aside) == 0 {
			t.Error("nothing, and no error")
		}
		for _, k := range e.Keys {
			if err := k.Validate(); err != nil {
				t.Errorf("invalid key: %v", err)
			}
			if again, err := vault.ParseKeyURI(k.RevealURI()); err != nil || !again.Secret.Equal(k.Secret) {
				t.Errorf("is not read back: %v", err)
			}
		}
	})
}

func FuzzCotp(f *testing.F) {
	fuzzRead(f, cotp, cotpSample, string(cotpSealed(f, cotpSample, "made up")), `{"version":1,"nonce":"AAAA","salt":"AAAA","cipher":"AAAA"}`)
}
