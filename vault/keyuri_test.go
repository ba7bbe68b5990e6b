package vault

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

func TestParseKeyURIReadsWhatIssuersWrite(t *testing.T) {
	type want struct {
		typ           Type
		issuer, label string
		algorithm     Algorithm
		digits        int
		period        int
		counter       uint64
	}
	plain := want{TOTP, "Big Co", "me@here", SHA1, 6, 30, 0}
	with := func(change func(*want)) want { w := plain; change(&w); return w }
	steam := with(func(w *want) { w.typ, w.digits = Steam, 5 })
	const s = "secret=" + rfcSecret
	for uri, w := range map[string]want{
		"otpauth://totp/Big%20Co:me@here?" + s:                                                          plain,
		"OTPAUTH://TOTP/Big%20Co:me@here?SECRET=" + rfcSecret:                                           plain,
		"\ufeffotpauth://totp/Big Co:me@here?" + s + "\r\n":                                             plain,
		"  otpauth://totp/Big Co:me@here?" + s + "\n":                                                   plain,
		"otpauth://totp/Big%20Co%3Ame@here?" + s:                                                        plain,
		"otpauth://totp/Big%20Co%3a%20me@here?" + s:                                                     plain,
		"otpauth://totp/Big%20Co:%20%20me@here?" + s + "&issuer=Other":                                  plain,
		"otpauth://totp/me@here?" + s + "&issuer=Big+Co":                                                plain,
		"otpauth://totp/me@here?" + s + "&issuer=Big%20Co":                                              plain,
		"otpauth://totp/:me@here?" + s + "&issuer=Big%20Co":                                             plain,
		"otpauth://totp/me%40here?" + s + "&issuer=Big%20Co&image=http://x/y.png":                       plain,
		"otpauth://totp/Big%20Co:me@here?" + s + "&algorithm=null&digits=null&period=null&counter=null": plain,
		"otpauth://totp/Big%20Co:me@here?" + s + "&algorithm=&digits=&period=":                          plain,
		"otpauth://totp/Big%20Co:me@here?" + s + "&" + s:                                                plain,
		"otpauth://totp/Big%20Co:me@here?" + s + "&counter=7":                                           plain,
		"otpauth://totp/me@here?" + s:                                                                   with(func(w *want) { w.issuer = "" }),
		"otpauth://totp/:me@here?" + s:                                                                  with(func(w *want) { w.issuer = "" }),
		"otpauth://totp/?" + s:                                                                          with(func(w *want) { w.issuer, w.label = "", "" }),
		"otpauth://totp?" + s:                                                                           with(func(w *want) { w.issuer, w.label = "", "" }),
		"otpauth://totp/Big%20Co:?" + s:                                                                 with(func(w *want) { w.label = "" }),
		"otpauth://totp/a:b:c?" + s:                                                                     with(func(w *want) { w.issuer, w.label = "a", "b:c" }),
		"otpauth://totp/a:b:c?" + s + "&issuer=a:b":                                                     with(func(w *want) { w.issuer, w.label = "a:b", "c" }),
		"otpauth://totp/a+b?" + s + "&issuer=c%2Bd":                                                     with(func(w *want) { w.issuer, w.label = "c+d", "a+b" }),
		"otpauth://totp/%F0%9F%98%80%3Au?" + s:                                                          with(func(w *want) { w.issuer, w.label = "😀", "u" }),
		"otpauth://totp/Big%20Co:me@here?" + s + "&digits=8&period=60&algorithm=sha256":                 with(func(w *want) { w.digits, w.period, w.algorithm = 8, 60, SHA256 }),
		"otpauth://totp/Big%20Co:me@here?" + s + "&algorithm=HmacSHA512":                                with(func(w *want) { w.algorithm = SHA512 }),
		"otpauth://totp/Big%20Co:me@here?" + s + "&algorithm=HMAC-SHA-256":                              with(func(w *want) { w.algorithm = SHA256 }),
		"otpauth://totp/Big%20Co:me@here?" + s + "&algo=SHA-512":                                        with(func(w *want) { w.algorithm = SHA512 }),
		"otpauth://totp/Big%20Co:me@here?" + s + "&digits=10&period=86400":                              with(func(w *want) { w.digits, w.period = 10, 86400 }),
		"otpauth://totp/Big%20Co:me@here?" + s + "&digits=4&period=1":                                   with(func(w *want) { w.digits, w.period = 4, 1 }),
		"otpauth://hotp/Big%20Co:me@here?" + s:                                                          with(func(w *want) { w.typ, w.period = HOTP, 0 }),
		"otpauth://hotp/Big%20Co:me@here?" + s + "&counter=9223372036854775807&period=30":               with(func(w *want) { w.typ, w.period, w.counter = HOTP, 0, maxCounter }),
		"otpauth://steam/Big%20Co:me@here?" + s:                                                         steam,
		"otpauth://totp/Big%20Co:me@here?" + s + "&encoder=Steam&digits=5":                              steam,
		"otpauth://totp/Big%20Co:me@here?" + s + "&steam":                                               steam,
		"otpauth://totp/Steam:me@here?" + s + "&digits=5":                                               with(func(w *want) { w.typ, w.issuer, w.digits = Steam, "Steam", 5 }),
		"otpauth://totp/Steam:me@here?" + s:                                                             with(func(w *want) { w.issuer = "Steam" }),
		"otpauth://totp/Other:me@here?" + s + "&digits=5":                                               with(func(w *want) { w.issuer, w.digits = "Other", 5 }),
		"steam://" + rfcSecret:                                                                          with(func(w *want) { w.typ, w.issuer, w.label, w.digits = Steam, "Steam", "", 5 }),
		"otpauth://totp/Big%20Co:me@here?secret=gezd%20gnbv-gy3t+qojq%20gezdgnbvgy3tqojq%3D%3D":         plain,
	} {
		k, err := ParseKeyURI(uri)
		if err != nil {
			t.Errorf("%s: %v", uri, err)
			continue
		}
		if got := (want{k.Type, k.Issuer, k.Label, k.Algorithm, k.Digits, k.Period, k.Counter}); got != w {
			t.Errorf("%s:\n got %+v\nwant %+v", uri, got, w)
		}
		if k.Secret.RevealBase32() != rfcSecret {
			t.Errorf("%s: another secret", uri)
		}
	}
}

