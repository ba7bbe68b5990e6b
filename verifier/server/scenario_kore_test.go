package server_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"twofold/verifier/api"
	"twofold/verifier/rollout"
)

const profileNumber = "+15145550123"

// registers goes through KORE's registration with what is preselected.
func (s *scene) registers(email string) (session string) {
	s.t.Helper()
	f := s.flow(s.SignUp(s.t.Context(), api.SignUpRequest{Email: email, Password: password, Phone: "+1 514 555-0123"}))
	s.at(f, "confirm", "email")
	return s.session(s.enter(f, s.sent(email).Code))
}

// saves changes the preferred method to the app, which is set up later.
func (s *scene) saves(session string) {
	s.t.Helper()
	ctx := s.t.Context()
	f := s.at(s.flow(s.AddFactor(ctx, session, api.EnrollRequest{Method: "totp"})), "done", "")
	if f.Next.Secret != "" || f.Next.URI != "" || f.Next.QR != "" {
		s.t.Error("Save shows a QR")
	}
	me, err := s.Me(ctx, session)
	s.ok(err)
	if me.Deferred != "totp" || s.method(session) != "email" {
		s.t.Errorf("waiting is %q, valid %s", me.Deferred, s.method(session))
	}
}

// KORE-1, KORE-2, KORE-3, KORE-4, KORE-5, KORE-6
func TestS07_KOREChangesToTheAppAtTheNextLogin(t *testing.T) {
	s := open(t, "kore")
	ctx := t.Context()
	if r := s.rollout; r.SecondStep.Default != "email" || !r.SignUp.ChooseMethod || !r.SignUp.Phone ||
		!slices.Equal(r.SecondStep.Methods, []rollout.Method{"email", "sms", "totp"}) {
		t.Errorf("registration asks for %+v, preselected %s", r.SecondStep.Methods, r.SecondStep.Default)
	}
	session := s.registers(ada)
	if u := s.user(ada); u.Phone != profileNumber || u.PhoneVerified != nil || u.EmailVerified == nil || s.method(session) != "email" {
		t.Errorf("registered: %+v", u)
	}
	s.signOut(session)
	s.advance(time.Minute)
	f := s.at(s.signIn(ada), "code", "email")
	if code := s.sent(ada); code.To != ada || len(code.Code) != 6 { // KORE-5, KORE-6
		t.Errorf("%d digits went to %s", len(code.Code), code.To)
	}
	session = s.session(s.enter(f, s.sent(ada).Code))

	s.saves(session)
	s.signOut(session)
	s.text("done_deferred", "next login")
	s.text("intro_pending", "old method stays valid")

	// Next login: the old method, and then the QR. Walk away from it.
	s.advance(time.Minute)
	f = s.at(s.signIn(ada), "code", "email")
	f = s.at(s.enter(f, s.sent(ada).Code), "confirm", "totp")
	first := s.scans(f)
	if f.Next.Session != "" {
		t.Error("there is a session before the QR was dealt with")
	}

	// The login after that is possible still, and shows the QR again.
	s.advance(time.Hour)
	f = s.at(s.signIn(ada), "code", "email")
	f = s.at(s.enter(f, s.sent(ada).Code), "confirm", "totp")
	if again := s.scans(f); again.secret != first.secret || !f.Next.CanSkip() {
		t.Errorf("the QR has another key: %t; it can wait: %t", again.secret != first.secret, f.Next.CanSkip())
	}
	s.wrong(f, first.stray(), "code_wrong")
	session = s.skip(f)
	me, err := s.Me(ctx, session)
	s.ok(err)
	if me.Deferred != "totp" || s.method(session) != "email" {
		t.Errorf("after leaving it, waiting is %q, valid %s", me.Deferred, s.method(session))
	}
	s.signOut(session)

	// Finish. E-mail is no longer asked, and exactly one method is left.
	s.advance(time.Minute)
	f = s.at(s.signIn(ada), "code", "email")
	f = s.at(s.enter(f, s.sent(ada).Code), "confirm", "totp")
	session = s.session(s.enter(f, first.shows(0)))
	if me, err = s.Me(ctx, session); err != nil || me.Deferred != "" || s.method(session) != "totp" {
		t.Errorf("finished: waiting is %q, valid %s", me.Deferred, s.method(session))
	}
	s.step()
	before := s.codes(ada)
	f = s.at(s.signIn(ada), "code", "totp")
	if s.codes(ada) != before || len(f.Next.Others) != 0 {
		t.Error("e-mail is still asked for")
	}
	if code := first.shows(0); len(code) != 6 { // KORE-6
		t.Errorf("the app shows %d digits", len(code))
	}
	s.session(s.enter(f, first.shows(0)))
}

