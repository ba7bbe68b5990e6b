package verifier_test

import (
	"bytes"
	"encoding/base32"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"twofold/verifier"
	"twofold/verifier/rollout"
	"twofold/verifier/store"
)

// recoverable signs somebody up with an app and recovery codes.
func (w *world) recoverable(email string) (*person, []string) {
	w.t.Helper()
	flow := w.signUp(email)
	p := &person{email: email, secret: w.enroll(flow.ID)}
	done := w.accepted(flow.ID, w.code(p, 0))
	me, err := w.svc.Me(w.t.Context(), done.Session)
	w.must(err)
	p.id = me.ID
	w.advance(30 * time.Second)
	codes := make([]string, len(done.RecoveryCodes))
	for i, c := range done.RecoveryCodes {
		codes[i] = c.RevealText()
	}
	if len(codes) != w.svc.Rollout().Recovery.Codes {
		w.t.Fatalf("there are %d recovery codes", len(codes))
	}
	return p, codes
}

func TestP20_RecoveryCodesAreBoundToTheirUser(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada, mine := w.recoverable("ada@example.com")
		bob, his := w.recoverable("bob@example.com")
		w.refused(w.signIn(ada).ID, his[0], verifier.CauseCodeWrong)
		if w.failures(ada) != 1 || w.failures(bob) != 0 {
			t.Errorf("%d and %d failures, want 1 and 0", w.failures(ada), w.failures(bob))
		}
		done := w.accepted(w.signIn(bob).ID, his[0]) // unspent by the other's try
		if left, err := w.svc.RecoveryLeft(t.Context(), done.Session); err != nil || left != 9 {
			t.Errorf("%d are left, %v", left, err)
		}
		w.accepted(w.signIn(ada).ID, mine[0])
	})
}

func TestP21_RecoveryCodesAreStrongAndUsedOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada, codes := w.recoverable("ada@example.com")
		seen := map[string]bool{}
		for _, code := range codes {
			raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ToUpper(strings.ReplaceAll(code, "-", "")))
			if err != nil || 8*len(raw) < 112 { // ASVS 6.5.2
				t.Errorf("a recovery code of %d bits, %v", 8*len(raw), err)
			}
			seen[string(raw)] = true
		}
		if len(seen) != len(codes) {
			t.Error("two recovery codes are the same")
		}
		flow := w.signIn(ada)
		before := len(w.mail.Messages(ada.email))
		done := w.accepted(flow.ID, " "+strings.ToUpper(strings.ReplaceAll(codes[4], "-", " "))+"\t") // as it was copied
		if len(w.mail.Messages(ada.email)) != before+1 {
			t.Error("its owner does not hear of the use")
		}
		for _, spelling := range []string{codes[4], strings.ToUpper(codes[4]), strings.ReplaceAll(codes[4], "-", "")} {
			w.refused(w.signIn(ada).ID, spelling, verifier.CauseRecoveryCodeUsed)
		}
		w.must(w.svc.Unlock(t.Context(), ada.id))

		// A new set ends the old one, and takes the password.
		_, err := w.svc.RecoveryCodes(t.Context(), done.Session, verifier.SecretOf("wrong"))
		w.refusal(err, verifier.CausePasswordWrong)
		fresh, err := w.svc.RecoveryCodes(t.Context(), done.Session, verifier.SecretOf(password))
		w.must(err)
		w.refused(w.signIn(ada).ID, codes[5], verifier.CauseCodeWrong)
		w.accepted(w.signIn(ada).ID, fresh[5].RevealText())
		if left, err := w.svc.RecoveryLeft(t.Context(), done.Session); err != nil || left != 9 {
			t.Errorf("%d are left, %v", left, err)
		}
	})
}

// TestP21_RecoveryCodeIsAcceptedOnceAtOnce sends one from many sides.
func TestP21_RecoveryCodeIsAcceptedOnceAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada, codes := w.recoverable("ada@example.com")
		for round := range 5 {
			flows := make([]string, 32)
			for i := range flows {
				flows[i] = w.signIn(ada).ID
			}
			ended := atOnce(len(flows), func(i int) error {
				_, err := w.answer(flows[i], codes[round])
				return err
			})
			if ended[""] != 1 {
				t.Fatalf("round %d: %v", round, ended)
			}
			w.must(w.svc.Unlock(t.Context(), ada.id))
		}
	}, func(r *rollout.Rollout) { r.Limits.CodeFailures = 40 })
}

