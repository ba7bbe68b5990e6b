package transfer

import (
	"strings"
	"testing"
	"time"

	"twofold/vault"
)

const lastPassSample = `{"deviceName":"x","version":3,"accounts":[
 {"issuerName":"KOR","originalIssuerName":"old","userName":"ada","secret":"` + rfcBase32 + `","timeStep":20,"digits":8,"algorithm":"SHA256","isFavorite":true,"creationTimestamp":1738083300789,"folderData":{"folderId":7,"position":0}},
 {"issuerName":"","originalIssuerName":"","userName":"only ada","secret":"` + rfcBase32 + `","timeStep":"30","digits":"6","folderData":{"folderId":1}},
 {"issuerName":"only KOR","userName":"","originalUserName":"x","secret":"gezd gnbv","creationTimestamp":1746694099},
 {"originalIssuerName":"first","originalUserName":"name","secret":"` + rfcBase32 + `","algorithm":null},
 {"issuerName":"bad","userName":"digits","secret":"` + rfcBase32 + `","digits":0},
 {"issuerName":"no","userName":"secret"}],
 "folders":[{"id":7,"name":"Work"},{"id":1,"name":"Favorites"}]}`

func TestLastPass(t *testing.T) {
	e := mustRead(t, "lastpass", []byte("\xef\xbb\xbf"+strings.ReplaceAll(lastPassSample, "\n", "\r\n")), "")
	want := "KOR:ada\nonly ada\nonly KOR\nfirst:name\n!5 bad:digits: digits must be 4 to 10\n!6 no:secret: the secret is empty"
	if got := names(e); got != want {
		t.Error(got)
	}
	k := e.Keys[0]
	if k.Algorithm != vault.SHA256 || k.Digits != 8 || k.Period != 20 || !k.Pinned || strings.Join(k.Tags, ",") != "Work" || k.Added.Year() != 2025 {
		t.Errorf("%+v", k)
	}
	if len(e.Keys[1].Tags) != 0 || e.Keys[2].Added != time.Unix(1746694099, 0).UTC() {
		t.Errorf("%+v", e.Keys[1:3])
	}
}

func FuzzLastPass(f *testing.F) {
	f.Add([]byte(lastPassSample))
	fuzzRead(f, lastpass)
}
