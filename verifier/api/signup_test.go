package api_test

import (
	"testing"

	"twofold/verifier/api"
)

// TestMethodAtSignUp holds that a method named at sign-up is chosen at once, and that one the roll-out does not have
// leaves no account behind.
func TestMethodAtSignUp(t *testing.T) {
	s := serve(t, appsOnly)
	flow, err := s.SignUp(t.Context(), api.SignUpRequest{Email: "ada@example.com", Password: password, Method: "totp"})
	if err != nil || flow.Next.Step != "confirm" || flow.Next.Secret == "" {
		t.Errorf("with totp: next is %q, %v", flow.Next.Step, err)
	}
	refused := s.raw("POST", "/api/v1/signup", "", `{"email":"bob@example.com","password":"`+password+`","method":"sms"}`)
	s.problem(refused, 403, "method_not_allowed")
	gone := s.raw("POST", "/api/v1/signin", "", `{"email":"bob@example.com","password":"`+password+`"}`)
	s.problem(gone, 401, "credentials_refused")
}
