package verifier_test

import (
	"reflect"
	"testing"
	"time"

	"twofold/verifier"
	"twofold/verifier/rollout"
)

func plain(t testing.TB) rollout.Rollout {
	t.Helper()
	r, err := rollout.Load("plain")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestNext(t *testing.T) {
	at := time.Date(2026, 7, 13, 9, 0, 0, 0, time.UTC)
	required := plain(t)
	skippable := plain(t)
	skippable.SecondStep.Enroll = rollout.Prompted
	optional := plain(t)
	optional.SecondStep.Enroll = rollout.Optional

	working := verifier.Factor{ID: "w", Method: "totp", Confirmed: at}
	pending := verifier.Factor{ID: "p", Method: "totp"}
	user := func(factors ...verifier.Factor) verifier.User { return verifier.User{ID: "u", Factors: factors} }
	flow := func(kind verifier.FlowKind, change func(*verifier.Flow)) verifier.Flow {
		f := verifier.Flow{Kind: kind, UserID: "u", Created: at, Expires: at.Add(10 * time.Minute)}
		if change != nil {
			change(&f)
		}
		return f
	}
	enrolling := func(f *verifier.Flow) { f.Factor = "p" }
	proven := func(f *verifier.Flow) { f.Proven = at }
	skipped := func(f *verifier.Flow) { f.Skipped = at }
	done := func(f *verifier.Flow) { f.Done = at }
	methods := required.SecondStep.Methods
	rest := methods[1:]

	full := []verifier.Factor{pending}
	for range required.SecondStep.MaxFactors {
		full = append(full, working)
	}

	for _, row := range []struct {
		name    string
		rollout rollout.Rollout
		user    verifier.User
		flow    verifier.Flow
		after   time.Duration
		want    verifier.Step
	}{
		{"signed up: choose", required, user(), flow(verifier.FlowSignUp, nil), 0, verifier.Step{Kind: verifier.StepChooseMethod, Methods: methods}},
		{"never enrolled: choose", required, user(), flow(verifier.FlowSignIn, nil), 0, verifier.Step{Kind: verifier.StepChooseMethod, Methods: methods}},
		{"skippable: choose, or skip", skippable, user(), flow(verifier.FlowSignIn, nil), 0, verifier.Step{Kind: verifier.StepChooseMethod, Methods: methods, Skippable: true}},
		{"skipped: done", skippable, user(), flow(verifier.FlowSignIn, skipped), 0, verifier.Step{Kind: verifier.StepDone}},
		{"skipped, and no longer allowed: choose", required, user(), flow(verifier.FlowSignIn, skipped), 0, verifier.Step{Kind: verifier.StepChooseMethod, Methods: methods}},
		{"optional: done", optional, user(), flow(verifier.FlowSignIn, nil), 0, verifier.Step{Kind: verifier.StepDone}},
		{"optional, and enrolled: code", optional, user(working), flow(verifier.FlowSignIn, nil), 0, verifier.Step{Kind: verifier.StepCode, Method: "totp", Factor: "w"}},
		{"skippable, enrolled, skipped before: code", skippable, user(working), flow(verifier.FlowSignIn, skipped), 0, verifier.Step{Kind: verifier.StepCode, Method: "totp", Factor: "w"}},
		{"enrolling: confirm", required, user(pending), flow(verifier.FlowSignUp, enrolling), 0, verifier.Step{Kind: verifier.StepConfirm, Method: "totp", Factor: "p", Methods: rest}},
		{"another flow's enrollment: choose", required, user(pending), flow(verifier.FlowSignIn, nil), 0, verifier.Step{Kind: verifier.StepChooseMethod, Methods: methods}},
		{"P17: enrolling, but a factor works: code", required, user(working, pending), flow(verifier.FlowSignIn, enrolling), 0, verifier.Step{Kind: verifier.StepCode, Method: "totp", Factor: "w"}},
		{"enrolled: code", required, user(working), flow(verifier.FlowSignIn, nil), 0, verifier.Step{Kind: verifier.StepCode, Method: "totp", Factor: "w"}},
		{"code shown: done", required, user(working), flow(verifier.FlowSignIn, proven), 0, verifier.Step{Kind: verifier.StepDone}},
		{"just in time: code", required, user(working), flow(verifier.FlowSignIn, nil), 10*time.Minute - 1, verifier.Step{Kind: verifier.StepCode, Method: "totp", Factor: "w"}},
		{"too late: over", required, user(working), flow(verifier.FlowSignIn, nil), 10 * time.Minute, verifier.Step{Kind: verifier.StepOver, Cause: verifier.CauseFlowExpired}},
		{"too late to confirm: over", required, user(pending), flow(verifier.FlowSignUp, enrolling), 10 * time.Minute, verifier.Step{Kind: verifier.StepOver, Cause: verifier.CauseEnrollmentExpired}},
		{"done stays done", required, user(working), flow(verifier.FlowSignIn, done), time.Hour, verifier.Step{Kind: verifier.StepDone}},
		{"another factor: confirm", required, user(working, pending), flow(verifier.FlowAddFactor, enrolling), 0, verifier.Step{Kind: verifier.StepConfirm, Method: "totp", Factor: "p"}},
		{"one factor too many: over", required, user(full...), flow(verifier.FlowAddFactor, enrolling), 0, verifier.Step{Kind: verifier.StepOver, Cause: verifier.CauseTooManyFactors}},
		{"one fewer: confirm", required, user(full[:len(full)-1]...), flow(verifier.FlowAddFactor, enrolling), 0, verifier.Step{Kind: verifier.StepConfirm, Method: "totp", Factor: "p"}},
		{"another factor, confirmed: done", required, user(working), flow(verifier.FlowAddFactor, proven), 0, verifier.Step{Kind: verifier.StepDone}},
		{"another factor, taken away: over", required, user(working), flow(verifier.FlowAddFactor, enrolling), 0, verifier.Step{Kind: verifier.StepOver, Cause: verifier.CauseEnrollmentCancelled}},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := verifier.Next(row.rollout, row.user, row.flow, at.Add(row.after)); !reflect.DeepEqual(got, row.want) {
				t.Errorf("got %+v, want %+v", got, row.want)
			}
		})
	}
}
