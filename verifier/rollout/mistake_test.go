package rollout_test

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"twofold/verifier/rollout"
)

// mistakesOf parses text and gives its mistakes as "line: field: reason".
func mistakesOf(t *testing.T, text string) []string {
	t.Helper()
	_, err := rollout.Parse([]byte(text))
	var found *rollout.MistakesError
	if !errors.As(err, &found) {
		if err != nil {
			t.Fatalf("not a MistakesError: %v", err)
		}
		return nil
	}
	all := make([]string, len(found.Mistakes))
	for i, m := range found.Mistakes {
		all[i] = fmt.Sprintf("%d: %s: %s", m.Line, m.Field, m.Reason)
	}
	return all
}

func source(t *testing.T, name string) string {
	t.Helper()
	text, err := rollout.Source(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Each row changes one thing in a roll-out that is right, and wants the one
// mistake on the line of the change, or of the § in it.
func TestMistakesAreNamedWithTheirLine(t *testing.T) {
	for _, row := range []struct{ in, old, new, want string }{
		// Keys, types and values.
		{"plain", `skew = 1`, `skwe = 1`, `totp.skwe: unknown key; did you mean skew?`},
		{"plain", `[recovery]`, `[recovrey]`, `recovrey: unknown key; did you mean recovery?`},
		{"plain", `skew = 1`, `skew = "1"`, `totp.skew: wants a whole number, without quotes`},
		{"plain", `skew = 1`, `skew = 1.5`, `totp.skew: wants a whole number, without quotes`},
		{"plain", `skew = 1`, `skew = 99999999999`, `totp.skew: wants a whole number, without quotes`},
		{"plain", `skew = 1`, `skew = 99`, `totp.skew: 99 is not between 0 and 5`},
		{"plain", `allowed = true`, `allowed = "yes"`, `sign_up.allowed: wants true or false, without quotes`},
		{"plain", `title = "Twofold"`, `title = 2`, `title: wants text in quotes`},
		{"plain", `title = "Twofold"`, `title = 2026-05-26`, `title: wants text in quotes`},
		{"plain", `period = "30s"`, `period = 30`, `totp.period: 30 is not a time like "30s", "10m" or "12h"`},
		{"plain", `period = "30s"`, `period = "soon"`, `totp.period: "soon" is not a time like "30s", "10m" or "12h"`},
		{"plain", `period = "30s"`, `period = "0s"`, `totp.period: 0s is not between 1 second and 5 minutes`},
		{"plain", `period = "30s"`, `period = "1500ms"`, `totp.period: 1.5s is not in whole seconds`},
		{"plain", `default = "totp"`, `default = ["totp"]`, `second_step.default: wants text in quotes`},
		{"plain", `exempt = ["service"]`, `exempt = "service"`, `second_step.exempt: wants a list in brackets`},
		{"plain", `exempt = ["service"]`, `exempt = [1]`, `second_step.exempt[1]: wants text in quotes`},
		{"plain", `exempt = ["service"]`, `exempt = ["robot"]`, `second_step.exempt[1]: "robot" is not one of: user, admin, helpdesk, service`},
		{"plain", `skew = 1`, "skew = 1\n§skew = 2", `totp.skew: is there twice, first on line 34`},
		{"plain", `[recovery]`, "[totp]\n[recovery]", `totp: is there twice`},
		{"plain", `[recovery]`, "[[recovery]]", `recovery: is there once: write [recovery]`},
		{"konexus", "[[app]]\nname = \"Google", "§[app]\nname = \"Google", `app: is a list: write [[app]]`},
		{"plain", `[recovery]`, `[texts.button_next]`, `texts.button_next: is no table: write texts.button_next = …`},
		{"plain", `algorithm = "SHA1"`, `algorithm = "MD5"`, `totp.algorithm: "MD5" is not one of: SHA1, SHA256, SHA512`},
		{"plain", `digits = 6`, `digits = 10`, `totp.digits: 10 is not between 6 and 8`},

		// Rules against each other.
		{"plain", `"email", "sms"]`, `"email", "pigeon"]`, `second_step.methods[4]: "pigeon" is not one of: totp, hotp, email, sms`},
		{"plain", `"email", "sms"]`, `"email", "email"]`, `second_step.methods[4]: "email" is there twice`},
		{"kode", `default = "totp"`, `default = "email"`, `second_step.default: "email" is not one of: totp, sms`},
		{"plain", `removable = false`, `removable = true`, `second_step.removable: has to be false: the second step is always required`},
		{"kode", `max_factors = 1`, `max_factors = 2`, `second_step.max_factors: has to be 1 where several is false`},
		{"kore", `deferred = ["totp"]`, `deferred = ["hotp"]`, `set_up.deferred[1]: "hotp" is not one of: email, sms, totp`},
		{"plain", `issuer = "Twofold"`, `issuer = "Two:fold"`, `issuer: may not hold a colon: it ends the issuer in a key URI`},
		{"plain", `name = "plain"`, `name = "my roll-out"`, `name: "my roll-out" is not up to 32 small letters, digits and dashes`},
		{"plain", `hard_stop = 50`, `hard_stop = 101`, `limits.hard_stop: 101 is not between 1 and 100`},
		{"plain", `hard_stop = 50`, `hard_stop = 3`, `limits.hard_stop: is less than limits.code_failures`},
		{"plain", `longest_lock = "15m"`, `longest_lock = "10s"`, `limits.longest_lock: is shorter than limits.first_lock`},
		{"plain", `session = "12h"`, `session = "0s"`, `lifetimes.session: 0s is not between 1 minute and 30 days`},
		{"plain", `lifetime = "10m"`, `lifetime = "11m"`, `message.lifetime: 11 minutes is not between 30 seconds and 10 minutes`},
		{"kor", `lifetime = "720h"`, `lifetime = "0s"`, `device.lifetime: 0s is not between 1 minute and 365 days`},
		{"kode", `automatic = false`, `automatic = true`, `device.automatic: needs device.remember`},
		{"kore", `remember = false`, "remember = false\n§forget_at_sign_out = true", `device.forget_at_sign_out: needs device.remember`},
		{"plain", "[helpdesk]\nreset = false", "[helpdesk]\n§reset = true", `helpdesk.reset: needs helpdesk.questions: nothing else says who is calling`},
		{"kore", `phone = true`, `phone = false`, `sign_up.phone: has to be true: sms can be chosen at registration, and needs a number`},
		{"kode", "[sign_up]\nallowed = true", "[sign_up]\n§phone = true", `sign_up.phone: needs sign_up.allowed`},
		{"konexus", "[sign_up]\nallowed = true", "[sign_up]\n§choose_method = true", `sign_up.choose_method: needs sign_up.allowed`},

		// Set-up pages.
		{"kode", `pages = [["scan", "code"]]`, `pages = [["scan"]]`, `set_up.pages: has no code: nothing would be confirmed`},
		{"kode", `pages = [["scan", "code"]]`, `pages = [["code"]]`, `set_up.pages: has no scan: the QR is never shown`},
		{"kode", `pages = [["scan", "code"]]`, `pages = [["code", "scan"]]`, `set_up.pages: asks for the code before the QR is shown`},
		{"kode", `pages = [["scan", "code"]]`, `pages = [["scan", "scan", "code"]]`, `set_up.pages[1]: "scan" is there twice`},
		{"kode", `pages = [["scan", "code"]]`, `pages = [["scan"], [], ["code"]]`, `set_up.pages[2]: is a page with nothing on it`},
		{"kode", `pages = [["scan", "code"]]`, `pages = [["scan"], ["code"], ["name"]]`, `set_up.pages: has a page after the code, which ends the set-up`},
		{"kode", `pages = [["scan", "code"]]`, `pages = ["scan"]`, `set_up.pages[1]: wants a list in brackets`},
		{"kode", `pages = [["scan", "code"]]`, `pages = [["scan", "cod", "code"]]`, `set_up.pages[1]: "cod" is not one of: app, name, scan, code`},
		{"mycodabox", `pages = [["scan"], ["code"]]`, `pages = [["app"], ["scan"], ["code"]]`, `set_up.pages: asks for the app, but there is no [[app]]`},

		// The calendar and the offices.
		{"konexus", `from = "2026-06-11"`, `from = "11 June"`, `phase[2].from: "11 June" is not a time like 2006-01-02, 2006-01-02 15:04 or RFC 3339`},
		{"konexus", `from = "2026-07-31"`, `from = "2026-07-01"`, `phase[4].from: is before the start of "e-mail verification required", which stands above it: write the phases in order`},
		{"konexus", `from = "2026-07-31"`, `from = "2026-07-13 00:00"`, `phase[4].from: is the very start of "e-mail verification required", for the same roles: which of them holds?`},
		{"konexus", `name = "full enforcement"`, `name = "announcement"`, `phase[4].name: "announcement" is there twice`},
		{"konexus", `time_zone = "America/New_York"`, `time_zone = "America/Gotham"`, `time_zone: "America/Gotham" is no time zone: write one like America/New_York or Europe/Brussels`},
		{"konexus", `time_zone = "America/New_York"`, `time_zone = "Local"`, `time_zone: "Local" is no time zone: write one like America/New_York or Europe/Brussels`},
		{"konexus", `automatic = "email"`, `automatic = "sms"`, `phase[3].automatic: "sms" is not among the methods`},
		{"konexus", `enroll = "prompted"`, "§automatic = \"email\"\nenroll = \"prompted\"", `phase[2].automatic: does nothing where enroll is not required`},
		{"konexus", `enroll = "prompted"`, `enroll = "asked"`, `phase[2].enroll: "asked" is not one of: optional, prompted, required`},
		{"mycodabox", `[set_up]`, "[[office]]\n§name = \"office\"\nenroll = \"optional\"\n\n[set_up]", `office[2].name: "office" is there twice`},

		// Apps, and tables in a line.
		{"kode", `name = "Authy"`, `name = "Google Authenticator"`, `app[3].name: "Google Authenticator" is there twice for the same system`},
		{"kode", `name = "Authy"`, `name = " "`, `app[3].name: is empty`},
		{"plain", "[recovery]\ncodes = 10", `recovery = {codes = 30}`, `message.recovery: unknown key`},
		{"plain", "[recovery]\ncodes = 10", "[recovery]\ncodes = 10\n§recovery.codes = 3", `recovery.recovery: unknown key`},
		{"plain", "[recovery]\ncodes = 10", "[recovery]\ncodes = 10\n§codes.x = 3", `recovery.codes.x: unknown key`},
		{"plain", `title = "Twofold"`, "title = \"Twofold\"\n§picked = {a = \"b\", c = 3}", `picked.c: wants text in quotes`},
		{"plain", `title = "Twofold"`, "title = \"Twofold\"\n§picked = 3", `picked: wants a table`},
		{"konexus", `[set_up]`, "[[phase.roles]]\n[set_up]", `phase[4].roles: is no table: write phase[4].roles = …`},

		// KNX-13 and other texts.
		{"konexus", `email = "support@konexus.example"`, `email = "[support email]"`, `support.email: "[support email]" was never filled in`},
		{"konexus", `faq_lost_answer = "Contact {support}."`, `faq_lost_answer = "Contact <your name>."`, `texts.faq_lost_answer: "<your name>" was never filled in`},
		{"konexus", `notice = "Set up multi-factor`, `notice = "TODO: Set up multi-factor`, `phase[2].notice: "TODO" was never filled in`},
		{"konexus", `name = "Microsoft Authenticator"`, `name = "XXX"`, `app[2].name: "XXX" was never filled in`},
		{"plain", `summary = "Today's`, `summary = "____ Today's`, `summary: "____" was never filled in`},
		{"plain", `title = "Twofold"`, `title = "<Company>"`, `title: "<Company>" was never filled in`},
		{"plain", `title = "Twofold"`, `title = "{issuer}"`, `title: {issuer} is not filled in here`},
		{"plain", `title = "Twofold"`, `title = "Two\u202Efold"`, `title: holds characters that nobody sees`},
		{"kode", `heading_manage = "2FA"`, `heading_mange = "2FA"`, `texts.heading_mange: unknown text; did you mean heading_manage?`},
		{"kode", `heading_manage = "2FA"`, `heading_manage = ""`, `texts.heading_manage: is empty`},
		{"kode", `heading_manage = "2FA"`, `heading_manage = 2`, `texts.heading_manage: wants text in quotes`},
		{"kode", `heading_manage = "2FA"`, `heading_manage = "2FA {isuer}"`, `texts.heading_manage: "{isuer}" is no placeholder; did you mean issuer?`},
		{"kode", `heading_manage = "2FA"`, `heading_manage = "2FA {issuer"`, `texts.heading_manage: has a brace without its other half`},
		{"kode", `heading_manage = "2FA"`, `message_code_sms = "Your code is here"`, `texts.message_code_sms: lacks {number}, so nobody would get it`},
		{"kode", `second_step_name = "2FA"`, `second_step_name = "{code}"`, `texts.second_step_name: {code} is not filled in here`},
	} {
		text := source(t, row.in)
		if !strings.Contains(text, row.old) {
			t.Errorf("%s has no %q", row.in, row.old)
			continue
		}
		before, _, _ := strings.Cut(text, row.old)
		marked, _, _ := strings.Cut(row.new, "§")
		if marked == row.new {
			marked = ""
		}
		line := 1 + strings.Count(before+marked, "\n")
		got := mistakesOf(t, strings.Replace(text, row.old, strings.ReplaceAll(row.new, "§", ""), 1))
		if want := fmt.Sprintf("%d: %s", line, row.want); len(got) != 1 || got[0] != want {
			t.Errorf("%s, %q:\n got %s\nwant %s", row.in, row.new, strings.Join(got, "\n     "), want)
		}
	}
}

// Whoever wrote several mistakes hears of all, from the top.
func TestAllMistakesAreNamedAtOnce(t *testing.T) {
	text := source(t, "konexus")
	for old, wrong := range map[string]string{
		`skew = 1`:                        `skew = 9`,
		`per_day = 50`:                    `per_day = "fifty"`,
		`"support@konexus.example"`:       `"[support email]"`,
		`button_skip = "Skip"`:            `buton_skip = "Skip"`,
		`from = "2026-07-31"`:             `from = "2026-07-03"`,
		`[recovery]`:                      "[recovery]\ncards = 3",
		`time_zone = "America/New_York" `: `time_zone = "New York" `,
	} {
		text = strings.Replace(text, old, wrong, 1)
	}
	got := mistakesOf(t, text)
	fields := make([]string, len(got))
	lines := make([]int, len(got))
	for i, m := range got {
		number, rest, _ := strings.Cut(m, ": ")
		lines[i], _ = strconv.Atoi(number)
		fields[i], _, _ = strings.Cut(rest, ": ")
	}
	want := "time_zone phase[4].from totp.skew message.per_day recovery.cards support.email texts.buton_skip"
	if strings.Join(fields, " ") != want || !slices.IsSorted(lines) {
		t.Errorf("got %s", strings.Join(got, "\n    "))
	}
}

// What is not there at all is named on the line of its table, or the first.
func TestMissingFieldsAreNamed(t *testing.T) {
	for _, row := range []struct{ in, gone, want string }{
		{"plain", "digits = 6\nperiod", "30: totp.digits: is missing"},
		{"plain", "issuer = \"Twofold\"\n", "1: issuer: is missing"},
		{"konexus", "from = \"2026-06-11\"\n", "52: phase[2].from: is missing"},
	} {
		text := source(t, row.in)
		instead := ""
		if strings.HasSuffix(row.gone, "period") {
			instead = "period"
		}
		got := mistakesOf(t, strings.Replace(text, row.gone, instead, 1))
		if len(got) != 1 || got[0] != row.want {
			t.Errorf("without %q: %q, want %s", row.gone, got, row.want)
		}
	}
	got := mistakesOf(t, "")
	if len(got) < 10 || got[0] != "1: name: is missing" {
		t.Errorf("an empty text: %q", got)
	}
}

// A text that is no TOML has one mistake that matters, where it stops being it.
func TestBrokenTextIsNamedByItsLine(t *testing.T) {
	plain := source(t, "plain")
	last := 1 + strings.Count(plain, "\n")
	for broken, line := range map[string]int{
		plain + "[totp":              last,
		plain + "x":                  last,
		"name = \"plain\n" + plain:   1,
		"name = \"\xff\"\n" + plain:  1,
		"\n\n= 3\n" + plain:          3,
		"name = \"a\\q\"\n" + plain:  1,
		"a = [[[[[[[[[[[[\n" + plain: 0, // anywhere
	} {
		got := mistakesOf(t, broken)
		if len(got) != 1 || line > 0 && !strings.HasPrefix(got[0], fmt.Sprintf("%d: : ", line)) {
			t.Errorf("%.20q: %q, want line %d", broken, got, line)
		}
	}
}

// Lists are bounded, so that no file keeps the check busy.
func TestLongListsAreRefused(t *testing.T) {
	text := source(t, "konexus") + strings.Repeat("[[office]]\nname = \"x\"\n", 5000)
	got := mistakesOf(t, text)
	if !slices.ContainsFunc(got, func(m string) bool { return strings.Contains(m, "office: has more than 100 entries") }) || len(got) > 300 {
		t.Errorf("%d mistakes, the first: %.3q", len(got), got)
	}
}

// Files with the marks and line ends of other systems are read the same.
func TestOtherSystemsFilesAreRead(t *testing.T) {
	plain := strings.Replace(source(t, "plain"), "skew = 1", "skew = 9", 1)
	for _, text := range []string{plain, "\ufeff" + plain, strings.ReplaceAll(plain, "\n", "\r\n")} {
		if got := mistakesOf(t, text); len(got) != 1 || got[0] != "34: totp.skew: 9 is not between 0 and 5" {
			t.Errorf("%.12q: %q", text, got)
		}
	}
}

func TestMistakesReadAsLines(t *testing.T) {
	_, err := rollout.Parse([]byte(strings.Replace(source(t, "plain"), "skew = 1", "skew = 9\nx = 1", 1)))
	if want := "check roll-out: line 34: totp.skew: 9 is not between 0 and 5\nline 35: totp.x: unknown key"; err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
	r := load(t, "plain")
	r.TOTP.Skew = 9
	if err := r.Check(); err == nil || err.Error() != "check roll-out: totp.skew: 9 is not between 0 and 5" {
		t.Errorf("without a text: %v", err)
	}
	var field *rollout.FieldError
	if !errors.As(r.Check(), &field) || field.Line != 0 {
		t.Errorf("%v", field)
	}
	if _, err := rollout.Parse([]byte("= 1")); err == nil || !strings.HasPrefix(err.Error(), "check roll-out: line 1: ") {
		t.Errorf("no TOML: %v", err)
	}
}

func TestPriceIsWarnedOf(t *testing.T) {
	for name, want := range map[string]string{
		"strict":    "",
		"mycodabox": "password.min_length helpdesk.questions", // CODA-5: ASVS 6.4.2
		"kore":      "second_step.methods second_step.methods",
	} {
		_, warnings, err := rollout.Inspect([]byte(source(t, name)))
		if err != nil {
			t.Fatal(err)
		}
		var fields []string
		for _, w := range warnings {
			fields = append(fields, w.Field)
			if w.Line == 0 {
				t.Errorf("%s: %s has no line", name, w.Field)
			}
		}
		if got := strings.Join(fields, " "); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// FuzzParse holds that no text makes the reader panic, that what it takes
// passes its own check, and that every mistake has a line of the text.
func FuzzParse(f *testing.F) {
	for _, name := range rollout.Names() {
		text, err := rollout.Source(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	for _, text := range []string{"a.b.c = {d = [1, {e = 2}]}", "[phase]\n[[phase.roles]]", "[[phase]]\nroles = [[1]]", "[texts.a.b]", "\"\" = 1", "texts.a = 1"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := rollout.Parse(text)
		if err == nil {
			if err := r.Check(); err != nil {
				t.Fatalf("taken, but: %v", err)
			}
			return
		}
		var found *rollout.MistakesError
		if !errors.As(err, &found) {
			return // too large
		}
		lines := 1 + strings.Count(string(text), "\n")
		for i, m := range found.Mistakes {
			if m.Line < 1 || m.Line > lines || i > 0 && m.Line < found.Mistakes[i-1].Line {
				t.Fatalf("%v in a text of %d lines", m, lines)
			}
		}
	})
}
