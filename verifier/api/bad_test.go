package api_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"twofold/verifier/api"
)

func TestBadRequestsAreProblems(t *testing.T) {
	s := serve(t, appsOnly)
	_, session := s.enrolled("ada@example.com")
	flow, err := s.SignUp(t.Context(), api.SignUpRequest{Email: "bob@example.com", Password: password})
	if err != nil {
		t.Fatal(err)
	}
	at := "/api/v1/flows/" + flow.ID
	for _, row := range []struct {
		method, path, bearer, body string
		status                     int
		code                       string
	}{
		{"POST", "/api/v1/signin", "", ``, 400, "bad_json"},
		{"POST", "/api/v1/signin", "", `{`, 400, "bad_json"},
		{"POST", "/api/v1/signin", "", `email=ada`, 400, "bad_json"},
		{"POST", "/api/v1/signin", "", `[]`, 422, "invalid_request"},
		{"POST", "/api/v1/signin", "", `{"email":"ada@example.com"}`, 422, "invalid_request"},
		{"POST", "/api/v1/signin", "", `{"email":1,"password":"x"}`, 422, "invalid_request"},
		{"POST", "/api/v1/signin", "", `{"email":"` + strings.Repeat("a", 70000) + `","password":"x"}`, 413, "body_too_large"},
		{"POST", "/api/v1/signin", "", `{"email":"","password":""}`, 401, "credentials_refused"},
		{"POST", "/api/v1/signup", "", `{"email":"ada","password":"` + password + `"}`, 422, "email_invalid"},
		{"POST", "/api/v1/signup", "", `{"email":"eve@example.com","password":"qf7#k"}`, 422, "password_too_short"},
		{"POST", "/api/v1/signup", "", `{"email":"eve@example.com","password":"` + strings.Repeat("x", 300) + `"}`, 422, "password_too_long"},
		{"POST", "/api/v1/signup", "", `{"email":"ADA@example.com","password":"` + password + `"}`, 409, "email_taken"},
		{"GET", "/api/v1/flows/nothing", "", ``, 404, "flow_unknown"},
		{"GET", at + "/qr.png", "", ``, 409, "enrollment_not_confirmed"},
		{"POST", at + "/skip", "", ``, 403, "skip_not_allowed"},
		{"POST", at + "/send", "", ``, 409, "flow_elsewhere"},
		{"POST", at + "/password", "", `{"new_password":"` + password + `2"}`, 409, "flow_elsewhere"},
		{"POST", at + "/code", "", `{"code":"123456"}`, 409, "flow_elsewhere"},
		{"POST", at + "/enroll", "", `{"method":"sms"}`, 403, "method_not_allowed"},
		{"POST", at + "/enroll", "", `{"method":"hotp"}`, 403, "method_not_allowed"},
		{"POST", at + "/enroll", "", `{"method":"pigeon"}`, 422, "invalid_request"},
		{"POST", at + "/enroll", "", `{"method":"totp","name":"` + strings.Repeat("x", 65) + `"}`, 422, "name_too_long"},
		{"POST", "/api/v1/me/factors", session, `{"method":"email"}`, 403, "method_not_allowed"},
		{"DELETE", "/api/v1/me/factors/x", session, `{"password":"wrong"}`, 403, "disable_password_wrong"},
		{"DELETE", "/api/v1/me/factors/x", session, `{"password":"` + password + `"}`, 404, "factor_unknown"},
		{"PUT", "/api/v1/lab/clock", labToken, `{}`, 422, "invalid_request"},
		{"PUT", "/api/v1/lab/clock", labToken, `{"advance":"1h","offset":"1h"}`, 422, "invalid_request"},
		{"PUT", "/api/v1/lab/clock", labToken, `{"advance":"soon"}`, 422, "invalid_request"},
		{"PUT", "/api/v1/lab/clock", labToken, `{"now":"1969-12-31T23:59:59Z"}`, 422, "clock_out_of_range"},
		{"PUT", "/api/v1/lab/clock", labToken, `{"now":"yesterday"}`, 422, "invalid_request"},
		{"PUT", "/api/v1/lab/clock", labToken, `{"frozen":true,"rate":2}`, 422, "invalid_request"},
		{"PUT", "/api/v1/lab/clock", labToken, `{"rate":-1}`, 422, "clock_out_of_range"},
		{"PUT", "/api/v1/lab/clock", labToken, `{"rate":1000000}`, 422, "clock_out_of_range"},
		{"PUT", "/api/v1/lab/offices/%20", labToken, `{"enroll":"required"}`, 422, "rollout_invalid"},
		{"PUT", "/api/v1/lab/faults", labToken, `{"sms":{"late":"-1s"}}`, 422, "invalid_request"},
		{"PUT", "/api/v1/lab/faults", labToken, `{"pigeon":{"lost":true}}`, 422, "invalid_request"},
		{"POST", "/api/v1/lab/users", labToken, `{"email":"ada@example.com","temporary":true}`, 409, "email_taken"},
		{"POST", "/api/v1/lab/users/x/helpdesk", labToken, `{"operator":"x","answers":[]}`, 404, "user_not_found"},
		{"PUT", "/api/v1/lab/users/x/questions", labToken, `{"questions":null}`, 422, "invalid_request"},
		{"DELETE", "/api/v1/me/devices/x", session, ``, 404, "device_unknown"},
		{"PATCH", "/api/v1/me/factors/x", session, `{"name":""}`, 404, "factor_unknown"},
		{"POST", "/api/v1/lab/users/x/unlock", labToken, ``, 404, "user_not_found"},
	} {
		s.problem(s.raw(row.method, row.path, row.bearer, row.body), row.status, row.code)
	}
}

// FuzzBodies sends bytes to the calls that take the most; nothing answers with
// a fault, and nothing quotes what it was sent.
func FuzzBodies(f *testing.F) {
	for _, seed := range []string{``, `{}`, `{"email":"a@b.c","password":"hunter2hunter2"}`, `{"code":"hunter2hunter2"}`, `[1e999]`, `{"method":null}`, "\xff", `{"now":"hunter2hunter2"}`} {
		f.Add(seed)
	}
	s := serve(f)
	flow, err := s.SignUp(context.Background(), api.SignUpRequest{Email: "ada@example.com", Password: password})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body string) {
		s := &served{t, s.url, s.svc, s.Client}
		for _, path := range []string{"/flows/" + flow.ID + "/code", "/flows/" + flow.ID + "/enroll", "/lab/users", "/signout"} {
			a := s.raw("POST", "/api/v1"+path, labToken, body)
			if a.status >= 500 || a.status >= 400 && (!json.Valid([]byte(a.body)) || strings.Contains(a.body, "hunter2")) {
				t.Errorf("%s: %d %s", path, a.status, a.body)
			}
		}
		for _, path := range []string{"/lab/faults", "/lab/users/x/questions", "/lab/users/x/office", "/lab/offices/x"} {
			if a := s.raw("PUT", "/api/v1"+path, labToken, body); a.status >= 500 || a.status >= 400 && strings.Contains(a.body, "hunter2") {
				t.Errorf("%s: %d %s", path, a.status, a.body)
			}
		}
		for _, kind := range []string{"application/json", "application/toml"} {
			if a := s.raw("PUT", "/api/v1/lab/rollout", labToken, body, "Content-Type", kind); a.status >= 500 {
				t.Errorf("roll-out: %d %s", a.status, a.body)
			}
		}
		if a := s.raw("PUT", "/api/v1/lab/clock", labToken, body); a.status >= 500 || strings.Contains(a.body, "hunter2") {
			t.Errorf("clock: %d %s", a.status, a.body)
		}
	})
}
