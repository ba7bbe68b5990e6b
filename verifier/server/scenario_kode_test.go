package server_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"twofold/verifier/api"
	"twofold/verifier/rollout"
)

const ada = "ada@example.com"

// activated is an account that was invited by e-mail and has set its password.
func (s *scene) activated(email string) api.User {
	s.t.Helper()
	ctx := s.t.Context()
	made, err := s.AddUser(ctx, api.NewUser{Email: email, Invite: true})
	s.ok(err)
	if made.State != "invited" {
		s.t.Errorf("an invited account is %s", made.State)
	}
	mail := s.sent(email)
	if !strings.Contains(mail.Link, mail.Code) || !strings.Contains(mail.Text, mail.Link) {
		s.t.Error("the invitation has no link to set a password")
	}
	link, err := s.Link(ctx, mail.Code)
	s.ok(err)
	if link.Kind != "invitation" {
		s.t.Errorf("the link is one of %s", link.Kind)
	}
	s.ok(s.ResetPassword(ctx, mail.Code, api.ChangePasswordRequest{NewPassword: password}))
	s.refuses(s.ResetPassword(ctx, mail.Code, api.ChangePasswordRequest{NewPassword: password + "2"}), 410, "link_refused")
	user := s.user(email)
	if user.State != "active" || user.EmailVerified == nil {
		s.t.Errorf("the activated account: %s, verified %v", user.State, user.EmailVerified)
	}
	return user
}

// KODE-1, KODE-2, KODE-3, KODE-4, KODE-5, KODE-10
func TestS01_KODEAppIsEnabledAndEveryLoginTakesANewCode(t *testing.T) {
	s := open(t, "kode")
	ctx := t.Context()
	s.activated(ada) // KODE-10: by e-mail, with password set-up
	session := s.in(ada)
	if s.method(session) != "" {
		t.Fatal("a second step is on before it was enabled")
	}
	s.text("heading_manage", "2FA")
	s.text("link_account", "Manage Account")
	s.text("method_totp_name", "Authenticator App")
	s.text("button_enable", "Enable")
	s.text("key_name", "setup key")
	_, err := s.AddFactor(ctx, session, api.EnrollRequest{Method: "email"}) // KODE-1: two methods only
	s.refuses(err, 403, "method_not_allowed")
	_, err = s.AddFactor(ctx, session, api.EnrollRequest{Method: "hotp"})
	s.refuses(err, 403, "method_not_allowed")

	enabling := s.at(s.flow(s.AddFactor(ctx, session, api.EnrollRequest{Method: "totp"})), "confirm", "totp")
	if pages := s.rollout.SetUp.Pages; len(pages) != 1 || !slices.Equal(pages[0], []rollout.Block{rollout.BlockScan, rollout.BlockCode}) {
		t.Errorf("KODE-3: the set-up is on %v, want QR, key and code on one page", pages)
	}
	if png, err := s.QR(ctx, enabling.ID); err != nil || !strings.HasPrefix(string(png), "\x89PNG") {
		t.Errorf("the QR is no picture: %v", err)
	}
	app := s.scans(enabling) // KODE-4: digits=6, period=30
	s.wrong(enabling, app.stray(), "code_wrong")
	s.in(ada) // nothing is active until a right code
	code := app.shows(0)
	s.at(s.enter(enabling, code), "done", "")
	s.told(ada, "second step of your account at KODE OS was changed")
	s.signOut(session)
	s.wrong(s.at(s.signIn(ada), "code", "totp"), code, "code_already_used") // not good for the login right after

	s.step()
	code = oathtool(t, app.secret, s.now())
	if code != app.shows(0) || len(code) != 6 {
		t.Fatalf("oathtool shows %s, another app %s", code, app.shows(0))
	}
	f := s.enter(s.signIn(ada), code)
	if f.Next.DeviceToken != "" {
		t.Error("KODE-5: the device need not show a code again")
	}
	s.signOut(s.session(f))
	again := s.at(s.signIn(ada), "code", "totp")
	e := s.wrong(again, code, "code_already_used")
	if e.Type != "code" || e.User != ada || e.StepsOff == nil || *e.StepsOff != 0 {
		t.Errorf("the tester hears %+v", e)
	}
	s.advance(29 * time.Second)
	s.wrong(again, code, "code_already_used") // also in the very next period
	s.advance(time.Second)
	s.signOut(s.session(s.enter(again, app.shows(0))))
	s.at(s.signIn(ada), "code", "totp") // and so every time
}

