package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"twofold/verifier"
	"twofold/verifier/api"
	"twofold/verifier/delivery"
	"twofold/verifier/rollout"
	"twofold/verifier/store"
)

const (
	password = "correct horse battery"
	labToken = "made-up-lab-token"
)

var start = time.Date(2026, 7, 13, 9, 0, 10, 0, time.UTC)

// served is the API on a loopback server of the test.
type served struct {
	t   testing.TB
	url string
	svc *verifier.Service
	*api.Client
}

// serve runs the verifier under the plain roll-out with changes.
func serve(t testing.TB, changes ...func(*rollout.Rollout)) *served {
	t.Helper()
	r, err := rollout.Load("plain")
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range changes {
		change(&r)
	}
	clock := verifier.NewClock(func() time.Time { return start })
	outbox := delivery.New(delivery.Options{Now: clock.Now})
	svc := verifier.New(store.NewMemory(), verifier.Options{
		Rollout: r, Clock: clock, Sender: outbox, Rand: newChance(), URL: "http://127.0.0.1:8765",
		Key: verifier.NewSecret(bytes.Repeat([]byte{7}, verifier.KeySize)),
	})
	until, end := context.WithCancel(context.Background())
	s := httptest.NewServer(described(t, api.New(svc, api.Options{LabToken: verifier.SecretOf(labToken), Outbox: outbox, Until: until})))
	client := api.NewClient(s.URL, labToken)
	t.Cleanup(func() {
		end()
		client.CloseIdle()
		s.Close()
		if err := outbox.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return &served{t, s.URL, svc, client}
}

// chance is the same in every run, so that no code is right by accident on some
// days. Many may read it at once.
type chance struct {
	mu   sync.Mutex
	from *rand.ChaCha8
}

func newChance() *chance { return &chance{from: rand.NewChaCha8([32]byte{1})} }

func (c *chance) Read(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.from.Read(p)
}

// appsOnly leaves authenticator apps as the one method.
func appsOnly(r *rollout.Rollout) { r.SecondStep.Methods = []rollout.Method{rollout.TOTP} }

// answer is what came back, in bytes.
type answer struct {
	status int
	header http.Header
	body   string
}

func (s *served) raw(method, path, bearer, body string, header ...string) answer {
	s.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded") // as curl -d does
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	res.Header.Del("Date")
	return answer{res.StatusCode, res.Header, string(text)}
}

// problem checks that an answer is a problem document with this code.
func (s *served) problem(a answer, status int, code string) {
	s.t.Helper()
	var p api.Problem
	if err := json.Unmarshal([]byte(a.body), &p); err != nil {
		s.t.Fatalf("no problem document: %d %s", a.status, a.body)
	}
	if a.status != status || p.Status != status || p.Code != code || p.Title == "" || a.header.Get("Content-Type") != "application/problem+json" {
		s.t.Errorf("got %d %s, want %d %s", a.status, a.body, status, code)
	}
}

func (s *served) advance(d time.Duration) {
	s.t.Helper()
	by := api.Duration(d)
	if _, err := s.SetClock(context.Background(), api.ClockChange{Advance: &by}); err != nil {
		s.t.Fatal(err)
	}
}

func (s *served) code(secret string, steps int) string {
	s.t.Helper()
	code, err := totp.GenerateCode(secret, s.svc.Clock().Now().Add(time.Duration(steps)*30*time.Second))
	if err != nil {
		s.t.Fatal(err)
	}
	return code
}

func (s *served) enrolled(email string) (secret, session string) {
	s.t.Helper()
	ctx := context.Background()
	flow, err := s.SignUp(ctx, api.SignUpRequest{Email: email, Password: password})
	if err == nil {
		flow, err = s.Enroll(ctx, flow.ID, api.EnrollRequest{Method: "totp"})
	}
	secret = flow.Next.Secret
	if err == nil {
		flow, err = s.Code(ctx, flow.ID, api.CodeRequest{Code: s.code(secret, 0)})
	}
	if err != nil {
		s.t.Fatal(err)
	}
	s.advance(30 * time.Second)
	return secret, flow.Next.Session
}

func (s *served) signIn(email string) string {
	s.t.Helper()
	flow, err := s.SignIn(context.Background(), api.SignInRequest{Email: email, Password: password})
	if err != nil {
		s.t.Fatal(err)
	}
	return flow.ID
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

// lastCode waits for nothing: codes are in the outbox before a flow says that
// they were sent.
func (s *served) lastCode(to string) string {
	s.t.Helper()
	messages, err := s.Outbox(context.Background(), to)
	if err != nil {
		s.t.Fatal(err)
	}
	for i := len(messages) - 1; i >= 0; i-- {
		if messages[i].Code != "" {
			return messages[i].Code
		}
	}
	s.t.Fatalf("nothing with a code was sent to %s", to)
	return ""
}

func (s *served) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// refused checks that a call of the client was refused so, and gives after how
// long it says to try again.
func (s *served) refused(err error, status int, code string) time.Duration {
	s.t.Helper()
	var p *api.Problem
	if !errors.As(err, &p) || p.Status != status || p.Code != code || p.Title == "" || p.Detail == "" {
		s.t.Fatalf("got %v, want %d %s", err, status, code)
	}
	return p.RetryAfter
}

func (s *served) user(email string) api.User {
	s.t.Helper()
	users, err := s.Users(context.Background())
	s.must(err)
	for _, u := range users {
		if u.Email == email {
			return u
		}
	}
	s.t.Fatalf("no account %s", email)
	return api.User{}
}

// event gives the last event of a type.
func (s *served) event(kind string) api.Event {
	s.t.Helper()
	events, err := s.Events(context.Background())
	s.must(err)
	for _, e := range slices.Backward(events) {
		if e.Type == kind {
			return e
		}
	}
	s.t.Fatalf("no event %s", kind)
	return api.Event{}
}

func flowIn(t testing.TB, a answer) api.Flow {
	t.Helper()
	var flow api.Flow
	if err := json.Unmarshal([]byte(a.body), &flow); err != nil || a.status != http.StatusOK {
		t.Fatalf("no flow: %d %s", a.status, a.body)
	}
	return flow
}

func (s *served) lastEvent() api.Event {
	s.t.Helper()
	events, err := s.Events(context.Background())
	s.must(err)
	return events[len(events)-1]
}

// failDeliveries has every delivery fail from now on.
func (s *served) failDeliveries() {
	s.t.Helper()
	refused := api.Fault{Refused: true}
	_, err := s.SetFaults(context.Background(), api.Faults{Email: refused, SMS: refused})
	s.must(err)
}
