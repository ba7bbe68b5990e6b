package api_test

import (
	"fmt"
	"testing"
	"time"

	"twofold/verifier/api"
)

// TestP15_RefusedCodesLookAlike compares whole answers: wrong, used, old, not
// yet right, too short, letters.
func TestP15_RefusedCodesLookAlike(t *testing.T) {
	s := serve(t)
	secret, _ := s.enrolled("ada@example.com")
	code := s.code(secret, 0)
	if _, err := s.Code(t.Context(), s.signIn("ada@example.com"), api.CodeRequest{Code: code}); err != nil {
		t.Fatal(err)
	}
	users, err := s.Users(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var first answer
	causes := []string{"code_already_used", "code_old_step", "code_future_step", "code_wrong_length", "code_not_digits", "code_already_used"}
	for n, typed := range []string{code, s.code(secret, -5), s.code(secret, 7), "123", "abcdef", code[:3] + " " + code[3:]} {
		a := s.raw("POST", "/api/v1/flows/"+s.signIn("ada@example.com")+"/code", "", `{"code":"`+typed+`"}`)
		s.problem(a, 401, "code_refused")
		if n == 0 {
			first = a
		}
		if a.body != first.body || fmt.Sprint(a.header) != fmt.Sprint(first.header) {
			t.Errorf("%s looks different:\n%s %v\n%s %v", causes[n], a.body, a.header, first.body, first.header)
		}
		events, err := s.Events(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if last := events[len(events)-1]; last.Cause != causes[n] {
			t.Errorf("the tester hears %s, want %s", last.Cause, causes[n])
		}
		if n == 3 {
			if err := s.Unlock(t.Context(), users[0].ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	flow := s.signIn("ada@example.com")
	var locked [2]answer
	for range 5 {
		s.raw("POST", "/api/v1/flows/"+flow+"/code", "", `{"code":"12"}`)
	}
	for n, typed := range []string{"12", s.code(secret, 1)} {
		locked[n] = s.raw("POST", "/api/v1/flows/"+flow+"/code", "", `{"code":"`+typed+`"}`)
		s.problem(locked[n], 429, "too_many_attempts")
	}
	if fmt.Sprint(locked[0]) != fmt.Sprint(locked[1]) || locked[0].header.Get("Retry-After") != "60" {
		t.Errorf("while locked, a right code looks different:\n%v\n%v", locked[0], locked[1])
	}
}

// TestP16_UnknownUsersLookLikeWrongPasswords compares answers whole, and the
// least times that they take.
func TestP16_UnknownUsersLookLikeWrongPasswords(t *testing.T) {
	s := serve(t)
	s.enrolled("ada@example.com")
	if _, err := s.SignUp(t.Context(), api.SignUpRequest{Email: "bob@example.com", Password: password}); err != nil {
		t.Fatal(err)
	}
	var first *answer
	least := map[string]time.Duration{}
	for range 8 {
		for _, email := range []string{"ada@example.com", "bob@example.com", "nobody@example.com"} {
			began := time.Now()
			a := s.raw("POST", "/api/v1/signin", "", `{"email":"`+email+`","password":"wrong password"}`)
			took := time.Since(began)
			s.problem(a, 401, "credentials_refused")
			if first == nil {
				first = &a
			}
			if fmt.Sprint(a) != fmt.Sprint(*first) {
				t.Errorf("%s looks different: %v", email, a)
			}
			if old, is := least[email]; !is || took < old {
				least[email] = took
			}
		}
	}
	for email, took := range least {
		if ratio := float64(took) / float64(least["nobody@example.com"]); ratio < 0.6 || ratio > 1.7 {
			t.Errorf("%s takes %v, an unknown one %v", email, took, least["nobody@example.com"])
		}
	}
}

// TestP10_ForwardedHeadersChangeNothing guesses from ever new addresses.
func TestP10_ForwardedHeadersChangeNothing(t *testing.T) {
	s := serve(t)
	s.enrolled("ada@example.com")
	flow := s.signIn("ada@example.com")
	count := map[int]int{}
	for n := range 12 {
		address := fmt.Sprintf("192.0.2.%d", n)
		a := s.raw("POST", "/api/v1/flows/"+flow+"/code", "", `{"code":"12"}`,
			"X-Forwarded-For", address, "X-Real-IP", address, "Forwarded", "for="+address)
		count[a.status]++
	}
	if count[401] != 5 || count[429] != 7 {
		t.Errorf("12 guesses from 12 addresses: %v", count)
	}
}
