package transfer

import (
	"errors"
	"strings"
	"testing"

	"github.com/yeka/zip"
)

const protonPassSample = `{"version":"1","userId":"u","vaults":{
 "z":{"name":"A","items":[
  {"state":1,"pinned":true,"data":{"metadata":{"name":"Site","note":"a note"},"type":"login","extraFields":[
    {"fieldName":"x","type":"totp","data":{"totpUri":"otpauth://totp/Site:Proton%20Pass?issuer=Site&secret=` + rfcBase32 + `%3D"}},
    {"fieldName":"y","type":"text","data":{"content":"no"}},
    {"fieldName":"z","type":"totp","data":{"totpUri":"otpauth://totp/Bad"}}],
   "content":{"totpUri":"gezd gnbv gy3t qojq","itemUsername":"ada","passkeys":[]}}},
  {"state":1,"data":{"metadata":{"name":"None"},"type":"note","content":{}}}]},
 "a":{"name":"B","items":[
  {"state":2,"modifyTime":1751621140,"data":{"metadata":{"name":"Old"},"type":"login","extraFields":null,"content":{"totpUri":"otpauth://totp/b?issuer=I&secret=` + rfcBase32 + `",
   "sections":[{"sectionFields":[{"type":"totp","data":{"totpUri":"otpauth://totp/c?issuer=I&secret=` + rfcBase32 + `"}}]}]}}}]}}}`

func TestProtonPass(t *testing.T) {
	want := "Site:ada\nProton Pass:Site\nI:b\nI:c\n!3 Site:ada: secret: is missing"
	for _, file := range [][]byte{
		[]byte(protonPassSample),
		archive(t, "", 0, [2]string{"Proton Pass/", ""}, [2]string{"Proton Pass/data.json", protonPassSample}),
	} {
		e := mustRead(t, "proton-pass", file, "")
		if got := names(e); got != want {
			t.Error(got)
		}
		if !e.Keys[0].Pinned || e.Keys[0].Note != "a note" || e.Keys[2].Removed.Unix() != 1751621140 || !e.Keys[0].Removed.IsZero() {
			t.Errorf("%+v\n%+v", e.Keys[0], e.Keys[2])
		}
	}
	pgp := archive(t, "", 0, [2]string{"Proton Pass/data.pgp", "sealed"})
	if f, _, err := open(t, pgp, ""); f.Name != "proton-pass" || !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "PGP") {
		t.Errorf("PGP: %s %v", f.Name, err)
	}
}

func FuzzProtonPass(f *testing.F) {
	f.Add([]byte(protonPassSample))
	f.Add(archive(f, "test", zip.AES256Encryption, [2]string{"Proton Pass/data.json", protonPassSample}))
	fuzzRead(f, protonPass)
}
