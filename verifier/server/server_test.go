package server_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"go.uber.org/goleak"

	"twofold/verifier/api"
	"twofold/verifier/server"
)

const password = "correct horse battery"

var start = time.Date(2026, 7, 13, 9, 0, 0, 0, time.UTC)

// serve starts a server that ends with the test.
func serve(t testing.TB, o server.Options) (*server.Server, *api.Client) {
	t.Helper()
	if o.Store == "" {
		o.Store = ":memory:"
	}
	s, err := server.Listen(o)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve() }()
	client := api.NewClient(s.URL(), s.LabToken())
	t.Cleanup(func() {
		client.CloseIdle()
		if err := s.Shutdown(context.Background()); err != nil {
			t.Errorf("shutdown: %v", err)
		}
		if err := <-ended; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return s, client
}

// frozen is a machine's clock that stands still.
func frozen() time.Time { return start }

func codeAt(t testing.TB, secret string, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, at)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// post sends what curl -d would.
func post(url, body string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return http.DefaultClient.Do(req)
}

// enroll signs a user up and confirms an app; it gives the secret and session.
func enroll(t testing.TB, c *api.Client, email string) (secret, session string) {
	t.Helper()
	ctx := context.Background()
	flow := must(c.SignUp(ctx, api.SignUpRequest{Email: email, Password: password}))(t)
	flow = must(c.Enroll(ctx, flow.ID, api.EnrollRequest{Method: "totp"}))(t)
	secret = flow.Next.Secret
	clock := must(c.Clock(ctx))(t)
	flow = must(c.Code(ctx, flow.ID, api.CodeRequest{Code: codeAt(t, secret, clock.Now)}))(t)
	if flow.Next.Step != "done" || flow.Next.Session == "" {
		t.Fatalf("enrolled, and next is %q", flow.Next.Step)
	}
	return secret, flow.Next.Session
}

// refused gives after how long the refusal says to try again.
func refused(t testing.TB, err error, status int, code string) time.Duration {
	t.Helper()
	var p *api.Problem
	if !errors.As(err, &p) {
		t.Fatalf("got %v, want a problem %s", err, code)
	}
	if p.Status != status || p.Code != code {
		t.Fatalf("got %d %s, want %d %s", p.Status, p.Code, status, code)
	}
	return p.RetryAfter
}

func TestHandshakeOverHTTP(t *testing.T) {
	defer goleak.VerifyNone(t)
	t.Run("server", func(t *testing.T) {
		_, c := serve(t, server.Options{Now: frozen})
		ctx := t.Context()
		flow := must(c.SignUp(ctx, api.SignUpRequest{Email: "Ada@Example.com ", Password: password}))(t)
		if flow.Next.Step != "choose_method" || flow.Next.CanSkip() || len(flow.Next.Methods) != 4 {
			t.Fatalf("after sign-up: %+v", flow.Next)
		}
		flow = must(c.Enroll(ctx, flow.ID, api.EnrollRequest{Method: "totp", Name: "Phone"}))(t)
		again := must(c.Enroll(ctx, flow.ID, api.EnrollRequest{Method: "totp"}))(t)
		if flow.Next.Step != "confirm" || flow.Next.Secret != again.Next.Secret || flow.Next.URI != again.Next.URI {
			t.Fatal("asking again gave another secret")
		}
		if !strings.HasPrefix(flow.Next.URI, "otpauth://totp/Twofold:ada%40example.com?secret="+flow.Next.Secret+"&issuer=Twofold") {
			t.Error("the key URI is not as it should be")
		}
		if png := must(c.QR(ctx, flow.ID))(t); !bytes.HasPrefix(png, []byte("\x89PNG")) {
			t.Error("the QR is no PNG")
		}
		secret := flow.Next.Secret
		done := must(c.Code(ctx, flow.ID, api.CodeRequest{Code: codeAt(t, secret, start)}))(t)
		session := done.Next.Session
		if me := must(c.Me(ctx, session))(t); me.Email != "ada@example.com" || len(me.Factors) != 1 || me.Factors[0].Name != "Phone" {
			t.Errorf("me: %+v", me)
		}
		if err := c.SignOut(ctx, session, api.SignOutRequest{}); err != nil {
			t.Fatal(err)
		}
		_, err := c.Me(ctx, session)
		refused(t, err, 401, "session_refused")

		advance := api.Duration(30 * time.Second)
		must(c.SetClock(ctx, api.ClockChange{Advance: &advance}))(t)
		flow = must(c.SignIn(ctx, api.SignInRequest{Email: "ada@example.com", Password: password}))(t)
		if flow.Next.Step != "code" || flow.Next.Hint != "Phone" || flow.Next.AttemptsLeft != 5 {
			t.Fatalf("after the password: %+v", flow.Next)
		}
		next := codeAt(t, secret, start.Add(30*time.Second))
		done = must(c.Code(ctx, flow.ID, api.CodeRequest{Code: next[:3] + " " + next[3:]}))(t)
		if done.Next.Step != "done" || done.Next.Session == "" {
			t.Fatalf("after the code: %+v", done.Next)
		}
		flow = must(c.SignIn(ctx, api.SignInRequest{Email: "ada@example.com", Password: password}))(t)
		_, err = c.Code(ctx, flow.ID, api.CodeRequest{Code: next})
		refused(t, err, 401, "code_refused")
		events := must(c.Events(ctx))(t)
		if last := events[len(events)-1]; last.Cause != "code_already_used" || last.User != "ada@example.com" || last.StepsOff == nil || *last.StepsOff != 0 {
			t.Errorf("the tester hears %+v", last)
		}
	})
}

// TestP03_ParallelSubmissionsOverHTTP sends one code 64 times at once, through
// as many flows: one is accepted.
func TestP03_ParallelSubmissionsOverHTTP(t *testing.T) {
	for name, path := range map[string]string{"memory": ":memory:", "sqlite": filepath.Join(t.TempDir(), "verifier.db")} {
		t.Run(name, func(t *testing.T) {
			s, c := serve(t, server.Options{Now: frozen, Store: path})
			secret, _ := enroll(t, c, "ada@example.com")
			advance := api.Duration(30 * time.Second)
			must(c.SetClock(t.Context(), api.ClockChange{Advance: &advance}))(t)
			code := codeAt(t, secret, start.Add(30*time.Second))
			flow := must(c.SignIn(t.Context(), api.SignInRequest{Email: "ada@example.com", Password: password}))(t)
			other := must(c.SignIn(t.Context(), api.SignInRequest{Email: "ada@example.com", Password: password}))(t)

			statuses := make(chan int, 64)
			begin := make(chan struct{})
			var all sync.WaitGroup
			for n := range 64 {
				all.Go(func() {
					id := flow.ID
					if n%2 == 0 {
						id = other.ID
					}
					<-begin
					res, err := post(s.URL()+"/api/v1/flows/"+id+"/code", `{"code":"`+code+`"}`)
					if err != nil {
						t.Error(err)
						return
					}
					_, _ = io.Copy(io.Discard, res.Body)
					_ = res.Body.Close()
					statuses <- res.StatusCode
				})
			}
			close(begin)
			all.Wait()
			close(statuses)
			count := map[int]int{}
			for status := range statuses {
				count[status]++
			}
			if count[200] != 1 {
				t.Errorf("answers by status: %v, want one 200", count)
			}
		})
	}
}

func TestOnlyLoopbackIsServed(t *testing.T) {
	for _, addr := range []string{":0", "0.0.0.0:0", "[::]:0", "192.0.2.1:0", "example.com:0", "127.0.0.1.example.com:0"} {
		_, err := server.Listen(server.Options{Addr: addr, Store: ":memory:"})
		var not *server.NotLoopbackError
		if !errors.As(err, &not) || !strings.Contains(err.Error(), "loopback") {
			t.Errorf("%s: %v", addr, err)
		}
	}
	if _, err := server.Listen(server.Options{Addr: "127.0.0.1", Store: ":memory:"}); err == nil {
		t.Error("an address without a port was taken")
	}
}

func TestForeignHostsAndSitesAreRefused(t *testing.T) {
	s, _ := serve(t, server.Options{})
	ask := func(method, path, host string, header ...string) (int, http.Header) {
		req, err := http.NewRequestWithContext(t.Context(), method, s.URL()+path, strings.NewReader(`{}`))
		if err != nil {
			t.Fatal(err)
		}
		if host != "" {
			req.Host = host
		}
		for i := 0; i < len(header); i += 2 {
			req.Header.Set(header[i], header[i+1])
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		return res.StatusCode, res.Header
	}
	for _, host := range []string{"evil.example", "evil.example:80", "127.0.0.1.nip.io", "localhost.evil.example"} {
		if status, _ := ask("GET", "/openapi.json", host); status != http.StatusMisdirectedRequest {
			t.Errorf("host %s: %d", host, status)
		}
	}
	for _, host := range []string{"localhost", "localhost:99", "127.0.0.1", "[::1]:80", "127.1.2.3:1"} {
		if status, _ := ask("GET", "/openapi.json", host); status != http.StatusOK {
			t.Errorf("host %s: %d", host, status)
		}
	}
	if status, _ := ask("POST", "/api/v1/signin", "", "Origin", "https://evil.example"); status != http.StatusForbidden {
		t.Errorf("another origin: %d", status)
	}
	if status, _ := ask("POST", "/api/v1/signin", "", "Sec-Fetch-Site", "cross-site"); status != http.StatusForbidden {
		t.Errorf("another site: %d", status)
	}
	if status, _ := ask("POST", "/api/v1/signin", "", "Origin", s.URL()); status != http.StatusUnprocessableEntity {
		t.Errorf("the same origin: %d", status)
	}
	_, header := ask("GET", "/nothing", "")
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
		"Content-Type": "application/problem+json",
	} {
		if got := header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	policy := header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") {
		t.Errorf("policy: %s", policy)
	}
}

func TestShutdownEndsStreamsAndLeavesNothing(t *testing.T) {
	defer goleak.VerifyNone(t)
	s, err := server.Listen(server.Options{Store: filepath.Join(t.TempDir(), "data", "verifier.db")})
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve() }()
	c := api.NewClient(s.URL(), s.LabToken())
	events, err := c.FollowEvents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	advance := api.Duration(time.Minute)
	must(c.SetClock(t.Context(), api.ClockChange{Advance: &advance}))(t)
	if e := <-events; e.Type != "clock" {
		t.Errorf("the stream gave %+v", e)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := s.Shutdown(ctx); err != nil {
		t.Errorf("shutdown: %v", err)
	}
	if err := <-served; err != nil {
		t.Errorf("serve: %v", err)
	}
	if _, open := <-events; open {
		t.Error("the stream went on")
	}
	if err := s.Shutdown(ctx); err != nil {
		t.Errorf("second shutdown: %v", err)
	}
	c.CloseIdle()
}

// TestShutdownDoesNotWaitForSilentConnections has the connection that browsers
// open in advance.
func TestShutdownDoesNotWaitForSilentConnections(t *testing.T) {
	defer goleak.VerifyNone(t)
	s, err := server.Listen(server.Options{Store: ":memory:"})
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve() }()
	silent, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(s.URL(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	c := api.NewClient(s.URL(), s.LabToken())
	must(c.Clock(t.Context()))(t) // connections are accepted in order: silent is known by now
	c.CloseIdle()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	if err := s.Shutdown(ctx); err != nil {
		t.Errorf("shutdown: %v", err)
	}
	if err := <-served; err != nil {
		t.Errorf("serve: %v", err)
	}
}

func TestDataFolderIsForItsOwnerOnly(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data")
	path, token := filepath.Join(folder, "verifier.db"), filepath.Join(folder, "token")
	open := func() error {
		s, err := server.Listen(server.Options{Store: path, LabTokenFile: token})
		if err != nil {
			return err
		}
		return s.Shutdown(context.Background())
	}
	if err := open(); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]os.FileMode{"": 0o700, "key": 0o600, "verifier.db": 0o600, "token": 0o600} {
		info, err := os.Stat(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != want {
			t.Errorf("%q has mode %o, want %o", name, info.Mode().Perm(), want)
		}
	}
	key := filepath.Join(folder, "key")
	if err := os.Chmod(key, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := open(); !errors.Is(err, server.ErrUnsafeKey) {
		t.Errorf("a key for everybody: %v", err)
	}
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	if err := open(); !errors.Is(err, server.ErrKeyMissing) {
		t.Errorf("a store without its key: %v", err)
	}
	if _, err := os.Stat(key); err == nil {
		t.Error("a new key was made over an old store")
	}
}

// TestP27_NothingSecretIsLoggedOrStored runs a handshake and looks through the
// log and every file for what must not be there.
func TestP27_NothingSecretIsLoggedOrStored(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data")
	var log lockedBuffer
	s, c := serve(t, server.Options{
		Now: frozen, Store: filepath.Join(folder, "verifier.db"),
		Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	ctx := t.Context()
	flow := must(c.SignUp(ctx, api.SignUpRequest{Email: "ada@example.com", Password: password}))(t)
	flow = must(c.Enroll(ctx, flow.ID, api.EnrollRequest{Method: "totp"}))(t)
	must(c.QR(ctx, flow.ID))(t)
	code := codeAt(t, flow.Next.Secret, start)
	_, err := c.Code(ctx, flow.ID, api.CodeRequest{Code: "31415926"})
	refused(t, err, 401, "code_refused")
	done := must(c.Code(ctx, flow.ID, api.CodeRequest{Code: code}))(t)
	_, err = c.SignIn(ctx, api.SignInRequest{Email: "ada@example.com", Password: "another password"})
	refused(t, err, 401, "credentials_refused")
	for _, bad := range []string{`{"email":"` + password + `","password":["` + password + `"]}`, `{"password":"` + password} {
		res, err := post(s.URL()+"/api/v1/signin?x="+code, bad)
		if err != nil {
			t.Fatal(err)
		}
		answer, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if bytes.Contains(answer, []byte(password)) {
			t.Errorf("the refusal quotes the password: %s", answer)
		}
	}
	secrets := map[string]string{
		"password": password, "wrong password": "another password", "secret": flow.Next.Secret, "code": code,
		"wrong code": "31415926", "flow id": flow.ID, "session": done.Next.Session, "lab token": s.LabToken(),
		"raw secret": string(must(decode32(flow.Next.Secret))(t)),
	}
	places := map[string][]byte{"log": log.Bytes()}
	if !bytes.Contains(places["log"], []byte("/api/v1/flows/{id}/code")) {
		t.Error("the log does not name the routes; the test would see nothing")
	}
	files, err := os.ReadDir(folder)
	if err != nil || len(files) < 3 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		if f.Name() == "key" {
			continue
		}
		places[f.Name()] = must(os.ReadFile(filepath.Join(folder, f.Name())))(t)
	}
	if !bytes.Contains(append(places["verifier.db"], places["verifier.db-wal"]...), []byte("ada@example.com")) {
		t.Error("the address is not in the store; the test would see nothing")
	}
	for place, text := range places {
		for name, secret := range secrets {
			if bytes.Contains(text, []byte(secret)) {
				t.Errorf("the %s is in %s", name, place)
			}
		}
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) Bytes() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Clone(l.b.Bytes())
}
