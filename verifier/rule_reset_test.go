package verifier_test

import (
	"strings"
	"testing"
	"time"

	"twofold/verifier"
	"twofold/verifier/rollout"
	"twofold/verifier/store"
)

// TestP19_PasswordResetSignsNobodyIn resets, and is asked for the second step.
// KORE-7
func TestP19_PasswordResetSignsNobodyIn(t *testing.T) {
	fresh := verifier.SecretOf("another horse battery")
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.enrolled("ada@example.com")
		session := w.accepted(w.signIn(ada).ID, w.code(ada, 0)).Session
		w.advance(30 * time.Second)
		w.refused(w.signIn(ada).ID, w.wrong(ada), verifier.CauseCodeWrong)
		w.must(w.svc.RequestReset(t.Context(), " ADA@example.com "))
		token := verifier.SecretOf(w.sent(ada.email))
		link, err := w.svc.Link(t.Context(), token)
		if w.must(err); link.Kind != verifier.LinkReset || link.UserID != ada.id {
			t.Errorf("the link is %+v", link)
		}
		w.refusal(w.svc.ResetPassword(t.Context(), token, verifier.SecretOf("password")), verifier.CausePasswordBreached)
		w.refusal(w.svc.ResetPassword(t.Context(), token, verifier.SecretOf("x7-qPw")), verifier.CausePasswordTooShort)
		w.must(w.svc.ResetPassword(t.Context(), token, fresh)) // a refusal did not spend it
		for range 2 {
			w.refusal(w.svc.ResetPassword(t.Context(), token, verifier.SecretOf("a third horse battery")), verifier.CauseLinkRefused)
			_, err = w.svc.Link(t.Context(), token)
			w.refusal(err, verifier.CauseLinkRefused)
		}
		_, err = w.svc.Me(t.Context(), session)
		w.refusal(err, verifier.CauseSessionRefused)
		p, err := w.svc.SignIn(t.Context(), verifier.Credentials{Email: ada.email, Password: fresh})
		if w.must(err); p.Step.Kind != verifier.StepCode || !p.Session.IsZero() {
			t.Fatalf("after the reset the sign-in waits for %s", p.Step.Kind)
		}
		if w.failures(ada) != 1 {
			t.Errorf("%d failures after the reset, want the 1 before", w.failures(ada))
		}
		w.accepted(p.ID, w.code(ada, 0))
	})
}

// KORE-7
func TestResetLinksAreBoundToTheirAccountAndTime(t *testing.T) {
	fresh := verifier.SecretOf("another horse battery")
	onBoth(t, func(t *testing.T, w *world) {
		ada, eve := w.enrolled("ada@example.com"), w.enrolled("eve@example.com")
		w.must(w.svc.RequestReset(t.Context(), ada.email))
		first := verifier.SecretOf(w.sent(ada.email))
		w.advance(time.Minute)
		w.must(w.svc.RequestReset(t.Context(), ada.email))
		second := verifier.SecretOf(w.sent(ada.email))
		w.must(w.svc.ResetPassword(t.Context(), second, fresh))
		w.refusal(w.svc.ResetPassword(t.Context(), first, fresh), verifier.CauseLinkRefused) // the use of one ends all
		_, err := w.trySignIn(eve.email, password)
		w.must(err) // nobody else's password changed

		w.must(w.svc.RequestReset(t.Context(), eve.email))
		late := verifier.SecretOf(w.sent(eve.email))
		w.advance(w.svc.Rollout().Lifetimes.Reset.Std())
		w.refusal(w.svc.ResetPassword(t.Context(), late, fresh), verifier.CauseLinkRefused)

		before := len(w.mail.Messages(""))
		w.must(w.svc.RequestReset(t.Context(), "nobody@example.com"))
		w.must(w.svc.SetDisabled(t.Context(), eve.id, true))
		w.must(w.svc.RequestReset(t.Context(), eve.email))
		if len(w.mail.Messages("")) != before {
			t.Error("a link was mailed to nobody, or to a disabled account")
		}
	})
}

