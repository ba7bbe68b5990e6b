package server_test

import (
	"path/filepath"
	"testing"
	"time"

	"twofold/verifier/api"
	"twofold/verifier/rollout"
)

// TestS12_AcceptedCodeStaysAcceptedOverARestart tries every method of every
// roll-out: what was accepted is refused by the verifier that comes after.
func TestS12_AcceptedCodeStaysAcceptedOverARestart(t *testing.T) {
	for _, name := range []string{"kode", "konexus", "kor", "kore", "mycodabox", "plain", "strict"} {
		r, err := rollout.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, method := range r.SecondStep.Methods {
			t.Run(name+"/"+string(method), func(t *testing.T) {
				s := openAt(t, filepath.Join(t.TempDir(), "data", "verifier.db"), name, monday)
				s.acceptedOverRestart(string(method))
			})
		}
		if r.Recovery.Codes > 0 {
			t.Run(name+"/recovery", func(t *testing.T) {
				s := openAt(t, filepath.Join(t.TempDir(), "data", "verifier.db"), name, monday)
				s.recoveryOverRestart()
			})
		}
	}
}

// has sets up an account that uses a method, and gives where its codes come
// from, and the recovery codes that came with it.
func (s *scene) has(method string) (codes func() string, recovery []string) {
	s.t.Helper()
	ctx := s.t.Context()
	s.added(ada, func(n *api.NewUser) { n.Phone = profileNumber })
	want := api.EnrollRequest{Method: method, Name: "Phone"}
	f := s.signIn(ada)
	if f.Next.Step == "done" {
		f = s.flow(s.AddFactor(ctx, f.Next.Session, want))
	} else {
		f = s.flow(s.Enroll(ctx, f.ID, want))
	}
	s.at(f, "confirm", method)
	switch method {
	case "email":
		codes = func() string { s.t.Helper(); return s.sent(ada).Code }
	case "sms":
		codes = func() string { s.t.Helper(); return s.sent(profileNumber).Code }
	case "totp":
		app := s.scans(f)
		codes = func() string { s.t.Helper(); return app.shows(0) }
	case "hotp":
		app := s.scans(f)
		codes = app.next
	}
	f = s.at(s.enter(f, codes()), "done", "")
	s.advance(time.Minute)
	return codes, f.Next.RecoveryCodes
}

func (s *scene) acceptedOverRestart(method string) {
	s.t.Helper()
	codes, _ := s.has(method)
	f := s.at(s.signIn(ada), "code", method)
	code := codes()
	session := s.session(s.enter(f, code))
	s.restart()

	_, err := s.Me(s.t.Context(), session) // the rest is as it was
	s.ok(err)
	_, err = s.Code(s.t.Context(), f.ID, api.CodeRequest{Code: code})
	s.refuses(err, 410, "flow_over")
	f = s.at(s.signIn(ada), "code", method)
	cause := "code_already_used"
	if method == "email" || method == "sms" {
		cause = "code_wrong" // it was another flow's
	}
	s.wrong(f, code, cause)
	if s.user(ada).Failures != 1 {
		s.t.Error("the refusal is not counted")
	}
	s.restart()
	s.wrong(f, code, cause)
	s.advance(time.Minute)
	f = s.at(s.signIn(ada), "code", method)
	s.session(s.enter(f, codes())) // a new one is accepted
}

func (s *scene) recoveryOverRestart() {
	s.t.Helper()
	_, recovery := s.has("totp")
	if len(recovery) != 10 {
		s.t.Fatalf("there are %d recovery codes", len(recovery))
	}
	f := s.at(s.signIn(ada), "code", "totp")
	session := s.session(s.enter(f, recovery[3]))
	s.restart()
	left, err := s.RecoveryCodesLeft(s.t.Context(), session)
	s.ok(err)
	if left.Left != 9 {
		s.t.Errorf("%d recovery codes are left", left.Left)
	}
	f = s.signIn(ada)
	s.wrong(f, recovery[3], "recovery_code_used")
	s.session(s.enter(f, recovery[0]))
}

// TestSentCodeStaysSpentInItsOwnFlowOverARestart has a flow that goes on after
// the code: KORE's, before the QR.
func TestSentCodeStaysSpentInItsOwnFlowOverARestart(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "data", "verifier.db"), "kore", monday)
	session := s.registers(ada)
	s.saves(session)
	s.advance(time.Minute)
	f := s.at(s.signIn(ada), "code", "email")
	code := s.sent(ada).Code
	s.at(s.enter(f, code), "confirm", "totp")
	s.restart()
	s.wrong(f, code, "code_already_used")
	s.at(s.flow(s.Flow(t.Context(), f.ID)), "confirm", "totp")
}
