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
	v := h.view()
	if !v.Rollout.SignUp.Allowed {
		h.refuse(w, r, &verifier.Refusal{Cause: verifier.CauseSignUpNotAllowed})
		return
	}
	v.Typed.Method = v.Rollout.SecondStep.Default
	h.page(w, r, http.StatusOK, "signup", v)
}

func (h *handler) signUp(w http.ResponseWriter, r *http.Request) {
	c, v, ok := h.credentials(r)
	a := verifier.NewAccount{Email: c.Email, Password: c.Password}
	if v.Rollout.SignUp.ChooseMethod {
		a.Method = verifier.Method(r.PostForm.Get("method"))
		v.Typed.Method = a.Method
	}
	if v.Rollout.SignUp.Phone {
		a.Phone = phone(r, &v.Typed)
	}
	if !ok {
		h.slips(w, r, "signup", v)
		return
	}
	p, err := h.svc.SignUp(r.Context(), a)
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
		h.slips(w, r, "signin", v)
		return
	}
	c.Device, c.Agent = h.kept(r, deviceCookie), agent(r)
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
	h.onlyChoice(r, p)
	http.Redirect(w, r, "/flow", http.StatusSeeOther)
}

// onlyChoice begins the one method where there is nothing to choose, as a page
// with one choice is none. Should that be refused, the page asks after all.
func (h *handler) onlyChoice(r *http.Request, p verifier.Progress) {
	step := p.Step
	if step.Kind != verifier.StepChooseMethod || step.Skippable || len(step.Methods) != 1 {
		return
	}
	if _, err := h.svc.Enroll(r.Context(), p.ID, verifier.NewFactor{Method: step.Methods[0]}); err != nil {
		h.options.Log.DebugContext(r.Context(), "begin the only method", "err", err)
	}
}

// admit has the browser keep what a flow gave it: a session, in place of the
// one it had, and the token of a device that is trusted now. It reports whether
// the answer is still to be written.
func (h *handler) admit(w http.ResponseWriter, r *http.Request, p verifier.Progress) bool {
	if !p.DeviceToken.IsZero() {
		h.trust(w, r, p.DeviceToken)
	}
	if p.Session.IsZero() {
		return true
	}
	if old := h.kept(r, sessionCookie); !old.IsZero() {
		if err := h.svc.SignOut(r.Context(), old, false); err != nil && !refusedFor(err, verifier.CauseSessionRefused) {
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
	forget := r.PostForm.Get("forget") != ""
	if token := h.kept(r, sessionCookie); !token.IsZero() {
		err := h.svc.SignOut(r.Context(), token, forget)
		if err != nil && !refusedFor(err, verifier.CauseSessionRefused) { // over already: as good
			h.fault(w, r, err)
			return
		}
	}
	if forget {
		h.forget(w, r, deviceCookie)
	}
	h.forget(w, r, sessionCookie)
	h.forget(w, r, flowCookie)
	http.Redirect(w, r, "/signout", http.StatusSeeOther)
}
