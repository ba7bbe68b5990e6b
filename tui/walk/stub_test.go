package walk_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"twofold/qr"
	"twofold/verifier/api"
)

// stub is a small verifier of one user, with a lie or none. It knows the
// secret, the clock and the spent step; everything else is what the walk asks.
type stub struct {
	mu       sync.Mutex
	lie      string
	now      time.Time
	secret   string
	flow     int
	step     string
	session  string
	spent    int64
	enrolled bool
	events   []api.Event
}

// newStub serves a stub and gives a client for it. The secret is RFC 6238's.
func newStub(t *testing.T, lie string) *api.Client {
	t.Helper()
	s := &stub{lie: lie, secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", now: time.Date(2026, 7, 13, 9, 41, 7, 0, time.UTC)}
	mux := http.NewServeMux()
	handle := func(pattern string, f func(http.ResponseWriter, *http.Request)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			s.mu.Lock()
			defer s.mu.Unlock()
			f(w, r)
		})
	}
	handle("GET /api/v1/lab/clock", func(w http.ResponseWriter, _ *http.Request) { s.json(w, api.Clock{Now: s.now}) })
	handle("PUT /api/v1/lab/clock", s.setClock)
	handle("GET /api/v1/lab/rollout", func(w http.ResponseWriter, _ *http.Request) {
		s.json(w, map[string]any{
			"sign_up": map[string]bool{"allowed": true}, "second_step": map[string]string{"enroll": "required"},
			"totp": map[string]int{"skew": 1},
		})
	})
	handle("GET /api/v1/lab/events", func(w http.ResponseWriter, _ *http.Request) { s.json(w, s.events) })
	handle("POST /api/v1/signup", s.signUp)
	handle("POST /api/v1/signin", s.signIn)
	handle("POST /api/v1/signout", s.signOut)
	handle("GET /api/v1/me", s.me)
	handle("GET /api/v1/flows/{id}", func(w http.ResponseWriter, _ *http.Request) { s.json(w, s.view()) })
	handle("POST /api/v1/flows/{id}/enroll", s.enroll)
	handle("GET /api/v1/flows/{id}/qr.png", s.picture)
	handle("POST /api/v1/flows/{id}/code", s.code)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	client := api.NewClient(server.URL, "lab")
	t.Cleanup(client.CloseIdle)
	return client
}

func (s *stub) json(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

func (s *stub) refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(api.Problem{Status: status, Code: code, Title: http.StatusText(status)})
}

func (s *stub) happened(kind, outcome, cause string) {
	zero := 0
	s.events = append(s.events, api.Event{
		Seq: int64(len(s.events) + 1), At: s.now, Type: kind, Outcome: outcome, Cause: cause, StepsOff: &zero,
	})
}

func (s *stub) uri() string {
	return "otpauth://totp/Twofold:ada@example.com?secret=" + s.secret + "&issuer=Twofold&algorithm=SHA1&digits=6&period=30"
}

func (s *stub) view() api.Flow {
	f := api.Flow{ID: fmt.Sprint(s.flow), Next: api.Next{Step: s.step}}
	switch s.step {
	case "choose_method":
		f.Next.Methods = []string{"totp"}
	case "confirm":
		f.Next.Method, f.Next.URI = "totp", s.uri()
	case "done":
		f.Next.Session = s.session
	}
	return f
}

func (s *stub) setClock(w http.ResponseWriter, r *http.Request) {
	var c api.ClockChange
	_ = json.NewDecoder(r.Body).Decode(&c)
	if c.Now != nil && s.lie != "stopped clock" {
		s.now = *c.Now
	}
	s.json(w, api.Clock{Now: s.now})
}

func (s *stub) signUp(w http.ResponseWriter, _ *http.Request) {
	s.flow, s.step = s.flow+1, "choose_method"
	s.happened("sign_up", "accepted", "")
	if s.lie == "no second step" {
		s.step, s.session = "done", "free"
	}
	s.json(w, s.view())
}

func (s *stub) enroll(w http.ResponseWriter, _ *http.Request) {
	s.step = "confirm"
	s.json(w, s.view())
}

func (s *stub) picture(w http.ResponseWriter, _ *http.Request) {
	text := s.uri()
	if s.lie == "another picture" {
		text = strings.Replace(text, "GEZD", "AAAA", 1)
	}
	symbol, err := qr.Encode(text)
	if err != nil {
		s.refuse(w, http.StatusInternalServerError, "qr")
		return
	}
	data, err := symbol.PNG(6)
	if err != nil {
		s.refuse(w, http.StatusInternalServerError, "qr")
		return
	}
	_, _ = w.Write(data)
}

func (s *stub) code(w http.ResponseWriter, r *http.Request) {
	var c api.CodeRequest
	_ = json.NewDecoder(r.Body).Decode(&c)
	kind := "code"
	if !s.enrolled {
		kind = "confirm"
	}
	want, _ := totp.GenerateCodeCustom(s.secret, s.now, totp.ValidateOpts{Period: 30, Digits: otp.DigitsSix})
	step := s.now.Unix() / 30
	switch {
	case c.Code != want || s.lie == "refuses right codes":
		s.happened(kind, "refused", "code_wrong")
		s.refuse(w, http.StatusUnauthorized, "code_refused")
		return
	case step <= s.spent && s.lie != "accepts twice":
		cause := "code_already_used"
		if s.lie == "wrong cause" {
			cause = "code_wrong"
		}
		s.happened(kind, "refused", cause)
		if s.lie == "talks too much" {
			s.refuse(w, http.StatusUnauthorized, "code_already_used")
			return
		}
		s.refuse(w, http.StatusUnauthorized, "code_refused")
		return
	}
	s.spent, s.enrolled, s.step, s.session = step, true, "done", fmt.Sprintf("session %d", s.flow)
	s.happened(kind, "accepted", "")
	s.json(w, s.view())
}

func (s *stub) signIn(w http.ResponseWriter, _ *http.Request) {
	s.flow, s.step = s.flow+1, "code"
	if s.lie == "password is enough" {
		s.step, s.session = "done", "free"
	}
	s.happened("password", "accepted", "")
	s.json(w, s.view())
}

func (s *stub) signOut(w http.ResponseWriter, _ *http.Request) {
	if s.lie != "keeps sessions" {
		s.session = ""
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s *stub) me(w http.ResponseWriter, r *http.Request) {
	if s.session == "" || r.Header.Get("Authorization") != "Bearer "+s.session {
		s.refuse(w, http.StatusUnauthorized, "session_refused")
		return
	}
	s.json(w, api.Me{Email: "ada@example.com", Factors: []api.Factor{{Method: "totp"}}})
}