func TestParseKeyURIRefusesByName(t *testing.T) {
	const s = "secret=" + rfcSecret
	for uri, part := range map[string]string{
		"":                                  "scheme",
		"definitely not":                    "scheme",
		"http://totp/x?" + s:                "scheme",
		"motp://x?" + s:                     "scheme",
		"otpauth-migration://offline?data=": "scheme",
		"otpauth://":                        "type",
		"otpauth://fail":                    "type",
		"otpauth://yaotp/x?" + s:            "type",
		"otpauth://totp":                    "secret",
		"otpauth://totp/x?issuer=y":         "secret",
		"otpauth://totp/x?secret=":          "secret",
		"otpauth://totp/x?secret=A":         "secret",
		"otpauth://totp/x?secret=%20-=":     "secret",
		"otpauth://totp/x?secret=GEZD0NBV":  "secret",
		"otpauth://totp/x?secret=null1":     "secret",
		"otpauth://totp/x?secret=" + strings.Repeat("A", 1640): "secret",
		"steam://":  "secret",
		"steam://0": "secret",
		"otpauth://totp/x?" + s + "&secret=JBSWY3DP":                     "secret",
		"otpauth://totp/x?" + s + "&algorithm=MD5":                       "algorithm",
		"otpauth://totp/x?" + s + "&algorithm=SHA384":                    "algorithm",
		"otpauth://totp/x?" + s + "&algorithm=SHA1&algo=SHA256":          "algorithm",
		"otpauth://totp/x?" + s + "&digits=0":                            "digits",
		"otpauth://totp/x?" + s + "&digits=-6":                           "digits",
		"otpauth://totp/x?" + s + "&digits=+6x":                          "digits",
		"otpauth://totp/x?" + s + "&digits=six":                          "digits",
		"otpauth://totp/x?" + s + "&digits=3":                            "digits",
		"otpauth://totp/x?" + s + "&digits=11":                           "digits",
		"otpauth://totp/x?" + s + "&digits=99999999999999999999":         "digits",
		"otpauth://totp/x?" + s + "&period=0":                            "period",
		"otpauth://totp/x?" + s + "&period=86401":                        "period",
		"otpauth://totp/x?" + s + "&period=30s":                          "period",
		"otpauth://totp/x?" + s + "&period=6&period=7":                   "period",
		"otpauth://hotp/x?" + s + "&counter=-1":                          "counter",
		"otpauth://hotp/x?" + s + "&counter=9223372036854775808":         "counter",
		"otpauth://hotp/x?" + s + "&encoder=steam":                       "encoder",
		"otpauth://totp/x?" + s + "&encoder=other":                       "encoder",
		"otpauth://steam/x?" + s + "&digits=6":                           "digits",
		"otpauth://steam/x?" + s + "&period=60":                          "period",
		"otpauth://steam/x?" + s + "&algorithm=SHA256":                   "algorithm",
		"otpauth://totp/%zz?" + s:                                        "label",
		"otpauth://totp/%4?" + s:                                         "label",
		"otpauth://totp/%ff?" + s:                                        "label",
		"otpauth://totp/a%00b?" + s:                                      "label",
		"otpauth://totp/x?" + s + "&issuer=a%0ab":                        "issuer",
		"otpauth://totp/x?" + s + "&issuer=%":                            "issuer",
		"otpauth://totp/" + strings.Repeat("x", 513) + "?" + s:           "label",
		"otpauth://totp/x?" + s + "&x=" + strings.Repeat("x", maxKeyURI): "text",
	} {
		_, err := ParseKeyURI(uri)
		var e *KeyURIError
		if !errors.As(err, &e) || e.Part != part {
			t.Errorf("%.100s: %v, not a refusal of the %s", uri, err, part)
			continue
		}
		if strings.Contains(err.Error(), rfcSecret) || strings.Contains(err.Error(), "JBSW") {
			t.Errorf("%s: the refusal quotes the secret: %v", uri, err)
		}
	}
}

