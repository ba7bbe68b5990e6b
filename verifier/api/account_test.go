package api_test

import (
	"testing"
	"time"

	"twofold/verifier/api"
	"twofold/verifier/rollout"
)

// second adds an e-mail factor to the account of a session.
func (s *served) second(session, email string) {
	s.t.Helper()
	flow, err := s.AddFactor(s.t.Context(), session, api.EnrollRequest{Method: "email"})
	s.must(err)
	if flow.Kind != "add_factor" || flow.Next.Step != "confirm" {
		s.t.Fatalf("next: %+v", flow.Next)
	}
	flow, err = s.Code(s.t.Context(), flow.ID, api.CodeRequest{Code: s.lastCode(email)})
	s.must(err)
	if flow.Next.Step != "done" || flow.Next.Session != "" {
		s.t.Fatalf("next: %+v", flow.Next)
	}
}

// TestSeveralFactors names, prefers, chooses and removes.
func TestSeveralFactors(t *testing.T) {
	s := serve(t)
	ctx := t.Context()
	_, session := s.enrolled("ada@example.com")
	s.second(session, "ada@example.com")
	factors, err := s.Factors(ctx, session)
	s.must(err)
	if len(factors) != 2 || !factors[0].Preferred || factors[1].Preferred || factors[1].To != "ada@example.com" {
		t.Fatalf("factors: %+v", factors)
	}
	app, mail := factors[0].ID, factors[1].ID
	s.must(s.RenameFactor(ctx, session, app, api.RenameFactorRequest{Name: "the old telephone"}))
	flow, err := s.SignIn(ctx, api.SignInRequest{Email: "ada@example.com", Password: password})
	s.must(err)
	if flow.Next.Method != "totp" || flow.Next.Hint != "the old telephone" || len(flow.Next.Others) != 1 ||
		flow.Next.Others[0].ID != mail || flow.Next.Others[0].Method != "email" || flow.Next.Others[0].Hint != "a•••@example.com" {
		t.Errorf("next: %+v", flow.Next)
	}
	flow, err = s.Choose(ctx, flow.ID, api.FactorChoice{Factor: mail})
	s.must(err)
	if flow.Next.Step != "code" || flow.Next.Method != "email" || flow.Next.Delivery == nil || flow.Next.Delivery.State != "sent" {
		t.Errorf("after another factor was chosen: %+v", flow.Next)
	}
	s.must(s.Prefer(ctx, session, api.FactorChoice{Factor: mail}))
	flow, err = s.SignIn(ctx, api.SignInRequest{Email: "ada@example.com", Password: password})
	s.must(err)
	if flow.Next.Method != "email" {
		t.Errorf("the preferred one is not asked for: %+v", flow.Next)
	}
	s.refused(s.Prefer(ctx, session, api.FactorChoice{Factor: "x"}), 404, "factor_unknown")
	s.refused(s.RenameFactor(ctx, session, "x", api.RenameFactorRequest{Name: "y"}), 404, "factor_unknown")
	s.refused(s.RemoveFactor(ctx, session, app, api.RemoveFactorRequest{Password: "wrong"}), 403, "disable_password_wrong")
	s.must(s.RemoveFactor(ctx, session, app, api.RemoveFactorRequest{Password: password}))
	s.refused(s.RemoveFactor(ctx, session, mail, api.RemoveFactorRequest{Password: password}), 403, "disable_forbidden_by_policy")
}

// TestRemovingTakesACode where the roll-out says so.
func TestRemovingTakesACode(t *testing.T) {
	s := serve(t, func(r *rollout.Rollout) { r.SecondStep.RemoveCode = true })
	secret, session := s.enrolled("ada@example.com")
	s.second(session, "ada@example.com")
	factors, err := s.Factors(t.Context(), session)
	s.must(err)
	s.refused(s.RemoveFactor(t.Context(), session, factors[1].ID, api.RemoveFactorRequest{Password: password}), 401, "code_refused")
	s.must(s.RemoveFactor(t.Context(), session, factors[1].ID, api.RemoveFactorRequest{Password: password, Code: s.code(secret, 0)}))
}