// KODE-1, KODE-6, KODE-7, KODE-9
func TestS02_KODETextMessageNeedsANumberWithItsCountry(t *testing.T) {
	const number = "+491701234567"
	s := open(t, "kode")
	ctx := t.Context()
	s.added(ada)
	session := s.in(ada)
	enable := func(phone string) (api.Flow, error) {
		return s.AddFactor(ctx, session, api.EnrollRequest{Method: "sms", Phone: phone})
	}
	for phone, code := range map[string]string{
		"": "phone_missing", "  ": "phone_missing", "0170 1234567": "phone_country_unknown", "170 1234567": "phone_country_unknown",
		"+999 170 1234567": "phone_country_unknown", "+49 17": "phone_invalid",
	} {
		_, err := enable(phone)
		s.refuses(err, 422, code)
	}
	if len(s.inbox("")) != 0 {
		t.Error("something was sent to a number that was refused")
	}
	s.text("method_sms_name", "Text Message (SMS)")
	s.text("button_send_code", "Get Code")

	enabling := s.at(s.flow(enable("+49 (0)170 123-45 67")), "confirm", "sms")
	if d := enabling.Next.Delivery; d == nil || d.State != "sent" {
		t.Fatalf("the code is not on its way: %+v", d)
	}
	code := s.sent(number) // E.164
	if code.Channel != "sms" || len(code.Code) != 6 {
		t.Errorf("the message is %s with %d digits", code.Channel, len(code.Code))
	}
	s.wrong(enabling, other(code.Code), "code_wrong")
	s.in(ada) // the number is unused
	if u := s.user(ada); u.Phone != "" || u.PhoneVerified != nil || len(u.Factors) != 0 || s.codes(number) != 1 {
		t.Errorf("before the right code: %q, %d messages", u.Phone, s.codes(number))
	}
	s.at(s.enter(enabling, code.Code), "done", "")
	if u := s.user(ada); u.Phone != number || u.PhoneVerified == nil || s.method(session) != "sms" {
		t.Errorf("after it: %q, verified %v", u.Phone, u.PhoneVerified)
	}
	s.signOut(session)

	used := code.Code
	for range 2 { // KODE-7: by itself, each time
		before := s.codes(number)
		login := s.at(s.signIn(ada), "code", "sms")
		if s.codes(number) != before+1 {
			t.Fatalf("%d messages left after the password", s.codes(number)-before)
		}
		if strings.Contains(login.Next.Hint, "1701234") || !strings.HasPrefix(login.Next.Hint, "+49") {
			t.Errorf("the hint shows %s", login.Next.Hint)
		}
		s.wrong(login, used, "code_wrong") // that of another flow
		used = s.sent(number).Code
		s.signOut(s.session(s.enter(login, used)))
		s.advance(time.Minute)
	}
}

func (s *scene) unlock(email string) {
	s.t.Helper()
	s.ok(s.Unlock(s.t.Context(), s.user(email).ID))
}

// KODE-8: no network, or not delivered; then it is sent again.
func TestKODETextMessageThatDoesNotComeIsSentAgain(t *testing.T) {
	const number = "+491701234567"
	s := open(t, "kode")
	ctx := t.Context()
	s.added(ada)
	session := s.in(ada)
	f := s.flow(s.AddFactor(ctx, session, api.EnrollRequest{Method: "sms", Phone: number}))
	s.at(s.enter(f, s.sent(number).Code), "done", "")
	s.text("help_sms", "network", "another code sent")
	s.text("notice_sms_network", "network")

	_, err := s.SetFaults(ctx, api.Faults{SMS: api.Fault{Refused: true}})
	s.ok(err)
	login := s.at(s.signIn(ada), "code", "sms")
	if login.Next.Delivery == nil || login.Next.Delivery.State != "failed" {
		t.Fatalf("the failure is not said: %+v", login.Next.Delivery)
	}
	s.audit("message", "refused", "delivery_failed", ada)
	if d := s.flow(s.Flow(ctx, login.ID)).Next.Delivery; d.State != "failed" {
		t.Errorf("asked again, the delivery is %s", d.State)
	}
	_, err = s.Send(ctx, login.ID)
	if wait := s.refuses(err, 429, "resend_too_soon"); wait != 30*time.Second || *login.Next.ResendAfter != 30 {
		t.Errorf("again after %s, the flow says %d", wait, *login.Next.ResendAfter)
	}
	s.advance(30 * time.Second)
	_, err = s.Send(ctx, login.ID)
	s.refuses(err, 502, "delivery_failed")

	_, err = s.SetFaults(ctx, api.Faults{SMS: api.Fault{Lost: true}}) // nobody can know
	s.ok(err)
	s.advance(time.Minute)
	if d := s.flow(s.Send(ctx, login.ID)).Next.Delivery; d.State != "sent" {
		t.Errorf("the delivery is %s", d.State)
	}
	lost := s.sent(number)
	if lost.State != "lost" {
		t.Errorf("the message is %s", lost.State)
	}
	_, err = s.SetFaults(ctx, api.Faults{})
	s.ok(err)
	s.advance(2 * time.Minute)
	s.flow(s.Send(ctx, login.ID))
	s.wrong(login, lost.Code, "code_superseded") // it turns up after all
	if s.user(ada).Failures != 1 {
		t.Error("resending cleared the count of failures")
	}
	s.session(s.enter(login, s.sent(number).Code))
}

