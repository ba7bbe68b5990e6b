package walk_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"twofold/tui/walk"
	"twofold/vault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func throwaway(t *testing.T) *vault.Vault {
	t.Helper()
	v := vault.Throwaway(vault.Options{})
	t.Cleanup(func() { _ = v.Close() })
	return v
}

func takeAll(t *testing.T, w *walk.Walk) []walk.Step {
	t.Helper()
	var steps []walk.Step
	for !w.Done() {
		s, err := w.Next(context.Background())
		if err != nil {
			t.Fatalf("after %d steps: %v", len(steps), err)
		}
		steps = append(steps, s)
	}
	return steps
}

func TestWalkEndsWithTheRefusalOfAUsedCode(t *testing.T) {
	began := time.Now()
	w := walk.New(newStub(t, ""), throwaway(t), walk.Options{})
	steps := takeAll(t, w)
	if len(steps) != w.Len() {
		t.Fatalf("took %d steps of %d", len(steps), w.Len())
	}
	for i, s := range steps {
		if s.Number != i+1 || s.Of != w.Len() || s.Title == "" || len(s.Entries) == 0 {
			t.Errorf("step %d is not filled in: %+v", i+1, s)
		}
	}
	last := fmt.Sprint(steps[len(steps)-1].Entries)
	if !strings.Contains(last, "code_already_used") || !strings.Contains(last, "spent already") {
		t.Errorf("the last step does not say why: %s", last)
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("the walk waited for a period: %s", took)
	}
	if _, err := w.Next(context.Background()); err == nil {
		t.Error("a walk that is over took another step")
	}
}

func TestWalkCrossesEveryBorder(t *testing.T) {
	crossed := map[string]bool{}
	for _, s := range takeAll(t, walk.New(newStub(t, ""), throwaway(t), walk.Options{})) {
		for _, e := range s.Entries {
			if e.To != "" {
				crossed[string(e.Side+">"+e.To)] = true
			}
		}
	}
	for _, want := range []string{"you>verifier", "verifier>authenticator", "authenticator>you", "verifier>you"} {
		if !crossed[want] {
			t.Errorf("nothing crossed %s", want)
		}
	}
	if crossed["authenticator>verifier"] {
		t.Error("the authenticator spoke to the verifier; only a person does")
	}
}

func TestWalkShowsNoSecret(t *testing.T) {
	for _, s := range takeAll(t, walk.New(newStub(t, ""), throwaway(t), walk.Options{Password: "never shown 9"})) {
		text := fmt.Sprint(s)
		if strings.Contains(text, "GEZDGNBV") || strings.Contains(text, "never shown") {
			t.Errorf("step %d shows a secret: %s", s.Number, text)
		}
	}
}

func TestLyingVerifierBreaksTheWalk(t *testing.T) {
	for lie, at := range map[string]int{
		"stopped clock":       1,
		"no second step":      2,
		"another picture":     4,
		"refuses right codes": 7,
		"keeps sessions":      8,
		"password is enough":  9,
		"accepts twice":       11,
		"wrong cause":         11,
		"talks too much":      11,
	} {
		t.Run(lie, func(t *testing.T) {
			w := walk.New(newStub(t, lie), throwaway(t), walk.Options{})
			taken := 0
			var err error
			for !w.Done() {
				if _, err = w.Next(context.Background()); err == nil {
					taken++
				}
			}
			if err == nil {
				t.Fatal("the walk believed it")
			}
			if taken != at-1 {
				t.Errorf("noticed in step %d, not %d: %v", taken+1, at, err)
			}
			if lie != "refuses right codes" && !errors.Is(err, walk.ErrBroken) {
				t.Errorf("not a broken promise: %v", err)
			}
		})
	}
}
