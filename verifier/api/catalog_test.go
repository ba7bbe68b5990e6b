package api_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"

	"twofold/verifier/api"
	"twofold/verifier/rollout"
)

// produced has, for each entry of the catalog, what brings it about.
var produced = map[string]func(*served) error{
	"code_wrong":        func(s *served) error { return s.typed("ada", func(string) string { return "000000" }) },
	"code_wrong_length": func(s *served) error { return s.typed("ada", func(string) string { return "1234" }) },
	"code_not_digits":   func(s *served) error { return s.typed("ada", func(string) string { return "abcdef" }) },
	"code_old_step":     func(s *served) error { return s.typed("ada", func(key string) string { return s.code(key, -4) }) },
	"code_future_step":  func(s *served) error { return s.typed("ada", func(key string) string { return s.code(key, 4) }) },
	"code_already_used": func(s *served) error { return s.typed("ada", func(key string) string { return s.code(key, -1) }) },
	"code_of_other_account": func(s *served) error {
		other, _ := s.enrolled("bob@example.com")
		return s.typed("ada", func(string) string { return s.code(other, 0) })
	},
	"code_looks_counter_based": func(s *served) error {
		return s.typed("ada", func(key string) string {
			code, err := hotp.GenerateCode(key, 3)
			s.must(err)
			return code
		})
	},
	"code_wrong_algorithm": func(s *served) error {
		return s.typed("ada", func(key string) string {
			code, err := totp.GenerateCodeCustom(key, s.svc.Clock().Now(), totp.ValidateOpts{Period: 30, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA256})
			s.must(err)
			return code
		})
	},
	"code_expired": func(s *served) error {
		s.changed(func(r *rollout.Rollout) { r.Message.Lifetime = rollout.Duration(time.Minute) })
		flow := s.mailed()
		s.advance(time.Minute)
		return second(s.Code(s.t.Context(), flow.ID, api.CodeRequest{Code: s.lastCode("eve@example.com")}))
	},
	"code_superseded": func(s *served) error {
		flow := s.mailed()
		old := s.lastCode("eve@example.com")
		s.advance(time.Minute)
		s.must(second(s.Send(s.t.Context(), flow.ID)))
		return second(s.Code(s.t.Context(), flow.ID, api.CodeRequest{Code: old}))
	},
	"too_many_attempts": func(s *served) error { return s.guessed(6) },
	"locked": func(s *served) error {
		s.changed(func(r *rollout.Rollout) { r.Limits.HardStop = 5 })
		return s.guessed(6)
	},
	"enrollment_expired": func(s *served) error {
		flow := s.mailed()
		s.advance(10 * time.Minute)
		return second(s.Flow(s.t.Context(), flow.ID))
	},
	"enrollment_not_confirmed": func(s *served) error { return second(s.QR(s.t.Context(), s.newcomer().ID)) },
	"enrollment_cancelled": func(s *served) error { //nolint:misspell // the name is a promise
		flow := s.mailed()
		s.must(s.Cancel(s.t.Context(), flow.ID))
		return second(s.Flow(s.t.Context(), flow.ID))
	},
	"skip_not_allowed": func(s *served) error { return second(s.Skip(s.t.Context(), s.newcomer().ID)) },
	"method_not_allowed": func(s *served) error {
		s.changed(appsOnly)
		return second(s.Enroll(s.t.Context(), s.newcomer().ID, api.EnrollRequest{Method: "sms"}))
	},
	"phone_missing":         func(s *served) error { return s.called("") },
	"phone_invalid":         func(s *served) error { return s.called("+1 5") },
	"phone_country_unknown": func(s *served) error { return s.called("514 555 0123") },
	"email_unverified": func(s *served) error {
		s.changed(func(r *rollout.Rollout) { r.SetUp.Deferred = []rollout.Method{rollout.Email} })
		_, session := s.enrolled("ada@example.com")
		s.must(second(s.AddFactor(s.t.Context(), session, api.EnrollRequest{Method: "email"})))
		user, err := s.svc.User(s.t.Context(), s.user("ada@example.com").ID)
		s.must(err)
		waiting, _ := user.Deferred()
		return s.Prefer(s.t.Context(), session, api.FactorChoice{Factor: waiting.ID})
	},
	"delivery_failed": func(s *served) error {
		flow := s.mailed()
		s.failDeliveries()
		s.advance(time.Minute)
		return second(s.Send(s.t.Context(), flow.ID))
	},
	"resend_too_soon": func(s *served) error { return second(s.Send(s.t.Context(), s.mailed().ID)) },
	"password_wrong": func(s *served) error {
		s.newcomer()
		err := second(s.SignIn(s.t.Context(), api.SignInRequest{Email: "eve@example.com", Password: "wrong"}))
		s.refused(err, 401, "credentials_refused")
		return nil
	},
	"password_temporary_expired": func(s *served) error {
		s.must(second(s.AddUser(s.t.Context(), api.NewUser{Email: "eve@example.com", Temporary: true})))
		s.advance(72 * time.Hour)
		return second(s.SignIn(s.t.Context(), api.SignInRequest{Email: "eve@example.com", Password: s.lastCode("eve@example.com")}))
	},
	"password_must_change": func(s *served) error {
		s.must(second(s.AddUser(s.t.Context(), api.NewUser{Email: "eve@example.com", Temporary: true})))
		flow, err := s.SignIn(s.t.Context(), api.SignInRequest{Email: "eve@example.com", Password: s.lastCode("eve@example.com")})
		s.must(err)
		return second(s.Enroll(s.t.Context(), flow.ID, api.EnrollRequest{Method: "totp"}))
	},
	"password_breached": func(s *served) error {
		return second(s.SignUp(s.t.Context(), api.SignUpRequest{Email: "eve@example.com", Password: "password1"}))
	},
	"disable_password_wrong":      func(s *served) error { return s.removed("wrong") },
	"disable_forbidden_by_policy": func(s *served) error { return s.removed(password) },
	"device_trust_expired":        func(s *served) error { return s.onDevice(func(string) { s.advance(720 * time.Hour) }) },
	"device_trust_revoked": func(s *served) error {
		return s.onDevice(func(session string) { s.must(s.ForgetDevices(s.t.Context(), session)) })
	},
	"helpdesk_identity_failed": func(s *served) error {
		s.changed(func(r *rollout.Rollout) {
			r.Helpdesk = rollout.Helpdesk{Reset: true, Questions: []string{"Badge number?"}}
		})
		s.newcomer()
		s.must(second(s.AddUser(s.t.Context(), api.NewUser{Email: "desk@example.com", Password: password, Role: "helpdesk"})))
		return s.Helpdesk(s.t.Context(), s.user("eve@example.com").ID, api.HelpdeskRequest{Operator: "desk@example.com", Answers: []string{"x"}})
	},
	"recovery_code_used": func(s *served) error {
		flow := s.newcomer()
		flow, err := s.Enroll(s.t.Context(), flow.ID, api.EnrollRequest{Method: "totp"})
		s.must(err)
		flow, err = s.Code(s.t.Context(), flow.ID, api.CodeRequest{Code: s.code(flow.Next.Secret, 0)})
		s.must(err)
		spent := api.CodeRequest{Code: flow.Next.RecoveryCodes[0]}
		s.must(second(s.Code(s.t.Context(), s.signIn("eve@example.com"), spent)))
		return second(s.Code(s.t.Context(), s.signIn("eve@example.com"), spent))
	},
}

