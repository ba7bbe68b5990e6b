package web

import (
	"fmt"
	"net/http"
	"strings"

	"twofold/verifier"
)

func (h *handler) flow(w http.ResponseWriter, r *http.Request) {
	p, ok := h.current(w, r)
	if !ok {
		return
	}
	if p.Step.Kind == verifier.StepDone {
		http.Redirect(w, r, "/flow/done", http.StatusSeeOther)
		return
	}
	h.step(w, r, http.StatusOK, p, h.flowView(r, p))
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

// flowView is a view of a flow. Whoever is signed in sees that they are.
func (h *handler) flowView(r *http.Request, p verifier.Progress) view {
	v := h.view()
	v.Flow, v.Notice = &p, p.Policy.Notice
	if p.Kind == verifier.FlowAddFactor || p.Kind == verifier.FlowContact {
		if user, ok := h.signedIn(r); ok {
			v.User = &user
		}
	}
	return v
}

// step shows what a flow waits for.
func (h *handler) step(w http.ResponseWriter, r *http.Request, status int, p verifier.Progress, v view) {
	v.Flow = &p
	switch {
	case p.Step.Kind == verifier.StepChangePassword:
		h.page(w, r, status, "firstpassword", v)
	case p.Step.Kind == verifier.StepChooseMethod:
		if v.Typed.Method == "" {
			v.Typed.Method = v.Rollout.SecondStep.Default
		}
		h.page(w, r, status, "choose", v)
	case p.Step.Kind == verifier.StepConfirm && p.Enrollment != nil:
		h.setUp(w, r, status, p, v)
	case p.Step.Kind == verifier.StepConfirm:
		h.page(w, r, status, "confirm", v)
	case p.Step.Kind == verifier.StepCode:
		h.page(w, r, status, "code", v)
	case p.Step.Kind == verifier.StepDone:
		http.Redirect(w, r, "/flow/done", http.StatusSeeOther)
	default:
		h.fault(w, r, fmt.Errorf("show step %q: there is no page for it", p.Step.Kind))
	}
}

// enroll begins the set-up of a method, or begins it again where codes are to
// go elsewhere.
func (h *handler) enroll(w http.ResponseWriter, r *http.Request) {
	v := h.view()
	want := newFactor(r)
	want.Phone = phone(r, &v.Typed)
	p, err := h.svc.Enroll(r.Context(), h.flowID(r), want)
	switch {
	case err == nil:
		h.proceed(w, r, p)
	case want.Method == verifier.MethodSMS && aboutPhone(err):
		if !hasPhone(r) { // it was not asked for yet
			http.Redirect(w, r, "/flow/sms", http.StatusSeeOther)
			return
		}
		if p, ok := h.current(w, r); ok {
			shown := h.flowView(r, p)
			shown.Typed = v.Typed
			h.form(w, r, "number", shown.number("/flow/sms"), err)
		}
	default:
		h.refuse(w, r, err)
	}
}

// aboutPhone reports whether err is about a number that was typed, or was not.
func aboutPhone(err error) bool {
	return refusedFor(err, verifier.CausePhoneMissing) || refusedFor(err, verifier.CausePhoneInvalid) ||
		refusedFor(err, verifier.CausePhoneCountryUnknown)
}

func newFactor(r *http.Request) verifier.NewFactor {
	return verifier.NewFactor{
		Method: verifier.Method(r.PostForm.Get("method")),
		Name:   strings.TrimSpace(r.PostForm.Get("name")),
	}
}

func (h *handler) skip(w http.ResponseWriter, r *http.Request) {
	h.move(w, r, func(id string) (verifier.Progress, error) { return h.svc.Skip(r.Context(), id) })
}

func (h *handler) choose(w http.ResponseWriter, r *http.Request) {
	h.move(w, r, func(id string) (verifier.Progress, error) {
		return h.svc.Choose(r.Context(), id, r.PostForm.Get("factor"))
	})
}

// move goes on with a flow by a call that has nothing for people to mend.
func (h *handler) move(w http.ResponseWriter, r *http.Request, call func(id string) (verifier.Progress, error)) {
	p, err := call(h.flowID(r))
	if err != nil {
		h.refuse(w, r, err)
		return
	}
	h.proceed(w, r, p)
}

// cancel gives a set-up up.
func (h *handler) cancel(w http.ResponseWriter, r *http.Request) {
	if err := h.svc.Cancel(r.Context(), h.flowID(r)); err != nil {
		h.refuse(w, r, err)
		return
	}
	h.forget(w, r, flowCookie)
	http.Redirect(w, r, "/", http.StatusSeeOther) // the account, where somebody is signed in
}

// send has another code sent. That it was is said on an address of its own, so
// that asking for the page again sends nothing.
func (h *handler) send(w http.ResponseWriter, r *http.Request) {
	_, err := h.svc.Send(r.Context(), h.flowID(r))
	if err != nil {
		h.stepAgain(w, r, h.view(), err)
		return
	}
	http.Redirect(w, r, "/flow/sent", http.StatusSeeOther)
}

func (h *handler) sentAgain(w http.ResponseWriter, r *http.Request) {
	p, ok := h.current(w, r)
	if !ok {
		return
	}
	v := h.flowView(r, p)
	if p.Sent != nil && !p.Sent.Failed && !p.Sent.TooSoon {
		v.Said = v.T("notice_resent")
	}
	h.step(w, r, http.StatusOK, p, v)
}

// recoveryForm takes a recovery code in place of the other one.
func (h *handler) recoveryForm(w http.ResponseWriter, r *http.Request) {
	p, ok := h.current(w, r)
	if !ok {
		return
	}
	if p.Step.Kind != verifier.StepCode {
		http.Redirect(w, r, "/flow", http.StatusSeeOther)
		return
	}
	h.page(w, r, http.StatusOK, "recoverycode", h.flowView(r, p))
}
