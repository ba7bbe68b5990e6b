package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"twofold/verifier"
	"twofold/verifier/api"
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

func serve(t testing.TB) *served {
	t.Helper()
	r, err := rollout.Load("plain")
	if err != nil {
		t.Fatal(err)
	}
	svc := verifier.New(store.NewMemory(), verifier.Options{
		Rollout: r, Clock: verifier.NewClock(func() time.Time { return start }),
		Key: verifier.NewSecret(bytes.Repeat([]byte{7}, verifier.KeySize)),
	})
	until, end := context.WithCancel(context.Background())
	s := httptest.NewServer(api.New(svc, api.Options{LabToken: verifier.SecretOf(labToken), Until: until}))
	client := api.NewClient(s.URL, labToken)
	t.Cleanup(func() {
		end()
		client.CloseIdle()
		s.Close()
	})
	return &served{t, s.URL, svc, client}
}

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

func (s *served) openAPI() map[string]map[string]any {
	s.t.Helper()
	var doc struct {
		OpenAPI string                    `json:"openapi"`
		Paths   map[string]map[string]any `json:"paths"`
	}
	a := s.raw("GET", "/openapi.json", "", "")
	if err := json.Unmarshal([]byte(a.body), &doc); err != nil || doc.OpenAPI != "3.1.0" || a.header.Get("Content-Type") != "application/json" {
		s.t.Fatalf("openapi.json: %v, %q", err, doc.OpenAPI)
	}
	return doc.Paths
}

// promised are the calls of API.md that this version has.
var promised = []string{
	"DELETE /api/v1/me/factors/{id}",
	"GET /api/v1/flows/{id}",
	"GET /api/v1/flows/{id}/qr.png",
	"GET /api/v1/flows/{id}/qr.svg",
	"GET /api/v1/lab/clock",
	"GET /api/v1/lab/events",
	"GET /api/v1/lab/outbox",
	"GET /api/v1/lab/rollout",
	"GET /api/v1/lab/users",
	"GET /api/v1/me",
	"GET /api/v1/me/devices",
	"GET /api/v1/me/factors",
	"GET /openapi.json",
	"POST /api/v1/flows/{id}/code",
	"POST /api/v1/flows/{id}/enroll",
	"POST /api/v1/flows/{id}/password",
	"POST /api/v1/flows/{id}/send",
	"POST /api/v1/flows/{id}/skip",
	"POST /api/v1/lab/users",
	"POST /api/v1/lab/users/{id}/reset-mfa",
	"POST /api/v1/lab/users/{id}/unlock",
	"POST /api/v1/me/factors",
	"POST /api/v1/signin",
	"POST /api/v1/signout",
	"POST /api/v1/signup",
	"PUT /api/v1/lab/clock",
}

