package verifier_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"twofold/verifier"
	"twofold/verifier/rollout"
	"twofold/verifier/store"
)

// guess lets a stranger try passwords at an address until it is locked.
func (w *world) guess(email string) {
	w.t.Helper()
	for range w.svc.Rollout().Limits.PasswordFailures {
		_, err := w.trySignIn(email, "a stranger's guess")
		w.refusal(err, verifier.CausePasswordWrong)
	}
	_, err := w.trySignIn(email, password)
	w.refusal(err, verifier.CauseTooManyAttempts)
}

// TestP13_StrangersCannotShutOutWhoIsInside has a stranger guess at the
// password of somebody who is signed in, and of somebody at a device that they
// trust.
func TestP13_StrangersCannotShutOutWhoIsInside(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.enrolled("ada@example.com")
		done := w.remembered(ada)
		w.guess(ada.email)
		if p := w.signInOn(ada.email, done.DeviceToken); p.Session.IsZero() {
			t.Errorf("at a trusted device the sign-in waits for %s", p.Step.Kind)
		}
		w.must(w.svc.SetPassword(t.Context(), done.Session, verifier.SecretOf(password), verifier.SecretOf("another horse battery")))
	})
}

// TestP07_GuessingFromInsideStops has a thief of a session or of a device's
// token guess the password: each has a count of its own, which locks too.
func TestP07_GuessingFromInsideStops(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.enrolled("ada@example.com")
		done := w.remembered(ada)
		guess := verifier.SecretOf("a thief's guess")
		bySession := func() error {
			return w.svc.RemoveFactor(t.Context(), done.Session, w.user(ada.email).Factors[0].ID, verifier.Proof{Password: guess})
		}
		byDevice := func() error {
			_, err := w.svc.SignIn(t.Context(), verifier.Credentials{Email: ada.email, Password: guess, Device: done.DeviceToken})
			return err
		}
		for range w.svc.Rollout().Limits.PasswordFailures {
			w.refusal(bySession(), verifier.CauseDisablePasswordWrong)
			w.refusal(byDevice(), verifier.CausePasswordWrong)
		}
		w.refusal(bySession(), verifier.CauseTooManyAttempts)
		w.refusal(byDevice(), verifier.CauseTooManyAttempts)
		w.signIn(ada) // neither locks the front door

		// A token that is none of this account's counts where everybody does.
		eve := w.enrolled("eve@example.com")
		token := w.remembered(eve).DeviceToken
		for range w.svc.Rollout().Limits.PasswordFailures {
			_, err := w.svc.SignIn(t.Context(), verifier.Credentials{Email: ada.email, Password: guess, Device: token})
			w.refusal(err, verifier.CausePasswordWrong)
		}
		_, err := w.trySignIn(ada.email, password)
		w.refusal(err, verifier.CauseTooManyAttempts)
		w.must(w.svc.Unlock(t.Context(), ada.id))
		w.signIn(ada)
		w.refusal(bySession(), verifier.CauseDisablePasswordWrong)
	})
}

// TestDeferredSetUpWaitsForTheNextSignInWithoutAFactorToo has a roll-out of
// its own, in which nobody must enroll.
func TestDeferredSetUpWaitsForTheNextSignInWithoutAFactorToo(t *testing.T) {
	w := newWorld(t, store.NewMemory(), func(r *rollout.Rollout) {
		r.SecondStep.Enroll, r.SetUp.Deferred = rollout.Optional, []verifier.Method{verifier.MethodTOTP}
	})
	session := w.signUp("ada@example.com").Session
	_, err := w.svc.AddFactor(t.Context(), session, verifier.NewFactor{Method: "totp"})
	w.must(err)
	flow, err := w.trySignIn("ada@example.com", password)
	w.must(err)
	if flow.Step.Kind != verifier.StepConfirm || !flow.Step.Skippable || flow.Enrollment == nil {
		t.Fatalf("the next sign-in waits for %+v", flow.Step)
	}
	ada := &person{email: "ada@example.com", secret: flow.Enrollment.Key.RevealBase32()}
	w.accepted(flow.ID, w.code(ada, 0))
	w.advance(time.Minute)
	if again := w.signIn(ada); again.Step.Kind != verifier.StepCode {
		t.Errorf("the sign-in after that waits for %s", again.Step.Kind)
	}
}

// TestClockChangeIsWholeOrNone names one value that is right and one that is
// not.
func TestClockChangeIsWholeOrNone(t *testing.T) {
	w := newWorld(t, store.NewMemory())
	now, rate := start.Add(time.Hour), -1.0
	w.refusal(w.svc.SetClock(t.Context(), verifier.ClockChange{Now: &now, Rate: &rate}), verifier.CauseClockOutOfRange)
	if got := w.clock.Now(); !got.Equal(start) {
		t.Errorf("the clock moved to %v", got)
	}
}

// TestP14_ResetsOfStrangersFillNothing asks for resets of addresses that have
// no account, which takes no password and no work.
func TestP14_ResetsOfStrangersFillNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "verifier.db")
	w := newWorld(t, openSQLite(t, path))
	for n := range 700 {
		w.must(w.svc.RequestReset(t.Context(), fmt.Sprintf("nobody%d@example.com", n)))
	}
	db, err := sql.Open("sqlite", path)
	w.must(err)
	defer func() { w.must(db.Close()) }()
	rows := 0
	w.must(db.QueryRowContext(t.Context(), "SELECT count(*) FROM throttles").Scan(&rows))
	if rows == 0 || rows > 512 {
		t.Errorf("%d rows are kept of addresses without an account", rows)
	}
}
