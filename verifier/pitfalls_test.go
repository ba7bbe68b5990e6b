package verifier_test

// One test for each pitfall of other verifiers that can be met here, by its
// number. Those about HTTP, logs and crashes are with packages api, server and
// store.

import (
	"context"
	"testing"
	"time"

	"twofold/verifier"
	"twofold/verifier/rollout"
	"twofold/verifier/store"
)

func TestP01_CodeIsAcceptedOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.enrolled("ada@example.com")
		first, second := w.signIn(ada), w.signIn(ada)
		code := w.code(ada, 0)
		done := w.accepted(first.ID, code)
		w.refused(first.ID, code, verifier.CauseFlowOver)                // same session
		w.refused(second.ID, code, verifier.CauseCodeAlreadyUsed)        // one begun before
		w.refused(w.signIn(ada).ID, code, verifier.CauseCodeAlreadyUsed) // and one after
		// Confirming another enrollment takes codes of that one only.
		adding, err := w.svc.AddFactor(t.Context(), done.Session, verifier.NewFactor{Method: "totp"})
		w.must(err)
		w.refused(adding.ID, code, verifier.CauseCodeWrong)
	})
}

func TestP02_SpellingMakesNoOtherCode(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.enrolled("ada@example.com")
		code := w.code(ada, 0)
		wide, arabic := []rune{}, []rune{}
		for _, d := range code {
			wide, arabic = append(wide, d-'0'+'０'), append(arabic, d-'0'+'٠')
		}
		spellings := []string{
			" " + code, code + " ", code[:3] + " " + code[3:], "\t" + code, code + "\n", "\u00a0" + code,
			code[:3] + "\u00a0" + code[3:], code[:3] + "-" + code[3:], "+" + code, string(wide), string(arabic),
			code[:3] + "\u2003" + code[3:], "\ufeff" + code, code + "\x00", "0" + code, code + "\u200b",
		}
		w.accepted(w.signIn(ada).ID, " "+code[:3]+"\u00a0"+code[3:]+" ")
		for _, again := range spellings {
			if _, err := w.answer(w.signIn(ada).ID, again); cause(err).Public() != verifier.CauseCodeRefused {
				t.Errorf("%+q after its code was accepted: %v", again, err)
			}
			w.must(w.svc.Unlock(t.Context(), ada.id))
		}
		// No other script's digits are taken, not even the first time.
		w.advance(30 * time.Second)
		w.refused(w.signIn(ada).ID, string(wide), verifier.CauseCodeNotDigits)
	})
}

func TestP03_ParallelSubmissionsGiveOne(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.enrolled("ada@example.com")
		rounds := 200
		if testing.Short() {
			rounds = 10
		}
		for range rounds {
			flow, other := w.signIn(ada), w.signIn(ada)
			code := w.code(ada, 0)
			count := atOnce(64, func(n int) error {
				_, err := w.answer([]string{flow.ID, other.ID}[n%2], code)
				return err
			})
			if count[""] != 1 {
				t.Fatalf("64 submissions of one code ended in %v", count)
			}
			w.must(w.svc.Unlock(t.Context(), ada.id))
			w.advance(30 * time.Second)
		}
	})
}

func TestP04_OlderStepIsRefusedAfterANewerOne(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.enrolled("ada@example.com")
		n := w.code(ada, 0)
		next := w.code(ada, 1)
		w.accepted(w.signIn(ada).ID, n)
		w.accepted(w.signIn(ada).ID, next)
		w.refused(w.signIn(ada).ID, n, verifier.CauseCodeAlreadyUsed)

		// One that was never used is refused as well, once a newer one was.
		w.advance(90 * time.Second)
		skipped := w.code(ada, -1)
		w.accepted(w.signIn(ada).ID, w.code(ada, 0))
		w.refused(w.signIn(ada).ID, skipped, verifier.CauseCodeOldStep)
	})
}