// silent are those that no answer names, whatever the roll-out: strangers
// would learn from them, or they refuse nothing.
var silent = map[string]bool{
	"locked": true, "password_wrong": true, "device_trust_expired": true, "device_trust_revoked": true,
}

// unrecorded are those that are about a request and not about an account.
var unrecorded = map[string]bool{
	"enrollment_expired": true, "enrollment_not_confirmed": true, "method_not_allowed": true, "phone_missing": true, "phone_invalid": true,
	"phone_country_unknown": true, "email_unverified": true, "password_must_change": true, "password_breached": true,
}

// TestCatalogIsProduced brings every entry of the catalog about over HTTP, by
// its cause, with diagnosis on: its status and name are in the answer, and in
// the events.
func TestCatalogIsProduced(t *testing.T) {
	for name, status := range catalog {
		t.Run(name, func(t *testing.T) {
			s := serve(t, func(r *rollout.Rollout) { r.Diagnosis = true })
			produce, ok := produced[name]
			if !ok {
				t.Fatal("nothing brings it about")
			}
			err := produce(s)
			if !silent[name] {
				s.refused(err, status, name)
			}
			events, err := s.Events(t.Context())
			s.must(err)
			told := false
			for _, e := range events {
				told = told || e.Outcome == "refused" && e.Cause == name
			}
			if told == unrecorded[name] {
				t.Errorf("in the events: %t", told)
			}
		})
	}
}

