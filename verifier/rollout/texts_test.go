package rollout_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"twofold/verifier/rollout"
)

func TestTextIsTheOwnOneOrTheUsual(t *testing.T) {
	r := load(t, "plain")
	r.Issuer, r.Texts = "Acme", map[string]string{"button_skip": "Not now", "intro_scan": ""}
	for key, want := range map[string]string{
		"button_skip":     "Not now",
		"button_next":     "Next",
		"intro_scan":      "", // an empty one is meant so
		"heading_welcome": "Welcome to Twofold",
		"nonsense":        "",
	} {
		if got := r.Text(key); got != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
}

// A word of the roll-out shows up in every text that has its placeholder, and
// nothing that was filled in is filled again.
func TestTextsFollowTheWords(t *testing.T) {
	r := load(t, "kore")
	r.Issuer = "{code}{support}"
	if got := r.Text("message_code_subject"); got != "Your {code}{support} OTP pin" {
		t.Errorf("%q", got)
	}
	if got := r.Text("heading_scan"); got != "Scan the barcode" {
		t.Errorf("%q", got)
	}
	if got := r.Fill("message_code_sms", "number", "{minutes}", "minutes", "10"); !strings.HasPrefix(got, "{minutes} is your") || !strings.Contains(got, "10 minutes") {
		t.Errorf("%q", got)
	}
}

func TestSupportNamesWhatIsKnown(t *testing.T) {
	for want, s := range map[string]rollout.Support{
		"whoever gave you your account": {},
		"help@x.example":                {Email: "help@x.example"},
		"the desk, help@x.example, +1 202 555 0100 (weekdays, 9–17)": {Name: "the desk", Email: "help@x.example", Phone: "+1 202 555 0100", Hours: "weekdays, 9–17"},
	} {
		if got := s.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestTrustIsToldInWords(t *testing.T) {
	r := load(t, "kor")
	for d, want := range map[time.Duration]string{720 * time.Hour: "30 days", 24 * time.Hour: "1 day", 36 * time.Hour: "36 hours", time.Minute: "1 minute"} {
		r.Device.Lifetime = rollout.Duration(d)
		if got := r.Text("notice_remember"); !strings.Contains(got, "It lasts "+want+".") {
			t.Errorf("%s: %q", d, got)
		}
	}
}

// The usual texts obey the rules that a roll-out's own have to: a file that
// writes all of them out is taken.
func TestUsualTextsCouldBeAnybodys(t *testing.T) {
	keys := rollout.TextKeys()
	var file strings.Builder
	file.WriteString(source(t, "plain") + "\n[texts]\n")
	bare := rollout.Rollout{Texts: map[string]string{}}
	for i, key := range keys {
		if slices.Contains(keys[:i], key) {
			t.Errorf("%s is there twice", key)
		}
		file.WriteString(key + " = '''" + rollout.Usual(key) + "'''\n")
	}
	if got := mistakesOf(t, file.String()); len(got) > 0 {
		t.Errorf("%s", strings.Join(got, "\n"))
	}
	for _, key := range keys {
		if strings.Contains(bare.Text(key), "{issuer}") || strings.Contains(bare.Text(key), "{support}") {
			t.Errorf("%s is not filled in: %q", key, bare.Text(key))
		}
	}
}

// Every placeholder that is allowed is used, and the ones of the roll-out are
// filled everywhere.
func TestPlaceholdersAreUsed(t *testing.T) {
	used := map[string]bool{}
	braces := regexp.MustCompile(`\{([a-z_]+)\}`)
	for _, key := range rollout.TextKeys() {
		for _, m := range braces.FindAllStringSubmatch(rollout.Usual(key), -1) {
			used[m[1]] = true
		}
	}
	for _, p := range rollout.Placeholders() {
		if !used[p] {
			t.Errorf("{%s} is used by no text", p)
		}
	}
}

// Notices of the calendar are filled in like texts.
func TestNoticesAreFilledIn(t *testing.T) {
	text := strings.Replace(source(t, "konexus"), `notice = "E-mail verification is now required.`, `notice = "Ask {support}. E-mail verification is now required.`, 1)
	r, err := rollout.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	p := r.At(time.Date(2026, 7, 20, 0, 0, 0, 0, time.UTC), "user", "")
	if !strings.HasPrefix(p.Notice, "Ask Konexus support, support@konexus.example.") {
		t.Errorf("%q", p.Notice)
	}
}
