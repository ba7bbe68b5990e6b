package web

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"twofold/verifier"
)

// constants gives the values of all constants of a type in a file of package
// verifier.
func constants(t *testing.T, file, kind string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), "../"+file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if of, ok := spec.Type.(*ast.Ident); !ok || of.Name != kind {
			return true
		}
		for _, v := range spec.Values {
			if lit, ok := v.(*ast.BasicLit); ok {
				text, err := strconv.Unquote(lit.Value)
				if err != nil {
					t.Fatal(err)
				}
				values = append(values, text)
			}
		}
		return true
	})
	if len(values) < 5 {
		t.Fatalf("%d constants of type %s in %s: has it moved?", len(values), kind, file)
	}
	return values
}

func TestEveryCauseIsExplainedToTesters(t *testing.T) {
	causes := constants(t, "refusal.go", "Cause")
	for _, cause := range causes {
		row := labCauses[verifier.Cause(cause)]
		if row.Name == "" || !strings.HasSuffix(row.Means, ".") || !strings.HasSuffix(row.Next, ".") {
			t.Errorf("%s has no row in labCauses, or half of one: %+v", cause, row)
		}
	}
	if len(labCauses) != len(causes) {
		t.Errorf("labCauses has %d rows for %d causes", len(labCauses), len(causes))
	}
}

func TestEveryEventHasAName(t *testing.T) {
	for _, kind := range constants(t, "event.go", "EventType") {
		if labEventNames[verifier.EventType(kind)] == "" {
			t.Errorf("%s has no name in labEventNames", kind)
		}
	}
}

func TestEveryStateHasWords(t *testing.T) {
	for _, state := range constants(t, "user.go", "State") {
		if labStatesOf[verifier.State(state)] == "" {
			t.Errorf("%s has no words in labStatesOf", state)
		}
	}
}

func TestDiagnosisInWords(t *testing.T) {
	off := func(n int) *int { return &n }
	for _, c := range []struct {
		event             verifier.Event
		name, why, detail string
		steps             string
	}{
		{
			event: verifier.Event{Cause: verifier.CauseCodeOldStep, StepsOff: off(-1), Method: verifier.MethodTOTP},
			name:  "1 step old", why: "The code is right, but of an older step than is accepted.",
		},
		{
			event: verifier.Event{Cause: verifier.CauseCodeFutureStep, StepsOff: off(3), Method: verifier.MethodTOTP},
			name:  "3 steps ahead", why: "The code is right, but of a step that is still to come.",
		},
		{
			event: verifier.Event{Cause: verifier.CauseCodeOldStep, StepsOff: off(-2), Method: verifier.MethodHOTP},
			name:  "2 counters old", why: "The code is right, but of an older step than is accepted.",
		},
		{
			event: verifier.Event{Cause: verifier.CauseCodeWrongAlgorithm, Detail: "the app ignored algorithm=SHA256 and computes SHA1"},
			name:  "the app ignored algorithm=SHA256 and computes SHA1", why: "The app computes codes with other parameters than the QR says.",
		},
		{
			event: verifier.Event{Cause: verifier.CauseCodeOfOtherAccount, Detail: "it is the code of bob@example.com", StepsOff: off(0), Method: verifier.MethodTOTP},
			name:  "the code of bob@example.com", why: "The code is right for another account. It is of the present step.",
		},
		{
			event: verifier.Event{Cause: verifier.CauseCodeAlreadyUsed, StepsOff: off(-1), Method: verifier.MethodTOTP},
			name:  "already used", why: "The code was accepted before, and each is accepted once. It is of 1 step ago.",
		},
		{
			event: verifier.Event{Cause: verifier.CauseDeliveryFailed, Detail: "refused on purpose"},
			name:  "not delivered", why: "The message could not be handed over.", detail: "Refused on purpose",
		},
		{event: verifier.Event{Outcome: verifier.Accepted, StepsOff: off(-1), Method: verifier.MethodTOTP}, steps: "1 step old"},
		{event: verifier.Event{Outcome: verifier.Accepted, StepsOff: off(0), Method: verifier.MethodTOTP}, steps: "on time"},
	} {
		if c.event.Cause != "" {
			c.event.Outcome = verifier.Refused
		}
		got := labEventOf(c.event)
		if got.Name != c.name || got.Why != c.why || got.Detail != c.detail || got.Steps != c.steps {
			t.Errorf("%+v:\n got %q, %q, %q, %q\nwant %q, %q, %q, %q", c.event, got.Name, got.Why, got.Detail, got.Steps, c.name, c.why, c.detail, c.steps)
		}
	}
}
