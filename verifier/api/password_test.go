package api_test

import (
	"testing"
	"time"

	"twofold/verifier/api"
	"twofold/verifier/rollout"
)

const freshPassword = "staple of another horse"

// TestForgottenPassword is replaced by a link that was mailed; the second step
// is asked all the same.
func TestForgottenPassword(t *testing.T) {
	s := serve(t)
	ctx := t.Context()
	_, session := s.enrolled("ada@example.com")
	s.must(s.RequestReset(ctx, api.ResetRequest{Email: "Ada@Example.com"}))
	token := s.lastCode("ada@example.com")
	link, err := s.Link(ctx, token)
	if err != nil || link.Kind != "reset" || !link.Expires.Equal(s.svc.Clock().Now().Add(30*time.Minute)) {
		t.Errorf("the link: %+v, %v", link, err)
	}
	s.refused(s.ResetPassword(ctx, token, api.ChangePasswordRequest{NewPassword: "qf7#k"}), 422, "password_too_short")
	s.must(s.ResetPassword(ctx, token, api.ChangePasswordRequest{NewPassword: freshPassword}))
	s.refused(s.ResetPassword(ctx, token, api.ChangePasswordRequest{NewPassword: freshPassword + "2"}), 410, "link_refused")
	_, err = s.Link(ctx, token)
	s.refused(err, 410, "link_refused")
	_, err = s.Me(ctx, session)
	s.refused(err, 401, "session_refused")
	flow, err := s.SignIn(ctx, api.SignInRequest{Email: "ada@example.com", Password: freshPassword})
	s.must(err)
	if flow.Next.Step != "code" {
		t.Errorf("after a reset next is %s", flow.Next.Step)
	}
	s.must(s.RequestReset(ctx, api.ResetRequest{Email: "ada@example.com"}))
	token = s.lastCode("ada@example.com")
	s.advance(30 * time.Minute)
	s.refused(s.ResetPassword(ctx, token, api.ChangePasswordRequest{NewPassword: password}), 410, "link_refused")
}

// TestResetAnswersAlike for addresses with an account, without, and for what is
// no address, and where the roll-out resets nothing.
func TestResetAnswersAlike(t *testing.T) {
	s := serve(t)
	s.enrolled("ada@example.com")
	none := serve(t, func(r *rollout.Rollout) { r.Password.Reset = false })
	for _, email := range []string{"ada@example.com", "nobody@example.com", "nothing", ""} {
		for _, at := range []*served{s, none} {
			a := at.raw("POST", "/api/v1/password-reset", "", `{"email":"`+email+`"}`)
			if a.status != 202 || a.body != "" {
				t.Errorf("%q: %d %s", email, a.status, a.body)
			}
		}
	}
	messages, err := s.Outbox(t.Context(), "nobody@example.com")
	if err != nil || len(messages) != 0 {
		t.Errorf("mailed to nobody: %d, %v", len(messages), err)
	}
}

// TestTemporaryPassword is mailed, used once, and changed before anything else.
func TestTemporaryPassword(t *testing.T) {
	s := serve(t)
	ctx := t.Context()
	added, err := s.AddUser(ctx, api.NewUser{Email: "ada@example.com", Temporary: true})
	s.must(err)
	if added.State != "must_change_password" || added.TemporaryUntil == nil || added.AccessKey != "" {
		t.Errorf("added: %+v", added)
	}
	temporary := s.lastCode("ada@example.com")
	flow, err := s.SignIn(ctx, api.SignInRequest{Email: "ada@example.com", Password: temporary})
	s.must(err)
	if flow.Next.Step != "change_password" {
		t.Fatalf("next: %+v", flow.Next)
	}
	_, err = s.Enroll(ctx, flow.ID, api.EnrollRequest{Method: "totp"})
	s.refused(err, 409, "password_must_change")
	_, err = s.ChangePassword(ctx, flow.ID, api.ChangePasswordRequest{NewPassword: "password1"})
	s.refused(err, 422, "password_breached")
	_, err = s.ChangePassword(ctx, flow.ID, api.ChangePasswordRequest{NewPassword: temporary})
	s.refused(err, 409, "password_must_change")
	flow, err = s.ChangePassword(ctx, flow.ID, api.ChangePasswordRequest{NewPassword: freshPassword})
	s.must(err)
	if flow.Next.Step != "choose_method" || len(flow.Next.Methods) != 4 || flow.Next.CanSkip() || flow.Next.Skippable == nil {
		t.Errorf("next: %+v", flow.Next)
	}
	if u := s.user("ada@example.com"); u.State != "must_enroll" || u.TemporaryUntil != nil {
		t.Errorf("user: %+v", u)
	}
	s.must(s.Temporary(ctx, added.ID))
	if again := s.lastCode("ada@example.com"); again == temporary {
		t.Error("the same temporary password was mailed again")
	}
	s.advance(72 * time.Hour)
	_, err = s.SignIn(ctx, api.SignInRequest{Email: "ada@example.com", Password: s.lastCode("ada@example.com")})
	s.refused(err, 403, "password_temporary_expired")
}

// TestInvitation mails a link to a first password.
func TestInvitation(t *testing.T) {
	s := serve(t)
	ctx := t.Context()
	added, err := s.AddUser(ctx, api.NewUser{Email: "ada@example.com", Invite: true})
	s.must(err)
	if added.State != "invited" {
		t.Errorf("added: %+v", added)
	}
	old := s.lastCode("ada@example.com")
	s.must(s.Invite(ctx, added.ID))
	token := s.lastCode("ada@example.com")
	if token == old {
		t.Error("the same link was mailed again")
	}
	if link, err := s.Link(ctx, token); err != nil || link.Kind != "invitation" {
		t.Errorf("the link: %+v, %v", link, err)
	}
	s.must(s.ResetPassword(ctx, token, api.ChangePasswordRequest{NewPassword: freshPassword}))
	flow, err := s.SignIn(ctx, api.SignInRequest{Email: "ada@example.com", Password: freshPassword})
	if err != nil || flow.Next.Step != "choose_method" {
		t.Errorf("next: %+v, %v", flow.Next, err)
	}
}
