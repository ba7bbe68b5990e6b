package transfer

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strings"
	"testing"
	"time"

	"twofold/vault"
)

// andotpPlain is written by hand, by all the versions that there were, and GNOME's.
const andotpPlain = `[
 {"secret": "` + rfcBase32 + `======", "issuer": "KOR", "label": "ada", "digits": 8, "type": "TOTP", "algorithm": "SHA512", "thumbnail": "Default", "last_used": 1608146844162, "used_frequency": 3, "period": 60, "tags": ["work", "home"]},
 {"secret": "` + rfcBase32 + `", "issuer": "KOR", "label": "count", "digits": 6, "type": "HOTP", "algorithm": "SHA1", "counter": 5, "tags": []},
 {"secret": "` + rfcBase32 + `", "label": "Old - ada", "digits": "6", "type": "TOTP", "algorithm": "SHA1", "period": 30, "tags": ["x"]},
 {"secret": "` + rfcBase32 + `", "label": "Old - Old:eve", "type": "TOTP"},
 {"secret": "` + rfcBase32 + `", "issuer": "", "label": "no - issuer", "type": "TOTP", "tags": ["x"]},
 {"secret": "` + rfcBase32 + `", "label": "bob", "digits": 6, "type": "OTP", "algorithm": "SHA1", "last_used": 0, "tags": ["GNOME"]},
 {"secret": "` + rfcBase32 + `", "issuer": "Steam", "label": "s", "type": "STEAM", "digits": 5, "tags": null},
 {"secret": "0123", "issuer": "M", "label": "m", "type": "MOTP", "pin": "1234"},
 {"secret": "", "label": "e", "type": "TOTP"}, null
]`

func TestAndOTPEntriesBecomeAccounts(t *testing.T) {
	for _, data := range []string{andotpPlain, "\ufeff" + strings.ReplaceAll(andotpPlain, "\n", "\r\n")} {
		e := mustRead(t, "andotp", []byte(data), "")
		want := `KOR:ada
KOR:count
Old:ada
Old:eve
no - issuer
GNOME:bob
Steam:s
!8 M:m: it is of mOTP, which is not supported
!9 e: the secret is empty
!10 : it is not what an entry should be`
		if got := names(e); got != want {
			t.Errorf("read as\n%s\nand not\n%s", got, want)
		}
		for i, want := range []vault.Account{
			{
				Type: vault.TOTP, Issuer: "KOR", Label: "ada", Algorithm: vault.SHA512, Digits: 8, Period: 60, Tags: []string{"work", "home"},
				LastUsed: time.Unix(1608146844, 0), Uses: 3,
			},
			{Type: vault.HOTP, Issuer: "KOR", Label: "count", Algorithm: vault.SHA1, Digits: 6, Counter: 5},
			{Type: vault.TOTP, Issuer: "Old", Label: "ada", Algorithm: vault.SHA1, Digits: 6, Period: 30, Tags: []string{"x"}},
			{Type: vault.TOTP, Issuer: "Old", Label: "eve", Algorithm: vault.SHA1, Digits: 6, Period: 30},
			{Type: vault.TOTP, Label: "no - issuer", Algorithm: vault.SHA1, Digits: 6, Period: 30, Tags: []string{"x"}},
			{Type: vault.TOTP, Issuer: "GNOME", Label: "bob", Algorithm: vault.SHA1, Digits: 6, Period: 30},
			{Type: vault.Steam, Issuer: "Steam", Label: "s", Algorithm: vault.SHA1, Digits: 5, Period: 30},
		} {
			if got := e.Keys[i]; whole(got) != whole(vault.Key{Account: want, Secret: got.Secret}) || string(got.Secret.Reveal()) != rfcSecret {
				t.Errorf("%+v, want %+v", got, want)
			}
		}
	}
}

