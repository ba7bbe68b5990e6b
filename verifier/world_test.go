package verifier_test

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"twofold/verifier"
	"twofold/verifier/delivery"
	"twofold/verifier/rollout"
	"twofold/verifier/store"
)

const password = "correct horse battery"

var start = time.Date(2026, 7, 13, 9, 0, 10, 0, time.UTC)

// world is a verifier on a clock that stands still until it is moved.
type world struct {
	t     testing.TB
	svc   *verifier.Service
	store verifier.Store
	clock *verifier.Clock
	mail  *delivery.Outbox
}

// person is somebody with an authenticator.
type person struct {
	email  string
	id     string
	secret string
}

var key = verifier.NewSecret(bytes.Repeat([]byte{7}, verifier.KeySize))

func newWorld(t testing.TB, s verifier.Store, change ...func(*rollout.Rollout)) *world {
	t.Helper()
	r := plain(t)
	for _, c := range change {
		c(&r)
	}
	clock := verifier.NewClock(func() time.Time { return start })
	outbox := delivery.New(delivery.Options{Now: clock.Now})
	t.Cleanup(func() {
		if err := outbox.Close(context.Background()); err != nil {
			t.Errorf("close outbox: %v", err)
		}
	})
	svc := verifier.New(s, verifier.Options{Rollout: r, Clock: clock, Key: key, Sender: outbox, URL: "http://verifier.example"})
	verifier.CheapPasswords(svc)
	return &world{t, svc, s, clock, outbox}
}

// named puts an embedded roll-out in force.
func named(name string) func(*rollout.Rollout) {
	return func(r *rollout.Rollout) {
		loaded, err := rollout.Load(name)
		if err != nil {
			panic(err)
		}
		*r = loaded
	}
}

// sent is the code in the newest message to somebody that has one.
func (w *world) sent(to string) string {
	w.t.Helper()
	for _, m := range slices.Backward(w.mail.Messages(to)) {
		if m.Code != "" {
			return m.Code
		}
	}
	w.t.Fatalf("nothing with a code was sent to %s", to)
	return ""
}

func openSQLite(t testing.TB, path string) *store.SQLite {
	t.Helper()
	s, err := store.OpenSQLite(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close store: %v", err)
		}
	})
	return s
}

// onBoth runs a test in a world on each store.
func onBoth(t *testing.T, test func(*testing.T, *world), change ...func(*rollout.Rollout)) {
	t.Helper()
	t.Run("memory", func(t *testing.T) { test(t, newWorld(t, store.NewMemory(), change...)) })
	t.Run("sqlite", func(t *testing.T) {
		test(t, newWorld(t, openSQLite(t, filepath.Join(t.TempDir(), "verifier.db")), change...))
	})
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) advance(d time.Duration) {
	w.t.Helper()
	w.must(w.clock.Advance(d))
}

func (w *world) signUp(email string) verifier.Progress {
	w.t.Helper()
	p, err := w.svc.SignUp(context.Background(), verifier.NewAccount{Email: email, Password: verifier.SecretOf(password)})
	w.must(err)
	return p
}

func (w *world) trySignIn(email, password string) (verifier.Progress, error) {
	return w.svc.SignIn(context.Background(), verifier.Credentials{Email: email, Password: verifier.SecretOf(password)})
}

func (w *world) signIn(p *person) verifier.Progress {
	w.t.Helper()
	flow, err := w.trySignIn(p.email, password)
	w.must(err)
	return flow
}

func (w *world) enroll(flow string) (secret string) {
	w.t.Helper()
	p, err := w.svc.Enroll(context.Background(), flow, verifier.NewFactor{Method: "totp"})
	w.must(err)
	return p.Enrollment.Key.RevealBase32()
}

// enrolled signs somebody up with an app. The clock moves on one step, so that
// the code of the present is unspent.
func (w *world) enrolled(email string) *person {
	w.t.Helper()
	flow := w.signUp(email)
	p := &person{email: email, secret: w.enroll(flow.ID)}
	done := w.accepted(flow.ID, w.code(p, 0))
	user, err := w.svc.Me(context.Background(), done.Session)
	w.must(err)
	p.id = user.ID
	w.advance(30 * time.Second)
	return p
}

// code is what the person's app shows so many steps from now.
func (w *world) code(p *person, steps int) string {
	w.t.Helper()
	code, err := totp.GenerateCode(p.secret, w.clock.Now().Add(time.Duration(steps)*30*time.Second))
	w.must(err)
	return code
}

// wrong is a code that is not right anywhere near now.
func (w *world) wrong(p *person) string {
	w.t.Helper()
	for _, try := range []string{"000000", "111111", "222222", "333333"} {
		near := false
		for n := -25; n <= 25; n++ {
			near = near || w.code(p, n) == try
		}
		if !near {
			return try
		}
	}
	w.t.Fatal("every try is right somewhere")
	return ""
}

func (w *world) answer(flow, code string) (verifier.Progress, error) {
	return w.svc.Code(context.Background(), flow, verifier.Answer{Code: verifier.SecretOf(code)})
}

func (w *world) accepted(flow, code string) verifier.Progress {
	w.t.Helper()
	p, err := w.answer(flow, code)
	if err != nil {
		w.t.Fatalf("the code was refused: %v (%s)", err, cause(err))
	}
	return p
}

// refused gives after how long the refusal says to try again.
func (w *world) refused(flow, code string, want verifier.Cause) time.Duration {
	w.t.Helper()
	_, err := w.answer(flow, code)
	return w.refusal(err, want)
}

func (w *world) refusal(err error, want verifier.Cause) time.Duration {
	w.t.Helper()
	var r *verifier.Refusal
	if !errors.As(err, &r) || r.Cause != want {
		w.t.Fatalf("got %v (%s), want refused: %s", err, cause(err), want)
	}
	return r.RetryAfter
}

func cause(err error) verifier.Cause {
	var r *verifier.Refusal
	if errors.As(err, &r) {
		return r.Cause
	}
	return ""
}

func (w *world) failures(p *person) int {
	w.t.Helper()
	users, err := w.svc.Users(context.Background())
	w.must(err)
	for _, u := range users {
		if u.Email == p.email {
			return u.Guard.Failures
		}
	}
	w.t.Fatalf("no account %s", p.email)
	return 0
}

func (w *world) events() []verifier.Event {
	w.t.Helper()
	events, err := w.svc.Events(context.Background(), 0)
	w.must(err)
	return events
}

func (w *world) lastEvent() verifier.Event {
	w.t.Helper()
	events := w.events()
	return events[len(events)-1]
}

// atOnce runs n calls together and counts how they ended: "" is success.
func atOnce(n int, call func(int) error) map[verifier.Cause]int {
	begin := make(chan struct{})
	ended := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			<-begin
			ended[i] = call(i)
		})
	}
	close(begin)
	all.Wait()
	count := map[verifier.Cause]int{}
	for _, err := range ended {
		if err != nil && cause(err) == "" {
			count[verifier.Cause(err.Error())]++
		} else {
			count[cause(err)]++
		}
	}
	return count
}