// TestP06_MemoryOutlivesTheCode accepts a code at the first instant it is right
// and shows it again at the last one.
func TestP06_MemoryOutlivesTheCode(t *testing.T) {
	for skew := range 4 {
		w := newWorld(t, store.NewMemory(), func(r *rollout.Rollout) { r.TOTP.Skew = skew })
		ada := w.enrolled("ada@example.com")
		w.advance(20 * time.Second) // the first instant of a step
		code := w.code(ada, skew)
		w.accepted(w.signIn(ada).ID, code)
		window := time.Duration(2*skew+1) * 30 * time.Second
		w.advance(window - time.Microsecond)
		w.refused(w.signIn(ada).ID, code, verifier.CauseCodeAlreadyUsed)
		w.advance(time.Microsecond)
		w.refused(w.signIn(ada).ID, code, verifier.CauseCodeAlreadyUsed)
	}
}

func TestP07_GuessingStops(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.enrolled("ada@example.com")
		flow, wrong := w.signIn(ada), w.wrong(ada)
		evaluated := 0
		for range 100 {
			if _, err := w.answer(flow.ID, wrong); cause(err) == verifier.CauseCodeWrong {
				evaluated++
			}
		}
		if evaluated != 5 {
			t.Errorf("%d of 100 wrong codes were looked at, want 5", evaluated)
		}
		w.refused(flow.ID, w.code(ada, 0), verifier.CauseTooManyAttempts) // the right one is not looked at either
		p := w.svc.Rollout()
		t.Logf("a blind guess hits with %d/10^%d; %d consecutive ones are the most that are ever looked at",
			2*p.TOTP.Skew+1, p.TOTP.Digits, p.Limits.HardStop)
	})
}

func TestP07_LocksDoubleAndEndInAHardStop(t *testing.T) {
	w := newWorld(t, store.NewMemory())
	ada := w.enrolled("ada@example.com")
	limits := w.svc.Rollout().Limits
	lock := limits.FirstLock.Std()
	looked := 0
	for range 200 {
		_, err := w.answer(w.signIn(ada).ID, w.wrong(ada))
		switch cause(err) {
		case verifier.CauseCodeWrong:
			looked++
		case verifier.CauseTooManyAttempts:
			if again := w.refusal(err, verifier.CauseTooManyAttempts); again != lock {
				t.Fatalf("after %d failures: again in %v, want %v", looked, again, lock)
			}
			w.advance(lock - time.Second)
			w.refused(w.signIn(ada).ID, w.code(ada, 0), verifier.CauseTooManyAttempts)
			w.advance(time.Second)
			lock = min(2*lock, limits.LongestLock.Std())
		case verifier.CauseLocked:
			w.advance(365 * 24 * time.Hour)
			w.refused(w.signIn(ada).ID, w.code(ada, 0), verifier.CauseLocked)
			w.must(w.svc.Unlock(t.Context(), ada.id))
			w.accepted(w.signIn(ada).ID, w.code(ada, 0))
			if looked != limits.HardStop || looked >= 100 {
				t.Errorf("%d codes were looked at before the hard stop, want %d", looked, limits.HardStop)
			}
			return
		default:
			t.Fatal(err)
		}
	}
	t.Error("no hard stop")
}

func TestP08_BurstIsEvaluatedUpToTheLimit(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.enrolled("ada@example.com")
		flow, wrong := w.signIn(ada), w.wrong(ada)
		count := atOnce(200, func(int) error {
			_, err := w.answer(flow.ID, wrong)
			return err
		})
		if count[verifier.CauseCodeWrong] != 5 || count[verifier.CauseTooManyAttempts] != 195 {
			t.Errorf("200 wrong codes at once ended in %v, want 5 looked at", count)
		}
	})
}

// TestP09_OneCounterForEveryDoor fails through sign-ins, confirmations and
// fresh sessions in turn: all add up.
func TestP09_OneCounterForEveryDoor(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.enrolled("ada@example.com")
		session := w.accepted(w.signIn(ada).ID, w.code(ada, 0)).Session
		w.advance(30 * time.Second)
		add := func() string {
			p, err := w.svc.AddFactor(t.Context(), session, verifier.NewFactor{Method: "totp"})
			w.must(err)
			return p.ID
		}
		old := w.signIn(ada).ID
		for n, door := range []func() string{
			func() string { return old }, add, func() string { return w.signIn(ada).ID }, add, func() string { return old },
		} {
			if _, err := w.answer(door(), "12345"); cause(err) != verifier.CauseCodeWrongLength {
				t.Fatalf("try %d: %v", n+1, err)
			}
			if got := w.failures(ada); got != n+1 {
				t.Fatalf("after %d wrong codes %d are counted", n+1, got)
			}
		}
		for _, door := range []func() string{func() string { return old }, add, func() string { return w.signIn(ada).ID }} {
			w.refused(door(), w.code(ada, 0), verifier.CauseTooManyAttempts)
		}
	})
}

