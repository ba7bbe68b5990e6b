package rollout_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"twofold/verifier/rollout"
)

func TestNamedOnesLoad(t *testing.T) {
	names := rollout.Names()
	if len(names) == 0 {
		t.Fatal("there is none")
	}
	for _, name := range names {
		r, err := rollout.Load(name)
		if err != nil || r.Name != name {
			t.Errorf("%s: %q, %v", name, r.Name, err)
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
	r, err := rollout.Load("plain")
	if err != nil {
		t.Fatal(err)
	}
	if !r.SecondStep.Required || r.SecondStep.Skippable || r.TOTP.Skew != 1 || r.Limits.CodeFailures != 5 ||
		r.Limits.HardStop >= 100 || r.Lifetimes.Enrollment.Std() != 10*time.Minute {
		t.Errorf("%+v", r)
	}
}

func TestMistakesAreNamed(t *testing.T) {
	raw, err := os.ReadFile("plain.toml")
	if err != nil {
		t.Fatal(err)
	}
	plain := string(raw)
	for _, row := range []struct{ old, new, want string }{
		{`skew = 1`, `skew = 99`, "totp.skew"},
		{`digits = 6`, `digits = 10`, "totp.digits"},
		{`period = "30s"`, `period = "0s"`, "totp.period"},
		{`period = "30s"`, `period = "1500ms"`, "totp.period"},
		{`algorithm = "SHA1"`, `algorithm = "MD5"`, "totp.algorithm"},
		{`methods = ["totp"]`, `methods = ["pigeon"]`, "second_step.methods"},
		{`methods = ["totp"]`, `methods = ["totp", "totp"]`, "second_step.methods"},
		{`default = "totp"`, `default = "sms"`, "second_step.default"},
		{`hard_stop = 50`, `hard_stop = 101`, "limits.hard_stop"},
		{`removable = false`, `removable = true`, "second_step.removable"},
		{`issuer = "Twofold"`, `issuer = "Two:fold"`, "issuer"},
		{`longest_lock = "15m"`, `longest_lock = "10s"`, "limits.longest_lock"},
		{`session = "12h"`, `session = "0s"`, "lifetimes.session"},
	} {
		_, err := rollout.Parse([]byte(strings.Replace(plain, row.old, row.new, 1)))
		var field *rollout.FieldError
		if !errors.As(err, &field) || field.Field != row.want {
			t.Errorf("%s: %v", row.new, err)
		}
	}
	for text, want := range map[string]string{
		"skwe = 1\n" + plain: "skwe", plain + "\n[totp": "line", strings.Replace(plain, `"30s"`, `"soon"`, 1): "soon", "": "name",
	} {
		if _, err := rollout.Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q in: %v", want, err)
		}
	}
}