func TestARefusalOfASecretReadsWell(t *testing.T) {
	for secret, want := range map[string]string{
		"":                        "key URI: secret: is empty",
		"GEZD0NBV":                "key URI: secret: the secret's character 5, '0', is not one of A to Z, 2 to 7",
		strings.Repeat("A", 1640): "key URI: secret: is longer than 1024 bytes",
	} {
		if _, err := ParseKeyURI("otpauth://totp/x?secret=" + secret); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestRevealURIWritesWhatOthersRead(t *testing.T) {
	k := mustParse(t, "otpauth://totp/Big+Co:me+you?secret="+rfcSecret)
	k.Issuer = "Big Co"
	want := "otpauth://totp/Big%20Co:me%2Byou?secret=" + rfcSecret + "&issuer=Big%20Co&algorithm=SHA1&digits=6&period=30"
	if got := k.RevealURI(); got != want {
		t.Error(got)
	}
}

func sameKey(a, b Key) bool {
	return a.sameParameters(b.Account) && a.Counter == b.Counter && a.Secret.Equal(b.Secret)
}

func TestRevealURIReadsBackToTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"a", "B", ":", "%", "+", " ", "&", "=", "?", "/", "#", "é", "😀", "null", "Steam", "%3A", "issuer", ";", `"`, "\u00a0"}
	text := func() string {
		var b strings.Builder
		for range r.IntN(6) {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		return strings.TrimSpace(b.String())
	}
	tried := 0
	for range 20000 {
		raw := make([]byte, 1+r.IntN(64))
		for i := range raw {
			raw[i] = byte(r.Uint32())
		}
		s, _ := NewSecret(raw)
		k := Key{Secret: s, Account: Account{
			Type: []Type{TOTP, HOTP, Steam}[r.IntN(3)], Issuer: text(), Label: text(),
			Algorithm: []Algorithm{SHA1, SHA256, SHA512}[r.IntN(3)], Digits: 4 + r.IntN(7), Period: 1 + r.IntN(maxPeriod),
		}}
		switch k.Type {
		case HOTP:
			k.Period, k.Counter = 0, r.Uint64N(1<<63)
		case Steam:
			k.Algorithm, k.Digits, k.Period = SHA1, 5, 30
		}
		if err := k.Validate(); err != nil {
			t.Fatalf("%+v: %v", k, err)
		}
		uri := k.RevealURI()
		got, err := ParseKeyURI(uri)
		if err != nil || !sameKey(got, k) {
			t.Fatalf("%s\n got %+v\nwant %+v\n%v", uri, got, k, err)
		}
		if strings.Contains(uri, "+") {
			t.Fatalf("a plus: %s", uri)
		}
		tried++
	}
	t.Logf("%d keys", tried)
}

func FuzzParseKeyURI(f *testing.F) {
	for _, uri := range []string{
		"otpauth://totp/Big%20Co:me?secret=GEZDGNBV&issuer=Big+Co&algorithm=SHA256&digits=8&period=60",
		"otpauth://hotp/:a:b?secret=GEZDGNBV&counter=7", "steam://GEZDGNBV", "otpauth://steam/Steam:x?secret=GEZDGNBV&steam",
		"otpauth://totp/x?secret=GEZD GNBV%3D&algorithm=null&encoder=null",
	} {
		f.Add(uri)
	}
	f.Fuzz(func(t *testing.T, uri string) {
		k, err := ParseKeyURI(uri)
		if err != nil {
			var e *KeyURIError
			if !errors.As(err, &e) || e.Part == "" || e.Reason == "" {
				t.Fatalf("an error without a name: %v", err)
			}
			return
		}
		if err := k.Validate(); err != nil {
			t.Fatalf("accepted, and not valid: %v", err)
		}
		again, err := ParseKeyURI(k.RevealURI())
		if err != nil || !sameKey(again, k) {
			t.Fatalf("%q\n got %+v\nwant %+v\n%v", k.RevealURI(), again, k, err)
		}
		if _, err := k.Code(theTime()); err != nil {
			t.Fatal(err)
		}
	})
}

// TestURICasesOfOtherPrograms reads a file of cases from other programs' tests,
// which are under other licenses and so no part of this one.
func TestURICasesOfOtherPrograms(t *testing.T) {
	path := os.Getenv("TWOFOLD_URI_CASES")
	if path == "" {
		t.Skip("missing: TWOFOLD_URI_CASES, the path of uri-cases.json")
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		URI    string
		Accept []struct {
			Type                            Type
			Issuer, Name, Secret, Algorithm string
			Digits                          int
			Period                          *int
			Counter                         *uint64
		}
	}
	if err := json.Unmarshal(b, &cases); err != nil || len(cases) == 0 {
		t.Fatal(len(cases), err)
	}
	for _, c := range cases {
		k, err := ParseKeyURI(c.URI)
		if err != nil {
			var named *KeyURIError
			if len(c.Accept) > 0 || !errors.As(err, &named) {
				t.Errorf("%s: %v", c.URI, err)
			}
			continue
		}
		ok := false
		for _, a := range c.Accept {
			secret, err := ParseSecret(a.Secret)
			if err != nil {
				t.Fatal(err)
			}
			want := Key{Secret: secret, Account: Account{Type: a.Type, Issuer: a.Issuer, Label: a.Name, Algorithm: Algorithm(a.Algorithm), Digits: a.Digits}}
			if a.Period != nil {
				want.Period = *a.Period
			}
			if a.Counter != nil {
				want.Counter = *a.Counter
			}
			ok = ok || sameKey(k, want)
		}
		if !ok {
			t.Errorf("%s: read as %+v", c.URI, k)
		}
	}
	t.Logf("%d cases", len(cases))
}
