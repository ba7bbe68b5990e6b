package verifier_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"

	"twofold/verifier"
	"twofold/verifier/rollout"
	"twofold/verifier/store"
)

// shown is what an app shows that goes by other parameters.
func (w *world) shown(p *person, algorithm otp.Algorithm, digits otp.Digits, period uint) string {
	w.t.Helper()
	code, err := totp.GenerateCodeCustom(p.secret, w.clock.Now(), totp.ValidateOpts{Algorithm: algorithm, Digits: digits, Period: period})
	w.must(err)
	return code
}

// counted is what an app shows that counts.
func (w *world) counted(p *person, counter uint64) string {
	w.t.Helper()
	code, err := hotp.GenerateCode(p.secret, counter)
	w.must(err)
	return code
}

// diagnosed sends a code that is refused, and checks what the tester hears.
func (w *world) diagnosed(flow, code string, cause verifier.Cause, off int, detail string) {
	w.t.Helper()
	_, err := w.answer(flow, code)
	w.refusal(err, cause)
	if heard := cause.Public(); !strings.Contains(err.Error(), "code_refused") && heard == verifier.CauseCodeRefused {
		w.t.Errorf("the account holder hears %v", err)
	}
	e := w.lastEvent()
	if e.Cause != cause || e.Outcome != verifier.Refused || !strings.Contains(e.Detail, detail) {
		w.t.Errorf("the tester hears %s, %q; want %s, %q", e.Cause, e.Detail, cause, detail)
	}
	if off == none && e.StepsOff != nil || off != none && (e.StepsOff == nil || *e.StepsOff != off) {
		w.t.Errorf("%s: steps off %v, want %d", cause, e.StepsOff, off)
	}
	if code != "" && strings.Contains(e.Detail, code) {
		w.t.Errorf("%s: the code is in the event", cause)
	}
}

const none = 999 // no steps off

// dice are random numbers that are the same on each run. Codes that are looked
// for in many places match by chance in one of them, once in a thousand runs.
type dice struct {
	mu     sync.Mutex
	source *rand.ChaCha8
}

func (d *dice) Read(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.source.Read(p)
}

// seeded is newWorld with dice.
func seeded(t testing.TB, s verifier.Store, change ...func(*rollout.Rollout)) *world {
	t.Helper()
	w := newWorld(t, s, change...)
	w.svc = verifier.New(s, verifier.Options{
		Rollout: w.svc.Rollout(), Clock: w.clock, Key: key, Sender: w.mail, Rand: &dice{source: rand.NewChaCha8([32]byte{1})},
	})
	verifier.CheapPasswords(w.svc)
	return w
}

func onBothSeeded(t *testing.T, test func(*testing.T, *world), change ...func(*rollout.Rollout)) {
	t.Helper()
	t.Run("memory", func(t *testing.T) { test(t, seeded(t, store.NewMemory(), change...)) })
	t.Run("sqlite", func(t *testing.T) {
		test(t, seeded(t, openSQLite(t, filepath.Join(t.TempDir(), "verifier.db")), change...))
	})
}

// often lets a test refuse as many codes as it likes.
func often(r *rollout.Rollout) { r.Limits.CodeFailures, r.Limits.HardStop = 90, 100 }

// KOR-7, CODA-7
func TestRefusedCodesAreDiagnosed(t *testing.T) {
	onBothSeeded(t, func(t *testing.T, w *world) {
		bob := w.enrolled("bob@example.com")
		ada := w.enrolled("ada@example.com")
		session := w.accepted(w.signIn(ada).ID, w.code(ada, 0)).Session
		used := w.code(ada, 0)
		w.advance(90 * time.Second)
		adding, err := w.svc.AddFactor(t.Context(), session, verifier.NewFactor{Method: "totp"})
		w.must(err)
		abandoned := &person{secret: adding.Enrollment.Key.RevealBase32()}
		flow := w.signIn(ada).ID
		sha1 := otp.AlgorithmSHA1
		for _, row := range []struct {
			name, code string
			cause      verifier.Cause
			off        int
			detail     string
		}{
			{"nothing", "", verifier.CauseCodeWrongLength, none, ""},
			{"too long to look at", strings.Repeat("1", 65), verifier.CauseCodeWrongLength, none, ""},
			{"short", "12345", verifier.CauseCodeWrongLength, none, "5 digits"},
			{"letters", "12345O", verifier.CauseCodeNotDigits, none, ""},
			{"other digits", "１２３４５６", verifier.CauseCodeNotDigits, none, ""},
			{"two steps late", w.code(ada, -2), verifier.CauseCodeOldStep, -2, ""},
			{"twenty late", w.code(ada, -20), verifier.CauseCodeOldStep, -20, ""},
			{"two early", w.code(ada, 2), verifier.CauseCodeFutureStep, 2, ""},
			{"twenty early", w.code(ada, 20), verifier.CauseCodeFutureStep, 20, ""},
			{"used", used, verifier.CauseCodeAlreadyUsed, -3, ""},
			{"another account's", w.code(bob, 0), verifier.CauseCodeOfOtherAccount, 0, "bob@example.com"},
			{"another account's, late", w.code(bob, -2), verifier.CauseCodeOfOtherAccount, -2, "bob@example.com"},
			{"another algorithm", w.shown(ada, otp.AlgorithmSHA256, 6, 30), verifier.CauseCodeWrongAlgorithm, none, "ignored algorithm=SHA1 and computes SHA256"},
			{"a third", w.shown(ada, otp.AlgorithmSHA512, 6, 30), verifier.CauseCodeWrongAlgorithm, none, "computes SHA512"},
			{"more digits", w.shown(ada, sha1, 8, 30), verifier.CauseCodeWrongAlgorithm, none, "ignored digits=6 and shows 8"},
			{"another period", w.shown(ada, sha1, 6, 60), verifier.CauseCodeWrongAlgorithm, none, "ignored period=30 and counts 60 seconds"},
			{"the first counter", w.counted(ada, 0), verifier.CauseCodeLooksCounterBased, none, "counter 0"},
			{"the last that is looked at", w.counted(ada, 100), verifier.CauseCodeLooksCounterBased, none, "counter 100"},
			{"a QR that was left", w.code(abandoned, 0), verifier.CauseEnrollmentNotConfirmed, 0, "never confirmed"},
			{"nothing of all this", w.wrong(ada), verifier.CauseCodeWrong, none, ""},
		} {
			t.Log(row.name)
			w.diagnosed(flow, row.code, row.cause, row.off, row.detail)
		}
		w.accepted(flow, w.code(ada, 0)) // none of it cost the right one
	}, often)
}

