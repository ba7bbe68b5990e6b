package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"twofold/verifier"
	"twofold/verifier/delivery"
	"twofold/verifier/rollout"
)

func TestLabAddsUsers(t *testing.T) {
	b := newTester(t, "plain").enter()
	b.says(b.get(b.add(ada, "role", "admin", "office", "Paris", "phone", "+1 202 555 0143")), ada, "+12025550143", "admin")
	if u := b.user(ada); u.Office != "Paris" || u.Password.IsZero() || !u.Temporary.IsZero() {
		t.Errorf("ada: %+v", u)
	}
	b.says(b.shows(b.post("/lab/users", "email", "grace@example.com", "way", "temporary", "password", "not taken"), 200, "grace@example.com"),
		"Its temporary password is in the outbox.", "must change password")
	b.says(b.shows(b.post("/lab/users", "email", "edsger@example.com", "way", "invite"), 200, "edsger@example.com"),
		"Its invitation is in the outbox.", "invited")
	key := b.shows(b.post("/lab/users", "email", "robot@example.com", "role", "service"), 200, "The service account is there")
	_, access, _ := strings.Cut(key.body, `<p class="copy"><code>`)
	access, _, _ = strings.Cut(access, "<")
	if p, err := b.lab.svc.SignIn(t.Context(), verifier.Credentials{Email: "robot@example.com", Password: verifier.SecretOf(access)}); err != nil {
		t.Errorf("sign in with the access key that was shown: %v, %v", p.Step, err)
	}

	for _, c := range []struct {
		form []string
		says string
	}{
		{[]string{"email", "nobody", "way", "temporary"}, "That is not an e-mail address."},
		{[]string{"email", ada, "way", "temporary"}, "There is an account with this address already."},
		{[]string{"email", "x@example.com", "phone", "555 0143", "way", "temporary"}, "The number has no country code"},
		{[]string{"email", "x@example.com", "way", "password", "password", "x9!"}, "The password has fewer characters"},
		{[]string{"email", "x@example.com", "way", "password"}, "Type a password, or choose one of the mails."},
		{[]string{"email", "x@example.com", "way", "temporary", "role", "king"}, "There is no such role."},
	} {
		a := b.shows(b.post("/lab/users", append(c.form, "office", "Rome")...), 422, "Users")
		if got := b.problem(a); !strings.HasPrefix(strings.Replace(got, "What was typed", "That", 1), c.says) {
			t.Errorf("%v: %q, want %q", c.form, got, c.says)
		}
		if !strings.Contains(a.body, `value="Rome"`) || !strings.Contains(a.body, `value="`+c.form[1]+`"`) {
			t.Errorf("%v: what was typed is lost", c.form)
		}
	}
	users, err := b.lab.svc.Users(t.Context())
	if err != nil || len(users) != 4 {
		t.Errorf("%d users, %v", len(users), err)
	}
}

func TestLabActsOnAUser(t *testing.T) {
	b := newTester(t, "plain").enter()
	path := b.add(ada)
	for range 6 {
		_, _ = b.lab.svc.SignIn(t.Context(), verifier.Credentials{Email: ada, Password: verifier.SecretOf("wrong")})
	}
	for _, c := range []struct {
		act   string
		form  []string
		says  string
		holds func(verifier.User) bool
	}{
		{"disable", nil, "The account is disabled", func(u verifier.User) bool { return !u.Disabled.IsZero() }},
		{"enable", nil, "The account may sign in again.", func(u verifier.User) bool { return u.Disabled.IsZero() }},
		{"role", []string{"role", "admin"}, "The role is set.", func(u verifier.User) bool { return u.Role == "admin" }},
		{"office", []string{"office", "Paris"}, "The office is set.", func(u verifier.User) bool { return u.Office == "Paris" }},
		{"office", []string{"office", ""}, "The office is set.", func(u verifier.User) bool { return u.Office == "" }},
		{"unlock", nil, "The failures are forgotten", func(u verifier.User) bool { return u.Guard.Failures == 0 }},
		{"temporary-password", nil, "A new temporary password is in the outbox", func(u verifier.User) bool { return !u.Temporary.IsZero() }},
		{"invite", nil, "An invitation is in the outbox.", func(verifier.User) bool { return b.lab.sent(t, ada) != "" }},
		{"reset-mfa", []string{"reset-operator", "desk@example.com"}, "The second step, the trusted devices", func(u verifier.User) bool { return len(u.Factors) == 0 }},
	} {
		b.says(b.shows(b.post(path+"/"+c.act, c.form...), 200, ada), c.says)
		if !c.holds(b.user(ada)) {
			t.Errorf("%s did nothing: %+v", c.act, b.user(ada))
		}
		b.shows(b.get(path+"/"+c.act), 200, ada) // GET only leads back
	}
	b.says(b.get("/lab/events"), "Second step reset", "By operator desk@example.com")
	if a := b.shows(b.post(path+"/role", "role", "king"), 422, ada); !strings.HasPrefix(b.problem(a), "There is no such role.") {
		t.Errorf("a role that is none: %q", b.problem(a))
	}
	b.post(path+"/crown").shows(t, 404, "There is no such page")
	b.post("/lab/users/nobody/disable").shows(t, 404, "There is no such page")
	b.get("/lab/users/nobody").shows(t, 404, "There is no such page")
	b.says(b.shows(b.get("/lab/users?find=ADA"), 200, "Users"), ada)
	b.says(b.shows(b.get("/lab/users?find=bob"), 200, "Users"), "Nobody has that")
}

