package transfer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"twofold/vault"
)

// aegisPlain is written by hand: an entry of each kind, and what is odd about the files of other programs.
const aegisPlain = "\ufeff" + `{"version": 1, "header": {"slots": null, "params": null}, "newer": {"x": [1]}, "db": {"version": 3,
"groups": [{"uuid": "g1", "name": "work"}, {"uuid": "g2", "name": "home"}, 7],
"entries": [
 {"type": "totp", "uuid": "1", "name": "ada", "issuer": "KOR", "note": "a\nnote", "favorite": true, "icon": null, "groups": ["g2", "g1", "gone"],
  "info": {"secret": "` + rfcBase32 + `", "algo": "SHA512", "digits": 8, "period": 60}},
 {"type": "HOTP", "name": "bob", "info": {"secret": "gezd gnbv gy3t qojq gezd gnbv gy3t qojq", "digits": "7"}},
 {"type": "steam", "name": null, "issuer": "Steam", "note": null, "group": "games", "groups": null, "info": {"secret": "` + rfcBase32 + `", "algo": "SHA1", "digits": 5, "period": 30}},
 {"type": "motp", "name": "eve", "issuer": "Old", "info": {"secret": "` + rfcBase32 + `", "algo": "MD5", "digits": 6, "period": 10, "pin": "1234"}},
 {"type": "yandex", "name": "eve", "issuer": "Ya", "info": {"secret": "` + rfcBase32 + `"}},
 {"type": "totp", "name": "no digits", "info": {"secret": "` + rfcBase32 + `", "digits": 0}},
 {"type": "totp", "name": "no secret", "info": {}}, {"type": "totp", "name": "nothing"}, 5,
 {"type": "totp", "name": "a:b:c", "issuer": "", "tags": 4, "info": {"secret": "` + rfcBase32 + `", "algo": null, "digits": 6.0, "period": null}}
]}}`

func TestAegisEntriesBecomeAccounts(t *testing.T) {
	e := mustRead(t, "aegis", []byte(strings.ReplaceAll(aegisPlain, "\n", "\r\n")), "")
	var got []string
	for _, k := range e.Keys {
		if string(k.Secret.Reveal()) != rfcSecret {
			t.Errorf("%s has another secret", k.Name())
		}
		k.Secret = vault.Secret{}
		got = append(got, whole(k))
	}
	for i, want := range []string{
		`totp "KOR" "ada"  SHA512 8 60 0 tags ["home" "work"] pinned true note "a\nnote"`,
		`hotp "" "bob"  SHA1 7 0 0 tags [] pinned false note ""`,
		`steam "Steam" ""  SHA1 5 30 0 tags ["games"] pinned false note ""`,
		`totp "a" "b:c"  SHA1 6 30 0 tags [] pinned false note ""`,
	} {
		if !strings.HasPrefix(at(got, i), want) {
			t.Errorf("%s\nand not\n%s", at(got, i), want)
		}
	}
	const aside = `!3 Old:eve: it is of mOTP, which is not supported
!4 Ya:eve: it is of Yandex, whose codes are not supported
!5 no digits: digits must be 4 to 10
!6 no secret: the secret is empty
!7 nothing: the secret is empty
!8 : it is not what an entry should be`
	e.Keys = nil
	for i, line := range strings.Split(names(e), "\n") {
		_, reason, _ := strings.Cut(line, " ")
		_, want, _ := strings.Cut(strings.Split(aside, "\n")[i], " ")
		if reason != want {
			t.Errorf("%q and not %q", reason, want)
		}
	}
}

func TestAegisRoundTrip(t *testing.T) {
	roundTrip(t, aegis, "")
	roundTrip(t, aegis, "correct horse")
}

