package web

import (
	"net/http"
	"strings"

	"twofold/verifier"
)

// phone reads the two fields of a number as one, and keeps what was typed. A
// number that has its country code needs no other.
func phone(r *http.Request, t *typed) string {
	t.Country, t.Phone = strings.TrimSpace(r.PostForm.Get("country")), strings.TrimSpace(r.PostForm.Get("phone"))
	switch {
	case t.Phone == "", t.Country == "", strings.HasPrefix(t.Phone, "+"), strings.HasPrefix(t.Phone, "00"):
		return t.Phone
	}
	return "+" + strings.TrimLeft(t.Country, "+0") + " " + t.Phone
}

// hasPhone reports whether the form had a field for a number.
func hasPhone(r *http.Request) bool { return r.PostForm.Has("phone") }

// numberForm asks for the number that a flow sends its codes to.
func (h *handler) numberForm(w http.ResponseWriter, r *http.Request) {
	p, ok := h.current(w, r)
	if !ok {
		return
	}
	if p.Step.Kind != verifier.StepChooseMethod && p.Step.Kind != verifier.StepConfirm || p.Kind == verifier.FlowContact {
		http.Redirect(w, r, "/flow", http.StatusSeeOther)
		return
	}
	v := h.flowView(r, p)
	h.page(w, r, http.StatusOK, "number", v.number("/flow/sms"))
}

// number makes v the page that asks for a number.
func (v view) number(action string) view {
	v.Action = action
	if v.User != nil && v.Typed.Phone == "" && v.Typed.Country == "" {
		v.Typed.Phone = v.User.Phone
	}
	return v
}
