package web

import (
	"net/http"
	"strings"

	"twofold/verifier"
)

// fresh reads a new password, typed twice, as there is nothing on the page that
// could show it. It is not ok where either was left empty or they differ.
func fresh(r *http.Request, v *view) (verifier.Secret, bool) {
	typed, again := r.PostForm.Get("new"), r.PostForm.Get("again")
	switch {
	case typed == "":
		v.Problems = append(v.Problems, problem{Fields: []string{"new"}, Text: "Enter a new password."})
	case typed != again:
		v.Problems = append(v.Problems, problem{Fields: []string{"again", "new"}, Text: "The two passwords differ. Enter the same one twice."})
	}
	return verifier.SecretOf(typed), len(v.Problems) == 0
}

// refusedNew are the fields of a new password that was refused.
func (h *handler) refusedNew(w http.ResponseWriter, r *http.Request, page string, v view, err error) {
	s, ok := h.said(err)
	if !ok || len(s.fields) == 0 || s.fields[0] != "password" || refusedFor(err, verifier.CauseCredentialsRefused) {
		h.proofForm(w, r, page, v, err)
		return
	}
	retryAfter(w, err)
	v.Problems = []problem{{Fields: []string{"new"}, Text: s.text}}
	h.page(w, r, s.status, page, v)
}

// firstPassword replaces a temporary password in a flow.
func (h *handler) firstPassword(w http.ResponseWriter, r *http.Request) {
	p, ok := h.current(w, r)
	if !ok {
		return
	}
	v := h.flowView(r, p)
	chosen, ok := fresh(r, &v)
	if !ok && p.Step.Kind == verifier.StepChangePassword {
		h.slips(w, r, "firstpassword", v)
		return
	}
	moved, err := h.svc.ChangePassword(r.Context(), h.flowID(r), chosen)
	if err != nil {
		h.refusedNew(w, r, "firstpassword", v, err)
		return
	}
	h.proceed(w, r, moved)
}

func (h *handler) passwordForm(w http.ResponseWriter, r *http.Request) {
	if v, ok := h.holder(w, r); ok {
		h.page(w, r, http.StatusOK, "password", v)
	}
}

// changePassword changes the password of whoever is signed in and knows it.
func (h *handler) changePassword(w http.ResponseWriter, r *http.Request) {
	v, ok := h.holder(w, r)
	if !ok {
		return
	}
	v.left(r, "password", "Enter your present password.")
	chosen, ok := fresh(r, &v)
	if !ok {
		h.slips(w, r, "password", v)
		return
	}
	err := h.svc.SetPassword(r.Context(), h.kept(r, sessionCookie), verifier.SecretOf(r.PostForm.Get("password")), chosen)
	switch {
	case err == nil:
		h.forget(w, r, deviceCookie) // trusted no longer
		http.Redirect(w, r, "/account/saved", http.StatusSeeOther)
	case refusedFor(err, verifier.CauseTooManyAttempts):
		h.proofForm(w, r, "password", v, err)
	default:
		h.refusedNew(w, r, "password", v, err)
	}
}

func (h *handler) forgotForm(w http.ResponseWriter, r *http.Request) {
	v := h.view()
	if !v.Rollout.Password.Reset {
		h.refuse(w, r, &verifier.Refusal{Cause: verifier.CauseResetNotAllowed})
		return
	}
	h.page(w, r, http.StatusOK, "forgot", v)
}

// forgot has a link mailed. The answer is the same whether there is an account.
func (h *handler) forgot(w http.ResponseWriter, r *http.Request) {
	v := h.view()
	v.Typed.Email = strings.TrimSpace(r.PostForm.Get("email"))
	if v.left(r, "email", "Enter your e-mail address."); len(v.Problems) > 0 {
		h.slips(w, r, "forgot", v)
		return
	}
	if err := h.svc.RequestReset(r.Context(), v.Typed.Email); err != nil {
		h.form(w, r, "forgot", v, err)
		return
	}
	h.message(w, r, said{
		status: http.StatusOK, heading: "Look in your mail", text: v.T("done_forgot"), link: link{v.T("link_sign_in"), "/signin"},
	})
}

// resetForm is the page that a mailed link opens. The token goes on in the
// form, and to nobody as a referrer.
func (h *handler) resetForm(w http.ResponseWriter, r *http.Request) {
	h.showReset(w, r, http.StatusOK, h.view(), verifier.SecretOf(r.PathValue("token")))
}

func (h *handler) showReset(w http.ResponseWriter, r *http.Request, status int, v view, token verifier.Secret) {
	// strict-origin keeps the Origin of our own form, and the path from all.
	w.Header().Set("Referrer-Policy", "strict-origin")
	link, err := h.svc.Link(r.Context(), token)
	if err != nil {
		h.refuse(w, r, err)
		return
	}
	v.Token = token.RevealText()
	v.Heading = v.T("heading_new_password")
	if link.Kind == verifier.LinkInvitation {
		v.Heading = v.T("heading_first_password")
	}
	h.page(w, r, status, "newpassword", v)
}

// resetPassword sets the password of the account that a link was mailed to. It
// signs nobody in.
func (h *handler) resetPassword(w http.ResponseWriter, r *http.Request) {
	v := h.view()
	token := verifier.SecretOf(r.PostForm.Get("token"))
	chosen, ok := fresh(r, &v)
	if !ok {
		h.showReset(w, r, http.StatusUnprocessableEntity, v, token)
		return
	}
	err := h.svc.ResetPassword(r.Context(), token, chosen)
	if err == nil {
		h.message(w, r, said{
			status: http.StatusOK, heading: "Your password is set", text: "Sign in with it now.",
			link: link{v.T("link_sign_in"), "/signin"},
		})
		return
	}
	s, found := h.said(err)
	if !found || len(s.fields) == 0 {
		h.refuse(w, r, err)
		return
	}
	v.Problems = []problem{{Fields: []string{"new"}, Text: s.text}}
	h.showReset(w, r, s.status, v, token)
}
