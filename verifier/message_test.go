package verifier_test

import (
	"strings"
	"testing"
	"time"

	"twofold/verifier"
	"twofold/verifier/rollout"
)

// emailed signs somebody up with codes by e-mail as their second step.
func (w *world) emailed(email string) *person {
	w.t.Helper()
	flow := w.signUp(email)
	_, err := w.svc.Enroll(w.t.Context(), flow.ID, verifier.NewFactor{Method: "email"})
	w.must(err)
	done := w.accepted(flow.ID, w.sent(email))
	me, err := w.svc.Me(w.t.Context(), done.Session)
	w.must(err)
	return &person{email: email, id: me.ID}
}

func TestSentCodeIsBoundToItsFlowAndSpentOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.emailed("ada@example.com")
		first := w.signIn(ada)
		if first.Step.Method != verifier.MethodEmail || first.Sent == nil || first.Sent.To != "a•••@example.com" {
			t.Fatalf("the sign-in waits for %+v, %+v", first.Step, first.Sent)
		}
		codeOfFirst := w.sent(ada.email)
		second := w.signIn(ada)
		w.refused(second.ID, codeOfFirst, verifier.CauseCodeWrong) // of another flow
		w.accepted(first.ID, codeOfFirst)
		w.refused(second.ID, codeOfFirst, verifier.CauseCodeWrong)
		w.accepted(second.ID, w.sent(ada.email))
	})
}

// TestP22 covers what e-mail codes broke elsewhere: tries, age and resends.
func TestP22_SentCodeDiesOfTriesAgeAndResend(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.emailed("ada@example.com")
		flow := w.signIn(ada)
		right := w.sent(ada.email)
		for range w.svc.Rollout().Limits.CodeFailures {
			w.refused(flow.ID, other(right), verifier.CauseCodeWrong)
		}
		w.refused(flow.ID, right, verifier.CauseTooManyAttempts)
		w.must(w.svc.Unlock(t.Context(), ada.id))

		lifetime := w.svc.Rollout().Message.Lifetime.Std()
		flow = w.signIn(ada)
		right = w.sent(ada.email)
		w.advance(lifetime - time.Second)
		flow2 := w.signIn(ada)
		w.accepted(flow.ID, right) // just in time
		late := w.sent(ada.email)
		w.advance(lifetime)
		_, err := w.answer(flow2.ID, late)
		w.refusal(err, verifier.CauseFlowExpired) // the flow lives no longer than its code
	}, func(r *rollout.Rollout) { r.Message.ResendAfter = rollout.Duration(time.Second) })
}

func TestExpiredAndSupersededCodesAreNamed(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.emailed("ada@example.com")
		flow := w.signIn(ada)
		old := w.sent(ada.email)
		_, err := w.svc.Send(t.Context(), flow.ID)
		if wait := w.refusal(err, verifier.CauseResendTooSoon); wait <= 0 {
			t.Error("no time is named after which to ask again")
		}
		w.advance(time.Minute)
		if _, err := w.svc.Send(t.Context(), flow.ID); err != nil {
			t.Fatal(err)
		}
		fresh := w.sent(ada.email)
		w.refused(flow.ID, old, verifier.CauseCodeSuperseded)
		if w.failures(ada) != 1 {
			t.Errorf("a superseded code counts %d failures", w.failures(ada))
		}
		w.advance(2 * time.Minute) // the code lives two minutes here, the flow ten
		w.refused(flow.ID, fresh, verifier.CauseCodeExpired)
		if _, err := w.svc.Send(t.Context(), flow.ID); err != nil {
			t.Fatal(err)
		}
		if w.failures(ada) != 2 {
			t.Errorf("after a resend %d failures are counted, want 2 (P12)", w.failures(ada))
		}
		w.accepted(flow.ID, w.sent(ada.email))
	}, func(r *rollout.Rollout) { r.Message.Lifetime = rollout.Duration(2 * time.Minute) })
}