func TestP12_PasswordDoesNotClearFailures(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.enrolled("ada@example.com")
		flow := w.signIn(ada)
		for range 4 {
			w.refused(flow.ID, w.wrong(ada), verifier.CauseCodeWrong)
		}
		flow = w.signIn(ada)
		if flow.AttemptsLeft != 1 {
			t.Errorf("%d attempts are left, want 1", flow.AttemptsLeft)
		}
		w.refused(flow.ID, w.wrong(ada), verifier.CauseCodeWrong)
		w.refused(flow.ID, w.code(ada, 0), verifier.CauseTooManyAttempts)
		w.advance(time.Minute)
		w.accepted(flow.ID, w.code(ada, 0))
		if got := w.failures(ada); got != 0 {
			t.Errorf("%d failures after a success", got)
		}
	})
}

func TestP13_StrangersCannotLockTheSecondStep(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.enrolled("ada@example.com")
		for range 15 {
			if _, err := w.trySignIn(ada.email, "a guess of a stranger"); err == nil {
				t.Fatal("a wrong password was taken")
			}
		}
		for range 20 {
			w.refused("a flow that a stranger made up", "123456", verifier.CauseFlowUnknown)
		}
		if got := w.failures(ada); got != 0 {
			t.Errorf("strangers raised the count of wrong codes to %d", got)
		}
	})
}

// TestP14_WrongGuessesBurnNothing sends tomorrow's code today: it stays good.
func TestP14_WrongGuessesBurnNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.enrolled("ada@example.com")
		tomorrow := w.code(ada, 2880)
		w.refused(w.signIn(ada).ID, tomorrow, verifier.CauseCodeWrong)
		soon := w.code(ada, 3)
		w.refused(w.signIn(ada).ID, soon, verifier.CauseCodeFutureStep)
		if e := w.lastEvent(); e.StepsOff == nil || *e.StepsOff != 3 {
			t.Errorf("the tester hears %+v", e)
		}
		w.advance(90 * time.Second)
		w.accepted(w.signIn(ada).ID, soon)
		w.advance(24*time.Hour - 90*time.Second)
		w.accepted(w.signIn(ada).ID, tomorrow)
	})
}

func TestP16_UnknownAddressesAreThrottledAlike(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.enrolled("ada@example.com")
		tries := map[string][]verifier.Cause{}
		for range 13 {
			for _, email := range []string{ada.email, "nobody@example.com"} {
				_, err := w.trySignIn(email, "wrong password")
				tries[email] = append(tries[email], cause(err).Public())
			}
		}
		for n := range 13 {
			known, unknown := tries[ada.email][n], tries["nobody@example.com"][n]
			if known != unknown {
				t.Errorf("try %d: a known address hears %s, an unknown one %s", n+1, known, unknown)
			}
			want := verifier.CauseCredentialsRefused
			if n >= 10 {
				want = verifier.CauseTooManyAttempts
			}
			if known != want {
				t.Errorf("try %d: %s, want %s", n+1, known, want)
			}
		}
		_, err := w.trySignIn("Ada@EXAMPLE.com", password)
		w.refusal(err, verifier.CauseTooManyAttempts) // another spelling is the same address
		w.advance(time.Minute)
		w.signIn(ada)
	})
}

