package transfer

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

const (
	steamSecret = "MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=" // the bytes of rfcBase32
	steamSample = `{"accounts":{
 "2":{"shared_secret":"` + steamSecret + `","account_name":"gabe","steamid":"1"},
 "1":{"shared_secret":"MTIzNDU2Nzg5MDEyMzQ1Njc4OTA","steamid":76561197960287930},
 "3":{"shared_secret":"not-base64!","account_name":"bad"},
 "4":{"shared_secret":null,"account_name":"uri","uri":"otpauth:\/\/totp\/Steam:uri?secret=` + rfcBase32 + `&issuer=Steam"},
 "5":{"shared_secret":"","account_name":"none"},"6":7}}`
)

func TestSteam(t *testing.T) {
	e := mustRead(t, "steam", []byte(steamSample), "")
	want := "Steam:gabe\nSteam:76561197960287930\nSteam:uri\n!3 Steam:bad: its shared secret is no base64; encrypted maFiles are not read\n" +
		"!5 Steam:none: the secret is empty\n!6 : it is not what an entry should be"
	if got := names(e); got != want {
		t.Error(got)
	}
	for _, k := range e.Keys {
		if k.Type != "steam" || k.Secret.RevealBase32() != rfcBase32 {
			t.Errorf("%s: %+v", k.Name(), k.Account)
		}
	}
	old := mustRead(t, "steam", []byte("\xef\xbb\xbf"+`{"shared_secret":"`+steamSecret+`","account_name":null,"Session":{"SteamID":123}}`), "")
	if got := names(old); got != "Steam:123" {
		t.Error(got)
	}
}

func TestSteamRefusesWhatIsEncrypted(t *testing.T) {
	manifest := `{"encrypted":%v,"first_run":false,"entries":[{"encryption_iv":"AAAA","encryption_salt":"AAAA","filename":"1.maFile","steamid":1}]}`
	for _, encrypted := range []bool{true, false} {
		f, _, err := open(t, fmt.Appendf(nil, manifest, encrypted), "")
		if f.Name != "steam" || !errors.Is(err, ErrRefused) || strings.Contains(err.Error(), "encrypted") != encrypted {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
	other := `{"version":1,"entries":[{"filename":"a.maFile","steam_id":1,"account_name":"a","encryption":{"scheme":"Argon2idAes256","iv":"x"}}]}`
	if f, _, err := open(t, []byte(other), ""); f.Name != "steam" || !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "encrypted") {
		t.Errorf("%s: %v", f.Name, err)
	}
}

func FuzzSteam(f *testing.F) {
	f.Add([]byte(steamSample))
	f.Add([]byte(`{"shared_secret":"` + steamSecret + `","account_name":"a"}`))
	fuzzRead(f, steam)
}