// CODA-5, with the deviation from ASVS 6.4.2 said on the page.
func TestLabHelpdeskCase(t *testing.T) {
	b := newTester(t, "mycodabox").enter()
	path := b.add(ada)
	b.add("desk@example.com", "role", "helpdesk")
	b.says(b.get(path), "A deviation on purpose.", "ASVS 6.4.2", "CODA-5", "No question is set")

	set := formOf("ask", "First pet?", "answer", "Rex", "ask", "Street?", "answer", "Elm")
	b.says(b.shows(b.send(path+"/questions", set), 200, ada), "The questions are set.", "First pet?", "Street?")
	half := b.shows(b.send(path+"/questions", formOf("ask", "Color?", "answer", "")), 422, ada)
	if !strings.HasPrefix(b.problem(half), "Question 1 has no answer.") || !strings.Contains(half.body, `value="Color?"`) {
		t.Errorf("a question without an answer: %q", b.problem(half))
	}

	events := func() int {
		all, err := b.lab.svc.Events(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		return len(labFiltered(all, labFilter{Cause: string(verifier.CauseHelpdeskIdentityFailed)}))
	}
	wrong := b.send(path+"/helpdesk", formOf("operator", "desk@example.com", "answer", "Rex", "answer", "Oak", "note", "sounded young"))
	b.shows(wrong, 422, ada)
	if got := b.problem(wrong); !strings.HasPrefix(got, "Not every answer was right") || events() != 1 {
		t.Errorf("a wrong answer: %q, %d events", got, events())
	}
	if strings.Contains(wrong.body, "Oak") || !strings.Contains(wrong.body, "sounded young") {
		t.Error("the answer comes back, or the note is lost")
	}
	stranger := b.shows(b.send(path+"/helpdesk", formOf("operator", "nobody@example.com", "answer", "Rex", "answer", "Elm")), 422, ada)
	if !strings.Contains(b.problem(stranger), "the operator is not an enabled account") {
		t.Errorf("an operator who is none: %q", b.problem(stranger))
	}
	right := b.send(path+"/helpdesk", formOf("operator", "desk@example.com", "answer", " rex ", "answer", "ELM"))
	b.says(b.shows(right, 200, ada), "Passed: all answers were right.", "By operator desk@example.com")
}

func TestLabClock(t *testing.T) {
	b := newTester(t, "konexus").enter()
	clock := b.lab.svc.Clock()
	for _, c := range []struct {
		form []string
		want time.Time
	}{
		{[]string{"now", "2026-07-12 23:59"}, time.Date(2026, 7, 13, 3, 59, 0, 0, time.UTC)}, // New York's
		{[]string{"now", "2026-07-12T23:59:30-04:00"}, time.Date(2026, 7, 13, 3, 59, 30, 0, time.UTC)},
		{[]string{"by", "30s"}, time.Date(2026, 7, 13, 4, 0, 0, 0, time.UTC)},
		{[]string{"by", "2 days"}, time.Date(2026, 7, 15, 4, 0, 0, 0, time.UTC)},
		{[]string{"by", "1h 30m", "back", "yes"}, time.Date(2026, 7, 15, 2, 30, 0, 0, time.UTC)},
		{[]string{"by", "-1d"}, time.Date(2026, 7, 14, 2, 30, 0, 0, time.UTC)},
		{[]string{"run", "machine"}, start},
	} {
		b.says(b.shows(b.post("/lab/clock", c.form...), 200, "Clock"), "The clock is set.")
		if now := clock.Now(); !now.Equal(c.want) {
			t.Errorf("%v: %v, want %v", c.form, now, c.want)
		}
	}
	b.says(b.post("/lab/clock", "run", "freeze"), "stands still", "Let it run")
	if !clock.Frozen() {
		t.Error("the clock runs")
	}
	b.says(b.post("/lab/clock", "rate", "60"), "runs 60 times as fast")
	b.says(b.post("/lab/clock", "run", "machine"), "not at all", "Freeze it")
	if clock.Rate() != 1 {
		t.Errorf("rate %v", clock.Rate())
	}
	before := clock.Now()
	for _, c := range [][]string{
		{"now", "tomorrow"},
		{"by", "soon"},
		{"by", ""},
		{"rate", "fast"},
		{"rate", "-1"},
		{"rate", "NaN"},
		{"now", "1969-01-01"},
		{"by", "99999d"},
		{"x", "y"},
		{"run", "wild"},
	} {
		a := b.shows(b.post("/lab/clock", c...), 422, "Clock")
		if b.problem(a) == "" || !clock.Now().Equal(before) {
			t.Errorf("%v: %q, %v", c, b.problem(a), clock.Now())
		}
	}
	if a := b.post("/lab/clock", "now", "to<morrow"); !strings.Contains(a.body, `value="to&lt;morrow"`) {
		t.Error("what was typed is lost")
	}
}

// The buttons of the calendar go to a second before each phase and to its
// first instant, and the page says which is on.
func TestLabClockGoesToPhases(t *testing.T) {
	b := newTester(t, "konexus").enter()
	for _, p := range labCalendar(b.lab.svc.Rollout(), start) {
		for _, at := range []time.Time{p.Before, p.Start} {
			stamp := at.UTC().Format(time.RFC3339)
			if !strings.Contains(b.get("/lab/clock").body, `value="`+stamp+`"`) {
				t.Errorf("%s: no button to %s", p.Name, stamp)
			}
			b.post("/lab/clock", "now", stamp)
			on := b.lab.svc.Rollout().At(b.lab.svc.Clock().Now(), "user", "").Phase == p.Name
			if on != at.Equal(p.Start) {
				t.Errorf("%s at %s: on is %t", p.Name, stamp, on)
			}
		}
		b.says(b.get("/lab"), ": "+p.Name+";")
	}
	b.says(b.get("/lab"), "Every phase has begun.")
}

func TestLabOutbox(t *testing.T) {
	b := newTester(t, "plain").enter()
	b.says(b.get("/lab/outbox"), "Nothing was sent yet.")
	box := b.lab.outbox
	for range labMessagesShown + 1 {
		box.Post(delivery.Message{Channel: delivery.Email, To: "bob@example.com", Subject: "Hello", Text: "nothing"})
	}
	box.Post(delivery.Message{Channel: delivery.SMS, To: "+12025550143", Text: "code 482913", Code: "482913"})
	box.Post(delivery.Message{Channel: delivery.Email, To: ada, Subject: `<script>"x"`, Text: "<b>hi</b>", Link: "http://127.0.0.1:8200/password-reset/abc", Code: "abc"})
	a := b.shows(b.get("/lab/outbox"), 200, "Outbox")
	b.says(a, "482913", "delivered", "Page 1 of 2, 23 in all")
	for _, want := range []string{
		`<p class="copy digits"><span class="sr">Code: </span><code>482913</code></p>`,
		`href="http://127.0.0.1:8200/password-reset/abc"`, "&lt;b&gt;hi&lt;/b&gt;", "&lt;script&gt;",
	} {
		if !strings.Contains(a.body, want) {
			t.Errorf("the outbox does not have %s", want)
		}
	}
	if strings.Index(a.body, "&lt;script&gt;") > strings.Index(a.body, "482913") {
		t.Error("the newest is not first")
	}
	b.says(b.get("/lab/outbox?page=2"), "Page 2 of 2", "Newer")
	b.says(b.get("/lab/outbox?page=99"), "Page 2 of 2")
	if one := b.shows(b.get("/lab/outbox?to=%2B1+(202)+555-0143"), 200, "Outbox"); strings.Contains(one.body, "bob@") && strings.Contains(reads(one), "Hello") {
		t.Error("messages to others are shown")
	}
	b.says(b.get("/lab/outbox?to=nobody"), "Nothing went to that recipient.")
	if !strings.Contains(b.get("/lab/outbox?follow=1").body, `http-equiv="refresh"`) || strings.Contains(a.body, `http-equiv="refresh"`) {
		t.Error("the page loads itself again unasked, or does not when asked")
	}
}

func TestLabFaults(t *testing.T) {
	b := newTester(t, "plain").enter()
	box := b.lab.outbox
	b.says(b.shows(b.post("/lab/faults", "channel", "email", "late", "2m", "twice", "yes", "out_of_order", "yes"), 200, "Faults"),
		"Each arrives 2 minutes late, by the verifier’s clock, and arrives twice, and lets the next one", "From the next message on.")
	b.says(b.post("/lab/faults", "channel", "sms", "lost", "yes"), "Each is lost; nobody is told.")
	want := delivery.Faults{
		Email: delivery.Fault{Late: 2 * time.Minute, Twice: true, OutOfOrder: true}, SMS: delivery.Fault{Lost: true},
	}
	if got := box.Faults(); got != want {
		t.Errorf("faults %+v, want %+v", got, want)
	}
	b.says(b.get("/lab"), "go wrong on purpose")
	b.says(b.post("/lab/faults", "channel", "sms", "refused", "yes"), "Each is refused")
	for _, c := range [][]string{{"channel", "email", "late", "soon"}, {"channel", "email", "late", "-5s"}, {"channel", "pigeon"}} {
		before := box.Faults()
		a := b.shows(b.post("/lab/faults", append(c, "lost", "yes")...), 422, "Faults")
		if b.problem(a) == "" || box.Faults() != before {
			t.Errorf("%v: %q, %+v", c, b.problem(a), box.Faults())
		}
	}
	b.says(b.post("/lab/faults", "none", "yes"), "Each is delivered.")
	if labAnyFault(box.Faults()) {
		t.Errorf("faults are left: %+v", box.Faults())
	}
}

func TestLabEvents(t *testing.T) {
	b := newTester(t, "plain").enter()
	b.says(b.get("/lab/events"), "Nothing happened yet.")
	for range labEventsShown {
		b.post("/lab/clock", "by", "1s")
	}
	_, _ = b.lab.svc.SignIn(t.Context(), verifier.Credentials{Email: "nobody@example.com", Password: verifier.SecretOf("x")})
	a := b.shows(b.get("/lab/events"), 200, "Events")
	b.says(a, "unknown address", "user_unknown", "Check the address, or add the account.", "Page 1 of 2, 51 in all")
	if strings.Index(a.body, "user_unknown") > strings.Index(a.body, "Clock set") {
		// the choice of causes comes first on the page, and has it too
		t.Error("the newest is not first")
	}
	only := b.shows(b.get("/lab/events?outcome=refused&cause=user_unknown&user=Nobody"), 200, "Events")
	if strings.Contains(reads(only), "Clock set") || !strings.Contains(reads(only), "unknown address") {
		t.Error("the filter lets others through")
	}
	b.says(b.get("/lab/events?cause=busy"), "None of that kind.")
	if follow := b.get("/lab/events?user=ada&follow=1"); !strings.Contains(follow.body, `http-equiv="refresh" content="2"`) || !strings.Contains(follow.body, `href="/lab/events?user=ada"`) {
		t.Error("it does not follow, or loses the filter")
	}
	if strings.Contains(a.body, `http-equiv`) {
		t.Error("the page loads itself again unasked")
	}
}

func TestLabRollout(t *testing.T) {
	b := newTester(t, "plain").enter()
	for _, name := range rollout.Names() {
		b.says(b.shows(b.post("/lab/rollout", "name", name), 200, "Roll-out “"+name+"”"), "The roll-out is in force")
		text, err := rollout.Source(name)
		if err != nil {
			t.Fatal(err)
		}
		b.shows(b.post("/lab/rollout", "text", strings.ReplaceAll(string(text), "\n", "\r\n")), 200, "Roll-out “"+name+"”")
		if strings.Contains(b.get("/lab/rollout").body, "Not as the program brings it") {
			t.Errorf("%s: its own text counts as changed", name)
		}
	}
	text, err := rollout.Source("kor")
	if err != nil {
		t.Fatal(err)
	}
	b.post("/lab/rollout", "text", strings.Replace(string(text), `algorithm = "SHA1"`, `algorithm = "SHA256"`, 1))
	a := b.get("/lab/rollout")
	b.says(a, "Not as the program brings it", "codes never match", "many apps compute SHA1", "KOR-9", "A device is trusted for 30 days.")
	if b.lab.svc.Rollout().TOTP.Algorithm != "SHA256" {
		t.Error("the text is not in force")
	}

	broken := strings.Replace(string(text), `skew = 1`, `skew = 99`, 1)
	refused := b.shows(b.post("/lab/rollout", "text", broken), 422, "Roll-out “kor”")
	line := 1 + strings.Count(broken[:strings.Index(broken, "skew = 99")], "\n")
	b.says(refused, "Line "+itoa(line)+": totp.skew", itoa(line)+" skew = 99")
	if !strings.Contains(refused.body, "skew = 99\n") || b.lab.svc.Rollout().TOTP.Skew != 1 {
		t.Error("the text is lost, or in force")
	}
	b.says(b.shows(b.post("/lab/rollout", "text", "this is no TOML"), 422, "Roll-out “kor”"), "Line 1")
	b.says(b.shows(b.post("/lab/rollout", "name", "nothing"), 422, "Roll-out “kor”"), `Unknown roll-out "nothing"`)
	unfilled := strings.Replace(string(text), `email = "help@kor.example"`, `email = "[support email]"`, 1) // KNX-13
	b.says(b.shows(b.post("/lab/rollout", "text", unfilled), 422, "Roll-out “kor”"), `"[support email]" was never filled in`)
}

func itoa(n int) string { return labThousands(int64(n)) }

// CODA-8: a rule for one office, switched while it runs.
func TestLabSwitchesOffices(t *testing.T) {
	b := newTester(t, "mycodabox").enter()
	asks := func() rollout.Enroll {
		return b.lab.svc.Rollout().At(b.lab.svc.Clock().Now(), "user", "Paris").Enroll
	}
	b.says(b.shows(b.post("/lab/rollout/office", "office", " Paris ", "enroll", "required"), 200, "Roll-out “mycodabox”"), "Paris", "required")
	if asks() != rollout.Required {
		t.Errorf("Paris is %s", asks())
	}
	b.post("/lab/rollout/office", "office", "Paris", "enroll", "optional")
	if asks() != rollout.Optional {
		t.Errorf("Paris is %s", asks())
	}
	offices := len(b.lab.svc.Rollout().Offices)
	for _, form := range [][]string{{"office", "", "enroll", "required"}, {"office", "Rome", "enroll", "often"}} {
		if a := b.shows(b.post("/lab/rollout/office", form...), 422, "Roll-out “mycodabox”"); b.problem(a) == "" || len(b.lab.svc.Rollout().Offices) != offices {
			t.Errorf("%v: %q", form, b.problem(a))
		}
	}
}

// Guessing: 3 codes of a million at skew 1 (RFC 4226, 7.3; P7).
func TestLabComputesOdds(t *testing.T) {
	b := newTester(t, "plain", func(r *rollout.Rollout) {
		r.TOTP.Skew, r.Limits.CodeFailures, r.Limits.HardStop = 1, 5, 50
		r.Limits.FirstLock, r.Limits.LongestLock = rollout.Duration(time.Minute), rollout.Duration(15*time.Minute)
	}).enter()
	b.says(b.shows(b.get("/lab/limits"), 200, "Codes and limits"),
		"3 in 1,000,000", "1 in 66,667 (0.0015%)", "1 in 6,667 (0.015%)",
		"After 5 1 minute", "After 6 2 minutes", "After 8 8 minutes", "After 9 15 minutes", "After 50 until somebody unlocks",
		"10 hours 30 minutes") // 1+2+4+8 minutes, then 41 times 15
	if locks, _, perDay := labSchedule(b.lab.svc.Rollout().Limits); len(locks) != 6 || perDay != 50 {
		t.Errorf("%d locks, %d tries a day", len(locks), perDay)
	}
	b.post("/lab/rollout", "name", "strict") // no step either side
	b.says(b.get("/lab/limits"), "1 in 1,000,000")
}

func TestLabWithoutAnOutbox(t *testing.T) {
	l := labWith(t, "plain", Options{LabToken: verifier.SecretOf(labToken)})
	b := tester{l.browser(t)}.enter()
	b.says(b.shows(b.get("/lab/outbox"), 200, "Outbox"), "no outbox")
	b.says(b.shows(b.get("/lab/faults"), 200, "Faults"), "no outbox")
	if a := b.do(http.MethodPost, "/lab/faults", formOf("none", "yes")); a.StatusCode != http.StatusNotFound {
		t.Errorf("faults of no outbox: %d", a.StatusCode)
	}
}
