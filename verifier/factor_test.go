package verifier_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/pquerna/otp"

	"twofold/verifier"
	"twofold/verifier/store"
)

func seconds(n int64) time.Time { return time.Unix(n, 0).UTC() }

// TestP30_VectorsOfRFC6238 are appendix B, whose last row is of the year 2603.
func TestP30_VectorsOfRFC6238(t *testing.T) {
	keys := map[string]string{
		"SHA1":   "12345678901234567890",
		"SHA256": "12345678901234567890123456789012",
		"SHA512": "1234567890123456789012345678901234567890123456789012345678901234",
	}
	for _, row := range []struct {
		at   int64
		code map[string]string
	}{
		{59, map[string]string{"SHA1": "94287082", "SHA256": "46119246", "SHA512": "90693936"}},
		{1111111109, map[string]string{"SHA1": "07081804", "SHA256": "68084774", "SHA512": "25091201"}},
		{1111111111, map[string]string{"SHA1": "14050471", "SHA256": "67062674", "SHA512": "99943326"}},
		{1234567890, map[string]string{"SHA1": "89005924", "SHA256": "91819424", "SHA512": "93441116"}},
		{2000000000, map[string]string{"SHA1": "69279037", "SHA256": "90698825", "SHA512": "38618901"}},
		{20000000000, map[string]string{"SHA1": "65353130", "SHA256": "77737706", "SHA512": "47863826"}},
	} {
		for algorithm, want := range row.code {
			f := verifier.TOTP{Key: verifier.SecretOf(keys[algorithm]), Algorithm: algorithm, Digits: 8, Period: 30 * time.Second}
			step, ok := f.Match(want, seconds(row.at), 0)
			if !ok || step != verifier.TimeStep(row.at/30) {
				t.Errorf("%s at %d: step %d, %v", algorithm, row.at, step, ok)
			}
			for digits := 6; digits <= 8; digits++ {
				f.Digits = digits
				if code, err := f.Code(step); err != nil || code != want[8-digits:] {
					t.Errorf("%s at %d, %d digits: %s, %v", algorithm, row.at, digits, code, err)
				}
			}
		}
	}
}

func TestP30_NothingMatchesWhereThereAreNoSteps(t *testing.T) {
	good := verifier.TOTP{Key: verifier.SecretOf("12345678901234567890"), Algorithm: "SHA1", Digits: 6, Period: 30 * time.Second}
	zero, err := good.Code(0)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := good.Match(zero, seconds(10), 1); !ok {
		t.Error("the first step of all has no code")
	}
	for name, change := range map[string]func(*verifier.TOTP) time.Time{
		"before 1970":       func(*verifier.TOTP) time.Time { return seconds(-1) },
		"no time at all":    func(*verifier.TOTP) time.Time { return time.Time{} },
		"no period":         func(f *verifier.TOTP) time.Time { f.Period = 0; return seconds(10) },
		"a negative period": func(f *verifier.TOTP) time.Time { f.Period = -time.Second; return seconds(10) },
		"half a second":     func(f *verifier.TOTP) time.Time { f.Period = time.Second / 2; return seconds(10) },
		"no key":            func(f *verifier.TOTP) time.Time { f.Key = verifier.Secret{}; return seconds(10) },
		"ten digits":        func(f *verifier.TOTP) time.Time { f.Digits = 10; return seconds(10) },
		"no digits":         func(f *verifier.TOTP) time.Time { f.Digits = 0; return seconds(10) },
		"MD5":               func(f *verifier.TOTP) time.Time { f.Algorithm = "MD5"; return seconds(10) },
	} {
		f := good
		at := change(&f)
		for _, code := range []string{zero, "", "000000"} {
			if step, ok := f.Match(code, at, 1); ok || step != verifier.NoStep {
				t.Errorf("%s: %q matched step %d", name, code, step)
			}
		}
	}
}