// TestResetsAreNoMailBomb asks for link after link.
func TestResetsAreNoMailBomb(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.enrolled("ada@example.com")
		before := len(w.mail.Messages(ada.email))
		for range 50 {
			w.must(w.svc.RequestReset(t.Context(), ada.email))
		}
		if sent := len(w.mail.Messages(ada.email)) - before; sent > 5 {
			t.Errorf("%d messages left in one moment", sent)
		}
	})
}

// TestP29_PhaseHoldsForSessionsThatBeganBefore lets somebody in without a
// second step, and moves the calendar on.
// KNX-6
func TestP29_PhaseHoldsForSessionsThatBeganBefore(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		boundary := time.Date(2026, 7, 13, 4, 0, 0, 0, time.UTC)
		w.must(w.clock.Set(boundary.Add(-time.Microsecond)))
		flow := w.signUp("ada@example.com")
		if !flow.Step.Skippable {
			t.Fatalf("the sign-up waits for %+v", flow.Step)
		}
		done, err := w.svc.Skip(t.Context(), flow.ID)
		w.must(err)
		_, err = w.svc.Me(t.Context(), done.Session)
		w.must(err)
		w.must(w.clock.Set(boundary))
		_, err = w.svc.Me(t.Context(), done.Session)
		w.refusal(err, verifier.CauseSessionRefused)
		_, err = w.svc.AddFactor(t.Context(), done.Session, verifier.NewFactor{Method: "totp"})
		w.refusal(err, verifier.CauseSessionRefused)
		p, err := w.trySignIn("ada@example.com", password)
		if w.must(err); p.Step.Kind != verifier.StepConfirm || p.Step.Method != verifier.MethodEmail {
			t.Errorf("the next sign-in waits for %+v", p.Step)
		}
	}, named("konexus"))
}

// TestP29_MethodThatIsNoLongerAllowedIsNotBegun takes a method away while a
// flow offers it.
func TestP29_MethodThatIsNoLongerAllowedIsNotBegun(t *testing.T) {
	w := newWorld(t, store.NewMemory())
	flow := w.signUp("ada@example.com")
	r := w.svc.Rollout()
	r.SecondStep.Methods = []rollout.Method{rollout.TOTP}
	w.must(w.svc.SetRollout(t.Context(), r))
	_, err := w.svc.Enroll(t.Context(), flow.ID, verifier.NewFactor{Method: "email"})
	w.refusal(err, verifier.CauseMethodNotAllowed)
	w.enroll(flow.ID)
}

// KORE-8
func TestContactChangesOnlyWhenItsCodeIsRight(t *testing.T) {
	const next = "ada@new.example"
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.emailed("ada@example.com")
		w.emailed("eve@example.com")
		w.advance(time.Hour)
		session := w.accepted(w.signIn(ada).ID, w.sent(ada.email)).Session
		change := func(c verifier.Contact) (verifier.Progress, error) {
			c.Password = verifier.SecretOf(password)
			return w.svc.ChangeContact(t.Context(), session, c)
		}
		_, err := w.svc.ChangeContact(t.Context(), session, verifier.Contact{Email: next, Password: verifier.SecretOf("wrong")})
		w.refusal(err, verifier.CausePasswordWrong)
		_, err = change(verifier.Contact{Email: "no address"})
		w.refusal(err, verifier.CauseEmailInvalid)
		_, err = change(verifier.Contact{Phone: "0170 123"})
		w.refusal(err, verifier.CausePhoneCountryUnknown)
		if len(w.mail.Messages(next)) != 0 {
			t.Error("a refused change was written about")
		}

		flow, err := change(verifier.Contact{Email: next})
		w.must(err)
		if flow.Kind != verifier.FlowContact || flow.Contact != next || flow.Step.Kind != verifier.StepConfirm {
			t.Fatalf("the change waits for %+v", flow.Step)
		}
		w.refused(flow.ID, other(w.sent(next)), verifier.CauseCodeWrong)
		if u := w.user(ada.email); u.Email != ada.email || u.Factors[0].Target != ada.email {
			t.Errorf("before the code: %s, codes go to %s", u.Email, u.Factors[0].Target)
		}
		p := w.accepted(flow.ID, w.sent(next))
		if p.Step.Kind != verifier.StepDone || !p.Session.IsZero() {
			t.Errorf("after it the flow waits for %s, with a session: %t", p.Step.Kind, !p.Session.IsZero())
		}
		u := w.user(next)
		if u.Factors[0].Target != next || u.EmailVerified.IsZero() || u.ID != ada.id {
			t.Errorf("codes go to %s", u.Factors[0].Target)
		}
		if _, err := w.svc.Me(t.Context(), session); err != nil {
			t.Errorf("the session that changed it: %v", err)
		}
		old := w.mail.Messages(ada.email)
		if last := old[len(old)-1]; last.Code != "" || !strings.Contains(last.Text, "a•••@new.example") {
			t.Errorf("the old address hears %q", last.Text)
		}

		// An address that is taken meanwhile, or already.
		flow, err = change(verifier.Contact{Email: "eve@example.com"})
		w.must(err) // not told before it is proven: that would name accounts
		_, err = w.answer(flow.ID, w.sent("eve@example.com"))
		w.refusal(err, verifier.CauseEmailTaken)
		if w.user(next).Email != next {
			t.Error("the address changed all the same")
		}
	})
}

