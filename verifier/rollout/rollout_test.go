package rollout_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"twofold/verifier/rollout"
)

func load(t *testing.T, name string) rollout.Rollout {
	t.Helper()
	r, err := rollout.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestNamedOnesLoad(t *testing.T) {
	names := rollout.Names()
	if got := strings.Join(names, " "); got != "kode konexus kor kore mycodabox plain strict" {
		t.Fatalf("there are %s", got)
	}
	for _, name := range names {
		r, err := rollout.Load(name)
		if err != nil || r.Name != name || r.Summary == "" || r.Support == (rollout.Support{}) {
			t.Errorf("%s: %q, %v", name, r.Name, err)
		}
		if err := r.Check(); err != nil {
			t.Errorf("%s, checked by itself: %v", name, err)
		}
	}
	_, err := rollout.Load("nonsense")
	if !errors.Is(err, rollout.ErrUnknown) || !strings.Contains(err.Error(), "plain") {
		t.Errorf("an unknown one: %v", err)
	}
	if _, err := rollout.Load("../rollout/plain"); !errors.Is(err, rollout.ErrUnknown) {
		t.Errorf("a path: %v", err)
	}
}

func TestPlainIsWhatItSays(t *testing.T) {
	r := load(t, "plain")
	if r.SecondStep.Enroll != rollout.Required || r.TOTP.Skew != 1 || r.Limits.CodeFailures != 5 || r.Recovery.Codes != 10 ||
		r.Limits.HardStop >= 100 || r.Lifetimes.Enrollment.Std() != 10*time.Minute {
		t.Errorf("%+v", r)
	}
}

// A person copies a named roll-out, and names the copy by its path.
func TestOpenTakesNamesAndPaths(t *testing.T) {
	text, err := rollout.Source("konexus")
	if err != nil || !strings.HasPrefix(string(text), "# Konexus") {
		t.Fatalf("%.20s, %v", text, err)
	}
	path := filepath.Join(t.TempDir(), "mine.toml")
	mine := strings.Replace(string(text), `name = "konexus"`, `name = "mine"`, 1)
	if err := os.WriteFile(path, []byte(mine), 0o600); err != nil {
		t.Fatal(err)
	}
	for arg, want := range map[string]string{"konexus": "konexus", path: "mine"} {
		if r, err := rollout.Open(arg); err != nil || r.Name != want {
			t.Errorf("%s: %q, %v", arg, r.Name, err)
		}
	}
	if _, err := rollout.Open("konexsu"); !errors.Is(err, rollout.ErrUnknown) || !strings.Contains(err.Error(), "konexus") {
		t.Errorf("a name that is none: %v", err)
	}
	for _, path := range []string{"none.toml", "./none"} {
		if _, err := rollout.Open(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestMistakenFilesAreNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mine.toml")
	if err := os.WriteFile(path, []byte("name = 3"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := rollout.LoadFile(path)
	var found *rollout.MistakesError
	if !errors.As(err, &found) || !strings.HasPrefix(err.Error(), path+": ") {
		t.Errorf("%v", err)
	}
}

// What the API shows can be sent back: JSON says all that TOML says.
func TestJSONSaysAll(t *testing.T) {
	for _, name := range rollout.Names() {
		before := load(t, name)
		text, err := json.Marshal(before)
		if err != nil {
			t.Fatal(err)
		}
		var after rollout.Rollout
		if err := json.Unmarshal(text, &after); err != nil {
			t.Fatal(err)
		}
		// Lists that are empty and lists that are not there are one thing.
		again, err := json.Marshal(after)
		if err != nil || string(again) != string(text) || after.Check() != nil || after.TOTP.Period != before.TOTP.Period {
			t.Errorf("%s: %v, %v", name, err, after.Check())
		}
	}
	var d rollout.Duration
	if err := json.Unmarshal([]byte(`"soon"`), &d); err == nil {
		t.Error("soon is taken for a time")
	}
}

func TestFilesAreBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "large.toml")
	text := []byte("# " + strings.Repeat("x", rollout.MaxFile))
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := rollout.LoadFile(path); !errors.Is(err, rollout.ErrTooLarge) {
		t.Errorf("a file: %v", err)
	}
	if _, err := rollout.Source(path); !errors.Is(err, rollout.ErrTooLarge) {
		t.Errorf("its text: %v", err)
	}
	if _, err := rollout.Parse(text); !errors.Is(err, rollout.ErrTooLarge) {
		t.Errorf("a text: %v", err)
	}
}
