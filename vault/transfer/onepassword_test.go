package transfer

import (
	"errors"
	"strings"
	"testing"
	"time"
)

const onepasswordSample = `{"accounts":[{"attrs":{"name":"x"},"vaults":[{"attrs":{},"items":[
 {"favIndex":1,"createdAt":1600000000,"state":"active","overview":{"title":"KOR","tags":["one","two"]},"details":{"notesPlain":"a note",
  "loginFields":[{"value":"pass","designation":"password"},{"value":"ada","designation":"username"}],
  "sections":[{"title":"","fields":[{"title":"otp","id":"TOTP_1","value":{"totp":"gezd gnbv gy3t qojq gezd gnbv gy3t qojq"}},{"value":{"string":"no"}},{"value":7}]},
   {"fields":[{"value":{"totp":"otpauth://totp/bob?secret=` + rfcBase32 + `&digits=8"}},{"value":{"totp":"otpauth://totp/Real:eve?secret=` + rfcBase32 + `"}},{"value":{"totp":"GEZD!"}}]},{"fields":null}]}},
 {"overview":{"title":"Note","tags":null},"details":{"sections":[]}},
 {"item":{"overview":{"title":"Old"},"details":{"sections":[{"fields":[{"value":{"totp":"` + rfcBase32 + `"}}]}]}}}]}]}]}`

func TestOnePassword(t *testing.T) {
	for _, file := range [][]byte{
		[]byte(onepasswordSample),
		archive(t, "", 0, [2]string{"export.attributes", "{}"}, [2]string{"export.data", onepasswordSample}, [2]string{"files/x", "a picture"}),
	} {
		e := mustRead(t, "1password", file, "")
		want := "KOR:ada\nKOR:bob\nReal:eve\nOld\n!4 KOR:ada: "
		if got := names(e); !strings.HasPrefix(got, want) || strings.Contains(got, "GEZD") {
			t.Error(got)
		}
		k := e.Keys[0]
		if !k.Pinned || k.Note != "a note" || strings.Join(k.Tags, ",") != "one,two" || k.Added != time.Unix(1600000000, 0).UTC() || e.Keys[1].Digits != 8 {
			t.Errorf("%+v", k)
		}
	}
	if _, _, err := open(t, []byte(`{"accounts":[{"vaults":null}]}`), ""); !errors.Is(err, ErrNothingInIt) {
		t.Error(err)
	}
}

func FuzzOnePassword(f *testing.F) {
	f.Add([]byte(onepasswordSample))
	f.Add(archive(f, "", 0, [2]string{"export.data", onepasswordSample}))
	fuzzRead(f, onepassword)
}
