package web

import (
	"fmt"
	"net/http"
	"strings"

	"twofold/verifier"
)

// stepPages says which page shows which step.
var stepPages = map[verifier.StepKind]string{
	verifier.StepChooseMethod: "choose",
	verifier.StepConfirm:      "confirm",
	verifier.StepCode:         "code",
	verifier.StepDone:         "done",
}

func (h *handler) flow(w http.ResponseWriter, r *http.Request) {
	p, ok := h.current(w, r)
	if !ok {
		return
	}
	if p.Step.Kind == verifier.StepDone && p.Kind == verifier.FlowSignIn {
		http.Redirect(w, r, "/account", http.StatusSeeOther)
		return
	}
	h.step(w, r, http.StatusOK, p, h.view())
}

// current gives the flow of the browser, or writes why there is none.
func (h *handler) current(w http.ResponseWriter, r *http.Request) (verifier.Progress, bool) {
	p, err := h.svc.Flow(r.Context(), h.flowID(r))
	if err != nil {
		h.refuse(w, r, err)
	}
	return p, err == nil
}

func (h *handler) flowID(r *http.Request) string { return h.kept(r, flowCookie).RevealText() }

// step shows what a flow waits for.
func (h *handler) step(w http.ResponseWriter, r *http.Request, status int, p verifier.Progress, v view) {
	name, ok := stepPages[p.Step.Kind]
	if !ok {
		h.fault(w, r, fmt.Errorf("show step %q: there is no page for it", p.Step.Kind))
		return
	}
	v.Flow = &p
	if p.Enrollment != nil {
		if v.Typed.Name == "" {
			v.Typed.Name = p.Enrollment.Name
		}
		picture, err := pictureOf(p.Enrollment.URI)
		if err != nil {
			h.fault(w, r, err)
			return
		}
		v.Picture = picture
	}
	h.page(w, r, status, name, v)
}

func (h *handler) enroll(w http.ResponseWriter, r *http.Request) {
	p, err := h.svc.Enroll(r.Context(), h.flowID(r), newFactor(r))
	if err != nil {
		h.refuse(w, r, err)
		return
	}
	h.proceed(w, r, p)
}

func newFactor(r *http.Request) verifier.NewFactor {
	return verifier.NewFactor{
		Method: verifier.Method(r.PostForm.Get("method")),
		Name:   strings.TrimSpace(r.PostForm.Get("name")),
	}
}

func (h *handler) skip(w http.ResponseWriter, r *http.Request) {
	p, err := h.svc.Skip(r.Context(), h.flowID(r))
	if err != nil {
		h.refuse(w, r, err)
		return
	}
	h.proceed(w, r, p)
}

// code answers both pages that ask for one. The page of a set-up also has a
// name for the app, kept before the code is looked at, so that a wrong code
// does not cost it.
func (h *handler) code(w http.ResponseWriter, r *http.Request) {
	id, v := h.flowID(r), h.view()
	if factor := newFactor(r); factor.Name != "" {
		v.Typed.Name = factor.Name
		if _, err := h.svc.Enroll(r.Context(), id, factor); err != nil {
			h.stepAgain(w, r, v, err)
			return
		}
	}
	code := r.PostForm.Get("code")
	if strings.TrimSpace(code) == "" { // a slip, not an attempt
		p, ok := h.current(w, r)
		if ok {
			v.Problems = []problem{{Fields: []string{"code"}, Text: "Enter the code from your authenticator app."}}
			h.step(w, r, http.StatusUnprocessableEntity, p, v)
		}
		return
	}
	p, err := h.svc.Code(r.Context(), id, verifier.SecretOf(code))
	switch {
	case err != nil:
		h.stepAgain(w, r, v, err)
	case p.Step.Kind == verifier.StepDone && p.Kind != verifier.FlowSignIn:
		if h.admit(w, r, p) {
			http.Redirect(w, r, "/flow", http.StatusSeeOther) // where it says that set-up is done
		}
	default:
		h.proceed(w, r, p)
	}
}

// stepAgain shows the step that the flow still waits for, and what is wrong
// with what was sent.
func (h *handler) stepAgain(w http.ResponseWriter, r *http.Request, v view, err error) {
	said, ok := h.said(err)
	if !ok || len(said.fields) == 0 || refusedFor(err, verifier.CauseTooManyAttempts) {
		h.refuse(w, r, err)
		return
	}
	p, found := h.current(w, r)
	if found {
		v.Problems = []problem{{Fields: said.fields, Text: said.text}}
		h.step(w, r, said.status, p, v)
	}
}
