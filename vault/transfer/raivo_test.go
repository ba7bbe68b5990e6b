package transfer

import (
	"errors"
	"testing"

	"github.com/yeka/zip"
)

const raivoSample = `[
 {"issuer":"KOR","account":"ada","secret":"` + rfcBase32 + `","algorithm":"SHA256","digits":"8","kind":"TOTP","timer":"60","counter":"0","pinned":"true","iconType":""},
 {"issuer":"KOR","account":"bob","secret":"` + rfcBase32 + `","algorithm":"SHA1","digits":"6","kind":"HOTP","timer":"0","counter":"7"},
 {"issuer":"","account":"eve","secret":"` + rfcBase32 + `","kind":"totp","timer":30,"digits":null},
 {"issuer":"bad","account":"","secret":"` + rfcBase32 + `","kind":"TOTP","timer":"thirty"},
 {"issuer":"none","account":"","secret":"","kind":"TOTP"},
 null]`

func TestRaivo(t *testing.T) {
	locked := archive(t, "correct", zip.AES256Encryption, [2]string{raivoFile, raivoSample})
	for _, file := range [][]byte{[]byte(raivoSample), locked, archive(t, "correct", zip.StandardEncryption, [2]string{raivoFile, raivoSample})} {
		e := mustRead(t, "raivo", file, "correct")
		want := "KOR:ada\nKOR:bob\neve\n!4 bad: period must be 1 to 86400 seconds\n!5 none: the secret is empty\n!6 : it is not what an entry should be"
		if got := names(e); got != want {
			t.Error(got)
		}
		if k := e.Keys[0]; k.Algorithm != "SHA256" || k.Digits != 8 || k.Period != 60 || !k.Pinned || e.Keys[1].Type != "hotp" || e.Keys[1].Counter != 7 {
			t.Errorf("%+v", e.Keys)
		}
	}
	if _, _, err := open(t, locked, "wrong"); !errors.Is(err, ErrWrongPassword) {
		t.Errorf("wrong password: %v", err)
	}
	if _, _, err := open(t, locked, ""); !errors.Is(err, ErrNeedsPassword) {
		t.Errorf("no password: %v", err)
	}
}

func FuzzRaivo(f *testing.F) {
	f.Add([]byte(raivoSample))
	f.Add(archive(f, "test", zip.AES256Encryption, [2]string{raivoFile, raivoSample}))
	fuzzRead(f, raivo)
}