func second[T any](_ T, err error) error { return err }

// changed puts the roll-out in force with a change.
func (s *served) changed(change func(*rollout.Rollout)) {
	s.t.Helper()
	r, err := s.Rollout(s.t.Context())
	s.must(err)
	change(&r)
	s.must(second(s.SetRollout(s.t.Context(), r)))
}

// newcomer signs up and stands before the choice of a method.
func (s *served) newcomer() api.Flow {
	s.t.Helper()
	flow, err := s.SignUp(s.t.Context(), api.SignUpRequest{Email: "eve@example.com", Password: password})
	s.must(err)
	return flow
}

// mailed signs up and waits for the code that was mailed.
func (s *served) mailed() api.Flow {
	s.t.Helper()
	flow, err := s.SignUp(s.t.Context(), api.SignUpRequest{Email: "eve@example.com", Password: password, Method: "email"})
	s.must(err)
	return flow
}

// typed signs in as somebody with an app, up to the answer to a code.
func (s *served) typed(name string, code func(secret string) string) error {
	s.t.Helper()
	secret, _ := s.enrolled(name + "@example.com")
	return second(s.Code(s.t.Context(), s.signIn(name+"@example.com"), api.CodeRequest{Code: code(secret)}))
}

// guessed sends n wrong codes and gives the last answer.
func (s *served) guessed(n int) (err error) {
	s.t.Helper()
	s.enrolled("ada@example.com")
	flow := s.signIn("ada@example.com")
	for range n {
		err = second(s.Code(s.t.Context(), flow, api.CodeRequest{Code: "1234"}))
	}
	return err
}

// called asks for SMS codes to a number.
func (s *served) called(phone string) error {
	return second(s.Enroll(s.t.Context(), s.newcomer().ID, api.EnrollRequest{Method: "sms", Phone: phone}))
}

// removed takes the only factor away.
func (s *served) removed(with string) error {
	s.t.Helper()
	_, session := s.enrolled("ada@example.com")
	factors, err := s.Factors(s.t.Context(), session)
	s.must(err)
	return s.RemoveFactor(s.t.Context(), session, factors[0].ID, api.RemoveFactorRequest{Password: with})
}

// onDevice signs in on a trusted device after something happened to it, and
// has to show a code.
func (s *served) onDevice(happens func(session string)) error {
	s.t.Helper()
	ctx := s.t.Context()
	secret, session := s.enrolled("ada@example.com")
	flow, err := s.Code(ctx, s.signIn("ada@example.com"), api.CodeRequest{Code: s.code(secret, 0), RememberDevice: true})
	s.must(err)
	happens(session)
	again, err := s.SignIn(ctx, api.SignInRequest{Email: "ada@example.com", Password: password, DeviceToken: flow.Next.DeviceToken})
	s.must(err)
	if again.Next.Step != "code" {
		return errors.New(fmt.Sprint("next is ", again.Next.Step))
	}
	return nil
}
