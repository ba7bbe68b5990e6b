package transfer

import (
	"testing"

	"twofold/vault"
)

const duoSample = `[
 {"accountType":"Push","name":"work","pkey":"x","otpGenerator":null},
 {"accountType":"OtpAccount","name":"ada","otpGenerator":{"otpSecret":"` + rfcBase32 + `","counter":null}},
 {"accountType":"OtpAccount","name":"KOR:bob","otpGenerator":{"otpSecret":"gezd gnbv","counter":0}},
 {"accountType":"OtpAccount","name":null,"otpGenerator":{"otpSecret":"` + rfcBase32 + `","counter":"7"}},
 {"accountType":"OtpAccount","name":"eve","otpGenerator":{"otpSecret":"` + rfcBase32 + `","counter":-1}},
 "x"]`

func TestDuo(t *testing.T) {
	e := mustRead(t, "duo", []byte(duoSample), "")
	want := "ada\nKOR:bob\n\n!1 work: it has no codes: it answers to pushes of Duo alone, and must be enrolled anew\n!5 eve: counter must be 0 to 2^63-1\n!6 : it is not what an entry should be"
	if got := names(e); got != want {
		t.Error(got)
	}
	if e.Keys[0].Type != vault.TOTP || e.Keys[1].Type != vault.HOTP || e.Keys[1].Counter != 0 || e.Keys[2].Counter != 7 {
		t.Errorf("%+v", e.Keys)
	}
	mustRead(t, "duo", []byte(`[{"name":"a"},{"otpGenerator":{"otpSecret":"`+rfcBase32+`"}}]`), "")
}

func FuzzDuo(f *testing.F) {
	f.Add([]byte(duoSample))
	fuzzRead(f, duo)
}
