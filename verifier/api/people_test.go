package api_test

import (
	"testing"
	"time"

	"twofold/verifier/api"
	"twofold/verifier/rollout"
)

// TestServiceAccount is made with an access key, told once, and never asked for
// a second step.
func TestServiceAccount(t *testing.T) {
	s := serve(t)
	added, err := s.AddUser(t.Context(), api.NewUser{Email: "robot@example.com", Role: "service"})
	s.must(err)
	if added.AccessKey == "" || added.Role != "service" || added.State != "active" {
		t.Errorf("added: %+v", added)
	}
	flow, err := s.SignIn(t.Context(), api.SignInRequest{Email: "robot@example.com", Password: added.AccessKey})
	if err != nil || flow.Next.Step != "done" || flow.Next.Session == "" {
		t.Errorf("next: %+v, %v", flow.Next, err)
	}
}

// TestPeople are read, changed, shut out and let in.
func TestPeople(t *testing.T) {
	s := serve(t)
	ctx := t.Context()
	added, err := s.AddUser(ctx, api.NewUser{Email: "ada@example.com", Password: password, Phone: "+1 514 555 0123", Office: "Montreal"})
	s.must(err)
	if added.Office != "Montreal" || added.Phone != "+15145550123" || added.State != "must_enroll" || added.Role != "user" {
		t.Errorf("added: %+v", added)
	}
	s.must(s.SetOffice(ctx, added.ID, api.OfficeRequest{Office: "Paris"}))
	s.must(s.SetRole(ctx, added.ID, api.RoleRequest{Role: "admin"}))
	s.refused(s.SetRole(ctx, added.ID, api.RoleRequest{Role: "queen"}), 422, "role_unknown")
	if u, err := s.User(ctx, added.ID); err != nil || u.Office != "Paris" || u.Role != "admin" {
		t.Errorf("user: %+v, %v", u, err)
	}
	_, err = s.User(ctx, "x")
	s.refused(err, 404, "user_not_found")
	s.must(s.Disable(ctx, added.ID))
	if u := s.user("ada@example.com"); u.State != "disabled" || u.Disabled == nil {
		t.Errorf("user: %+v", u)
	}
	_, err = s.SignIn(ctx, api.SignInRequest{Email: "ada@example.com", Password: password})
	s.refused(err, 401, "credentials_refused")
	if e := s.lastEvent(); e.Cause != "account_disabled" {
		t.Errorf("the tester hears %s", e.Cause)
	}
	s.must(s.Enable(ctx, added.ID))
	_, err = s.SignIn(ctx, api.SignInRequest{Email: "ada@example.com", Password: password})
	s.must(err)
	_, err = s.AddUser(ctx, api.NewUser{Email: "eve@example.com", Password: password, Role: "queen"})
	s.refused(err, 422, "role_unknown")
	_, err = s.AddUser(ctx, api.NewUser{Email: "eve@example.com", Password: password, Phone: "514 555 0123"})
	s.refused(err, 422, "phone_country_unknown")
	_, err = s.AddUser(ctx, api.NewUser{Email: "eve@example.com"})
	s.refused(err, 422, "password_too_short")
}

// TestStateAndDriftAreTold to the tester's side.
func TestStateAndDriftAreTold(t *testing.T) {
	s := serve(t)
	secret, _ := s.enrolled("ada@example.com")
	s.advance(time.Minute)
	_, err := s.Code(t.Context(), s.signIn("ada@example.com"), api.CodeRequest{Code: s.code(secret, -1)})
	s.must(err)
	if e := s.event("code"); e.StepsOff == nil || *e.StepsOff != -1 {
		t.Errorf("the event: %+v", e)
	}
	u := s.user("ada@example.com")
	if u.State != "active" || len(u.Factors) != 1 || u.Factors[0].Drift == nil || *u.Factors[0].Drift != -1 ||
		u.Factors[0].Algorithm != "SHA1" || u.Factors[0].Digits != 6 || u.Factors[0].Period != 30 || u.Factors[0].Method != "totp" {
		t.Errorf("user: %+v", u)
	}
	flow := s.signIn("ada@example.com")
	for range 5 {
		_, err = s.Code(t.Context(), flow, api.CodeRequest{Code: "12"})
		s.refused(err, 401, "code_refused")
	}
	if u = s.user("ada@example.com"); u.State != "locked" || u.Failures != 5 || u.LockedUntil == nil {
		t.Errorf("user: %+v", u)
	}
}

