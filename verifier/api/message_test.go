package api_test

import (
	"testing"
	"time"

	"twofold/verifier/api"
)

// TestCodeByEmail walks an e-mail code from its choice to the sign-in after it.
func TestCodeByEmail(t *testing.T) {
	s := serve(t)
	flow, err := s.SignUp(t.Context(), api.SignUpRequest{Email: "ada@example.com", Password: password, Method: "email"})
	s.must(err)
	sent := flow.Next.Delivery
	if flow.Next.Step != "confirm" || flow.Next.Method != "email" || sent == nil {
		t.Fatalf("next: %+v", flow.Next)
	}
	if sent.State != "sent" || !sent.SentAt.Equal(start) || !sent.Expires.Equal(start.Add(10*time.Minute)) || sent.ResendAfter != 30 ||
		sent.To != "ada@example.com" {
		t.Errorf("delivery: %+v", sent)
	}
	if flow.Next.URI != "" || flow.Next.QR != "" || flow.Next.ResendAfter == nil || *flow.Next.ResendAfter != 30 {
		t.Errorf("next: %+v", flow.Next)
	}
	flow, err = s.Code(t.Context(), flow.ID, api.CodeRequest{Code: s.lastCode("ada@example.com")})
	s.must(err)
	if flow.Next.Step != "done" || flow.Next.Session == "" || len(flow.Next.RecoveryCodes) != 10 {
		t.Errorf("next: %+v", flow.Next)
	}
	again, err := s.Flow(t.Context(), flow.ID)
	s.must(err)
	if again.Next.Step != "done" || again.Next.Session != "" || again.Next.RecoveryCodes != nil {
		t.Errorf("secrets are shown twice: %+v", again.Next)
	}
	s.advance(time.Minute)
	flow, err = s.Flow(t.Context(), s.signIn("ada@example.com"))
	s.must(err)
	if flow.Next.Step != "code" || flow.Next.Method != "email" || flow.Next.Hint != "a•••@example.com" || flow.Next.AttemptsLeft != 5 ||
		flow.Next.Delivery == nil || flow.Next.Delivery.State != "sent" || flow.Next.Delivery.To != flow.Next.Hint {
		t.Errorf("next: %+v", flow.Next)
	}
}

// TestResend holds the back-off, the death of the older code, and a failure
// that is told and leaves the flow where it was.
func TestResend(t *testing.T) {
	s := serve(t)
	flow, err := s.SignUp(t.Context(), api.SignUpRequest{Email: "ada@example.com", Password: password, Phone: "+1 514 555 0123", Method: "sms"})
	s.must(err)
	old := s.lastCode("+15145550123")
	_, err = s.Send(t.Context(), flow.ID)
	if again := s.refused(err, 429, "resend_too_soon"); again != 30*time.Second {
		t.Errorf("again in %s, want 30s", again)
	}
	s.advance(30 * time.Second)
	flow, err = s.Send(t.Context(), flow.ID)
	s.must(err)
	if flow.Next.Delivery.ResendAfter != 60 || !flow.Next.Delivery.SentAt.Equal(start.Add(30*time.Second)) {
		t.Errorf("the second delivery: %+v", flow.Next.Delivery)
	}
	if fresh := s.lastCode("+15145550123"); fresh == old {
		t.Error("the same code was sent again")
	}
	_, err = s.Code(t.Context(), flow.ID, api.CodeRequest{Code: old})
	s.refused(err, 401, "code_refused")
	if e := s.lastEvent(); e.Cause != "code_superseded" {
		t.Errorf("the tester hears %s", e.Cause)
	}
	s.failDeliveries()
	s.advance(time.Minute)
	_, err = s.Send(t.Context(), flow.ID)
	s.refused(err, 502, "delivery_failed")
	flow, err = s.Flow(t.Context(), flow.ID)
	s.must(err)
	if flow.Next.Step != "confirm" || flow.Next.Delivery == nil || flow.Next.Delivery.State != "failed" {
		t.Errorf("after a failed delivery: %+v, %+v", flow.Next, flow.Next.Delivery)
	}
	messages, err := s.Outbox(t.Context(), "+15145550123")
	s.must(err)
	if last := messages[len(messages)-1]; last.State != "failed" || last.Channel != "sms" || last.Error == "" || last.ID == "" {
		t.Errorf("in the outbox: %+v", last)
	}
}

// TestNumbersAreNamed sends numbers that are none.
func TestNumbersAreNamed(t *testing.T) {
	s := serve(t)
	for phone, code := range map[string]string{"": "phone_missing", "514 555 0123": "phone_country_unknown", "+1 5": "phone_invalid"} {
		_, err := s.SignUp(t.Context(), api.SignUpRequest{Email: "ada@example.com", Password: password, Phone: phone, Method: "sms"})
		s.refused(err, 422, code)
	}
	flow, err := s.SignUp(t.Context(), api.SignUpRequest{Email: "ada@example.com", Password: password})
	s.must(err)
	_, err = s.Enroll(t.Context(), flow.ID, api.EnrollRequest{Method: "sms", Phone: "+1 5"})
	s.refused(err, 422, "phone_invalid")
	flow, err = s.Enroll(t.Context(), flow.ID, api.EnrollRequest{Method: "sms", Phone: "+44 20 7946 0123"})
	s.must(err)
	if flow.Next.Step != "confirm" || flow.Next.Method != "sms" || s.lastCode("+442079460123") == "" {
		t.Errorf("next: %+v", flow.Next)
	}
}
