package verifier_test

import (
	"fmt"
	"testing"
	"time"

	"twofold/verifier"
	"twofold/verifier/rollout"
	"twofold/verifier/store"
)

// fewMessages keeps the days of a test short.
func fewMessages(r *rollout.Rollout) { r.Message.PerDay = 10 }

// TestP31_AccountCannotSendToAnyNumberOfNumbers has somebody type one number
// after the other, and never the code.
func TestP31_AccountCannotSendToAnyNumberOfNumbers(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		flow := w.signUp("ada@example.com")
		sent := 0
		for n := range 60 {
			number := fmt.Sprintf("+1202555%04d", 100+n)
			p, err := w.svc.Enroll(t.Context(), flow.ID, verifier.NewFactor{Method: "sms", Phone: number})
			w.must(err)
			sent += len(w.mail.Messages(number))
			if p.Sent.TooSoon != (len(w.mail.Messages(number)) == 0) {
				t.Fatalf("number %d: the flow says %+v", n, p.Sent)
			}
			w.advance(8 * time.Minute)
		}
		if sent > w.svc.Rollout().Message.PerDay || sent < 5 {
			t.Errorf("%d messages left for one account in a day", sent)
		}
	}, fewMessages)
}

// TestP13_StrangersAccountsCannotStopCodes has strangers enroll somebody's
// number in accounts of their own, again and again.
func TestP13_StrangersAccountsCannotStopCodes(t *testing.T) {
	const number = "+12025550143"
	onBoth(t, func(t *testing.T, w *world) {
		flow := w.signUp("ada@example.com")
		_, err := w.svc.Enroll(t.Context(), flow.ID, verifier.NewFactor{Method: "sms", Phone: number})
		w.must(err)
		w.accepted(flow.ID, w.sent(number))
		ada := &person{email: "ada@example.com"}
		for n := range 40 {
			w.advance(5 * time.Minute)
			stranger := w.signUp(fmt.Sprintf("eve%d@example.com", n))
			_, err := w.svc.Enroll(t.Context(), stranger.ID, verifier.NewFactor{Method: "sms", Phone: number})
			w.must(err)
		}
		if sent := len(w.mail.Messages(number)); sent > w.svc.Rollout().Message.PerDay/2+1 {
			t.Errorf("strangers had %d messages sent", sent)
		}
		in := w.signIn(ada)
		if in.Sent == nil || in.Sent.TooSoon || in.Sent.ResendAfter > time.Minute {
			t.Fatalf("the code is kept back: %+v", in.Sent)
		}
		w.accepted(in.ID, w.sent(number))
	}, fewMessages)
}

// TestNumberOnFileIsMaskedBeforeTheSecondStep signs in with the password
// alone: the number on file is not typed, so it is not shown.
func TestNumberOnFileIsMaskedBeforeTheSecondStep(t *testing.T) {
	const number = "+12025550143"
	w := newWorld(t, store.NewMemory())
	_, _, err := w.svc.AddUser(t.Context(), verifier.NewUser{
		Email: "ada@example.com", Phone: number, Password: verifier.SecretOf(password),
	})
	w.must(err)
	flow, err := w.trySignIn("ada@example.com", password)
	w.must(err)
	if flow.Step.Kind != verifier.StepChooseMethod {
		t.Fatalf("the sign-in waits for %s", flow.Step.Kind)
	}
	flow, err = w.svc.Enroll(t.Context(), flow.ID, verifier.NewFactor{Method: "sms"})
	w.must(err)
	if flow.Sent == nil || flow.Sent.To != "+1 ••••• 0143" {
		t.Errorf("whoever has the password sees %+v", flow.Sent)
	}
}