// TestP17_PendingFlowIsGoodForNothingElse begins an enrollment before another
// flow of the same user confirmed one, and tries to finish it afterwards.
func TestP17_PendingFlowIsGoodForNothingElse(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		mine := w.signUp("ada@example.com")
		stranger, err := w.trySignIn("ada@example.com", password) // who has the password, and no factor
		w.must(err)
		evil := &person{email: "ada@example.com", secret: w.enroll(stranger.ID)}
		ada := &person{email: "ada@example.com", secret: w.enroll(mine.ID)}
		w.accepted(mine.ID, w.code(ada, 0))
		w.advance(30 * time.Second)

		if p, err := w.svc.Flow(ctx, stranger.ID); err != nil || p.Step.Kind != verifier.StepCode || p.Enrollment != nil {
			t.Fatalf("the stranger's flow waits for %+v, %v", p.Step, err)
		}
		w.refused(stranger.ID, w.code(evil, 0), verifier.CauseEnrollmentNotConfirmed)
		_, err = w.svc.Enroll(ctx, stranger.ID, verifier.NewFactor{Method: "totp"})
		w.refusal(err, verifier.CauseFlowElsewhere)
		_, err = w.svc.Skip(ctx, stranger.ID)
		w.refusal(err, verifier.CauseSkipNotAllowed)
		_, err = w.svc.Send(ctx, stranger.ID)
		w.refusal(err, verifier.CauseFlowElsewhere)
		_, err = w.svc.ChangePassword(ctx, stranger.ID, verifier.SecretOf("another password"))
		w.refusal(err, verifier.CauseFlowElsewhere)
		_, err = w.svc.Me(ctx, verifier.SecretOf(stranger.ID))
		w.refusal(err, verifier.CauseSessionRefused) // a flow is no session
	})
}

func TestP23_AbandonedEnrollmentKillsNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.enrolled("ada@example.com")
		session := w.accepted(w.signIn(ada).ID, w.code(ada, 0)).Session
		w.advance(30 * time.Second)
		adding, err := w.svc.AddFactor(t.Context(), session, verifier.NewFactor{Method: "totp"})
		w.must(err)
		fresh := &person{secret: adding.Enrollment.Key.RevealBase32()}
		if fresh.secret == ada.secret {
			t.Fatal("the new enrollment has the old secret")
		}
		w.refused(w.signIn(ada).ID, w.code(fresh, 0), verifier.CauseEnrollmentNotConfirmed) // unconfirmed
		w.accepted(w.signIn(ada).ID, w.code(ada, 0))                                        // the old one works
		w.advance(10 * time.Minute)
		w.refused(adding.ID, w.code(fresh, 0), verifier.CauseEnrollmentExpired)
		w.accepted(w.signIn(ada).ID, w.code(ada, 0))
	})
}

func TestP23_NewFactorReplacesTheOldWhereOnlyOneMayBe(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.enrolled("ada@example.com")
		session := w.accepted(w.signIn(ada).ID, w.code(ada, 0)).Session
		w.advance(30 * time.Second)
		adding, err := w.svc.AddFactor(t.Context(), session, verifier.NewFactor{Method: "totp"})
		w.must(err)
		fresh := &person{email: ada.email, secret: adding.Enrollment.Key.RevealBase32()}
		if p := w.accepted(adding.ID, w.code(fresh, 0)); p.Step.Kind != verifier.StepDone || !p.Session.IsZero() {
			t.Errorf("after confirming: %+v", p.Step)
		}
		w.advance(30 * time.Second)
		w.refused(w.signIn(ada).ID, w.code(ada, 0), verifier.CauseCodeWrong)
		w.accepted(w.signIn(ada).ID, w.code(fresh, 0))
	}, func(r *rollout.Rollout) { r.SecondStep.Several = false })
}

func TestP24_ConfirmingCodeCannotSignIn(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		flow := w.signUp("ada@example.com")
		ada := &person{email: "ada@example.com", secret: w.enroll(flow.ID)}
		code := w.code(ada, 0)
		done := w.accepted(flow.ID, code)
		w.must(w.svc.SignOut(t.Context(), done.Session, false))
		w.refused(w.signIn(ada).ID, code, verifier.CauseCodeAlreadyUsed)
	})
}