// TestAppsThatIgnoreTheKeyURIAreNamed has apps that know SHA1, six digits and
// 30 seconds, whatever the QR says.
// KOR-7
func TestAppsThatIgnoreTheKeyURIAreNamed(t *testing.T) {
	for _, row := range []struct {
		change func(*rollout.TOTPRules)
		detail string
	}{
		{func(r *rollout.TOTPRules) { r.Algorithm = "SHA256" }, "the app ignored algorithm=SHA256 and computes SHA1"},
		{func(r *rollout.TOTPRules) { r.Algorithm = "SHA512" }, "the app ignored algorithm=SHA512 and computes SHA1"},
		{func(r *rollout.TOTPRules) { r.Digits = 8 }, "the app ignored digits=8 and shows 6"},
		{func(r *rollout.TOTPRules) { r.Period = rollout.Duration(time.Minute) }, "the app ignored period=60 and counts 30 seconds"},
	} {
		t.Run(row.detail, func(t *testing.T) {
			w := seeded(t, store.NewMemory(), func(r *rollout.Rollout) { row.change(&r.TOTP) })
			flow := w.signUp("ada@example.com")
			ada := &person{email: "ada@example.com", secret: w.enroll(flow.ID)}
			w.diagnosed(flow.ID, w.code(ada, 0), verifier.CauseCodeWrongAlgorithm, none, row.detail)
		})
	}
}

// TestDiagnosisIsBounded looks one further than it goes.
func TestDiagnosisIsBounded(t *testing.T) {
	w := seeded(t, store.NewMemory(), often)
	oldest := w.enrolled("oldest@example.com")
	second := w.enrolled("second@example.com")
	for n := range 198 {
		w.enrolled(fmt.Sprintf("user%d@example.com", n))
	}
	newest := w.enrolled("newest@example.com")
	ada := w.enrolled("ada@example.com")
	flow := w.signIn(ada).ID
	for name, code := range map[string]string{
		"21 steps late": w.code(ada, -21), "21 steps early": w.code(ada, 21), "the 101st counter": w.counted(ada, 101),
		"the 201st account": w.code(oldest, 0), "another account's, 3 late": w.code(newest, -3),
	} {
		t.Log(name)
		w.diagnosed(flow, code, verifier.CauseCodeWrong, none, "")
	}
	w.diagnosed(flow, w.code(second, 0), verifier.CauseCodeOfOtherAccount, 0, second.email)
	w.diagnosed(flow, w.code(newest, 2), verifier.CauseCodeOfOtherAccount, 2, newest.email)
}

// TestDiagnosisReachesTheAccountHolderWhereTheRolloutSaysSo, and codes only.
// CODA-7
func TestDiagnosisReachesTheAccountHolderWhereTheRolloutSaysSo(t *testing.T) {
	for _, on := range []bool{false, true} {
		w := seeded(t, store.NewMemory(), func(r *rollout.Rollout) { r.Diagnosis = on })
		ada := w.enrolled("ada@example.com")
		heard := func(err error) verifier.Cause {
			var r *verifier.Refusal
			if !asRefusal(err, &r) {
				t.Fatal(err)
			}
			return r.Heard()
		}
		want := verifier.CauseCodeRefused
		if on {
			want = verifier.CauseCodeOldStep
		}
		_, err := w.answer(w.signIn(ada).ID, w.code(ada, -5))
		if got := heard(err); got != want {
			t.Errorf("diagnosis %t: heard is %s", on, got)
		}
		_, err = w.trySignIn(ada.email, "a wrong password")
		if got := heard(err); got != verifier.CauseCredentialsRefused {
			t.Errorf("diagnosis %t: of a password is heard %s", on, got)
		}
		_, err = w.trySignIn("nobody@example.com", "a wrong password")
		if got := heard(err); got != verifier.CauseCredentialsRefused {
			t.Errorf("diagnosis %t: of nobody is heard %s", on, got)
		}
	}
}

