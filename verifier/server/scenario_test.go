package server_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"twofold/verifier/api"
	"twofold/verifier/rollout"
	"twofold/verifier/server"
)

// The scenarios follow the guides step by step, through the API of a server
// that listens, on a clock that stands still until it is moved.

// scene is a verifier under one roll-out.
type scene struct {
	*api.Client
	t       testing.TB
	rollout rollout.Rollout
	store   string
	server  *server.Server
	ended   chan error
	dice    *dice
}

// dice are random numbers that are the same on each run. Codes that are looked
// for in many places match by chance in one of them, once in a thousand runs.
type dice struct {
	mu     sync.Mutex
	source *rand.ChaCha8
}

func (d *dice) Read(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.source.Read(p)
}

// monday is when scenes begin that do not depend on a calendar.
var monday = time.Date(2026, 8, 3, 9, 0, 10, 0, time.UTC)

// open begins a scene in memory.
func open(t testing.TB, name string, change ...func(*rollout.Rollout)) *scene {
	t.Helper()
	return openAt(t, ":memory:", name, monday, change...)
}

func openAt(t testing.TB, store, name string, now time.Time, change ...func(*rollout.Rollout)) *scene {
	t.Helper()
	r, err := rollout.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range change {
		c(&r)
	}
	s := &scene{t: t, rollout: r, store: store, dice: &dice{source: rand.NewChaCha8([32]byte{1})}}
	s.listen(now)
	t.Cleanup(s.close)
	return s
}

func (s *scene) listen(now time.Time) {
	s.t.Helper()
	var err error
	s.server, err = server.Listen(server.Options{Store: s.store, Rollout: s.rollout, Rand: s.dice, Now: func() time.Time { return now }})
	if err != nil {
		s.t.Fatal(err)
	}
	served := s.server
	s.ended = make(chan error, 1)
	go func(ended chan error) { ended <- served.Serve() }(s.ended)
	s.Client = api.NewClient(served.URL(), served.LabToken())
}

func (s *scene) close() {
	s.CloseIdle()
	if err := s.server.Shutdown(context.Background()); err != nil {
		s.t.Errorf("shutdown: %v", err)
	}
	if err := <-s.ended; err != nil {
		s.t.Errorf("serve: %v", err)
	}
}

// restart ends the verifier and starts it again on the same store.
func (s *scene) restart() {
	s.t.Helper()
	now := s.now()
	s.close()
	s.listen(now)
}

