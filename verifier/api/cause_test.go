package api_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"slices"
	"strconv"
	"testing"

	"twofold/verifier"
	"twofold/verifier/api"
)

// catalog is section 7 of the roll-outs' specification, with the status that
// each has.
var catalog = map[string]int{
	"code_wrong": 401, "code_wrong_length": 401, "code_not_digits": 401, "code_old_step": 401, "code_future_step": 401,
	"code_already_used": 401, "code_of_other_account": 401, "code_looks_counter_based": 401, "code_wrong_algorithm": 401,
	"code_expired": 401, "code_superseded": 401, "too_many_attempts": 429, "locked": 429, "enrollment_expired": 410,
	"enrollment_not_confirmed": 409, "enrollment_cancelled": 410, "skip_not_allowed": 403, "method_not_allowed": 403, //nolint:misspell // the name is a promise
	"phone_missing": 422, "phone_invalid": 422, "phone_country_unknown": 422, "email_unverified": 403, "delivery_failed": 502,
	"resend_too_soon": 429, "password_wrong": 401, "password_temporary_expired": 403, "password_must_change": 409,
	"password_breached": 422, "disable_password_wrong": 403, "disable_forbidden_by_policy": 403, "device_trust_expired": 401,
	"device_trust_revoked": 401, "helpdesk_identity_failed": 403, "recovery_code_used": 401,
}

// causes reads the names that package verifier gives to causes.
func causes(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../refusal.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, is := n.(*ast.ValueSpec)
		if !is || len(spec.Values) != 1 {
			return true
		}
		kind, _ := spec.Type.(*ast.Ident)
		text, _ := spec.Values[0].(*ast.BasicLit)
		if kind != nil && kind.Name == "Cause" && text != nil {
			name, err := strconv.Unquote(text.Value)
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, name)
		}
		return true
	})
	if len(names) < 50 {
		t.Fatalf("only %d causes were found", len(names))
	}
	return names
}

// TestEveryCauseIsTold holds that no refusal becomes a fault for want of a
// status and words.
func TestEveryCauseIsTold(t *testing.T) {
	names := causes(t)
	for _, name := range names {
		status, detail, ok := api.Told(verifier.Cause(name))
		if !ok || http.StatusText(status) == "" || status < 400 || detail == "" {
			t.Errorf("%s: %d %q", name, status, detail)
		}
	}
	for name, want := range catalog {
		if !slices.Contains(names, name) {
			t.Errorf("%s is in the catalog and no cause", name)
		}
		if status, _, _ := api.Told(verifier.Cause(name)); status != want {
			t.Errorf("%s is told as %d, want %d", name, status, want)
		}
	}
}

// TestOpenAPINamesEveryCode holds that clients can know all codes.
func TestOpenAPINamesEveryCode(t *testing.T) {
	s := serve(t)
	var doc struct {
		Components struct {
			Schemas struct {
				Problem struct {
					Properties struct {
						Code struct{ Enum []string }
					}
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(s.raw("GET", "/openapi.json", "", "").body), &doc); err != nil {
		t.Fatal(err)
	}
	named := doc.Components.Schemas.Problem.Properties.Code.Enum
	for _, name := range append(causes(t), "bad_json", "not_found", "internal", "lab_token_refused", "invalid_request") {
		if !slices.Contains(named, name) {
			t.Errorf("openapi.json names no code %s", name)
		}
	}
}