func asRefusal(err error, r **verifier.Refusal) bool { return errors.As(err, r) }

// TestDriftIsShownAndKept accepts codes off the center (RFC 6238, 6).
func TestDriftIsShownAndKept(t *testing.T) {
	onBothSeeded(t, func(t *testing.T, w *world) {
		ada := w.enrolled("ada@example.com")
		drift := func() int { return w.user(ada.email).Factors[0].Drift }
		for _, off := range []int{1, 1, 0, -1, -1, 0, 1} {
			w.advance(90 * time.Second)
			w.accepted(w.signIn(ada).ID, w.code(ada, off))
			e := w.lastEvent()
			if e.Type != verifier.EventCode || e.Outcome != verifier.Accepted || e.StepsOff == nil || *e.StepsOff != off || drift() != off {
				t.Errorf("%d steps off: the tester hears %+v, kept is %d", off, e, drift())
			}
		}
		w.refused(w.signIn(ada).ID, w.wrong(ada), verifier.CauseCodeWrong)
		if drift() != 1 {
			t.Error("a refused code changed the drift")
		}
	})
}

// TestCounterBasedAuthenticators follows RFC 4226, 7.2 and 7.4.
func TestCounterBasedAuthenticators(t *testing.T) {
	onBothSeeded(t, func(t *testing.T, w *world) {
		flow := w.signUp("ada@example.com")
		p, err := w.svc.Enroll(t.Context(), flow.ID, verifier.NewFactor{Method: "hotp", Name: "Button"})
		w.must(err)
		uri := p.Enrollment.URI.RevealText()
		if !strings.HasPrefix(uri, "otpauth://hotp/") || !strings.HasSuffix(uri, "&counter=0") || strings.Contains(uri, "period") {
			t.Errorf("the key URI is %s", uri)
		}
		ada := &person{email: "ada@example.com", secret: p.Enrollment.Key.RevealBase32()}
		w.diagnosed(flow.ID, w.code(ada, 0), verifier.CauseCodeWrongAlgorithm, none, "time-based")
		w.accepted(flow.ID, w.counted(ada, 0))
		w.refused(w.signIn(ada).ID, w.counted(ada, 0), verifier.CauseCodeAlreadyUsed)
		w.accepted(w.signIn(ada).ID, w.counted(ada, 1)) // the clock stands still: it does not matter
		w.advance(1000 * time.Hour)
		w.accepted(w.signIn(ada).ID, w.counted(ada, 2))

		// Pressed without being asked: ten times are followed, and no more.
		w.diagnosed(w.signIn(ada).ID, w.counted(ada, 14), verifier.CauseCodeFutureStep, 11, "")
		w.accepted(w.signIn(ada).ID, w.counted(ada, 13))
		w.diagnosed(w.signIn(ada).ID, w.counted(ada, 12), verifier.CauseCodeOldStep, -2, "") // skipped, and dead
		w.diagnosed(w.signIn(ada).ID, w.counted(ada, 13), verifier.CauseCodeAlreadyUsed, -1, "")
		w.accepted(w.signIn(ada).ID, w.counted(ada, 14)) // in step again
		w.diagnosed(w.signIn(ada).ID, w.counted(ada, 15+100), verifier.CauseCodeFutureStep, 100, "")
		if w.user(ada.email).Factors[0].LastStep != 14 {
			t.Error("a refused code moved the counter")
		}
		ended := atOnce(16, func(int) error {
			_, err := w.answer(w.signIn(ada).ID, w.counted(ada, 15))
			return err
		})
		if ended[""] != 1 {
			t.Errorf("at once: %v", ended)
		}
	}, often)
}

// TestNoEventHoldsWhatIsSecret reads every event after all sorts of refusals.
func TestNoEventHoldsWhatIsSecret(t *testing.T) {
	w := seeded(t, store.NewMemory(), often)
	ada, codes := w.recoverable("ada@example.com")
	flow := w.signIn(ada).ID
	secrets := []string{password, ada.secret, flow, "a wrong password"}
	secrets = append(secrets, codes...)
	for _, code := range []string{w.code(ada, -9), w.code(ada, 9), w.counted(ada, 3), "31415926", w.shown(ada, otp.AlgorithmSHA256, 6, 30)} {
		_, _ = w.answer(flow, code)
		secrets = append(secrets, code)
	}
	w.accepted(flow, codes[0])
	_, _ = w.trySignIn(ada.email, "a wrong password")
	for _, e := range w.events() {
		text := fmt.Sprintf("%+v", e)
		if at := slices.IndexFunc(secrets, func(s string) bool { return strings.Contains(text, s) }); at >= 0 {
			t.Errorf("a secret is in %s", text)
		}
	}
}