// KORE-8: given up, it is over.
func TestContactChangeCanBeGivenUp(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.enrolled("ada@example.com")
		session := w.accepted(w.signIn(ada).ID, w.code(ada, 0)).Session
		flow, err := w.svc.ChangeContact(t.Context(), session, verifier.Contact{Phone: "+15145550123", Password: verifier.SecretOf(password)})
		w.must(err)
		code := w.sent("+15145550123")
		w.must(w.svc.Cancel(t.Context(), flow.ID))
		w.refused(flow.ID, code, verifier.CauseEnrollmentCancelled)
		if u := w.user(ada.email); u.Phone != "" {
			t.Errorf("the number is %s", u.Phone)
		}
	})
}

// KOR-1, KOR-3
func TestTemporaryPasswordsAreForOneSignIn(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		user, access, err := w.svc.AddUser(t.Context(), verifier.NewUser{Email: "ada@example.com", Temporary: true})
		w.must(err)
		if !access.IsZero() || user.StateAt(w.svc.Rollout(), w.clock.Now()) != verifier.StateMustChange {
			t.Errorf("the new account is %s", user.StateAt(w.svc.Rollout(), w.clock.Now()))
		}
		temporary := w.sent(user.Email)
		flow, err := w.trySignIn(user.Email, temporary)
		if w.must(err); flow.Step.Kind != verifier.StepChangePassword {
			t.Fatalf("the sign-in waits for %s", flow.Step.Kind)
		}
		_, err = w.trySignIn(user.Email, temporary)
		w.refusal(err, verifier.CausePasswordTemporaryExpired)
		_, err = w.svc.ChangePassword(t.Context(), flow.ID, verifier.SecretOf(temporary))
		w.refusal(err, verifier.CausePasswordMustChange)
		_, err = w.svc.Enroll(t.Context(), flow.ID, verifier.NewFactor{Method: "totp"})
		w.refusal(err, verifier.CausePasswordMustChange)
		_, err = w.answer(flow.ID, "123456")
		w.refusal(err, verifier.CausePasswordMustChange)
		flow, err = w.svc.ChangePassword(t.Context(), flow.ID, verifier.SecretOf(password))
		if w.must(err); flow.Step.Kind != verifier.StepChooseMethod {
			t.Errorf("then it waits for %s", flow.Step.Kind)
		}
		_, err = w.svc.ChangePassword(t.Context(), flow.ID, verifier.SecretOf(password))
		w.refusal(err, verifier.CauseFlowElsewhere)

		// A later one leaves the second step alone (KOR-2, ASVS 6.4.3).
		ada := &person{email: user.Email, id: user.ID, secret: w.enroll(flow.ID)}
		w.accepted(flow.ID, w.code(ada, 0))
		w.advance(30 * time.Second)
		w.must(w.svc.Temporary(t.Context(), ada.id))
		flow, err = w.trySignIn(user.Email, w.sent(user.Email))
		if w.must(err); flow.Step.Kind != verifier.StepCode {
			t.Fatalf("somebody with an app and a temporary password first shows %s", flow.Step.Kind)
		}
		if p := w.accepted(flow.ID, w.code(ada, 0)); p.Step.Kind != verifier.StepChangePassword || !p.Session.IsZero() {
			t.Errorf("and then %s", p.Step.Kind)
		}
	})
}
