package server_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"twofold/verifier/api"
	"twofold/verifier/rollout"
)

// catalog is the error catalog: names that clients may rely on.
var catalog = []string{
	"code_wrong", "code_wrong_length", "code_not_digits", "code_old_step", "code_future_step", "code_already_used",
	"code_of_other_account", "code_looks_counter_based", "code_wrong_algorithm", "code_expired", "code_superseded",
	"too_many_attempts", "locked", "enrollment_expired", "enrollment_not_confirmed", "enrollment_cancelled", //nolint:misspell // the name is a promise
	"skip_not_allowed", "method_not_allowed", "phone_missing", "phone_invalid", "phone_country_unknown",
	"email_unverified", "delivery_failed", "resend_too_soon", "password_wrong", "password_temporary_expired",
	"password_must_change", "password_breached", "disable_password_wrong", "disable_forbidden_by_policy",
	"device_trust_expired", "device_trust_revoked", "helpdesk_identity_failed", "recovery_code_used",
}

// heard is what came of the cause, as the account holder has it: nothing
// refused is 200, with what the flow waits for.
type heard struct {
	status int
	code   string
	again  time.Duration // Retry-After
}

var coarse = heard{status: 401, code: "code_refused"}

// entry is one name of the catalog, and its cause.
type entry struct {
	event string // type of the event that names it; empty: the answer does
	heard heard
	cause func(*scene) error
}

// TestCatalog produces every entry by its cause, end to end: what the tester
// reads in the events, and what the account holder hears.
func TestCatalog(t *testing.T) {
	for _, code := range catalog {
		t.Run(code, func(t *testing.T) {
			e, is := causes[code]
			if !is {
				t.Fatal("nothing produces it")
			}
			s := open(t, "plain", func(r *rollout.Rollout) {
				r.Message.Lifetime = rollout.Duration(2 * time.Minute) // a flow outlives its code
				r.Limits.HardStop = 12
			})
			err := e.cause(s)
			got := heard{status: 200, code: "code"}
			var p *api.Problem
			if errors.As(err, &p) {
				got = heard{p.Status, p.Code, p.RetryAfter}
			} else if err != nil {
				t.Fatal(err)
			}
			if got != e.heard {
				t.Errorf("the account holder hears %+v, want %+v", got, e.heard)
			}
			if e.event == "" {
				if got.code != code {
					t.Errorf("neither the answer nor an event names it")
				}
				return
			}
			if last := s.last(); last.Type != e.event || last.Cause != code || last.Outcome != "refused" {
				t.Errorf("the tester hears %+v", last)
			}
		})
	}
	for code := range causes {
		if !slices.Contains(catalog, code) {
			t.Errorf("%s is not in the catalog", code)
		}
	}
}

// asked is a sign-in that waits for the code of an app.
func (s *scene) asked() (api.Flow, *phone) {
	s.t.Helper()
	s.added(ada)
	f := s.flow(s.Enroll(s.t.Context(), s.signIn(ada).ID, api.EnrollRequest{Method: "totp"}))
	app := s.scans(f)
	s.session(s.enter(f, app.shows(0)))
	s.step()
	s.step()
	return s.at(s.signIn(ada), "code", "totp"), app
}

// answered is a session of somebody with an app.
func (s *scene) answered() (session string) {
	s.t.Helper()
	f, app := s.asked()
	session = s.session(s.enter(f, app.shows(0)))
	s.step()
	return session
}

// mailed is a sign-in that waits for a code by e-mail.
func (s *scene) mailed() api.Flow {
	s.t.Helper()
	s.added(ada)
	f := s.flow(s.Enroll(s.t.Context(), s.signIn(ada).ID, api.EnrollRequest{Method: "email"}))
	s.session(s.enter(f, s.sent(ada).Code))
	s.advance(time.Hour)
	return s.at(s.signIn(ada), "code", "email")
}

// takes changes the roll-out in force.
func (s *scene) takes(change func(*rollout.Rollout)) {
	s.t.Helper()
	r, err := s.Rollout(context.Background())
	s.ok(err)
	change(&r)
	_, err = s.SetRollout(context.Background(), r)
	s.ok(err)
}

func (s *scene) try(f api.Flow, code string) error {
	_, err := s.Code(s.t.Context(), f.ID, api.CodeRequest{Code: code})
	return err
}

// onlySent is the error of a call whose answer is not looked at.
func onlySent(_ api.Flow, err error) error { return err }