// writtenBy is what a format writes of a few accounts.
func writtenBy(t *testing.T, f Format, password string, keys ...vault.Key) []byte {
	t.Helper()
	var o Output
	if password != "" {
		o.Password, _ = vault.NewSecret([]byte(password))
	}
	var file bytes.Buffer
	if err := f.Write(t.Context(), &file, keys, o); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func plainKey(t *testing.T, name string) vault.Key {
	t.Helper()
	k, err := vault.ParseKeyURI("otpauth://totp/KOR:" + name + "?secret=" + rfcBase32)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// otherLetter is another one of base64.
func otherLetter(c byte) byte {
	if c == 'A' {
		return 'B'
	}
	return 'A'
}

// TestAegisTellsTheWrongPasswordFromDamage: the slots say which it is.
func TestAegisTellsTheWrongPasswordFromDamage(t *testing.T) {
	file := writtenBy(t, aegis, "test", plainKey(t, "ada"))
	if _, _, err := open(t, file, "Test"); !errors.Is(err, ErrWrongPassword) {
		t.Errorf("wrong password: %v", err)
	}
	if _, _, err := open(t, file, ""); !errors.Is(err, ErrNeedsPassword) {
		t.Errorf("no password: %v", err)
	}
	var doc map[string]any
	if err := json.Unmarshal(file, &doc); err != nil {
		t.Fatal(err)
	}
	db := []byte(doc["db"].(string))
	db[3] = otherLetter(db[3])
	doc["db"] = string(db)
	damaged, _ := json.Marshal(doc)
	if _, _, err := open(t, damaged, "test"); !errors.Is(err, ErrBadFile) || strings.Contains(err.Error(), "wrong") {
		t.Errorf("damaged: %v", err)
	}
}

// TestAegisTriesEverySlot: a fingerprint's is passed over, a backup password is another one.
func TestAegisTriesEverySlot(t *testing.T) {
	var a, b struct {
		Version int
		Header  struct {
			Slots  []json.RawMessage
			Params json.RawMessage
		}
		DB string
	}
	_ = json.Unmarshal(writtenBy(t, aegis, "other", plainKey(t, "bob")), &a)
	_ = json.Unmarshal(writtenBy(t, aegis, "test", plainKey(t, "ada")), &b)
	b.Header.Slots = append([]json.RawMessage{[]byte(`{"type": 2, "uuid": "x", "key": "00"}`), a.Header.Slots[0]}, b.Header.Slots...)
	file, _ := json.Marshal(map[string]any{"version": 1, "header": map[string]any{"slots": b.Header.Slots, "params": b.Header.Params}, "db": b.DB})
	if got := names(mustRead(t, "aegis", file, "test")); got != "KOR:ada" {
		t.Error(got)
	}
}

// TestAegisPasswordOfAnOldSlot: a slot that is not repaired may be of a password with zeros behind it.
func TestAegisPasswordOfAnOldSlot(t *testing.T) {
	long := strings.Repeat("0123456789", 7)
	file := writtenBy(t, aegis, long+strings.Repeat("\x00", 7), plainKey(t, "ada"))
	if _, _, err := open(t, file, long); !errors.Is(err, ErrWrongPassword) {
		t.Errorf("repaired: %v", err)
	}
	file = bytes.Replace(file, []byte(`"repaired": true`), []byte(`"repaired": false`), 1)
	if got := names(mustRead(t, "aegis", file, long)); got != "KOR:ada" {
		t.Error(got)
	}
}

// TestAegisRefusals: by name, and before anybody is asked for a password.
func TestAegisRefusals(t *testing.T) {
	slot := func(n, r, p string, times int) string {
		one := `{"type": 1, "key": "00", "key_params": {"nonce": "00", "tag": "00"}, "salt": "00", "n": ` + n + `, "r": ` + r + `, "p": ` + p + `},`
		return `{"version": 1, "header": {"slots": [` + strings.TrimSuffix(strings.Repeat(one, times), ",") + `], "params": {"nonce": "00", "tag": "00"}}, "db": "AAAA"}`
	}
	for name, row := range map[string]struct {
		file string
		want error
	}{
		"much memory":      {slot("1073741824", "8", "1", 1), ErrTooCostly},
		"much r":           {slot("2", "4294967296", "1", 1), ErrTooCostly},
		"much p":           {slot("32768", "8", "1000", 1), ErrTooCostly},
		"negative":         {slot("-1", "8", "1", 1), ErrTooCostly},
		"many slots":       {slot("32768", "8", "1", 20), ErrTooCostly},
		"no n":             {slot("0", "8", "1", 1), ErrBadFile},
		"n is no power":    {slot("1000", "8", "1", 1), ErrBadFile},
		"newer":            {`{"version": 2, "header": {}, "db": {}}`, ErrRefused},
		"newer database":   {`{"version": 1, "header": {}, "db": {"version": 4, "entries": []}}`, ErrRefused},
		"fingerprint only": {`{"version": 1, "header": {"slots": [{"type": 2}], "params": {"nonce": "00", "tag": "00"}}, "db": "AAAA"}`, ErrRefused},
		"no parameters":    {`{"version": 1, "header": {"slots": [{"type": 1}], "params": null}, "db": "AAAA"}`, ErrBadFile},
		"empty":            {`{"version": 1, "header": {}, "db": {"version": 2, "entries": []}}`, ErrNothingInIt},
		"database a list":  {`{"version": 1, "header": {}, "db": []}`, ErrBadFile},
		"deep":             {`{"version": 1, "header": {}, "db": ` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + `}`, ErrBadFile},
		"cut off":          {`{"version": 1, "header": {}, "db": {"entries": [`, ErrBadFile},
	} {
		asked := false
		e, err := aegis.Open(t.Context(), Input{Data: []byte(row.file), Password: func(ctx context.Context, again bool) (vault.Secret, error) {
			asked = true
			return passwordOf("test")(ctx, again)
		}})
		if !errors.Is(err, row.want) || len(e.Keys) > 0 {
			t.Errorf("%s: %v, want %v", name, err, row.want)
		}
		if asked && errors.Is(row.want, ErrTooCostly) {
			t.Errorf("%s: asked for a password", name)
		}
	}
	for _, l := range aegis.Lacks(vault.Account{Type: vault.HOTP, Algorithm: vault.SHA512, Digits: 10, Tags: []string{"a", "b"}, Pinned: true, Note: "x"}) {
		t.Error(fmt.Sprint(l))
	}
}

func FuzzAegis(f *testing.F) {
	f.Add([]byte(aegisPlain))
	f.Add([]byte(`{"version": 1, "header": {"slots": [{"type": 1, "n": 2, "r": 1, "p": 1, "salt": "00", "key": "00", "key_params": {}}], "params": {"nonce": "00", "tag": "00"}}, "db": "AAAA"}`))
	fuzzRead(f, aegis)
}
