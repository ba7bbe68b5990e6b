package api_test

import (
	"strings"
	"testing"
	"time"

	"twofold/verifier/api"
	"twofold/verifier/rollout"
)

// TestRolloutIsTaken by name, whole, and as text.
func TestRolloutIsTaken(t *testing.T) {
	s := serve(t)
	ctx := t.Context()
	names, err := s.Rollouts(ctx)
	if err != nil || strings.Join(names, " ") != strings.Join(rollout.Names(), " ") {
		t.Errorf("names: %q, %v", names, err)
	}
	taken, err := s.TakeRollout(ctx, "konexus")
	if err != nil || taken.Name != "konexus" || len(taken.Phases) != 4 {
		t.Fatalf("by name: %+v, %v", taken, err)
	}
	if e := s.lastEvent(); e.Type != "rollout" || e.Detail != "konexus" {
		t.Errorf("the event: %+v", e)
	}
	taken.Title, taken.Password.MinLength = "Mine", 20
	back, err := s.SetRollout(ctx, taken)
	if err != nil || back.Title != "Mine" {
		t.Fatalf("whole: %q, %v", back.Title, err)
	}
	_, err = s.SignUp(ctx, api.SignUpRequest{Email: "ada@example.com", Password: "nineteen characters"})
	s.refused(err, 422, "password_too_short")
	for _, name := range names {
		text, err := rollout.Source(name)
		s.must(err)
		if back, err = s.SetRolloutText(ctx, string(text)); err != nil || back.Name != name {
			t.Errorf("text of %s: %q, %v", name, back.Name, err)
		}
		whole, err := s.Rollout(ctx)
		s.must(err)
		if _, err = s.SetRollout(ctx, whole); err != nil {
			t.Errorf("%s as GET gives it: %v", name, err)
		}
	}
}

// TestMistakenRolloutIsRefused with each mistake, and the one before stays.
func TestMistakenRolloutIsRefused(t *testing.T) {
	s := serve(t)
	path := "/api/v1/lab/rollout"
	for _, row := range []struct {
		body, kind string
		status     int
		code, says string
	}{
		{``, "", 400, "bad_json", ""},
		{`[]`, "", 400, "bad_json", ""},
		{`{"name":"nonsense"}`, "", 422, "rollout_invalid", "unknown roll-out"},
		{`{"name":"plain","skwe":1}`, "", 422, "rollout_invalid", "skwe"},
		{`{"name":"plain","title":"Half"}`, "", 422, "rollout_invalid", "second_step.methods"},
		{`{"name":1}`, "", 422, "rollout_invalid", "name: cannot be a number"},
		{`{"name":"plain","totp":{"skew":"one"}}`, "", 422, "rollout_invalid", "totp.skew: cannot be a string"},
		{"name = \"x\"\nskwe = 1\n", "application/toml", 422, "rollout_invalid", "line 2"},
		{"name = \"x\"\nskwe = 1\n", "application/toml; charset=utf-8", 422, "rollout_invalid", "line 2"},
	} {
		header := []string{}
		if row.kind != "" {
			header = []string{"Content-Type", row.kind}
		}
		a := s.raw("PUT", path, labToken, row.body, header...)
		s.problem(a, row.status, row.code)
		if !strings.Contains(a.body, row.says) || row.says != "" && !strings.Contains(a.body, `"mistakes":[`) {
			t.Errorf("%s: %s", row.body, a.body)
		}
	}
	if r, err := s.Rollout(t.Context()); err != nil || r.Name != "plain" || r.Title != "Twofold" {
		t.Errorf("in force: %q, %v", r.Name, err)
	}
}

// TestPhaseIsToldWithItsNotice in flows, of the account and on the tester's
// side, and changes at its instant.
func TestPhaseIsToldWithItsNotice(t *testing.T) {
	s := serve(t)
	ctx := t.Context()
	_, err := s.TakeRollout(ctx, "konexus")
	s.must(err)
	last := time.Date(2026, 7, 13, 3, 59, 59, 0, time.UTC) // a second before midnight in New York
	_, err = s.SetClock(ctx, api.ClockChange{Now: &last})
	s.must(err)
	flow, err := s.SignUp(ctx, api.SignUpRequest{Email: "ada@example.com", Password: password})
	s.must(err)
	if flow.Phase != "optional enrollment" || flow.Notice == "" || !flow.Next.CanSkip() {
		t.Errorf("%+v", flow)
	}
	done, err := s.Skip(ctx, flow.ID)
	s.must(err)
	me, err := s.Me(ctx, done.Next.Session)
	if err != nil || me.Phase != "optional enrollment" || me.Notice != flow.Notice {
		t.Errorf("me: %+v, %v", me, err)
	}
	flow, err = s.SignIn(ctx, api.SignInRequest{Email: "ada@example.com", Password: password})
	s.must(err)
	s.advance(time.Second)
	_, err = s.Skip(ctx, flow.ID)
	s.refused(err, 403, "skip_not_allowed")
	if u := s.user("ada@example.com"); u.Phase != "e-mail verification required" || u.State != "must_enroll" {
		t.Errorf("user: %+v", u)
	}
}

// TestDiagnosisIsHeard by the account holder where the roll-out turns it on.
func TestDiagnosisIsHeard(t *testing.T) {
	s := serve(t, func(r *rollout.Rollout) { r.Diagnosis = true })
	secret, _ := s.enrolled("ada@example.com")
	flow := s.signIn("ada@example.com")
	for typed, code := range map[string]string{
		s.code(secret, -1): "code_already_used", s.code(secret, -5): "code_old_step", s.code(secret, 5): "code_future_step", "123": "code_wrong_length",
	} {
		s.problem(s.raw("POST", "/api/v1/flows/"+flow+"/code", "", `{"code":"`+typed+`"}`), 401, code)
	}
}
