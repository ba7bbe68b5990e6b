package web

import (
	"errors"
	"net/http"
	"time"

	"twofold/verifier"
)

// signedIn gives the user of the browser's session. A fault counts as none
// here: it shows again, and as one, on the page that needs the user.
func (h *handler) signedIn(r *http.Request) (verifier.User, bool) {
	token := h.kept(r, sessionCookie)
	if token.IsZero() {
		return verifier.User{}, false
	}
	user, err := h.svc.Me(r.Context(), token)
	return user, err == nil
}

func (h *handler) account(w http.ResponseWriter, r *http.Request) {
	user, ok := h.holder(w, r)
	if !ok {
		return
	}
	v := h.view()
	v.User = &user
	h.page(w, r, http.StatusOK, "account", v)
}

// holder gives the user of the browser's session, or writes how to get one.
func (h *handler) holder(w http.ResponseWriter, r *http.Request) (verifier.User, bool) {
	token := h.kept(r, sessionCookie)
	if token.IsZero() {
		http.Redirect(w, r, "/signin", http.StatusSeeOther)
		return verifier.User{}, false
	}
	user, err := h.svc.Me(r.Context(), token)
	if err != nil {
		h.sessionOver(w, r, err)
	}
	return user, err == nil
}

// sessionOver asks to sign in again where err says that the session is over.
func (h *handler) sessionOver(w http.ResponseWriter, r *http.Request, err error) {
	if refusedFor(err, verifier.CauseSessionRefused) {
		h.forget(w, r, sessionCookie)
		h.form(w, r, "signin", h.view(), err)
		return
	}
	h.refuse(w, r, err)
}

func (h *handler) addAuthenticator(w http.ResponseWriter, r *http.Request) {
	token := h.kept(r, sessionCookie)
	if token.IsZero() {
		http.Redirect(w, r, "/signin", http.StatusSeeOther)
		return
	}
	p, err := h.svc.AddFactor(r.Context(), token, newFactor(r))
	if err != nil {
		h.sessionOver(w, r, err)
		return
	}
	h.proceed(w, r, p)
}

// authenticator is a factor as its owner sees it.
type authenticator struct {
	Name     string
	Added    time.Time
	LastUsed time.Time // when the last code accepted was shown; zero if none was
}

// Authenticators lists the confirmed factors of the user.
func (v view) Authenticators() []authenticator {
	var list []authenticator
	for _, f := range v.User.Confirmed() {
		a := authenticator{Name: f.Name, Added: f.Confirmed}
		if f.LastStep != verifier.NoStep {
			a.LastUsed = time.Unix(0, 0).Add(time.Duration(f.LastStep) * f.Period)
		}
		list = append(list, a)
	}
	return list
}

// MayAdd reports whether the roll-out has room for one more authenticator.
func (v view) MayAdd() bool {
	step := v.Rollout.SecondStep
	return !step.Several || len(v.User.Confirmed()) < step.MaxFactors
}

// refusedFor reports whether err is a refusal that the account holder hears as
// cause.
func refusedFor(err error, cause verifier.Cause) bool {
	var refusal *verifier.Refusal
	return errors.As(err, &refusal) && refusal.Cause.Public() == cause
}