func (s *scene) ok(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// flow is the flow of a call that must go well.
func (s *scene) flow(f api.Flow, err error) api.Flow {
	s.t.Helper()
	s.ok(err)
	return f
}

func (s *scene) now() time.Time {
	s.t.Helper()
	clock, err := s.Clock(context.Background())
	s.ok(err)
	return clock.Now
}

func (s *scene) advance(d time.Duration) {
	s.t.Helper()
	by := api.Duration(d)
	_, err := s.SetClock(context.Background(), api.ClockChange{Advance: &by})
	s.ok(err)
}

func (s *scene) goTo(t time.Time) {
	s.t.Helper()
	_, err := s.SetClock(context.Background(), api.ClockChange{Now: &t})
	s.ok(err)
}

// step is the clock moved on until every app shows a new code.
func (s *scene) step() { s.t.Helper(); s.advance(30 * time.Second) }

// added is an account that the tester's side makes, with a password.
func (s *scene) added(email string, change ...func(*api.NewUser)) api.User {
	s.t.Helper()
	n := api.NewUser{Email: email, Password: password}
	for _, c := range change {
		c(&n)
	}
	made, err := s.AddUser(context.Background(), n)
	s.ok(err)
	return made.User
}

func (s *scene) user(email string) api.User {
	s.t.Helper()
	users, err := s.Users(context.Background())
	s.ok(err)
	at := slices.IndexFunc(users, func(u api.User) bool { return u.Email == email })
	if at < 0 {
		s.t.Fatalf("no account %s", email)
	}
	return users[at]
}

func (s *scene) signIn(email string) api.Flow {
	s.t.Helper()
	return s.flow(s.SignIn(context.Background(), api.SignInRequest{Email: email, Password: password}))
}

// signInOn is a sign-in on a device that was given a token.
func (s *scene) signInOn(email, device string) api.Flow {
	s.t.Helper()
	return s.flow(s.SignIn(context.Background(), api.SignInRequest{Email: email, Password: password, DeviceToken: device}))
}

// in signs somebody in whose password alone is enough.
func (s *scene) in(email string) (session string) {
	s.t.Helper()
	return s.session(s.signIn(email))
}

// session is that of a flow that is done.
func (s *scene) session(f api.Flow) string {
	s.t.Helper()
	s.at(f, "done", "")
	if f.Next.Session == "" {
		s.t.Fatal("the flow is done without a session")
	}
	return f.Next.Session
}

func (s *scene) signOut(session string) {
	s.t.Helper()
	s.ok(s.SignOut(context.Background(), session, api.SignOutRequest{}))
	_, err := s.Me(context.Background(), session)
	s.refuses(err, 401, "session_refused")
}

// at checks what a flow waits for; the method may be left empty.
func (s *scene) at(f api.Flow, step, method string) api.Flow {
	s.t.Helper()
	if f.Next.Step != step || method != "" && f.Next.Method != method {
		s.t.Fatalf("next is %s %s, want %s %s", f.Next.Step, f.Next.Method, step, method)
	}
	return f
}

// enter answers a flow with a code that must be accepted.
func (s *scene) enter(f api.Flow, code string) api.Flow {
	s.t.Helper()
	next, err := s.Code(context.Background(), f.ID, api.CodeRequest{Code: code})
	if err != nil {
		s.t.Fatalf("the code was refused: %v; the tester hears %+v", err, s.last())
	}
	return next
}

// wrong answers a flow with a code that must be refused: coarsely to the
// account holder, exactly to the tester.
func (s *scene) wrong(f api.Flow, code, cause string) api.Event {
	s.t.Helper()
	_, err := s.Code(context.Background(), f.ID, api.CodeRequest{Code: code})
	s.refuses(err, 401, "code_refused")
	e := s.last()
	if e.Cause != cause || e.Outcome != "refused" {
		s.t.Fatalf("the tester hears %+v, want %s", e, cause)
	}
	return e
}

func (s *scene) refuses(err error, status int, code string) time.Duration {
	s.t.Helper()
	return refused(s.t, err, status, code)
}

func (s *scene) events() []api.Event {
	s.t.Helper()
	events, err := s.Events(context.Background())
	s.ok(err)
	return events
}

func (s *scene) last() api.Event {
	s.t.Helper()
	events := s.events()
	if len(events) == 0 {
		s.t.Fatal("nothing happened")
	}
	return events[len(events)-1]
}

// audit checks that the tester's side has such an event, and gives the newest.
func (s *scene) audit(kind, outcome, cause, user string) api.Event {
	s.t.Helper()
	for _, e := range slices.Backward(s.events()) {
		if e.Type == kind && e.Outcome == outcome && e.Cause == cause && e.User == user {
			if e.At.IsZero() || e.Seq == 0 {
				s.t.Errorf("an event without time or number: %+v", e)
			}
			return e
		}
	}
	s.t.Fatalf("no event %s %s %s of %s", kind, outcome, cause, user)
	return api.Event{}
}

func (s *scene) inbox(to string) []api.Message {
	s.t.Helper()
	messages, err := s.Outbox(context.Background(), to)
	s.ok(err)
	return messages
}

// sent is the newest message to somebody that carries a code, password or
// token.
func (s *scene) sent(to string) api.Message {
	s.t.Helper()
	for _, m := range slices.Backward(s.inbox(to)) {
		if m.Code != "" {
			if !strings.Contains(m.Text, m.Code) {
				s.t.Errorf("the code of a message to %s is not in its text", to)
			}
			return m
		}
	}
	s.t.Fatalf("nothing with a code was sent to %s", to)
	return api.Message{}
}

// codes is how many messages with a code went to somebody.
func (s *scene) codes(to string) int {
	s.t.Helper()
	n := 0
	for _, m := range s.inbox(to) {
		if m.Code != "" {
			n++
		}
	}
	return n
}

// told checks that somebody got a message about what happened to the account,
// which is the newest they have.
func (s *scene) told(to, words string) {
	s.t.Helper()
	all := s.inbox(to)
	if len(all) == 0 {
		s.t.Fatalf("%s was told nothing, want %q", to, words)
	}
	if m := all[len(all)-1]; !strings.Contains(m.Subject+"\n"+m.Text, words) {
		s.t.Errorf("%s was told %q, want %q", to, m.Subject, words)
	}
}

// text is what pages say under key; it must have words in it.
func (s *scene) text(key string, words ...string) {
	s.t.Helper()
	r, err := s.Rollout(context.Background())
	s.ok(err)
	for _, w := range words {
		if text := r.Text(key); !strings.Contains(text, w) {
			s.t.Errorf("%s says %q, want %q in it", key, text, w)
		}
	}
}

func (s *scene) method(session string) string {
	s.t.Helper()
	factors, err := s.Factors(context.Background(), session)
	s.ok(err)
	var methods []string
	for _, f := range factors {
		methods = append(methods, f.Method)
	}
	return strings.Join(methods, " ")
}

// other is a code of the same length that is not code.
func other(code string) string {
	return strings.Map(func(r rune) rune { return '0' + (r-'0'+1)%10 }, code)
}
