package verifier_test

import (
	"testing"
	"time"

	"twofold/verifier"
	"twofold/verifier/store"
)

// TestP29_LockOpensNoSession locks an account that has to enroll: a session
// from before the phase is good for nothing meanwhile either.
// KNX-4
func TestP29_LockOpensNoSession(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		boundary := time.Date(2026, 7, 13, 4, 0, 0, 0, time.UTC)
		w.must(w.clock.Set(boundary.Add(-time.Minute)))
		done, err := w.svc.Skip(t.Context(), w.signUp("ada@example.com").ID)
		w.must(err)
		w.must(w.clock.Set(boundary))
		flow, err := w.trySignIn("ada@example.com", password)
		w.must(err)
		for range w.svc.Rollout().Limits.CodeFailures {
			w.refused(flow.ID, other(w.sent("ada@example.com")), verifier.CauseCodeWrong)
		}
		_, err = w.svc.Me(t.Context(), done.Session)
		w.refusal(err, verifier.CauseSessionRefused)
	}, named("konexus"))
}

// TestP13_StrangersCannotStopCodes asks for reset after reset, which takes no
// password: codes by e-mail leave all the same.
func TestP13_StrangersCannotStopCodes(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.emailed("ada@example.com")
		w.advance(time.Hour)
		for range 200 {
			w.must(w.svc.RequestReset(t.Context(), ada.email))
			w.advance(20 * time.Second)
		}
		flow := w.signIn(ada)
		if flow.Sent == nil || flow.Sent.TooSoon || flow.Sent.ResendAfter > time.Minute {
			t.Fatalf("the code is kept back: %+v", flow.Sent)
		}
		w.accepted(flow.ID, w.sent(ada.email))
	})
}

// TestLinksEndWithTheAddressOrPasswordTheyWereFor has a link in the old
// mailbox.
// KORE-8
func TestLinksEndWithTheAddressOrPasswordTheyWereFor(t *testing.T) {
	const next = "ada@new.example"
	fresh := verifier.SecretOf("another horse battery")
	for name, change := range map[string]func(*testing.T, *world, verifier.Secret){
		"a new address": func(t *testing.T, w *world, session verifier.Secret) {
			flow, err := w.svc.ChangeContact(t.Context(), session, verifier.Contact{Email: next, Password: verifier.SecretOf(password)})
			w.must(err)
			w.accepted(flow.ID, w.sent(next))
		},
		"a new password": func(t *testing.T, w *world, session verifier.Secret) {
			w.must(w.svc.SetPassword(t.Context(), session, verifier.SecretOf(password), verifier.SecretOf("a third horse battery")))
		},
		"a temporary password": func(t *testing.T, w *world, _ verifier.Secret) {
			w.must(w.svc.Temporary(t.Context(), w.user("ada@example.com").ID))
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, store.NewMemory())
			ada := w.enrolled("ada@example.com")
			session := w.accepted(w.signIn(ada).ID, w.code(ada, 0)).Session
			w.must(w.svc.RequestReset(t.Context(), ada.email))
			token := verifier.SecretOf(w.sent(ada.email))
			change(t, w, session)
			w.refusal(w.svc.ResetPassword(t.Context(), token, fresh), verifier.CauseLinkRefused)
		})
	}
}