// KORE-1: another method than the preselected one.
func TestKORERegistersWithAnyMethod(t *testing.T) {
	s := open(t, "kore")
	ctx := t.Context()
	f := s.flow(s.SignUp(ctx, api.SignUpRequest{Email: ada, Password: password, Phone: profileNumber, Method: "sms"}))
	s.at(f, "confirm", "sms")
	_, err := s.Skip(ctx, f.ID)
	s.refuses(err, 403, "skip_not_allowed")
	session := s.session(s.enter(f, s.sent(profileNumber).Code))
	if u := s.user(ada); u.PhoneVerified == nil || s.method(session) != "sms" {
		t.Errorf("registered: %+v", u)
	}
	f = s.flow(s.SignUp(ctx, api.SignUpRequest{Email: "bob@example.com", Password: password, Method: "totp"}))
	app := s.scans(s.at(f, "confirm", "totp"))
	s.session(s.enter(f, app.shows(0)))
	_, err = s.SignUp(ctx, api.SignUpRequest{Email: "eve@example.com", Password: password, Method: "hotp"})
	s.refuses(err, 403, "method_not_allowed")
}

// KORE-7
func TestS08_KOREPasswordResetDoesNotSkipTheSecondStep(t *testing.T) {
	const fresh = "another horse battery"
	s := open(t, "kore")
	ctx := t.Context()
	session := s.registers(ada)
	s.advance(time.Minute)
	open := s.at(s.signIn(ada), "code", "email")
	for range 2 {
		s.wrong(open, other(s.sent(ada).Code), "code_wrong")
	}
	for range s.rollout.Limits.PasswordFailures { // "when locked out"
		_, err := s.tryPassword(ada, "a wrong password")
		s.refuses(err, 401, "credentials_refused")
	}
	_, err := s.tryPassword(ada, password)
	s.refuses(err, 429, "too_many_attempts")

	before := len(s.inbox(""))
	s.ok(s.RequestReset(ctx, api.ResetRequest{Email: "nobody@example.com"})) // told alike
	if len(s.inbox("")) != before {
		t.Error("something was mailed to nobody")
	}
	s.ok(s.RequestReset(ctx, api.ResetRequest{Email: ada}))
	mail := s.sent(ada)
	link, err := s.Link(ctx, mail.Code)
	s.ok(err)
	if link.Kind != "reset" || !strings.HasSuffix(mail.Link, "/password-reset/"+mail.Code) {
		t.Errorf("the link is %s", link.Kind)
	}
	s.refuses(s.ResetPassword(ctx, mail.Code, api.ChangePasswordRequest{NewPassword: "password"}), 422, "password_breached")
	s.ok(s.ResetPassword(ctx, mail.Code, api.ChangePasswordRequest{NewPassword: fresh})) // 204: signs nobody in
	s.refuses(s.ResetPassword(ctx, mail.Code, api.ChangePasswordRequest{NewPassword: fresh + "2"}), 410, "link_refused")
	s.told(ada, "password of your account was set anew")
	_, err = s.Me(ctx, session)
	s.refuses(err, 401, "session_refused") // what was signed in with the old one is over
	_, err = s.Flow(ctx, open.ID)
	s.refuses(err, 404, "flow_unknown")
	_, err = s.tryPassword(ada, password)
	s.refuses(err, 401, "credentials_refused")

	f := s.at(s.flow(s.tryPassword(ada, fresh)), "code", "email") // also out of the lock
	if u := s.user(ada); u.Failures != 2 || f.Next.AttemptsLeft != 3 {
		t.Errorf("the reset left %d failures of codes, %d attempts; want 2 and 3", u.Failures, f.Next.AttemptsLeft)
	}
	_, err = s.Skip(ctx, f.ID)
	s.refuses(err, 403, "skip_not_allowed")
	s.session(s.enter(f, s.sent(ada).Code))
}

