package api_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func (s *served) openAPI() map[string]map[string]any {
	s.t.Helper()
	var doc struct {
		OpenAPI string                    `json:"openapi"`
		Paths   map[string]map[string]any `json:"paths"`
	}
	a := s.raw("GET", "/openapi.json", "", "")
	if err := json.Unmarshal([]byte(a.body), &doc); err != nil || doc.OpenAPI != "3.1.0" || a.header.Get("Content-Type") != "application/json" {
		s.t.Fatalf("openapi.json: %v, %q", err, doc.OpenAPI)
	}
	return doc.Paths
}

// promised are the calls of API.md.
var promised = []string{
	"DELETE /api/v1/me/devices/{id}",
	"DELETE /api/v1/me/factors/{id}",
	"GET /api/v1/flows/{id}",
	"GET /api/v1/flows/{id}/qr.png",
	"GET /api/v1/flows/{id}/qr.svg",
	"GET /api/v1/lab/clock",
	"GET /api/v1/lab/events",
	"GET /api/v1/lab/outbox",
	"GET /api/v1/lab/rollout",
	"GET /api/v1/lab/users",
	"GET /api/v1/me",
	"GET /api/v1/me/devices",
	"GET /api/v1/me/factors",
	"POST /api/v1/flows/{id}/code",
	"POST /api/v1/flows/{id}/enroll",
	"POST /api/v1/flows/{id}/password",
	"POST /api/v1/flows/{id}/send",
	"POST /api/v1/flows/{id}/skip",
	"POST /api/v1/lab/users",
	"POST /api/v1/lab/users/{id}/reset-mfa",
	"POST /api/v1/lab/users/{id}/unlock",
	"POST /api/v1/me/factors",
	"POST /api/v1/password-reset",
	"POST /api/v1/password-reset/{token}",
	"POST /api/v1/signin",
	"POST /api/v1/signout",
	"POST /api/v1/signup",
	"PUT /api/v1/lab/clock",
	"PUT /api/v1/lab/rollout",
	"GET /openapi.json",
}

// further are the calls that pages have too, and testers.
var further = []string{
	"DELETE /api/v1/me/devices",
	"GET /api/v1/lab/faults",
	"GET /api/v1/lab/rollouts",
	"GET /api/v1/lab/users/{id}",
	"GET /api/v1/me/recovery-codes",
	"GET /api/v1/password-reset/{token}",
	"PATCH /api/v1/me/factors/{id}",
	"POST /api/v1/flows/{id}/cancel",
	"POST /api/v1/flows/{id}/method",
	"POST /api/v1/lab/users/{id}/disable",
	"POST /api/v1/lab/users/{id}/enable",
	"POST /api/v1/lab/users/{id}/helpdesk",
	"POST /api/v1/lab/users/{id}/invite",
	"POST /api/v1/lab/users/{id}/temporary-password",
	"POST /api/v1/me/contact",
	"POST /api/v1/me/password",
	"POST /api/v1/me/recovery-codes",
	"PUT /api/v1/lab/faults",
	"PUT /api/v1/lab/offices/{name}",
	"PUT /api/v1/lab/users/{id}/office",
	"PUT /api/v1/lab/users/{id}/questions",
	"PUT /api/v1/lab/users/{id}/role",
	"PUT /api/v1/me/preferred",
}

func everyRoute() []string {
	all := slices.Concat(promised, further)
	slices.Sort(all)
	return all
}

var (
	placeholder = regexp.MustCompile(`\{\w+\}`)
	reference   = regexp.MustCompile(`"\$ref":"#/components/schemas/([^"]*)"`)
)

