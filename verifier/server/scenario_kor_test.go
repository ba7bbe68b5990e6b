package server_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"twofold/verifier/api"
	"twofold/verifier/rollout"
)

func asProblem(err error, p **api.Problem) bool { return errors.As(err, p) }

// invited is an account that an administrator made, and its temporary password.
func (s *scene) invited(email string) (temporary string) {
	s.t.Helper()
	made, err := s.AddUser(s.t.Context(), api.NewUser{Email: email, Temporary: true})
	s.ok(err)
	if made.State != "must_change_password" || made.TemporaryUntil == nil {
		s.t.Errorf("the new account is %s", made.State)
	}
	return s.sent(email).Code
}

func (s *scene) tryPassword(email, with string) (api.Flow, error) {
	return s.SignIn(s.t.Context(), api.SignInRequest{Email: email, Password: with})
}

// KOR-1, KOR-2, KOR-3, KOR-4, KOR-5, KOR-6, KOR-8, KOR-9, KOR-10
func TestS05_KORFromInvitationToTrustedDevice(t *testing.T) {
	s := open(t, "kor")
	ctx := t.Context()
	_, err := s.SignUp(ctx, api.SignUpRequest{Email: ada, Password: password})
	s.refuses(err, 403, "signup_not_allowed") // KOR-1: an administrator makes accounts
	temporary := s.invited(ada)

	// First login: a password of one's own, then the app; nothing before both.
	f := s.at(s.flow(s.tryPassword(ada, temporary)), "change_password", "")
	_, err = s.Enroll(ctx, f.ID, api.EnrollRequest{Method: "totp", Name: "Phone"})
	s.refuses(err, 409, "password_must_change")
	_, err = s.Skip(ctx, f.ID)
	s.refuses(err, 403, "skip_not_allowed")
	for fresh, refusal := range map[string]struct {
		status int
		code   string
	}{
		"passwordpassword": {422, "password_breached"}, "abcdefghijklmnop": {422, "password_breached"},
		"of eleven c": {422, "password_too_short"}, temporary: {409, "password_must_change"},
	} {
		_, err := s.ChangePassword(ctx, f.ID, api.ChangePasswordRequest{NewPassword: fresh})
		s.refuses(err, refusal.status, refusal.code)
	}
	f = s.flow(s.ChangePassword(ctx, f.ID, api.ChangePasswordRequest{NewPassword: password}))
	s.at(f, "choose_method", "")
	if !slices.Equal(f.Next.Methods, []string{"totp"}) || f.Next.CanSkip() {
		t.Errorf("to choose from there is %v, skippable: %t", f.Next.Methods, f.Next.CanSkip())
	}
	if u := s.user(ada); u.State != "must_enroll" {
		t.Errorf("between password and app the account is %s", u.State)
	}
	_, err = s.Skip(ctx, f.ID)
	s.refuses(err, 403, "skip_not_allowed")
	_, err = s.tryPassword(ada, temporary)
	s.refuses(err, 401, "credentials_refused") // it worked once

	if pages := s.rollout.SetUp.Pages; len(pages) != 1 ||
		!slices.Equal(pages[0], []rollout.Block{rollout.BlockName, rollout.BlockScan, rollout.BlockCode}) { // KOR-5
		t.Errorf("the page has %v", pages)
	}
	s.text("heading_set_up", "MFA Setup")
	const name = `My <b>"phone"</b>`
	f = s.flow(s.Enroll(ctx, f.ID, api.EnrollRequest{Method: "totp", Name: name}))
	s.scans(f)
	typed := &phone{s: s, secret: strings.ToLower(f.Next.Secret)} // typed by hand, from the text below the QR
	if f.Next.Name != name {
		t.Errorf("the app is called %q", f.Next.Name)
	}
	s.session(s.enter(f, oathtool(t, typed.secret, s.now())))
	if u := s.user(ada); u.State != "active" {
		t.Errorf("after all three the account is %s", u.State)
	}

	// Second login: the code, and the tick.
	s.step()
	f = s.at(s.signIn(ada), "code", "totp")
	if f.Next.Hint != name || !f.Next.Remember { // KOR-6, KOR-9
		t.Errorf("the hint is %q; remember is offered: %t", f.Next.Hint, f.Next.Remember)
	}
	f = s.flow(s.Code(ctx, f.ID, api.CodeRequest{Code: typed.shows(0), RememberDevice: true}))
	device := f.Next.DeviceToken
	s.signOut(s.session(f)) // not ticked: the trust stays (KOR-10)
	if device == "" {
		t.Fatal("the device got no token")
	}

	// Third login: no code. Logout with the tick.
	f = s.at(s.signInOn(ada, device), "done", "")
	session := s.session(f)
	if devices, err := s.Devices(ctx, session); err != nil || len(devices) != 1 || devices[0].Used == nil {
		t.Errorf("trusted are %+v, %v", devices, err)
	}
	s.audit("device", "accepted", "", ada)
	s.step()
	s.at(s.signIn(ada), "code", "totp") // another device is asked
	s.at(s.signInOn(ada, device+"x"), "code", "totp")
	s.ok(s.SignOut(ctx, session, api.SignOutRequest{ForgetDevice: true}))
	_, err = s.Me(ctx, session)
	s.refuses(err, 401, "session_refused")
	s.audit("device_forgotten", "accepted", "", ada)

	// Fourth login: asked again.
	f = s.at(s.signInOn(ada, device), "code", "totp")
	s.audit("device", "refused", "device_trust_revoked", ada)
	f = s.enter(f, typed.shows(0))
	if f.Next.DeviceToken != "" { // nobody ticked
		t.Error("the device is trusted without having been ticked")
	}
	if devices, err := s.Devices(ctx, s.session(f)); err != nil || len(devices) != 0 {
		t.Errorf("trusted are %+v, %v", devices, err)
	}
}

