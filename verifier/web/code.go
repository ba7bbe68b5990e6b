package web

import (
	"net/http"
	"slices"
	"strings"

	"twofold/verifier"
)

// code answers every page that asks for one. The page of a set-up may have a
// name for the app too, kept before the code is looked at, so that a wrong code
// does not cost it.
func (h *handler) code(w http.ResponseWriter, r *http.Request) {
	id := h.flowID(r)
	before, ok := h.current(w, r)
	if !ok {
		return
	}
	v := h.flowView(r, before)
	v.Typed.Remember = r.PostForm.Get("remember") != ""
	if before.Enrollment != nil && !h.keepName(w, r, before, &v) {
		return
	}
	code := r.PostForm.Get("code")
	if strings.TrimSpace(code) == "" && (before.Step.Kind == verifier.StepCode || before.Step.Kind == verifier.StepConfirm) {
		v.Problems = []problem{{Fields: []string{"code"}, Text: "Enter the code."}} // a slip, not an attempt
		h.codePage(w, r, http.StatusUnprocessableEntity, before, v)
		return
	}
	p, err := h.svc.Code(r.Context(), id, verifier.Answer{
		Code: verifier.SecretOf(code), Remember: v.Typed.Remember, Agent: agent(r),
	})
	switch {
	case err != nil:
		h.stepAgain(w, r, v, err)
	case before.Step.Kind == verifier.StepConfirm && p.Step.Kind == verifier.StepDone:
		h.confirmed(w, r, p)
	default:
		h.proceed(w, r, p)
	}
}

// confirmed goes on after a set-up, or a change of address or number, that is
// done. New recovery codes are shown at once, as they are shown only once.
func (h *handler) confirmed(w http.ResponseWriter, r *http.Request, p verifier.Progress) {
	if !h.admit(w, r, p) {
		return
	}
	on := "/account/enabled"
	switch {
	case p.Kind == verifier.FlowContact:
		on = "/account/saved"
	case h.svc.Rollout().SetUp.DonePage:
		on = "/flow/done"
	}
	if on != "/flow/done" {
		h.forget(w, r, flowCookie)
	}
	if len(p.RecoveryCodes) > 0 {
		v := h.flowView(r, p)
		h.recoveryCodes(w, r, v, p.RecoveryCodes, on)
		return
	}
	http.Redirect(w, r, on, http.StatusSeeOther)
}

// setUpDone says that the second step is set up, and used from now on.
func (h *handler) setUpDone(w http.ResponseWriter, r *http.Request) {
	p, ok := h.current(w, r)
	if !ok {
		return
	}
	if p.Step.Kind != verifier.StepDone {
		http.Redirect(w, r, "/flow", http.StatusSeeOther)
		return
	}
	user, ok := h.signedIn(r)
	v := h.view()
	if !ok || p.Kind == verifier.FlowContact || v.newest(user) == nil {
		http.Redirect(w, r, "/account", http.StatusSeeOther)
		return
	}
	v.User, v.Factor, v.Notice = &user, v.newest(user), p.Policy.Notice
	if v.App(v.Factor.Method) && v.setUpPages() > 1 {
		v.SetUp = v.setUpNumber(1)
	}
	h.page(w, r, http.StatusOK, "done", v)
}

// codeAgain is where a refused code leaves the browser.
func (h *handler) codeAgain(w http.ResponseWriter, r *http.Request) {
	p, ok := h.current(w, r)
	if ok {
		h.codePage(w, r, http.StatusOK, p, h.flowView(r, p))
	}
}

// codePage shows the page that has the field for the code.
func (h *handler) codePage(w http.ResponseWriter, r *http.Request, status int, p verifier.Progress, v view) {
	if p.Step.Kind == verifier.StepCode && r.PostForm.Get("kind") == "recovery" {
		v.Flow = &p
		h.page(w, r, status, "recoverycode", v)
		return
	}
	if p.Enrollment != nil {
		v.SetUp = v.setUpWith("code")
	}
	h.step(w, r, status, p, v)
}

// stepFields are what the pages of a flow have to be mended.
var stepFields = []string{"code", "name", "app", "other", "resend"}

// stepAgain shows the step that the flow still waits for, and what is wrong
// with what was sent.
func (h *handler) stepAgain(w http.ResponseWriter, r *http.Request, v view, err error) {
	said, ok := h.said(err)
	if !ok || len(said.fields) == 0 || !slices.Contains(stepFields, said.fields[0]) {
		h.refuse(w, r, err)
		return
	}
	p, found := h.current(w, r)
	if !found {
		return
	}
	shown := h.flowView(r, p)
	shown.Typed = v.Typed
	if p.Sent != nil && refusedFor(err, verifier.CauseCodeRefused) {
		said.text = sentCodeRefused
	}
	shown.Problems = []problem{{Fields: said.fields, Text: said.text}}
	retryAfter(w, err)
	if said.fields[0] == "code" {
		h.codePage(w, r, said.status, p, shown)
		return
	}
	if p.Enrollment != nil {
		shown.SetUp = shown.setUpWith(said.fields[0])
	}
	h.step(w, r, said.status, p, shown)
}
