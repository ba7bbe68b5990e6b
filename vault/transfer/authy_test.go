package transfer

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"testing"
)

const authyFile = authyTokens + "authenticator.key"

const authyPlain = `[{"accountType":"authenticator","decryptedSecret":"` + rfcBase32 + `","digits":6,"name":"KOR: ada","originalIssuer":"KOR","originalName":"KOR:ada"},` +
	`{"accountType":"authenticator","decryptedSecret":"` + rfcBase32 + `","digits":8,"name":"KOR:grace","originalName":"KOR:grace"},` +
	`{"accountType":"authenticator","decryptedSecret":"` + rfcBase32 + `","digits":6,"name":"Shop - bob","originalIssuer":null,"originalName":null},` +
	`{"accountType":"github","decryptedSecret":"` + rfcBase32 + `","digits":6,"name":"carol"},` +
	`{"accountType":"authenticator","decryptedSecret":"` + rfcBase32 + `","digits":6,"name":"just a name"},` +
	`{"accountType":"x","decryptedSecret":"","digits":6,"name":"empty"},7]`

const authyBrief = "totp KOR|ada rfc SHA1/6/30/0\ntotp KOR|grace rfc SHA1/8/30/0\ntotp Shop|bob rfc SHA1/6/30/0\ntotp Github|carol rfc SHA1/6/30/0\n" +
	"totp |just a name rfc SHA1/6/30/0\naside 6 X:empty\naside 7 \n"

func authySealed(t testing.TB, salt, password, secret string) string {
	t.Helper()
	key, err := pbkdf2Key(sha1.New, []byte(password), []byte(salt), 1000, 32)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(cbcSealed(t, key, make([]byte, 16), []byte(secret)))
}

func TestAuthy(t *testing.T) {
	f, e, err := open(t, asPreferences(authyFile, authyPlain), "")
	if err != nil || f.Name != "authy" || brief(e) != authyBrief {
		t.Errorf("%s %v\n%s", f.Name, err, brief(e))
	}
	hushed(t, e, err)
	own := fmt.Sprintf(`[{"accountType":"authy","secretSeed":"%s","digits":7,"name":"Shop"},{"accountType":"authy","secretSeed":"xyz","name":"bad"}]`, hex.EncodeToString([]byte(rfcSecret)))
	_, e, err = open(t, asPreferences(authyTokens+"authy.key", own), "")
	if want := "totp Shop| rfc SHA1/7/10/0\naside 2 bad\n"; err != nil || brief(e) != want {
		t.Errorf("%v\n%s", err, brief(e))
	}
}

func TestAuthyUnderAPassword(t *testing.T) {
	sealed := asPreferences(authyFile, fmt.Sprintf(`[{"name":"KOR:ada","originalName":"KOR:ada","digits":6,"encryptedSecret":"%s","salt":"abc"},`+
		`{"name":"old","digits":6,"encryptedSecret":"%s","salt":"def"},{"name":"odd","digits":6,"encryptedSecret":"?","salt":"abc"}]`,
		authySealed(t, "abc", "made up", rfcBase32), authySealed(t, "def", "an older one", rfcBase32)))
	f, e, err := open(t, sealed, "made up")
	if want := "totp KOR|ada rfc SHA1/6/30/0\naside 2 old\naside 3 odd\n"; err != nil || f.Name != "authy" || brief(e) != want {
		t.Errorf("%s %v\n%s", f.Name, err, brief(e))
	}
	for password, want := range map[string]error{"": ErrNeedsPassword, "wrong": ErrPasswordOrFile} {
		if _, e, err := open(t, sealed, password); !errors.Is(err, want) || len(e.Keys) > 0 {
			t.Errorf("%q: %v", password, err)
		}
	}
}

func TestAuthyWithTooManySalts(t *testing.T) {
	items := "[7"
	for i := range authySalts + 1 {
		items += fmt.Sprintf(`,{"name":"n","encryptedSecret":"AAAA","salt":"%d"}`, i)
	}
	if _, _, err := open(t, asPreferences(authyFile, items+"]"), "made up"); !errors.Is(err, ErrTooCostly) {
		t.Error(err)
	}
	for value, want := range map[string]error{"[]": ErrNothingInIt, "{": ErrBadFile} {
		if _, _, err := open(t, asPreferences(authyFile, value), ""); !errors.Is(err, want) {
			t.Errorf("%s: %v", value, err)
		}
	}
}

func FuzzAuthy(f *testing.F) {
	f.Add(asPreferences(authyFile, authyPlain))
	f.Add(asPreferences(authyFile, `[{"name":"a","encryptedSecret":"`+authySealed(f, "abc", "test", rfcBase32)+`","salt":"abc"}]`))
	fuzzRead(f, authy)
}