// onboarded is an account of KOR with its app, past the first login.
func (s *scene) onboarded(email string) *phone {
	s.t.Helper()
	ctx := s.t.Context()
	f := s.flow(s.tryPassword(email, s.invited(email)))
	f = s.flow(s.ChangePassword(ctx, f.ID, api.ChangePasswordRequest{NewPassword: password}))
	f = s.flow(s.Enroll(ctx, f.ID, api.EnrollRequest{Method: "totp", Name: "Phone"}))
	p := s.scans(f)
	s.session(s.enter(f, p.shows(0)))
	s.step()
	return p
}

// KOR-7
func TestS06_KORAppSetToCounterBasedIsNamed(t *testing.T) {
	s := open(t, "kor")
	ctx := t.Context()
	s.text("notice_time_based", "time-based")
	f := s.flow(s.tryPassword(ada, s.invited(ada)))
	f = s.flow(s.ChangePassword(ctx, f.ID, api.ChangePasswordRequest{NewPassword: password}))
	f = s.flow(s.Enroll(ctx, f.ID, api.EnrollRequest{Method: "totp", Name: "Phone"}))
	app := s.scans(f)
	for counter := range uint64(3) { // they never match, however often the button is pressed
		code := oathtool(t, app.secret, s.now(), "--hotp", "-c", string(rune('0'+counter)))
		if code != app.counts(counter) {
			t.Fatalf("oathtool counts %s, another app %s", code, app.counts(counter))
		}
		e := s.wrong(f, code, "code_looks_counter_based")
		if e.Type != "confirm" || !strings.Contains(e.Detail, "counter-based") || e.User != ada {
			t.Errorf("the tester hears %+v", e)
		}
	}
	if u := s.user(ada); u.State != "must_enroll" || len(u.Factors) != 0 {
		t.Errorf("the account is %s with %d factors", u.State, len(u.Factors))
	}
	s.session(s.enter(f, app.shows(0))) // set to time-based, it is right
	s.step()
	s.wrong(s.signIn(ada), app.counts(1), "code_looks_counter_based") // also at a login
}

// KOR-3
func TestKORTemporaryPasswordWorksOnceAndNotForEver(t *testing.T) {
	s := open(t, "kor")
	ctx := t.Context()
	temporary := s.invited(ada)
	s.advance(72*time.Hour - time.Second)
	abandoned := s.at(s.flow(s.tryPassword(ada, temporary)), "change_password", "")
	_, err := s.tryPassword(ada, temporary)
	s.refuses(err, 403, "password_temporary_expired") // it was used
	s.audit("password", "refused", "password_temporary_expired", ada)
	s.at(s.flow(s.Flow(ctx, abandoned.ID)), "change_password", "")

	s.ok(s.Temporary(ctx, s.user(ada).ID)) // the administrator sends another
	_, err = s.Flow(ctx, abandoned.ID)
	s.refuses(err, 404, "flow_unknown")
	second := s.sent(ada).Code
	if second == temporary {
		t.Error("the second temporary password is the first")
	}
	s.advance(72 * time.Hour)
	_, err = s.tryPassword(ada, second)
	s.refuses(err, 403, "password_temporary_expired") // it is too old
	_, err = s.tryPassword(ada, temporary)
	s.refuses(err, 401, "credentials_refused")
}