// TestEnrollmentIsCancelled and the flow is over, as is its secret.
func TestEnrollmentIsCancelled(t *testing.T) {
	s := serve(t)
	_, session := s.enrolled("ada@example.com")
	flow, err := s.AddFactor(t.Context(), session, api.EnrollRequest{Method: "hotp"})
	s.must(err)
	if flow.Next.Method != "hotp" || flow.Next.Secret == "" || flow.Next.QR == "" {
		t.Errorf("next: %+v", flow.Next)
	}
	if picture, err := s.QRDrawing(t.Context(), flow.ID); err != nil || len(picture) < 100 {
		t.Errorf("the drawing: %d bytes, %v", len(picture), err)
	}
	s.must(s.Cancel(t.Context(), flow.ID))
	_, err = s.Code(t.Context(), flow.ID, api.CodeRequest{Code: "123456"})
	s.refused(err, 410, "enrollment_cancelled")                    //nolint:misspell // the name is a promise
	if e := s.event("cancel"); e.Cause != "enrollment_cancelled" { //nolint:misspell // the name is a promise
		t.Errorf("the tester hears %+v", e)
	}
}

// TestContactIsChangedByACode that goes to the new address.
func TestContactIsChangedByACode(t *testing.T) {
	s := serve(t)
	ctx := t.Context()
	_, session := s.enrolled("ada@example.com")
	for _, r := range []api.ContactRequest{{Password: password}, {Email: "a@example.com", Phone: "+15145550123", Password: password}} {
		_, err := s.ChangeContact(ctx, session, r)
		s.refused(err, 422, "invalid_request")
	}
	_, err := s.ChangeContact(ctx, session, api.ContactRequest{Phone: "514 555 0123", Password: password})
	s.refused(err, 422, "phone_country_unknown")
	_, err = s.ChangeContact(ctx, session, api.ContactRequest{Phone: "+1 514 555 0123", Password: "wrong"})
	s.refused(err, 401, "credentials_refused")
	flow, err := s.ChangeContact(ctx, session, api.ContactRequest{Phone: "+1 514 555 0123", Password: password})
	s.must(err)
	if flow.Kind != "change_contact" || flow.Contact != "+15145550123" || flow.Next.Step != "confirm" || flow.Next.Method != "sms" {
		t.Errorf("%+v", flow)
	}
	me, err := s.Me(ctx, session)
	s.must(err)
	if me.Phone != "" {
		t.Error("the number was changed before its code came")
	}
	_, err = s.Code(ctx, flow.ID, api.CodeRequest{Code: s.lastCode("+15145550123")})
	s.must(err)
	if me, err = s.Me(ctx, session); err != nil || me.Phone != "+15145550123" || me.PhoneVerified == nil || me.EmailVerified != nil {
		t.Errorf("%+v, %v", me, err)
	}
	flow, err = s.ChangeContact(ctx, session, api.ContactRequest{Email: "lovelace@example.com", Password: password})
	s.must(err)
	_, err = s.Code(ctx, flow.ID, api.CodeRequest{Code: s.lastCode("lovelace@example.com")})
	s.must(err)
	if me, err = s.Me(ctx, session); err != nil || me.Email != "lovelace@example.com" || me.EmailVerified == nil {
		t.Errorf("%+v, %v", me, err)
	}
}

// TestPasswordIsSet by who knows the old one; other sessions and trusted
// devices end.
func TestPasswordIsSet(t *testing.T) {
	s := serve(t)
	ctx := t.Context()
	secret, session := s.enrolled("ada@example.com")
	flow, err := s.Code(ctx, s.signIn("ada@example.com"), api.CodeRequest{Code: s.code(secret, 0), RememberDevice: true})
	s.must(err)
	const fresh = "staple of another horse"
	s.refused(s.SetPassword(ctx, session, api.SetPasswordRequest{Password: "wrong", NewPassword: fresh}), 401, "credentials_refused")
	s.refused(s.SetPassword(ctx, session, api.SetPasswordRequest{Password: password, NewPassword: "qf7#k"}), 422, "password_too_short")
	s.refused(s.SetPassword(ctx, session, api.SetPasswordRequest{Password: password, NewPassword: "password1"}), 422, "password_breached")
	s.must(s.SetPassword(ctx, session, api.SetPasswordRequest{Password: password, NewPassword: fresh}))
	_, err = s.Me(ctx, session)
	s.must(err)
	_, err = s.Me(ctx, flow.Next.Session)
	s.refused(err, 401, "session_refused")
	_, err = s.SignIn(ctx, api.SignInRequest{Email: "ada@example.com", Password: password})
	s.refused(err, 401, "credentials_refused")
	again, err := s.SignIn(ctx, api.SignInRequest{Email: "ada@example.com", Password: fresh, DeviceToken: flow.Next.DeviceToken})
	s.must(err)
	if again.Next.Step != "code" {
		t.Errorf("the trusted device outlived the password: %+v", again.Next)
	}
}