// KODE-11: exclusive, the last one enabled wins.
func TestKODELastMethodEnabledReplacesTheOther(t *testing.T) {
	const number = "+491701234567"
	s := open(t, "kode")
	ctx := t.Context()
	s.added(ada)
	session := s.in(ada)
	first := s.enables(session)
	f := s.flow(s.AddFactor(ctx, session, api.EnrollRequest{Method: "sms", Phone: number}))
	if s.method(session) != "totp" {
		t.Error("the app is gone before the number is proven")
	}
	s.at(s.enter(f, s.sent(number).Code), "done", "")
	if s.method(session) != "sms" {
		t.Errorf("enabled are %s", s.method(session))
	}
	s.advance(time.Minute)
	login := s.at(s.signIn(ada), "code", "sms")
	if len(login.Next.Others) != 0 {
		t.Errorf("offered beside it: %+v", login.Next.Others)
	}
	s.wrong(login, first.shows(0), "code_wrong")
	session = s.session(s.enter(login, s.sent(number).Code))
	second := s.enables(session)
	if s.method(session) != "totp" || second.secret == first.secret {
		t.Errorf("enabled are %s", s.method(session))
	}
	s.session(s.enter(s.at(s.signIn(ada), "code", "totp"), second.shows(0)))
}

// KODE-10: the alternative of the related articles, and accounts of programs.
func TestKODEAsksOnANewDeviceOnlyWhereSetSo(t *testing.T) {
	s := open(t, "kode", func(r *rollout.Rollout) {
		r.Device = rollout.Device{Remember: true, Automatic: true, Lifetime: rollout.Duration(720 * time.Hour)}
	})
	ctx := t.Context()
	s.added(ada)
	app := s.enables(s.in(ada))
	f := s.at(s.signIn(ada), "code", "totp")
	if f.Next.Remember {
		t.Error("there is nothing to tick where every device is trusted")
	}
	f = s.enter(f, app.shows(0))
	if f.Next.DeviceToken == "" {
		t.Fatal("the device is not known from now on")
	}
	s.session(f)
	s.at(s.signInOn(ada, f.Next.DeviceToken), "done", "")
	s.at(s.signIn(ada), "code", "totp")

	robot, err := s.AddUser(ctx, api.NewUser{Email: "robot@example.com", Role: "service"})
	s.ok(err)
	if len(robot.AccessKey) < 32 {
		t.Fatalf("the access key has %d characters", len(robot.AccessKey))
	}
	s.session(s.flow(s.tryPassword("robot@example.com", robot.AccessKey)))
	_, err = s.tryPassword("robot@example.com", robot.AccessKey+"x")
	s.refuses(err, 401, "credentials_refused")
	if again, err := s.User(ctx, robot.ID); err != nil || again.Role != "service" {
		t.Errorf("the account is %s, %v", again.Role, err)
	}
	// Even with a factor, a program is not asked.
	session := s.session(s.flow(s.tryPassword("robot@example.com", robot.AccessKey)))
	s.enables(session)
	s.session(s.flow(s.tryPassword("robot@example.com", robot.AccessKey)))
}