// sealedAndOTP encrypts as andOTP did since 0.6.3, or before it when there are no iterations.
func sealedAndOTP(t *testing.T, password, plain string, iterations uint32) []byte {
	t.Helper()
	nonce := randomBytes(12)
	if iterations == 0 {
		key := sha256.Sum256([]byte(password))
		nonce[0] = 0xff // no number of iterations
		sealed, err := sealGCM(key[:], nonce, []byte(plain), nil)
		if err != nil {
			t.Fatal(err)
		}
		return append(nonce, sealed...)
	}
	salt := randomBytes(12)
	key, err := pbkdf2Key(sha1.New, []byte(password), salt, uint64(iterations), 32)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := sealGCM(key, nonce, []byte(plain), nil)
	if err != nil {
		t.Fatal(err)
	}
	return append(append(append(binary.BigEndian.AppendUint32(nil, iterations), salt...), nonce...), sealed...)
}

func TestEncryptedAndOTP(t *testing.T) {
	plain := `[{"secret": "` + rfcBase32 + `", "label": "KOR - ada", "type": "TOTP"}]`
	for _, iterations := range []uint32{0, 1, 140_000} {
		file := sealedAndOTP(t, "test", plain, iterations)
		if got := names(mustRead(t, "andotp", file, "test")); got != "KOR:ada" {
			t.Errorf("%d iterations: %q", iterations, got)
		}
		if _, _, err := open(t, file, "Test"); !errors.Is(err, ErrPasswordOrFile) {
			t.Errorf("%d iterations, wrong password: %v", iterations, err)
		}
		if _, _, err := open(t, file, ""); !errors.Is(err, ErrNeedsPassword) {
			t.Errorf("%d iterations, no password: %v", iterations, err)
		}
		file[len(file)-1] ^= 1
		if _, _, err := open(t, file, "test"); !errors.Is(err, ErrPasswordOrFile) {
			t.Errorf("%d iterations, damaged: %v", iterations, err)
		}
	}
	// What asks for four thousand million iterations is not asked what for.
	file := append([]byte{0xff, 0xff, 0xff, 0xff}, randomBytes(200)...)
	start := time.Now()
	if _, err := readAs(t, "andotp", file, "test"); !errors.Is(err, ErrPasswordOrFile) || time.Since(start) > 10*time.Second {
		t.Errorf("after %s: %v", time.Since(start), err)
	}
	if _, err := readAs(t, "andotp", []byte("short"), "test"); !errors.Is(err, ErrBadFile) {
		t.Error(err)
	}
}

func TestAndOTPOfOpenPGPIsRefused(t *testing.T) {
	for _, file := range []string{"-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n", "\x8c\x0d\x04\x09\x03\x02" + string(randomBytes(100))} {
		if _, _, err := open(t, []byte(file), "test"); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "gpg") {
			t.Error(err)
		}
	}
}

// TestWhatIsNotAndOTP: next to no sign is not none.
func TestWhatIsNotAndOTP(t *testing.T) {
	noise := string(randomBytes(400))
	for name, data := range map[string]string{
		"text":     strings.Repeat("just some words ", 20),
		"latin 1":  strings.Repeat("Gr\xfc\xdfe an alle ", 20),
		"picture":  "\x89PNG\r\n\x1a\n" + noise,
		"archive":  "PK\x03\x04" + noise,
		"zeros":    strings.Repeat("\x00", 400) + "\xff",
		"too few":  noise[:40] + "",
		"base64":   base64.StdEncoding.EncodeToString([]byte(noise)),
		"gzip":     "\x1f\x8b\x08\x00" + noise,
		"bad JSON": "{\"a\": \"\xff" + noise,
	} {
		if f, _ := Recognize([]byte(data)); f.Name == andotp.Name {
			t.Errorf("%s is recognized as %s", name, f.Name)
		}
	}
}

func FuzzAndOTP(f *testing.F) {
	f.Add([]byte(andotpPlain))
	f.Add(append([]byte{0, 0, 0, 9}, make([]byte, 60)...))
	f.Add(append([]byte{0xff}, make([]byte, 60)...))
	f.Add([]byte("-----BEGIN PGP MESSAGE-----"))
	fuzzRead(f, andotp)
}