// TestRecoveryCodes are counted, spent once, and replaced.
func TestRecoveryCodes(t *testing.T) {
	s := serve(t)
	ctx := t.Context()
	flow, err := s.SignUp(ctx, api.SignUpRequest{Email: "ada@example.com", Password: password, Method: "totp"})
	s.must(err)
	flow, err = s.Code(ctx, flow.ID, api.CodeRequest{Code: s.code(flow.Next.Secret, 0)})
	s.must(err)
	codes, session := flow.Next.RecoveryCodes, flow.Next.Session
	if len(codes) != 10 {
		t.Fatalf("%d recovery codes", len(codes))
	}
	flow, err = s.Code(ctx, s.signIn("ada@example.com"), api.CodeRequest{Code: codes[3]})
	s.must(err)
	if flow.Next.Step != "done" || flow.Next.RecoveryCodes != nil {
		t.Errorf("next: %+v", flow.Next)
	}
	_, err = s.Code(ctx, s.signIn("ada@example.com"), api.CodeRequest{Code: codes[3]})
	s.refused(err, 401, "code_refused")
	if e := s.lastEvent(); e.Cause != "recovery_code_used" {
		t.Errorf("the tester hears %s", e.Cause)
	}
	left, err := s.RecoveryCodesLeft(ctx, session)
	if err != nil || left.Left != 9 {
		t.Errorf("left: %+v, %v", left, err)
	}
	_, err = s.NewRecoveryCodes(ctx, session, api.PasswordRequest{Password: "wrong"})
	s.refused(err, 401, "credentials_refused")
	fresh, err := s.NewRecoveryCodes(ctx, session, api.PasswordRequest{Password: password})
	if err != nil || len(fresh.RecoveryCodes) != 10 || fresh.RecoveryCodes[0] == codes[0] {
		t.Errorf("%d new ones, %v", len(fresh.RecoveryCodes), err)
	}
	_, err = s.Code(ctx, s.signIn("ada@example.com"), api.CodeRequest{Code: codes[0]})
	s.refused(err, 401, "code_refused")
}

// TestDevices are trusted, listed, used and forgotten.
func TestDevices(t *testing.T) {
	s := serve(t)
	ctx := t.Context()
	secret, session := s.enrolled("ada@example.com")
	remember := func() (token, session string) {
		t.Helper()
		a := s.raw("POST", "/api/v1/flows/"+s.signIn("ada@example.com")+"/code", "",
			`{"code":"`+s.code(secret, 0)+`","remember_device":true}`, "User-Agent", "a made-up browser")
		flow := flowIn(t, a)
		if flow.Next.Step != "done" || flow.Next.DeviceToken == "" {
			t.Fatalf("next: %d %s", a.status, a.body)
		}
		s.advance(30 * time.Second)
		return flow.Next.DeviceToken, flow.Next.Session
	}
	step := func(token string) string {
		t.Helper()
		flow, err := s.SignIn(ctx, api.SignInRequest{Email: "ada@example.com", Password: password, DeviceToken: token})
		s.must(err)
		return flow.Next.Step
	}
	if flow, err := s.Flow(ctx, s.signIn("ada@example.com")); err != nil || !flow.Next.Remember {
		t.Errorf("trust is not offered: %+v, %v", flow.Next, err)
	}
	first, _ := remember()
	devices, err := s.Devices(ctx, session)
	s.must(err)
	if len(devices) != 1 || devices[0].Name != "a made-up browser" || devices[0].Used == nil || devices[0].Expires.Sub(devices[0].Created) != 720*time.Hour {
		t.Fatalf("devices: %+v", devices)
	}
	if got := step(first); got != "done" {
		t.Errorf("on a trusted device next is %s", got)
	}
	s.must(s.ForgetDevice(ctx, session, devices[0].ID))
	s.refused(s.ForgetDevice(ctx, session, devices[0].ID), 404, "device_unknown")
	if got := step(first); got != "code" {
		t.Errorf("on a forgotten device next is %s", got)
	}
	second, its := remember()
	s.must(s.SignOut(ctx, its, api.SignOutRequest{ForgetDevice: true}))
	if got := step(second); got != "code" {
		t.Errorf("on a device forgotten at sign-out next is %s", got)
	}
	third, its := remember()
	s.must(s.SignOut(ctx, its, api.SignOutRequest{}))
	if got := step(third); got != "done" {
		t.Errorf("signing out forgot the device: next is %s", got)
	}
	s.must(s.ForgetDevices(ctx, session))
	if got := step(third); got != "code" {
		t.Errorf("after all were forgotten next is %s", got)
	}
}