// TestRoutesAreThoseOfOpenAPI holds description, promise and routes together.
func TestRoutesAreThoseOfOpenAPI(t *testing.T) {
	s := serve(t)
	var described []string
	for path, operations := range s.openAPI() {
		for method := range operations {
			described = append(described, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(described)
	if want := everyRoute(); !slices.Equal(described, want) {
		t.Errorf("openapi.json describes\n%s\nwant\n%s", strings.Join(described, "\n"), strings.Join(want, "\n"))
	}
	text := s.raw("GET", "/openapi.json", "", "").body
	if strings.Contains(text, "ErrorModel") || strings.Contains(text, "ErrorDetail") {
		t.Error("openapi.json describes errors that are never sent")
	}
	for _, ref := range reference.FindAllStringSubmatch(text, -1) {
		if !strings.Contains(text, `"`+ref[1]+`":{`) {
			t.Errorf("openapi.json points to %q, which is not there", ref[1])
		}
	}
	for _, path := range []string{"/api/v1/nothing", "/api/", "/openapi.yaml", "/docs", "/api/v1/lab/nothing"} {
		s.problem(s.raw("GET", path, "", ""), 404, "not_found")
	}
	for _, route := range everyRoute() {
		method, path, _ := strings.Cut(route, " ")
		a := s.raw(method, placeholder.ReplaceAllString(path, "x"), "", "{}")
		if strings.Contains(a.body, `"code":"not_found"`) || a.status == 405 {
			t.Errorf("%s is described and not there: %d", route, a.status)
		}
		a = s.raw("PROPFIND", placeholder.ReplaceAllString(path, "x"), "", "{}")
		s.problem(a, 405, "http_method_not_allowed")
		if !strings.Contains(a.header.Get("Allow"), method) {
			t.Errorf("%s: Allow says %q", route, a.header.Get("Allow"))
		}
	}
}

// TestP17_P18_NoRouteIsOpenWithoutItsCredential calls everything without one,
// with a pending flow, and with a lab token or session of the wrong kind.
func TestP17_P18_NoRouteIsOpenWithoutItsCredential(t *testing.T) {
	s := serve(t)
	_, session := s.enrolled("ada@example.com")
	pending := s.signIn("ada@example.com")
	want := map[string]struct{ code, right string }{
		"lab": {"lab_token_refused", labToken}, "session": {"session_refused", session},
	}
	tried := 0
	for path, operations := range s.openAPI() {
		for method, operation := range operations {
			scheme := schemeOf(path)
			if got := securityOf(operation); got != scheme {
				t.Errorf("%s %s: openapi.json says that it needs %q, want %q", method, path, got, scheme)
			}
			for _, bearer := range []string{"", pending, "made up", session, labToken} {
				if scheme == "" || bearer == want[scheme].right {
					continue
				}
				a := s.raw(strings.ToUpper(method), placeholder.ReplaceAllString(path, "x"), bearer, `{"password":"`+password+`","method":"totp"}`)
				s.problem(a, 401, want[scheme].code)
				tried++
			}
		}
	}
	if tried < 140 {
		t.Errorf("only %d calls were tried", tried)
	}
	// No call that takes a password gives a session: the second step is asked.
	a := s.raw("POST", "/api/v1/signin", "", `{"email":"ada@example.com","password":"`+password+`"}`)
	if a.status != 200 || strings.Contains(a.body, "session") || !strings.Contains(a.body, `"step":"code"`) {
		t.Errorf("after the password: %d %s", a.status, a.body)
	}
}

// schemeOf is what credential a path needs.
func schemeOf(path string) string {
	switch {
	case strings.HasPrefix(path, "/api/v1/lab/"):
		return "lab"
	case strings.HasPrefix(path, "/api/v1/me"), path == "/api/v1/signout":
		return "session"
	}
	return ""
}

func securityOf(operation any) string {
	needs, _ := operation.(map[string]any)["security"].([]any)
	for _, need := range needs {
		for scheme := range need.(map[string]any) {
			return scheme
		}
	}
	return ""
}

// TestP17_PendingFlowIsGoodForItsOwnStepOnly puts the id of a flow that waits
// for a code where other credentials go, and calls what else there is of it.
func TestP17_PendingFlowIsGoodForItsOwnStepOnly(t *testing.T) {
	s := serve(t)
	s.enrolled("ada@example.com")
	pending := s.signIn("ada@example.com")
	at := "/api/v1/flows/" + pending
	for _, row := range []struct {
		method, path, body string
		status             int
		code               string
	}{
		{"POST", at + "/enroll", `{"method":"totp"}`, 409, "flow_elsewhere"},
		{"POST", at + "/password", `{"new_password":"another one entirely"}`, 409, "flow_elsewhere"},
		{"POST", at + "/cancel", ``, 409, "flow_elsewhere"},
		{"POST", at + "/send", ``, 409, "flow_elsewhere"},
		{"POST", at + "/skip", ``, 403, "skip_not_allowed"},
		{"POST", at + "/method", `{"factor":"x"}`, 404, "factor_unknown"},
		{"GET", at + "/qr.png", ``, 409, "enrollment_not_confirmed"},
		{"GET", at + "/qr.svg", ``, 409, "enrollment_not_confirmed"},
		{"GET", "/api/v1/password-reset/" + pending, ``, 410, "link_refused"},
		{"POST", "/api/v1/password-reset/" + pending, `{"new_password":"another one entirely"}`, 410, "link_refused"},
	} {
		s.problem(s.raw(row.method, row.path, "", row.body), row.status, row.code)
	}
	a := s.raw("POST", "/api/v1/signin", "", `{"email":"ada@example.com","password":"`+password+`","device_token":"`+pending+`"}`)
	if a.status != 200 || !strings.Contains(a.body, `"step":"code"`) {
		t.Errorf("as a trusted device: %d %s", a.status, a.body)
	}
}