// TestHelpdesk takes the second step off after right answers only, and says
// who did it.
func TestHelpdesk(t *testing.T) {
	s := serve(t, func(r *rollout.Rollout) {
		r.Helpdesk.Reset = true
		r.SecondStep.Enroll = rollout.Prompted
	})
	ctx := t.Context()
	s.enrolled("ada@example.com")
	ada := s.user("ada@example.com")
	_, err := s.AddUser(ctx, api.NewUser{Email: "desk@example.com", Password: password, Role: "helpdesk"})
	s.must(err)
	s.must(s.SetQuestions(ctx, ada.ID, api.QuestionsRequest{Questions: []api.Question{
		{Ask: "Badge number?", Answer: "B-1815"}, {Ask: "First office?", Answer: "London"},
	}}))
	if u := s.user("ada@example.com"); len(u.Questions) != 2 || u.Questions[0] != "Badge number?" {
		t.Errorf("questions: %q", u.Questions)
	}
	call := api.HelpdeskRequest{Operator: "desk@example.com", Answers: []string{"b-1815", "Paris"}, Note: "lost telephone"}
	s.refused(s.Helpdesk(ctx, ada.ID, call), 403, "helpdesk_identity_failed")
	if u := s.user("ada@example.com"); len(u.Factors) != 1 {
		t.Error("a factor is gone after wrong answers")
	}
	call.Answers[1] = "london"
	call.Operator = "ada@example.com"
	s.refused(s.Helpdesk(ctx, ada.ID, call), 403, "helpdesk_not_allowed")
	call.Operator = "desk@example.com"
	s.must(s.Helpdesk(ctx, ada.ID, call))
	if u := s.user("ada@example.com"); len(u.Factors) != 0 || u.State != "active" {
		t.Errorf("user: %+v", u)
	}
	if e := s.event("helpdesk"); e.Operator != "desk@example.com" || e.Detail != "lost telephone" || e.Outcome != "accepted" {
		t.Errorf("the event: %+v", e)
	}
}

// TestResetMFA is an administrator's, whose name is kept.
func TestResetMFA(t *testing.T) {
	s := serve(t)
	s.enrolled("ada@example.com")
	ada := s.user("ada@example.com")
	s.must(s.ResetMFA(t.Context(), ada.ID, api.OperatorRequest{Operator: "root@example.com"}))
	if e := s.event("reset_mfa"); e.Operator != "root@example.com" {
		t.Errorf("the event: %+v", e)
	}
	if a := s.raw("POST", "/api/v1/lab/users/"+ada.ID+"/reset-mfa", labToken, ""); a.status != 204 {
		t.Errorf("without a body: %d %s", a.status, a.body)
	}
}

// TestOfficeIsSwitched for everybody in it.
func TestOfficeIsSwitched(t *testing.T) {
	s := serve(t, func(r *rollout.Rollout) { r.SecondStep.Enroll = rollout.Optional })
	ctx := t.Context()
	added, err := s.AddUser(ctx, api.NewUser{Email: "ada@example.com", Password: password, Office: "Montreal"})
	s.must(err)
	if added.State != "active" {
		t.Errorf("before: %s", added.State)
	}
	s.must(s.SwitchOffice(ctx, "Montreal", api.OfficeSwitch{Enroll: "required"}))
	if u := s.user("ada@example.com"); u.State != "must_enroll" {
		t.Errorf("after: %s", u.State)
	}
	s.refused(s.SwitchOffice(ctx, "Montreal", api.OfficeSwitch{Enroll: "sometimes"}), 422, "invalid_request")
}

// TestNoBodyIsNeeded where nothing has to be said.
func TestNoBodyIsNeeded(t *testing.T) {
	s := serve(t)
	added, err := s.AddUser(t.Context(), api.NewUser{Email: "ada@example.com", Password: password})
	s.must(err)
	for _, path := range []string{"unlock", "reset-mfa", "disable", "enable", "invite", "temporary-password"} {
		if a := s.raw("POST", "/api/v1/lab/users/"+added.ID+"/"+path, labToken, ""); a.status != 204 || a.body != "" {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
}