// KORE-7: with an app, and with a link that was not used in time.
func TestKOREResetLeavesTheAppAndItsLock(t *testing.T) {
	const fresh = "another horse battery"
	s := open(t, "kore")
	ctx := t.Context()
	s.added(ada)
	f := s.flow(s.Enroll(ctx, s.at(s.signIn(ada), "choose_method", "").ID, api.EnrollRequest{Method: "totp"}))
	app := s.scans(f)
	s.session(s.enter(f, app.shows(0)))
	s.step()
	s.ok(s.RequestReset(ctx, api.ResetRequest{Email: ada}))
	late := s.sent(ada).Code
	s.advance(30 * time.Minute)
	s.refuses(s.ResetPassword(ctx, late, api.ChangePasswordRequest{NewPassword: fresh}), 410, "link_refused")
	f = s.signIn(ada)
	for range s.rollout.Limits.CodeFailures {
		s.wrong(f, app.stray(), "code_wrong")
	}
	s.ok(s.RequestReset(ctx, api.ResetRequest{Email: ada}))
	s.ok(s.ResetPassword(ctx, s.sent(ada).Code, api.ChangePasswordRequest{NewPassword: fresh}))
	f = s.at(s.flow(s.tryPassword(ada, fresh)), "code", "totp")
	_, err := s.Code(ctx, f.ID, api.CodeRequest{Code: app.shows(0)})
	s.refuses(err, 429, "too_many_attempts")
	s.advance(time.Minute)
	s.session(s.enter(f, app.shows(0)))
}

// KORE-2, KORE-5, KORE-6, KORE-9
func TestKOREHasOneMethodAtATime(t *testing.T) {
	s := open(t, "kore")
	ctx := t.Context()
	_, err := s.SignUp(ctx, api.SignUpRequest{Email: "bob@example.com", Password: password, Method: "sms"})
	s.refuses(err, 422, "phone_missing") // KORE-9
	if users, err := s.Users(ctx); err != nil || len(users) != 0 {
		t.Errorf("the refused registration made an account: %v", err)
	}
	session := s.registers(ada)
	f := s.at(s.flow(s.AddFactor(ctx, session, api.EnrollRequest{Method: "sms"})), "confirm", "sms")
	code := s.sent(profileNumber) // KORE-5: the number of the profile
	if code.Channel != "sms" || len(code.Code) != 6 {
		t.Errorf("the message is %s with %d digits", code.Channel, len(code.Code))
	}
	if s.method(session) != "email" {
		t.Error("the old method is gone before the new one is confirmed")
	}
	s.at(s.enter(f, code.Code), "done", "")
	if s.method(session) != "sms" {
		t.Errorf("the methods are %s", s.method(session))
	}
	s.text("notice_sms_charges", "SMS charges may apply")
	s.text("code_name", "OTP pin")
	s.text("label_preferred", "Preferred MFA method")
	s.advance(time.Minute)
	s.session(s.enter(s.at(s.signIn(ada), "code", "sms"), s.sent(profileNumber).Code))

	s.added("eve@example.com")
	eve := s.flow(s.Enroll(ctx, s.signIn("eve@example.com").ID, api.EnrollRequest{Method: "email"}))
	other := s.session(s.enter(eve, s.sent("eve@example.com").Code))
	_, err = s.AddFactor(ctx, other, api.EnrollRequest{Method: "sms"})
	s.refuses(err, 422, "phone_missing")
	if s.method(other) != "email" {
		t.Error("the refusal changed the method")
	}
}