// TestRoutesAreThoseOfOpenAPI holds description, promise and routes together.
func TestRoutesAreThoseOfOpenAPI(t *testing.T) {
	s := serve(t)
	var described []string
	for path, operations := range s.openAPI() {
		for method := range operations {
			described = append(described, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(described)
	if !slices.Equal(described, promised) {
		t.Errorf("openapi.json describes\n%s\nwant\n%s", strings.Join(described, "\n"), strings.Join(promised, "\n"))
	}
	if a := s.raw("GET", "/openapi.json", "", ""); strings.Contains(a.body, "ErrorModel") || strings.Contains(a.body, "ErrorDetail") {
		t.Error("openapi.json describes errors that are never sent")
	}
	for _, path := range []string{"/api/v1/nothing", "/api/", "/openapi.yaml", "/docs", "/api/v1/lab/nothing"} {
		s.problem(s.raw("GET", path, "", ""), 404, "not_found")
	}
	for _, route := range promised {
		method, path, _ := strings.Cut(route, " ")
		a := s.raw(method, strings.ReplaceAll(path, "{id}", "x"), "", "{}")
		if strings.Contains(a.body, `"not_found"`) || a.status == 405 {
			t.Errorf("%s is described and not there: %d", route, a.status)
		}
		a = s.raw("PATCH", strings.ReplaceAll(path, "{id}", "x"), "", "{}")
		s.problem(a, 405, "http_method_not_allowed")
		if !strings.Contains(a.header.Get("Allow"), method) {
			t.Errorf("%s: Allow says %q", route, a.header.Get("Allow"))
		}
	}
}

// TestP17_P18_NoRouteIsOpenWithoutItsCredential calls everything without one,
// with a pending flow, and with a lab token or session of the wrong kind.
func TestP17_P18_NoRouteIsOpenWithoutItsCredential(t *testing.T) {
	s := serve(t)
	_, session := s.enrolled("ada@example.com")
	pending := s.signIn("ada@example.com")
	lab := regexp.MustCompile(`^\S+ /api/v1/lab/`)
	account := regexp.MustCompile(`^\S+ /api/v1/(me|signout)`)
	tried := 0
	for _, route := range promised {
		method, path, _ := strings.Cut(route, " ")
		path = strings.ReplaceAll(path, "{id}", "x")
		body := `{"password":"` + password + `","method":"totp"}`
		if strings.HasSuffix(path, "/signout") {
			body = ""
		}
		for _, bearer := range []string{"", pending, "made up", session, labToken} {
			switch {
			case lab.MatchString(route) && bearer != labToken:
				s.problem(s.raw(method, path, bearer, body), 401, "lab_token_refused")
				tried++
			case account.MatchString(route) && bearer != session:
				s.problem(s.raw(method, path, bearer, body), 401, "session_refused")
				tried++
			}
		}
	}
	if tried < 60 {
		t.Errorf("only %d calls were tried", tried)
	}
	// No call that takes a password gives a session: the second step is asked.
	a := s.raw("POST", "/api/v1/signin", "", `{"email":"ada@example.com","password":"`+password+`"}`)
	if a.status != 200 || strings.Contains(a.body, "session") || !strings.Contains(a.body, `"step":"code"`) {
		t.Errorf("after the password: %d %s", a.status, a.body)
	}
}

// TestP15_RefusedCodesLookAlike compares whole answers: wrong, used, old, not
// yet right, too short, letters.
func TestP15_RefusedCodesLookAlike(t *testing.T) {
	s := serve(t)
	secret, _ := s.enrolled("ada@example.com")
	code := s.code(secret, 0)
	if _, err := s.Code(t.Context(), s.signIn("ada@example.com"), api.CodeRequest{Code: code}); err != nil {
		t.Fatal(err)
	}
	users, err := s.Users(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var first answer
	causes := []string{"code_already_used", "code_old_step", "code_future_step", "code_wrong_length", "code_not_digits", "code_already_used"}
	for n, typed := range []string{code, s.code(secret, -5), s.code(secret, 7), "123", "abcdef", code[:3] + " " + code[3:]} {
		a := s.raw("POST", "/api/v1/flows/"+s.signIn("ada@example.com")+"/code", "", `{"code":"`+typed+`"}`)
		s.problem(a, 401, "code_refused")
		if n == 0 {
			first = a
		}
		if a.body != first.body || fmt.Sprint(a.header) != fmt.Sprint(first.header) {
			t.Errorf("%s looks different:\n%s %v\n%s %v", causes[n], a.body, a.header, first.body, first.header)
		}
		events, err := s.Events(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if last := events[len(events)-1]; last.Cause != causes[n] {
			t.Errorf("the tester hears %s, want %s", last.Cause, causes[n])
		}
		if n == 3 {
			if err := s.Unlock(t.Context(), users[0].ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	flow := s.signIn("ada@example.com")
	var locked [2]answer
	for range 5 {
		s.raw("POST", "/api/v1/flows/"+flow+"/code", "", `{"code":"12"}`)
	}
	for n, typed := range []string{"12", s.code(secret, 1)} {
		locked[n] = s.raw("POST", "/api/v1/flows/"+flow+"/code", "", `{"code":"`+typed+`"}`)
		s.problem(locked[n], 429, "too_many_attempts")
	}
	if fmt.Sprint(locked[0]) != fmt.Sprint(locked[1]) || locked[0].header.Get("Retry-After") != "60" {
		t.Errorf("while locked, a right code looks different:\n%v\n%v", locked[0], locked[1])
	}
}

// TestP16_UnknownUsersLookLikeWrongPasswords compares answers whole, and the
// least times that they take.
func TestP16_UnknownUsersLookLikeWrongPasswords(t *testing.T) {
	s := serve(t)
	s.enrolled("ada@example.com")
	if _, err := s.SignUp(t.Context(), api.SignUpRequest{Email: "bob@example.com", Password: password}); err != nil {
		t.Fatal(err)
	}
	var first *answer
	least := map[string]time.Duration{}
	for range 8 {
		for _, email := range []string{"ada@example.com", "bob@example.com", "nobody@example.com"} {
			began := time.Now()
			a := s.raw("POST", "/api/v1/signin", "", `{"email":"`+email+`","password":"wrong password"}`)
			took := time.Since(began)
			s.problem(a, 401, "credentials_refused")
			if first == nil {
				first = &a
			}
			if fmt.Sprint(a) != fmt.Sprint(*first) {
				t.Errorf("%s looks different: %v", email, a)
			}
			if old, is := least[email]; !is || took < old {
				least[email] = took
			}
		}
	}
	for email, took := range least {
		if ratio := float64(took) / float64(least["nobody@example.com"]); ratio < 0.6 || ratio > 1.7 {
			t.Errorf("%s takes %v, an unknown one %v", email, took, least["nobody@example.com"])
		}
	}
}

// TestP10_ForwardedHeadersChangeNothing guesses from ever new addresses.
func TestP10_ForwardedHeadersChangeNothing(t *testing.T) {
	s := serve(t)
	s.enrolled("ada@example.com")
	flow := s.signIn("ada@example.com")
	count := map[int]int{}
	for n := range 12 {
		address := fmt.Sprintf("192.0.2.%d", n)
		a := s.raw("POST", "/api/v1/flows/"+flow+"/code", "", `{"code":"12"}`,
			"X-Forwarded-For", address, "X-Real-IP", address, "Forwarded", "for="+address)
		count[a.status]++
	}
	if count[401] != 5 || count[429] != 7 {
		t.Errorf("12 guesses from 12 addresses: %v", count)
	}
}

func TestBadRequestsAreProblems(t *testing.T) {
	s := serve(t)
	_, session := s.enrolled("ada@example.com")
	flow, err := s.SignUp(t.Context(), api.SignUpRequest{Email: "bob@example.com", Password: password})
	if err != nil {
		t.Fatal(err)
	}
	at := "/api/v1/flows/" + flow.ID
	for _, row := range []struct {
		method, path, bearer, body string
		status                     int
		code                       string
	}{
		{"POST", "/api/v1/signin", "", ``, 400, "bad_json"},
		{"POST", "/api/v1/signin", "", `{`, 400, "bad_json"},
		{"POST", "/api/v1/signin", "", `email=ada`, 400, "bad_json"},
		{"POST", "/api/v1/signin", "", `[]`, 422, "invalid_request"},
		{"POST", "/api/v1/signin", "", `{"email":"ada@example.com"}`, 422, "invalid_request"},
		{"POST", "/api/v1/signin", "", `{"email":1,"password":"x"}`, 422, "invalid_request"},
		{"POST", "/api/v1/signin", "", `{"email":"` + strings.Repeat("a", 70000) + `","password":"x"}`, 413, "body_too_large"},
		{"POST", "/api/v1/signin", "", `{"email":"","password":""}`, 401, "credentials_refused"},
		{"POST", "/api/v1/signup", "", `{"email":"ada","password":"` + password + `"}`, 422, "email_invalid"},
		{"POST", "/api/v1/signup", "", `{"email":"eve@example.com","password":"short"}`, 422, "password_too_short"},
		{"POST", "/api/v1/signup", "", `{"email":"eve@example.com","password":"` + strings.Repeat("x", 300) + `"}`, 422, "password_too_long"},
		{"POST", "/api/v1/signup", "", `{"email":"ADA@example.com","password":"` + password + `"}`, 409, "email_taken"},
		{"GET", "/api/v1/flows/nothing", "", ``, 404, "flow_unknown"},
		{"GET", at + "/qr.png", "", ``, 409, "enrollment_not_confirmed"},
		{"POST", at + "/skip", "", ``, 403, "skip_not_allowed"},
		{"POST", at + "/send", "", ``, 409, "flow_elsewhere"},
		{"POST", at + "/password", "", `{"new_password":"` + password + `2"}`, 409, "flow_elsewhere"},
		{"POST", at + "/code", "", `{"code":"123456"}`, 409, "flow_elsewhere"},
		{"POST", at + "/enroll", "", `{"method":"sms"}`, 403, "method_not_allowed"},
		{"POST", at + "/enroll", "", `{"method":"hotp"}`, 403, "method_not_allowed"},
		{"POST", at + "/enroll", "", `{"method":"pigeon"}`, 422, "invalid_request"},
		{"POST", at + "/enroll", "", `{"method":"totp","name":"` + strings.Repeat("x", 65) + `"}`, 422, "name_too_long"},
		{"POST", "/api/v1/me/factors", session, `{"method":"email"}`, 403, "method_not_allowed"},
		{"DELETE", "/api/v1/me/factors/x", session, `{"password":"wrong"}`, 403, "disable_password_wrong"},
		{"DELETE", "/api/v1/me/factors/x", session, `{"password":"` + password + `"}`, 404, "factor_unknown"},
		{"PUT", "/api/v1/lab/clock", labToken, `{}`, 422, "invalid_request"},
		{"PUT", "/api/v1/lab/clock", labToken, `{"advance":"1h","offset":"1h"}`, 422, "invalid_request"},
		{"PUT", "/api/v1/lab/clock", labToken, `{"advance":"soon"}`, 422, "invalid_request"},
		{"PUT", "/api/v1/lab/clock", labToken, `{"now":"1969-12-31T23:59:59Z"}`, 422, "clock_out_of_range"},
		{"PUT", "/api/v1/lab/clock", labToken, `{"now":"yesterday"}`, 422, "invalid_request"},
		{"POST", "/api/v1/lab/users", labToken, `{"email":"x@example.com","temporary":true}`, 422, "invalid_request"},
		{"POST", "/api/v1/lab/users/x/unlock", labToken, ``, 404, "user_not_found"},
	} {
		s.problem(s.raw(row.method, row.path, row.bearer, row.body), row.status, row.code)
	}
}

func TestLabControls(t *testing.T) {
	s := serve(t)
	ctx := t.Context()
	made, err := s.AddUser(ctx, api.NewUser{Email: "eve@example.com", Password: password, Role: "helpdesk"})
	if err != nil || made.Role != "helpdesk" || made.ID == "" {
		t.Fatal(made, err)
	}
	at := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	clock, err := s.SetClock(ctx, api.ClockChange{Now: &at})
	if err != nil || !clock.Now.Equal(at) || time.Duration(clock.Offset) != at.Sub(start) {
		t.Errorf("clock: %+v, %v", clock, err)
	}
	a := s.raw("PUT", "/api/v1/lab/clock", labToken, `{"offset":"-1h30m"}`)
	if a.status != 200 || !strings.Contains(a.body, `"offset":"-1h30m0s"`) || !strings.Contains(a.body, `"now":"2026-07-13T07:30:10Z"`) {
		t.Errorf("clock: %d %s", a.status, a.body)
	}
	a = s.raw("GET", "/api/v1/lab/rollout", labToken, "")
	if a.status != 200 || !strings.Contains(a.body, `"name":"plain"`) || !strings.Contains(a.body, `"first_lock":"1m0s"`) {
		t.Errorf("roll-out: %d %s", a.status, a.body)
	}
	if a = s.raw("GET", "/api/v1/lab/outbox?to=eve", labToken, ""); a.status != 200 || a.body != "[]\n" {
		t.Errorf("outbox: %d %s", a.status, a.body)
	}
	_, session := s.enrolled("ada@example.com")
	if a = s.raw("GET", "/api/v1/me/devices", session, ""); a.status != 200 || a.body != "[]\n" {
		t.Errorf("devices: %d %s", a.status, a.body)
	}
	if a = s.raw("POST", "/api/v1/signout", session, ""); a.status != 204 || a.body != "" {
		t.Errorf("sign-out without a body: %d %s", a.status, a.body)
	}
	events, err := s.Events(ctx)
	if err != nil || len(events) < 8 || events[0].Type != "user_added" || events[0].User != "eve@example.com" {
		t.Errorf("events: %+v, %v", events, err)
	}
	after := s.raw("GET", "/api/v1/lab/events?follow=false", labToken, "", "Last-Event-ID", fmt.Sprint(events[len(events)-2].Seq))
	if strings.Count(after.body, `"seq"`) != 1 {
		t.Errorf("after the last but one: %s", after.body)
	}
}

func TestEventsAreFollowed(t *testing.T) {
	s := serve(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s.advance(time.Second)
	events, err := s.FollowEvents(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if e := <-events; e.Seq != 1 || e.Type != "clock" || !e.At.Equal(start.Add(time.Second)) {
		t.Errorf("what was before: %+v", e)
	}
	s.advance(time.Second)
	if e := <-events; e.Seq != 2 {
		t.Errorf("what came after: %+v", e)
	}
	cancel()
	if _, open := <-events; open {
		t.Error("the channel stays open")
	}
}

// TestSmallestUse is the last lines of API.md: a shell, curl and oathtool.
func TestSmallestUse(t *testing.T) {
	for _, program := range []string{"curl", "oathtool", "sh"} {
		need(t, program)
	}
	s := serve(t)
	script := `set -eu
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }
ask() { curl -sS --fail-with-body "$@"; }
flow=$(ask $V/api/v1/signup -d '{"email":"ada@example.com","password":"correct horse battery"}' | field id)
secret=$(ask $V/api/v1/flows/$flow/enroll -d '{"method":"totp"}' | field secret)
code=$(oathtool --totp -b -N "$NOW" "$secret")
ask $V/api/v1/flows/$flow/code -d "{\"code\":\"$code\"}" | field step
`
	cmd := exec.CommandContext(t.Context(), "sh", "-c", script)
	cmd.Env = append(os.Environ(), "V="+s.url, "NOW="+start.Format("2006-01-02 15:04:05 UTC"))
	out, err := cmd.CombinedOutput()
	if err != nil || strings.TrimSpace(string(out)) != "done" {
		t.Errorf("%v\n%s", err, out)
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

// FuzzBodies sends bytes to the calls that take the most; nothing answers with
// a fault, and nothing quotes what it was sent.
func FuzzBodies(f *testing.F) {
	for _, seed := range []string{``, `{}`, `{"email":"a@b.c","password":"hunter2hunter2"}`, `{"code":"hunter2hunter2"}`, `[1e999]`, `{"method":null}`, "\xff", `{"now":"hunter2hunter2"}`} {
		f.Add(seed)
	}
	s := serve(f)
	flow, err := s.SignUp(context.Background(), api.SignUpRequest{Email: "ada@example.com", Password: password})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body string) {
		s := &served{t, s.url, s.svc, s.Client}
		for _, path := range []string{"/flows/" + flow.ID + "/code", "/flows/" + flow.ID + "/enroll", "/lab/users", "/signout"} {
			a := s.raw("POST", "/api/v1"+path, labToken, body)
			if a.status >= 500 || a.status >= 400 && (!json.Valid([]byte(a.body)) || strings.Contains(a.body, "hunter2")) {
				t.Errorf("%s: %d %s", path, a.status, a.body)
			}
		}
		if a := s.raw("PUT", "/api/v1/lab/clock", labToken, body); a.status >= 500 || strings.Contains(a.body, "hunter2") {
			t.Errorf("clock: %d %s", a.status, a.body)
		}
	})
}