func TestP25_RemovalNeedsProof(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		ada, eve := w.enrolled("ada@example.com"), w.enrolled("eve@example.com")
		session := w.accepted(w.signIn(ada).ID, w.code(ada, 0)).Session
		other := w.accepted(w.signIn(eve).ID, w.code(eve, 0)).Session
		me, err := w.svc.Me(ctx, session)
		w.must(err)
		first := me.Factors[0].ID
		remove := func(session verifier.Secret, id, with string) error {
			return w.svc.RemoveFactor(ctx, session, id, verifier.Proof{Password: verifier.SecretOf(with)})
		}
		w.refusal(remove(session, first, "wrong password"), verifier.CauseDisablePasswordWrong)
		w.refusal(remove(session, first, password), verifier.CauseDisableForbiddenByPolicy) // the last one
		w.refusal(remove(verifier.SecretOf("made up"), first, password), verifier.CauseSessionRefused)
		w.refusal(remove(other, first, password), verifier.CauseFactorUnknown) // somebody else's

		adding, err := w.svc.AddFactor(ctx, session, verifier.NewFactor{Method: "totp"})
		w.must(err)
		w.refusal(remove(session, first, password), verifier.CauseDisableForbiddenByPolicy) // the other is unconfirmed
		w.accepted(adding.ID, w.code(&person{secret: adding.Enrollment.Key.RevealBase32()}, 0))
		w.must(remove(session, first, password))
		w.advance(30 * time.Second)
		w.refused(w.signIn(ada).ID, w.code(ada, 0), verifier.CauseCodeWrong)
	})
}

// TestP29_TighterPolicyHoldsAtOnce lets a user skip, and asks again under a
// roll-out that does not: nothing of the skip is kept with the user.
func TestP29_TighterPolicyHoldsAtOnce(t *testing.T) {
	kept := store.NewMemory()
	lax := newWorld(t, kept, func(r *rollout.Rollout) { r.SecondStep.Enroll = rollout.Prompted })
	flow := lax.signUp("ada@example.com")
	if p, err := lax.svc.Skip(t.Context(), flow.ID); err != nil || p.Session.IsZero() {
		t.Fatalf("skip: %+v, %v", p.Step, err)
	}
	open, err := lax.trySignIn("ada@example.com", password)
	lax.must(err)

	strict := newWorld(t, kept)
	_, err = strict.svc.Skip(t.Context(), open.ID) // begun before
	strict.refusal(err, verifier.CauseSkipNotAllowed)
	if e := strict.lastEvent(); e.Type != verifier.EventSkip || e.Cause != verifier.CauseSkipNotAllowed {
		t.Errorf("the tester hears %+v", e)
	}
	p, err := strict.trySignIn("ada@example.com", password)
	strict.must(err)
	if p.Step.Kind != verifier.StepChooseMethod || p.Step.Skippable {
		t.Errorf("the next sign-in waits for %+v", p.Step)
	}
}

// TestP32_NoCodeIsAlwaysRight tries what sandboxes take.
func TestP32_NoCodeIsAlwaysRight(t *testing.T) {
	w := newWorld(t, store.NewMemory())
	ada := w.enrolled("ada@example.com")
	for _, code := range []string{"000000", "123456", "111111", "999999", "", "      "} {
		if code == w.code(ada, -1) || code == w.code(ada, 0) || code == w.code(ada, 1) {
			continue
		}
		if _, err := w.answer(w.signIn(ada).ID, code); cause(err).Public() != verifier.CauseCodeRefused {
			t.Errorf("%q: %v", code, err)
		}
		w.must(w.svc.Unlock(t.Context(), ada.id))
	}
}

// TestClockMovedBackReopensNothing goes back over steps that were spent.
func TestClockMovedBackReopensNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.enrolled("ada@example.com")
		code := w.code(ada, 0)
		w.accepted(w.signIn(ada).ID, code)
		for _, back := range []time.Duration{30 * time.Second, time.Hour} {
			w.advance(back)
			w.accepted(w.signIn(ada).ID, w.code(ada, 0))
			w.advance(-back)
			w.refused(w.signIn(ada).ID, code, verifier.CauseCodeAlreadyUsed)
		}
		w.refused(w.signIn(ada).ID, w.code(ada, 1), verifier.CauseCodeAlreadyUsed)
		w.refused(w.signIn(ada).ID, w.code(ada, -1), verifier.CauseCodeAlreadyUsed) // it confirmed the enrollment
	})
}