// KORE-5, KORE-8: a session alone sends codes nowhere else.
func TestKORECodesGoToTheProfile(t *testing.T) {
	const thief, thiefNumber = "thief@example.com", "+15145550999"
	s := open(t, "kore")
	ctx := t.Context()
	session := s.registers(ada)
	for _, elsewhere := range []api.EnrollRequest{{Method: "email", Email: thief}, {Method: "sms", Phone: thiefNumber}} {
		_, err := s.AddFactor(ctx, session, elsewhere)
		s.refuses(err, 403, "method_not_allowed")
	}
	if len(s.inbox(thief))+len(s.inbox(thiefNumber)) != 0 || s.method(session) != "email" {
		t.Error("something was sent elsewhere, or the method changed")
	}
	s.at(s.flow(s.AddFactor(ctx, session, api.EnrollRequest{Method: "sms", Phone: profileNumber})), "confirm", "sms")
}

// KORE-8
func TestKOREChangeOfAddressIsProvenAndTold(t *testing.T) {
	const next, nextNumber = "ada@new.example", "+15145550199"
	s := open(t, "kore")
	ctx := t.Context()
	session := s.registers(ada)
	change := func(c api.ContactRequest) (api.Flow, error) { return s.ChangeContact(ctx, session, c) }
	_, err := change(api.ContactRequest{Email: next, Password: "a wrong password"})
	s.refuses(err, 401, "credentials_refused")
	s.audit("password", "refused", "password_wrong", ada)

	f := s.at(s.flow(change(api.ContactRequest{Email: next, Password: password})), "confirm", "email")
	if f.Contact != next {
		t.Errorf("the new address is %q", f.Contact)
	}
	code := s.sent(next).Code
	s.wrong(f, other(code), "code_wrong")
	s.advance(time.Minute)
	before := s.codes(ada)
	s.at(s.signIn(ada), "code", "email") // nothing has changed yet
	if s.codes(ada) != before+1 {
		t.Error("the code of a login went elsewhere before the new address was proven")
	}
	s.at(s.enter(f, code), "done", "")
	s.told(ada, "Codes and messages for your account now go to") // the old address hears of it
	s.audit("contact", "accepted", "", next)
	if u := s.user(next); u.EmailVerified == nil {
		t.Error("the new address does not count as verified")
	}
	_, err = s.tryPassword(ada, password)
	s.refuses(err, 401, "credentials_refused")
	s.advance(time.Minute)
	before = s.codes(ada)
	f = s.at(s.signIn(next), "code", "email")
	if s.codes(ada) != before {
		t.Error("a code went to the old address")
	}
	session = s.session(s.enter(f, s.sent(next).Code))

	f = s.at(s.flow(change(api.ContactRequest{Phone: "+1 514 555 0199", Password: password})), "confirm", "sms")
	if s.user(next).Phone != profileNumber {
		t.Error("the number changed before it was proven")
	}
	s.at(s.enter(f, s.sent(nextNumber).Code), "done", "")
	if u := s.user(next); u.Phone != nextNumber || u.PhoneVerified == nil {
		t.Errorf("the number is %s", u.Phone)
	}
	s.told(next, "Codes and messages for your account now go to")
	_, err = change(api.ContactRequest{Phone: "0514", Password: password})
	s.refuses(err, 422, "phone_country_unknown")
}

// KORE-10
func TestKORECannotBeSwitchedOff(t *testing.T) {
	s := open(t, "kore")
	ctx := t.Context()
	session := s.registers(ada)
	factors, err := s.Factors(ctx, session)
	s.ok(err)
	s.refuses(s.RemoveFactor(ctx, session, factors[0].ID, api.RemoveFactorRequest{Password: password}), 403, "disable_forbidden_by_policy")
	s.added("bob@example.com") // imported, without a method
	f := s.at(s.signIn("bob@example.com"), "choose_method", "")
	if f.Next.CanSkip() {
		t.Error("set-up can be skipped")
	}
	_, err = s.Skip(ctx, f.ID)
	s.refuses(err, 403, "skip_not_allowed")
	for _, role := range []string{"admin", "service"} { // nobody is exempt
		s.ok(s.SetRole(ctx, s.user("bob@example.com").ID, api.RoleRequest{Role: role}))
		s.at(s.signIn("bob@example.com"), "choose_method", "")
	}
}