// TestP28_EveryPlaceOfTheWindowCostsTheSame compares the least time of matches
// at its ends, its middle and nowhere.
func TestP28_EveryPlaceOfTheWindowCostsTheSame(t *testing.T) {
	f := verifier.TOTP{Key: verifier.SecretOf("12345678901234567890"), Algorithm: "SHA1", Digits: 6, Period: 30 * time.Second}
	const skew = 10
	now := f.StepAt(start)
	codes := map[string]string{"nowhere": "none"}
	for name, off := range map[string]verifier.TimeStep{"first": -skew, "middle": 0, "last": skew} {
		code, err := f.Code(now + off)
		if err != nil {
			t.Fatal(err)
		}
		codes[name] = code
	}
	codes["nowhere"] = strings.Repeat("x", 6)
	least := map[string]time.Duration{}
	for range 400 {
		for name, code := range codes {
			began := time.Now()
			_, ok := f.Match(code, start, skew)
			took := time.Since(began)
			if ok != (name != "nowhere") {
				t.Fatalf("%s: %v", name, ok)
			}
			if old, is := least[name]; !is || took < old {
				least[name] = took
			}
		}
	}
	for name, took := range least {
		if ratio := float64(took) / float64(least["nowhere"]); ratio < 0.7 || ratio > 1.4 {
			t.Errorf("%s takes %v, nowhere %v", name, took, least["nowhere"])
		}
	}
}

func TestCodesAgreeWithOathtool(t *testing.T) {
	need(t, "oathtool")
	f := verifier.TOTP{Key: verifier.SecretOf("a made-up key of 20 b"), Algorithm: "SHA256", Digits: 7, Period: 60 * time.Second}
	for n := range 10 {
		at := start.Add(time.Duration(n) * 1000003 * time.Second)
		cmd := exec.CommandContext(t.Context(), "oathtool", "--totp=sha256", "-d", "7", "-s", "60", "-N", at.Format("2006-01-02 15:04:05 UTC"), "-b", "-")
		cmd.Stdin = strings.NewReader(f.Key.RevealBase32())
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		if step, ok := f.Match(strings.TrimSpace(string(out)), at, 0); !ok || step != f.StepAt(at) {
			t.Errorf("oathtool's code at %v is refused", at)
		}
	}
}

// need skips a test whose program is not installed.
func need(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		if os.Getenv("TWOFOLD_TEST_PARTS") == "required" {
			t.Fatalf("%s is not installed", program)
		}
		t.Skipf("%s is not installed", program)
	}
}

func TestKeyURIsAreWhatAppsAgreeOn(t *testing.T) {
	f := verifier.TOTP{Key: verifier.SecretOf("12345678901234567890"), Algorithm: "SHA1", Digits: 6, Period: 30 * time.Second}
	uri := f.RevealURI("totp", "Twofold & Söhne", "ada+lab@example.com").RevealText()
	if strings.ContainsAny(uri, "+ ") {
		t.Errorf("a blank or plus in %s", uri)
	}
	read, err := otp.NewKeyFromURL(uri)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := url.Parse(uri)
	if err != nil {
		t.Fatal(err)
	}
	if parsed.Path != "/Twofold & Söhne:ada+lab@example.com" || read.Issuer() != "Twofold & Söhne" ||
		read.AccountName() != "ada+lab@example.com" || read.Secret() != "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" ||
		read.Period() != 30 || read.Digits() != otp.DigitsSix || read.Algorithm() != otp.AlgorithmSHA1 || read.Type() != "totp" {
		t.Errorf("read back wrongly: %s", uri)
	}
}