func TestResetEndsEverything(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		ada := w.enrolled("ada@example.com")
		open := w.signIn(ada)
		session := w.accepted(w.signIn(ada).ID, w.code(ada, 0)).Session
		w.must(w.svc.ResetMFA(ctx, ada.id, ""))
		_, err := w.svc.Me(ctx, session)
		w.refusal(err, verifier.CauseSessionRefused)
		_, err = w.svc.Flow(ctx, open.ID)
		w.refusal(err, verifier.CauseFlowUnknown)
		if p := w.signIn(ada); p.Step.Kind != verifier.StepChooseMethod {
			t.Errorf("after the reset a sign-in waits for %s", p.Step.Kind)
		}
		w.refusal(w.svc.ResetMFA(ctx, "nobody", ""), verifier.CauseUserNotFound)
		w.refusal(w.svc.Unlock(ctx, "nobody"), verifier.CauseUserNotFound)
	})
}

// TestFactorsStayWithinTheLimit begins more enrollments than there is room for,
// and confirms them all.
func TestFactorsStayWithinTheLimit(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.enrolled("ada@example.com")
		session := w.accepted(w.signIn(ada).ID, w.code(ada, 0)).Session
		for i, flow := range w.begun(session, 4) {
			code := w.code(&person{secret: flow.Enrollment.Key.RevealBase32()}, 0)
			if i < 2 {
				w.accepted(flow.ID, code)
			} else {
				w.refused(flow.ID, code, verifier.CauseTooManyFactors)
			}
		}
	}, func(r *rollout.Rollout) { r.SecondStep.MaxFactors = 3 })
}

func (w *world) begun(session verifier.Secret, n int) []verifier.Progress {
	w.t.Helper()
	flows := make([]verifier.Progress, n)
	for i := range flows {
		flow, err := w.svc.AddFactor(context.Background(), session, verifier.NewFactor{Method: "totp"})
		w.must(err)
		flows[i] = flow
	}
	return flows
}

// TestSamePasswordInAnotherForm signs in with what was chosen at sign-up in
// both forms that keyboards make of an accent: as long as allowed in one,
// longer in the other.
func TestSamePasswordInAnotherForm(t *testing.T) {
	w := newWorld(t, store.NewMemory())
	longest := w.svc.Rollout().Password.MaxLength
	apart, whole := "", ""
	for i := range longest { // not the same again and again: that is refused
		letter := string(rune('a' + i*i%23))
		if i%2 == 0 {
			apart, whole = apart+"e\u0301", whole+"\u00e9"
			continue
		}
		apart, whole = apart+letter, whole+letter
	}
	_, err := w.svc.SignUp(t.Context(), verifier.NewAccount{Email: "ada@example.com", Password: verifier.SecretOf(apart)})
	w.must(err)
	for _, form := range []string{apart, whole} {
		if _, err := w.trySignIn("ada@example.com", form); err != nil {
			t.Errorf("%d bytes: %v (%s)", len(form), err, cause(err))
		}
	}
}

// TestLockSaysHowLongWhateverTheClock locks in the far future and asks in the
// distant past: further apart than a time.Duration reaches.
func TestLockSaysHowLongWhateverTheClock(t *testing.T) {
	w := newWorld(t, store.NewMemory())
	w.must(w.clock.Set(time.Date(2299, 12, 31, 0, 0, 0, 0, time.UTC)))
	for range w.svc.Rollout().Limits.PasswordFailures {
		_, err := w.trySignIn("ada@example.com", "guess after guess")
		w.refusal(err, verifier.CausePasswordWrong)
	}
	w.must(w.clock.Set(time.Unix(1, 0)))
	_, err := w.trySignIn("ada@example.com", "guess after guess")
	if wait := w.refusal(err, verifier.CauseTooManyAttempts); wait != w.svc.Rollout().Limits.LongestLock.Std() {
		t.Errorf("again in %s", wait)
	}
}
