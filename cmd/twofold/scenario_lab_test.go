package main

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"twofold/verifier/api"
	"twofold/verifier/delivery"
	"twofold/verifier/rollout"
	"twofold/verifier/server"
)

// The scenarios follow the guides step by step in a real browser: real mail, real text messages, our own authenticator, and
// a clock that stands still until it is moved.

// lab is a verifier under one roll-out, with what stands around it.
type lab struct {
	*api.Client // the tester's side
	t           *testing.T
	rules       rollout.Rollout
	pages       []string // the headings of all pages that the guide describes, and of those for signing in and out
	store       string
	addr        string
	mail        *mailbox
	texts       *gateway
	server      *server.Server
	ended       chan error
	log         *journal
	hidden      []string // secrets, codes and passwords: in no address, in no log
}

// monday is when scenes begin that do not depend on a calendar.
var monday = time.Date(2026, 8, 3, 9, 0, 10, 0, time.UTC)

const (
	ada          = "ada@example.com"
	adasPassword = "a far too long walk" // ada's password
	operator     = "root@example.com"
)

// openLab serves a roll-out, whose guide describes pages with these headings, until the test ends.
func openLab(t *testing.T, name, store string, now time.Time, pages []string) *lab {
	t.Helper()
	need(t, "chromium")
	rules, err := rollout.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	l := &lab{
		t: t, rules: rules, store: store, addr: "127.0.0.1:0",
		pages: append(slices.Clone(pages), rules.Text("heading_sign_in"), rules.Text("heading_sign_out"), rules.Text("heading_signed_out")),
		mail:  openMailbox(t), texts: openGateway(t), log: &journal{}, hidden: []string{adasPassword},
	}
	l.listen(now)
	t.Cleanup(func() {
		l.close()
		l.checkLog()
	})
	return l
}

// listen serves at the address of before, at a time that stands still.
func (l *lab) listen(now time.Time) {
	l.t.Helper()
	email, err := delivery.ParseSMTP(l.mail.url())
	l.ok(err)
	texts, err := delivery.ParseSMS(l.texts.url())
	l.ok(err)
	log := slog.New(slog.NewTextHandler(l.log, &slog.HandlerOptions{Level: slog.LevelWarn}))
	l.server, err = server.Listen(server.Options{
		Addr: l.addr, Store: l.store, Rollout: l.rules, StartAt: now, Email: email, SMS: texts, Log: log, Pages: pages(log),
	})
	l.ok(err)
	served := l.server
	l.addr = strings.TrimPrefix(served.URL(), "http://")
	l.ended = make(chan error, 1)
	go func(ended chan error) { ended <- served.Serve() }(l.ended)
	l.Client = api.NewClient(served.URL(), served.LabToken())
	l.hidden = append(l.hidden, served.LabToken())
	frozen := true
	_, err = l.SetClock(context.Background(), api.ClockChange{Now: &now, Frozen: &frozen})
	l.ok(err)
}

func (l *lab) close() {
	l.CloseIdle()
	if err := l.server.Shutdown(context.Background()); err != nil {
		l.t.Errorf("shutdown: %v", err)
	}
	if err := <-l.ended; err != nil {
		l.t.Errorf("serve: %v", err)
	}
}

// restart ends the verifier and starts it again, on the same store and port.
func (l *lab) restart() {
	l.t.Helper()
	now := l.now()
	l.close()
	l.listen(now)
}

func (l *lab) ok(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

func (l *lab) now() time.Time {
	l.t.Helper()
	clock, err := l.Clock(context.Background())
	l.ok(err)
	if !clock.Frozen {
		l.t.Fatal("the clock does not stand still")
	}
	return clock.Now
}

func (l *lab) goTo(at time.Time) {
	l.t.Helper()
	_, err := l.SetClock(context.Background(), api.ClockChange{Now: &at})
	l.ok(err)
}

func (l *lab) advance(by time.Duration) { l.t.Helper(); l.goTo(l.now().Add(by)) }

// step is the clock moved on until every app shows a new code.
func (l *lab) step() { l.t.Helper(); l.advance(30 * time.Second) }

// added is an account that the tester's side makes; with ada's password unless change says otherwise.
func (l *lab) added(email string, change ...func(*api.NewUser)) api.User {
	l.t.Helper()
	n := api.NewUser{Email: email, Password: adasPassword}
	for _, c := range change {
		c(&n)
	}
	made, err := l.AddUser(context.Background(), n)
	l.ok(err)
	return made.User
}

func (l *lab) user(email string) api.User {
	l.t.Helper()
	users, err := l.Users(context.Background())
	l.ok(err)
	at := slices.IndexFunc(users, func(u api.User) bool { return u.Email == email })
	if at < 0 {
		l.t.Fatalf("there is no account of %s", email)
	}
	return users[at]
}

// methods are those that somebody's sign-in asks for.
func (l *lab) methods(email string) string {
	l.t.Helper()
	var methods []string
	for _, f := range l.user(email).Factors {
		methods = append(methods, f.Method)
	}
	return strings.Join(methods, " ")
}

// last is what the tester's side heard last.
func (l *lab) last() api.Event {
	l.t.Helper()
	events, err := l.Events(context.Background())
	l.ok(err)
	if len(events) == 0 {
		l.t.Fatal("nothing happened")
	}
	return events[len(events)-1]
}

// diagnoses checks the exact cause of the refusal just now, which the page does not say.
func (l *lab) diagnoses(cause string) api.Event {
	l.t.Helper()
	e := l.last()
	if e.Cause != cause || e.Outcome != "refused" {
		l.t.Errorf("the tester hears %s %s %s, want %s", e.Type, e.Outcome, e.Cause, cause)
	}
	return e
}

// hides has every address looked through for a text from now on.
func (l *lab) hides(secret string) string {
	if secret != "" && !slices.Contains(l.hidden, secret) {
		l.hidden = append(l.hidden, secret)
	}
	return secret
}

// checkLog holds that no fault was logged, and nothing that must stay hidden.
func (l *lab) checkLog() {
	text := l.log.String()
	if text != "" {
		l.t.Errorf("the verifier logged:\n%s", text)
	}
	for _, secret := range l.hidden {
		if strings.Contains(text, secret) {
			l.t.Error("a secret is in the log")
		}
	}
}

// journal is a log that several goroutines write.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(line []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(line)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}