func TestP21_StoreHoldsNoRecoveryCodeAndNoAnswer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "verifier.db")
	w := newWorld(t, openSQLite(t, path))
	ada, codes := w.recoverable("ada@example.com")
	w.must(w.svc.SetQuestions(t.Context(), ada.id, []verifier.QuestionAnswer{{Ask: "Since when?", Answer: verifier.SecretOf("the month of may")}}))
	w.accepted(w.signIn(ada).ID, codes[0])
	var dump []byte
	for _, file := range []string{path, path + "-wal"} {
		text, err := os.ReadFile(file)
		w.must(err)
		dump = append(dump, bytes.ToLower(text)...)
	}
	if !bytes.Contains(dump, []byte("since when?")) {
		t.Fatal("the question is not in the dump; the test would see nothing")
	}
	for _, secret := range append(codes, "the month of may", ada.secret) {
		plain := strings.ReplaceAll(strings.ToLower(secret), "-", "")
		if bytes.Contains(dump, []byte(strings.ToLower(secret))) || bytes.Contains(dump, []byte(plain)) {
			t.Error("a secret is in the store as it is")
		}
	}
}

// TestRecoveryCodesConfirmNothing brings one where an app shall show that it
// works, and where there are none.
func TestRecoveryCodesConfirmNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada, codes := w.recoverable("ada@example.com")
		session := w.accepted(w.signIn(ada).ID, w.code(ada, 0)).Session
		adding, err := w.svc.AddFactor(t.Context(), session, verifier.NewFactor{Method: "totp"})
		w.must(err)
		w.refused(adding.ID, codes[0], verifier.CauseCodeNotDigits)
		w.accepted(w.signIn(ada).ID, codes[0])
	})
	w := newWorld(t, store.NewMemory(), func(r *rollout.Rollout) { r.Recovery.Codes = 0 })
	ada := w.enrolled("ada@example.com")
	session := w.accepted(w.signIn(ada).ID, w.code(ada, 0)).Session
	_, err := w.svc.RecoveryCodes(t.Context(), session, verifier.SecretOf(password))
	w.refusal(err, verifier.CauseMethodNotAllowed)
}

// TestRecoveryCodesShareTheCountOfFailures guesses with both.
func TestRecoveryCodesShareTheCountOfFailures(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada, codes := w.recoverable("ada@example.com")
		_, his := w.recoverable("bob@example.com")
		flow := w.signIn(ada)
		for n := range 5 {
			if n%2 == 0 {
				w.refused(flow.ID, his[n], verifier.CauseCodeWrong)
			} else {
				w.refused(flow.ID, w.wrong(ada), verifier.CauseCodeWrong)
			}
		}
		w.refused(flow.ID, codes[0], verifier.CauseTooManyAttempts)
		w.advance(time.Minute)
		w.accepted(flow.ID, codes[0]) // the refusal did not spend it
	})
}

// TestRemovalTakesACodeWhereTheRolloutSaysSo is strict's rule (ASVS 7.5.1).
func TestRemovalTakesACodeWhereTheRolloutSaysSo(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada, codes := w.recoverable("ada@example.com")
		session := w.accepted(w.signIn(ada).ID, w.code(ada, 0)).Session
		w.advance(30 * time.Second)
		adding, err := w.svc.AddFactor(t.Context(), session, verifier.NewFactor{Method: "totp"})
		w.must(err)
		second := &person{secret: adding.Enrollment.Key.RevealBase32()}
		w.accepted(adding.ID, w.code(second, 0))
		me, err := w.svc.Me(t.Context(), session)
		w.must(err)
		remove := func(code string) error {
			return w.svc.RemoveFactor(t.Context(), session, me.Factors[0].ID, verifier.Proof{
				Password: verifier.SecretOf(password), Code: verifier.SecretOf(code),
			})
		}
		w.refusal(remove(""), verifier.CauseCodeWrongLength)
		w.refusal(remove(w.wrong(ada)), verifier.CauseCodeWrong)
		if w.failures(ada) != 2 {
			t.Errorf("%d failures are counted", w.failures(ada))
		}
		w.refusal(remove(w.code(second, 0)), verifier.CauseCodeAlreadyUsed) // the one that confirmed
		w.must(w.svc.Unlock(t.Context(), ada.id))
		w.must(remove(codes[0]))
		w.refused(w.signIn(ada).ID, codes[0], verifier.CauseRecoveryCodeUsed)
		if u := w.user(ada.email); len(u.Confirmed()) != 1 {
			t.Errorf("%d factors are left", len(u.Confirmed()))
		}
	}, func(r *rollout.Rollout) { r.SecondStep.RemoveCode = true })
}