func TestP31_ResendsBackOffAndHaveADailyBudget(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.emailed("ada@example.com")
		flow := w.signIn(ada)
		var waits []time.Duration
		for range 4 {
			_, err := w.svc.Send(t.Context(), flow.ID)
			wait := w.refusal(err, verifier.CauseResendTooSoon)
			waits = append(waits, wait)
			w.advance(wait)
			if _, err = w.svc.Send(t.Context(), flow.ID); err != nil {
				t.Fatal(err)
			}
		}
		for i := 1; i < len(waits); i++ {
			if waits[i] != 2*waits[i-1] {
				t.Fatalf("the waits are %v, want each twice the one before", waits)
			}
		}
		before := len(w.mail.Messages(ada.email))
		for range 40 { // new flows are no way around it
			w.signIn(ada)
		}
		if sent := len(w.mail.Messages(ada.email)) - before; sent > 5 {
			t.Errorf("%d more messages left in one moment", sent)
		}
		for day := 0; day < 100; day++ {
			w.advance(10 * time.Minute)
			w.signIn(ada)
		}
		if sent := len(w.mail.Messages(ada.email)); sent > 2*w.svc.Rollout().Message.PerDay {
			t.Errorf("%d messages in two days, more than the budget", sent)
		}
	}, func(r *rollout.Rollout) { r.Message.PerDay = 10; r.Lifetimes.Flow = rollout.Duration(24 * time.Hour) })
}

func TestFailedDeliveryLetsTheFlowGoOn(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.emailed("ada@example.com")
		w.mail.SetFaults(refuseMail)
		flow := w.signIn(ada)
		if flow.Sent == nil || !flow.Sent.Failed {
			t.Fatalf("the failure is not said: %+v", flow.Sent)
		}
		if e := w.lastEvent(); e.Cause != verifier.CauseDeliveryFailed || e.Type != verifier.EventMessage {
			t.Errorf("the last event is %+v", e)
		}
		w.advance(time.Hour / 12)
		_, err := w.svc.Send(t.Context(), flow.ID)
		w.refusal(err, verifier.CauseDeliveryFailed)
		for range 6 { // a server that is down makes nobody wait longer
			w.advance(30 * time.Second)
			_, err := w.svc.Send(t.Context(), flow.ID)
			w.refusal(err, verifier.CauseDeliveryFailed)
		}
		w.mail.SetFaults(noFaults)
		w.advance(30 * time.Second)
		if _, err := w.svc.Send(t.Context(), flow.ID); err != nil {
			t.Fatal(err)
		}
		w.accepted(flow.ID, w.sent(ada.email))
	})
}

// KODE-6, KODE-9
func TestNumbersAreNormalizedOrNamedAsWrong(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		flow := w.signUp("ada@example.com")
		enroll := func(phone string) error {
			_, err := w.svc.Enroll(t.Context(), flow.ID, verifier.NewFactor{Method: "sms", Phone: phone})
			return err
		}
		for phone, want := range map[string]verifier.Cause{
			"": verifier.CausePhoneMissing, "0170 1234567": verifier.CausePhoneCountryUnknown,
			"+999 1234567": verifier.CausePhoneCountryUnknown, "+49 12": verifier.CausePhoneInvalid, "call me": verifier.CausePhoneInvalid,
		} {
			if got := cause(enroll(phone)); got != want && (phone != "call me" || got == "") {
				t.Errorf("%q: %s, want %s", phone, got, want)
			}
		}
		w.must(enroll("+49 (0)170 123-4567"))
		user := w.user("ada@example.com")
		if user.Phone != "" {
			t.Error("the number is on file before it was proven")
		}
		w.accepted(flow.ID, w.sent("+491701234567"))
		if user = w.user("ada@example.com"); user.Phone != "+491701234567" || user.PhoneVerified.IsZero() {
			t.Errorf("the number on file is %q", user.Phone)
		}
	})
}

func (w *world) user(email string) verifier.User {
	w.t.Helper()
	users, err := w.svc.Users(w.t.Context())
	w.must(err)
	for _, u := range users {
		if u.Email == email {
			return u
		}
	}
	w.t.Fatalf("no account %s", email)
	return verifier.User{}
}

// other is a code of the same length that is not code.
func other(code string) string {
	return strings.Map(func(r rune) rune { return '0' + (r-'0'+1)%10 }, code)
}