var causes = map[string]entry{
	"code_wrong": {"code", coarse, func(s *scene) error {
		f, app := s.asked()
		return s.try(f, app.stray())
	}},
	"code_wrong_length": {"code", coarse, func(s *scene) error {
		f, app := s.asked()
		return s.try(f, app.shows(0)[:5])
	}},
	"code_not_digits": {"code", coarse, func(s *scene) error {
		f, _ := s.asked()
		return s.try(f, "12E456")
	}},
	"code_old_step": {"code", coarse, func(s *scene) error {
		f, app := s.asked()
		code := app.shows(0)
		s.advance(time.Minute)
		return s.try(f, code)
	}},
	"code_future_step": {"code", coarse, func(s *scene) error {
		f, app := s.asked()
		return s.try(f, app.shows(2))
	}},
	"code_already_used": {"code", coarse, func(s *scene) error {
		f, app := s.asked()
		s.session(s.enter(f, app.shows(0)))
		return s.try(s.signIn(ada), app.shows(0))
	}},
	"code_of_other_account": {"code", coarse, func(s *scene) error {
		f, _ := s.asked()
		s.added("bob@example.com")
		g := s.flow(s.Enroll(s.t.Context(), s.signIn("bob@example.com").ID, api.EnrollRequest{Method: "totp"}))
		bob := s.scans(g)
		s.session(s.enter(g, bob.shows(0)))
		return s.try(f, bob.shows(0))
	}},
	"code_looks_counter_based": {"code", coarse, func(s *scene) error {
		f, app := s.asked()
		return s.try(f, app.counts(0))
	}},
	"code_wrong_algorithm": {"confirm", coarse, func(s *scene) error {
		s.takes(func(r *rollout.Rollout) { r.TOTP.Algorithm = "SHA256" })
		s.added(ada)
		f := s.flow(s.Enroll(s.t.Context(), s.signIn(ada).ID, api.EnrollRequest{Method: "totp"}))
		return s.try(f, codeAt(s.t, f.Next.Secret, s.now())) // by an app that only knows SHA1
	}},
	"code_expired": {"code", coarse, func(s *scene) error {
		f := s.mailed()
		s.advance(2 * time.Minute)
		return s.try(f, s.sent(ada).Code)
	}},
	"code_superseded": {"code", coarse, func(s *scene) error {
		f := s.mailed()
		older := s.sent(ada).Code
		s.advance(time.Minute)
		s.flow(s.Send(s.t.Context(), f.ID))
		return s.try(f, older)
	}},
	"too_many_attempts": {"code", heard{429, "too_many_attempts", time.Minute}, func(s *scene) error {
		f, app := s.asked()
		for range 5 {
			s.wrong(f, app.stray(), "code_wrong")
		}
		return s.try(f, app.shows(0))
	}},
	"locked": {"code", heard{429, "too_many_attempts", 15 * time.Minute}, func(s *scene) error {
		_, app := s.asked()
		for range 12 {
			s.advance(15 * time.Minute)
			s.wrong(s.signIn(ada), app.stray(), "code_wrong")
		}
		s.advance(24 * time.Hour) // no wait helps
		return s.try(s.signIn(ada), app.shows(0))
	}},
	"enrollment_expired": {"", heard{410, "enrollment_expired", 0}, func(s *scene) error {
		s.added(ada)
		f := s.flow(s.Enroll(s.t.Context(), s.signIn(ada).ID, api.EnrollRequest{Method: "totp"}))
		app := s.scans(f)
		s.advance(10 * time.Minute)
		return s.try(f, app.shows(0))
	}},
	"enrollment_not_confirmed": {"code", coarse, func(s *scene) error {
		session := s.answered()
		abandoned := s.scans(s.flow(s.AddFactor(s.t.Context(), session, api.EnrollRequest{Method: "totp"})))
		return s.try(s.signIn(ada), abandoned.shows(0))
	}},
	"enrollment_cancelled": {"cancel", heard{410, "enrollment_cancelled", 0}, func(s *scene) error { //nolint:misspell // the name is a promise
		f := s.flow(s.AddFactor(s.t.Context(), s.answered(), api.EnrollRequest{Method: "totp"}))
		app := s.scans(f)
		s.ok(s.Cancel(s.t.Context(), f.ID))
		return s.try(f, app.shows(0))
	}},
	"skip_not_allowed": {"skip", heard{403, "skip_not_allowed", 0}, func(s *scene) error {
		s.added(ada)
		return onlySent(s.Skip(s.t.Context(), s.signIn(ada).ID))
	}},
	"method_not_allowed": {"", heard{403, "method_not_allowed", 0}, func(s *scene) error {
		s.takes(func(r *rollout.Rollout) { r.SecondStep.Methods = []rollout.Method{"totp"} })
		s.added(ada)
		return onlySent(s.Enroll(s.t.Context(), s.signIn(ada).ID, api.EnrollRequest{Method: "email"}))
	}},
	"phone_missing":         {"", heard{422, "phone_missing", 0}, numbered("")},
	"phone_invalid":         {"", heard{422, "phone_invalid", 0}, numbered("+49 17")},
	"phone_country_unknown": {"", heard{422, "phone_country_unknown", 0}, numbered("0170 1234567")},
	"email_unverified": {"", heard{403, "email_unverified", 0}, func(s *scene) error {
		session := s.answered()
		f := s.flow(s.AddFactor(s.t.Context(), session, api.EnrollRequest{Method: "email"}))
		return s.Prefer(s.t.Context(), session, api.FactorChoice{Factor: f.Next.Factor})
	}},
	"delivery_failed": {"message", heard{502, "delivery_failed", 0}, func(s *scene) error {
		f := s.mailed()
		_, err := s.SetFaults(s.t.Context(), api.Faults{Email: api.Fault{Refused: true}})
		s.ok(err)
		s.advance(time.Minute)
		return onlySent(s.Send(s.t.Context(), f.ID))
	}},
	"resend_too_soon": {"message", heard{429, "resend_too_soon", 30 * time.Second}, func(s *scene) error {
		return onlySent(s.Send(s.t.Context(), s.mailed().ID))
	}},
	"password_wrong": {"password", heard{401, "credentials_refused", 0}, func(s *scene) error {
		s.added(ada)
		return onlySent(s.tryPassword(ada, "a wrong password"))
	}},
	"password_temporary_expired": {"password", heard{403, "password_temporary_expired", 0}, func(s *scene) error {
		temporary := s.invited(ada)
		s.advance(72 * time.Hour)
		return onlySent(s.tryPassword(ada, temporary))
	}},
	"password_must_change": {"", heard{409, "password_must_change", 0}, func(s *scene) error {
		f := s.flow(s.tryPassword(ada, s.invited(ada)))
		return onlySent(s.Enroll(s.t.Context(), f.ID, api.EnrollRequest{Method: "totp"}))
	}},
	"password_breached": {"", heard{422, "password_breached", 0}, func(s *scene) error {
		return onlySent(s.SignUp(s.t.Context(), api.SignUpRequest{Email: ada, Password: "passwordpassword"}))
	}},
	"disable_password_wrong": {"password", heard{403, "disable_password_wrong", 0}, func(s *scene) error {
		return s.disables(s.answered(), "a wrong password")
	}},
	"disable_forbidden_by_policy": {"factor_removed", heard{403, "disable_forbidden_by_policy", 0}, func(s *scene) error {
		return s.disables(s.answered(), password)
	}},
	"device_trust_expired": {"device", heard{status: 200, code: "code"}, func(s *scene) error {
		device, _ := s.trusted()
		s.advance(30 * 24 * time.Hour)
		return s.notSpared(device)
	}},
	"device_trust_revoked": {"device", heard{status: 200, code: "code"}, func(s *scene) error {
		device, session := s.trusted()
		s.ok(s.ForgetDevices(s.t.Context(), session))
		return s.notSpared(device)
	}},
	"helpdesk_identity_failed": {"helpdesk", heard{403, "helpdesk_identity_failed", 0}, func(s *scene) error {
		s.takes(func(r *rollout.Rollout) {
			r.Helpdesk = rollout.Helpdesk{Reset: true, Questions: []string{"Since when?"}}
		})
		s.asked()
		s.added(helper, func(n *api.NewUser) { n.Role = "helpdesk" })
		s.ok(s.SetQuestions(s.t.Context(), s.user(ada).ID, api.QuestionsRequest{Questions: []api.Question{{Ask: "Since when?", Answer: "May"}}}))
		return s.Helpdesk(s.t.Context(), s.user(ada).ID, api.HelpdeskRequest{Operator: helper, Answers: []string{"June"}})
	}},
	"recovery_code_used": {"code", coarse, func(s *scene) error {
		_, recovery := s.has("totp")
		s.session(s.enter(s.signIn(ada), recovery[0]))
		return s.try(s.signIn(ada), recovery[0])
	}},
}

// numbered enrolls text messages to a number.
func numbered(phone string) func(*scene) error {
	return func(s *scene) error {
		s.added(ada)
		return onlySent(s.Enroll(s.t.Context(), s.signIn(ada).ID, api.EnrollRequest{Method: "sms", Phone: phone}))
	}
}

// trusted is a device of somebody with an app, and a session on it.
func (s *scene) trusted() (device, session string) {
	s.t.Helper()
	f, app := s.asked()
	f = s.flow(s.Code(s.t.Context(), f.ID, api.CodeRequest{Code: app.shows(0), RememberDevice: true}))
	s.at(s.signInOn(ada, f.Next.DeviceToken), "done", "")
	return f.Next.DeviceToken, s.session(f)
}

// notSpared signs in on a device whose trust has ended: the code is asked for.
func (s *scene) notSpared(device string) error {
	s.t.Helper()
	s.at(s.signInOn(ada, device), "code", "totp")
	return nil
}