func TestSecretsDoNotPrint(t *testing.T) {
	const inside = "very-much-secret"
	s := verifier.SecretOf(inside)
	holders := []any{
		s, &s,
		[]verifier.Secret{s},
		map[string]verifier.Secret{"a": s},
		struct{ in verifier.Secret }{s},
		struct{ In any }{s},
		verifier.User{Password: s},
		verifier.TOTP{Key: s},
		verifier.Options{Key: s},
		verifier.Progress{Session: s},
		verifier.Enrollment{URI: s, Key: s},
		verifier.Credentials{Password: s},
	}
	for _, holder := range holders {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%b", "%o", "%c", "%U", "%t", "%e", "%p"} {
			text := fmt.Sprintf(verb, holder)
			if strings.Contains(text, inside) || strings.Contains(text, fmt.Sprintf("%x", inside)) || strings.Contains(text, "118 101") {
				t.Errorf("%s of %T: %s", verb, holder, text)
			}
		}
		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "holder", holder)
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "holder", holder)
		if strings.Contains(log.String(), inside) {
			t.Errorf("slog of %T: %s", holder, log.String())
		}
	}
	if _, err := json.Marshal(s); err == nil {
		t.Error("a secret became JSON")
	}
	if s.RevealText() != inside || !s.Equal(verifier.SecretOf(inside)) || s.Equal(verifier.SecretOf("other")) {
		t.Error("revealed wrongly")
	}
}

func TestClockStaysInItsRange(t *testing.T) {
	c := verifier.NewClock(func() time.Time { return start })
	for _, bad := range []error{
		c.Set(time.Time{}), c.Set(seconds(0)), c.Set(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)),
		c.SetOffset(-60 * 365 * 24 * time.Hour), c.Advance(-1 << 63), c.SetOffset(-1 << 63),
	} {
		if !errors.Is(bad, &verifier.Refusal{Cause: verifier.CauseClockOutOfRange}) {
			t.Errorf("got %v", bad)
		}
	}
	if !c.Now().Equal(start) {
		t.Errorf("a refused change moved the clock to %v", c.Now())
	}
	for _, at := range []time.Time{seconds(59), time.Date(2106, 2, 7, 6, 28, 16, 0, time.UTC), time.Date(2038, 1, 19, 3, 14, 8, 0, time.UTC)} {
		if err := c.Set(at); err != nil || !c.Now().Equal(at) {
			t.Errorf("set to %v: %v, %v", at, c.Now(), err)
		}
	}
}

func TestEmailsAreCleaned(t *testing.T) {
	for typed, want := range map[string]string{
		" Ada@Example.COM ": "ada@example.com", "ada+x@example.com": "ada+x@example.com",
		"": "", "ada": "", "ada@": "", "Ada <ada@example.com>": "", "a@b.c, d@e.f": "", "a\n@b.c": "", "a b@c.d": "",
		"a@" + strings.Repeat("b", 260): "", "\xff@example.com": "",
		"ada\u200b@example.com": "", "a\u202eda@example.com": "", // unseen, and so another's address to the eye
		"a\u0308@example.com": "ä@example.com", "H\u0331@example.com": "ẖ@example.com", "ẖ@example.com": "ẖ@example.com",
	} {
		got, err := verifier.CleanEmail(typed)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", typed, got, err)
		}
		if again, _ := verifier.CleanEmail(got); again != got {
			t.Errorf("%q: cleaned twice: %q", typed, again)
		}
	}
}

func FuzzCleanCode(f *testing.F) {
	for _, seed := range []string{"", "123 456", "１２３", "\u00a0-+1", strings.Repeat("1", 99), "\xff\xfe"} {
		f.Add(seed)
	}
	w := newWorld(f, store.NewMemory())
	ada := w.enrolled("ada@example.com")
	code := w.code(ada, 0)
	flow := w.signIn(ada).ID
	spent := w.signIn(ada).ID
	w.accepted(spent, code)
	f.Fuzz(func(t *testing.T, typed string) {
		clean := verifier.CleanCode(typed)
		if again := verifier.CleanCode(clean); again != clean {
			t.Errorf("cleaned twice: %q, then %q", clean, again)
		}
		if utf8.RuneCountInString(clean) > utf8.RuneCountInString(typed) {
			t.Error("cleaning made it longer")
		}
		if _, err := w.answer(flow, typed); cause(err).Public() != verifier.CauseCodeRefused {
			t.Errorf("%q: %v", typed, err)
		}
		if err := w.svc.Unlock(t.Context(), ada.id); err != nil {
			t.Fatal(err)
		}
	})
}