// KOR-9: thirty days, for this account, on this device.
func TestKORTrustEndsAfterThirtyDays(t *testing.T) {
	s := open(t, "kor")
	app := s.onboarded(ada)
	bob := s.onboarded("bob@example.com")
	f := s.flow(s.Code(t.Context(), s.signIn(ada).ID, api.CodeRequest{Code: app.shows(0), RememberDevice: true}))
	device := f.Next.DeviceToken
	s.session(f)
	s.at(s.signInOn("bob@example.com", device), "code", "totp") // P26
	s.session(s.enter(s.signIn("bob@example.com"), bob.shows(0)))
	s.advance(30*24*time.Hour - time.Second)
	s.at(s.signInOn(ada, device), "done", "")
	s.advance(time.Second)
	s.at(s.signInOn(ada, device), "code", "totp")
	s.audit("device", "refused", "device_trust_expired", ada)
	s.text("label_remember", "Remember this device as trusted environment")
	s.text("notice_remember", "public or shared", "30 days")
	s.text("label_forget", "Forget this device as trusted environment")
	if !s.rollout.Device.ForgetAtSignOut || s.rollout.Device.Automatic {
		t.Error("KOR-10: logging out does not ask, or devices are trusted unasked")
	}
}

// KOR-6: a hint that may be edited.
func TestKORNameOfTheAppCanBeEdited(t *testing.T) {
	s := open(t, "kor")
	app := s.onboarded(ada)
	session := s.session(s.enter(s.signIn(ada), app.shows(0)))
	factors, err := s.Factors(t.Context(), session)
	s.ok(err)
	const name = "<script>alert(1)</script> \u202ekcatta"
	s.ok(s.RenameFactor(t.Context(), session, factors[0].ID, api.RenameFactorRequest{Name: name}))
	s.step()
	if f := s.signIn(ada); f.Next.Hint != "<script>alert(1)</script> kcatta" {
		t.Errorf("the hint is %q", f.Next.Hint) // as typed, but for what nobody sees; pages escape it
	}
	s.refuses(s.RenameFactor(t.Context(), session, factors[0].ID, api.RenameFactorRequest{Name: strings.Repeat("x", 65)}), 422, "name_too_long")
}

// KOR-11
func TestKORNamesTestedAppsBySystem(t *testing.T) {
	s := open(t, "kor")
	tested, untested := map[string]int{}, 0
	for _, a := range s.rollout.Apps {
		if a.Tested {
			tested[a.System]++
		} else {
			untested++
		}
	}
	if tested["iOS"] == 0 || tested["Android"] == 0 || untested == 0 {
		t.Errorf("tested are %v, untested %d", tested, untested)
	}
	s.text("notice_untested_apps", "might work", "untested")
}

// KOR-12: an administrator alone.
func TestKORHasNoSwitchOffAndNoReset(t *testing.T) {
	s := open(t, "kor")
	ctx := t.Context()
	app := s.onboarded(ada)
	f := s.flow(s.Code(ctx, s.signIn(ada).ID, api.CodeRequest{Code: app.shows(0), RememberDevice: true}))
	session, device := s.session(f), f.Next.DeviceToken
	factors, err := s.Factors(ctx, session)
	s.ok(err)
	s.refuses(s.RemoveFactor(ctx, session, factors[0].ID, api.RemoveFactorRequest{Password: password}), 403, "disable_forbidden_by_policy")
	s.audit("factor_removed", "refused", "disable_forbidden_by_policy", ada)
	before := len(s.inbox(ada))
	s.ok(s.RequestReset(ctx, api.ResetRequest{Email: ada}))
	if len(s.inbox(ada)) != before {
		t.Error("a link to a new password was mailed")
	}
	s.refuses(s.Helpdesk(ctx, s.user(ada).ID, api.HelpdeskRequest{Operator: ada, Answers: []string{}}), 403, "helpdesk_not_allowed")

	s.ok(s.ResetMFA(ctx, s.user(ada).ID, api.OperatorRequest{Operator: "root@kor.example"}))
	if e := s.audit("reset_mfa", "accepted", "", ada); e.Operator != "root@kor.example" {
		t.Errorf("the audit names %q", e.Operator)
	}
	s.told(ada, "no longer uses MFA")
	_, err = s.Me(ctx, session)
	s.refuses(err, 401, "session_refused")
	s.at(s.signInOn(ada, device), "choose_method", "") // the trust is gone too, and set-up is required anew
}
