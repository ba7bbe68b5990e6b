package web

import (
	"net/http"
	"strings"

	"twofold/verifier"
)

func (h *handler) home(w http.ResponseWriter, r *http.Request) {
	if _, ok := h.signedIn(r); ok {
		http.Redirect(w, r, "/account", http.StatusSeeOther)
		return
	}
	h.page(w, r, http.StatusOK, "home", h.view())
}

func (h *handler) signUpForm(w http.ResponseWriter, r *http.Request) {
	if !h.svc.Rollout().SignUp.Allowed {
		h.refuse(w, r, &verifier.Refusal{Cause: verifier.CauseSignUpNotAllowed})
		return
	}
	h.page(w, r, http.StatusOK, "signup", h.view())
}

func (h *handler) signUp(w http.ResponseWriter, r *http.Request) {
	c, v, ok := h.credentials(r)
	if !ok {
		h.page(w, r, http.StatusUnprocessableEntity, "signup", v)
		return
	}
	p, err := h.svc.SignUp(r.Context(), c, "")
	if err != nil {
		h.form(w, r, "signup", v, err)
		return
	}
	h.proceed(w, r, p)
}

func (h *handler) signInForm(w http.ResponseWriter, r *http.Request) {
	if _, ok := h.signedIn(r); ok {
		http.Redirect(w, r, "/account", http.StatusSeeOther)
		return
	}
	h.page(w, r, http.StatusOK, "signin", h.view())
}

func (h *handler) signIn(w http.ResponseWriter, r *http.Request) {
	c, v, ok := h.credentials(r)
	if !ok {
		h.page(w, r, http.StatusUnprocessableEntity, "signin", v)
		return
	}
	p, err := h.svc.SignIn(r.Context(), c)
	if err != nil {
		h.form(w, r, "signin", v, err)
		return
	}
	h.proceed(w, r, p)
}

// credentials reads the form of a sign-up or sign-in. A field left empty is a
// slip, not an attempt: it is said in the view, and not ok.
func (h *handler) credentials(r *http.Request) (verifier.Credentials, view, bool) {
	v := h.view()
	email, password := r.PostForm.Get("email"), r.PostForm.Get("password")
	v.Typed.Email = email
	if strings.TrimSpace(email) == "" {
		v.Problems = append(v.Problems, problem{Fields: []string{"email"}, Text: "Enter your e-mail address."})
	}
	if password == "" {
		v.Problems = append(v.Problems, problem{Fields: []string{"password"}, Text: "Enter your password."})
	}
	return verifier.Credentials{Email: email, Password: verifier.SecretOf(password)}, v, len(v.Problems) == 0
}

// proceed goes on with a flow that moved: to its next page, or to the account
// where it is done. Whatever flow or session the browser had is replaced.
func (h *handler) proceed(w http.ResponseWriter, r *http.Request, p verifier.Progress) {
	if !h.admit(w, r, p) {
		return
	}
	if p.Step.Kind == verifier.StepDone {
		h.forget(w, r, flowCookie)
		http.Redirect(w, r, "/account", http.StatusSeeOther)
		return
	}
	h.keep(w, r, flowCookie, verifier.SecretOf(p.ID))
	http.Redirect(w, r, "/flow", http.StatusSeeOther)
}

// admit has the browser keep the session of a flow that gave one, and ends the
// one it had. It reports whether the answer is still to be written.
func (h *handler) admit(w http.ResponseWriter, r *http.Request, p verifier.Progress) bool {
	if p.Session.IsZero() {
		return true
	}
	if old := h.kept(r, sessionCookie); !old.IsZero() {
		if err := h.svc.SignOut(r.Context(), old); err != nil && !refusedFor(err, verifier.CauseSessionRefused) {
			h.fault(w, r, err)
			return false
		}
	}
	h.keep(w, r, sessionCookie, p.Session)
	return true
}

// signOutForm asks before signing out; afterwards it says that it is done.
func (h *handler) signOutForm(w http.ResponseWriter, r *http.Request) {
	v := h.view()
	user, ok := h.signedIn(r)
	if !ok {
		h.page(w, r, http.StatusOK, "signedout", v)
		return
	}
	v.User = &user
	h.page(w, r, http.StatusOK, "signout", v)
}

func (h *handler) signOut(w http.ResponseWriter, r *http.Request) {
	if token := h.kept(r, sessionCookie); !token.IsZero() {
		err := h.svc.SignOut(r.Context(), token)
		if err != nil && !refusedFor(err, verifier.CauseSessionRefused) { // over already: as good
			h.fault(w, r, err)
			return
		}
	}
	h.forget(w, r, sessionCookie)
	h.forget(w, r, flowCookie)
	http.Redirect(w, r, "/signout", http.StatusSeeOther)
}
