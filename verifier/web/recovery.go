package web

import (
	"net/http"

	"twofold/verifier"
)

// recoveryCodes shows recovery codes, the only time that they are seen. Its
// button leads on.
func (h *handler) recoveryCodes(w http.ResponseWriter, r *http.Request, v view, codes []verifier.Secret, on string) {
	for _, code := range codes {
		v.Codes = append(v.Codes, code.RevealText())
	}
	v.Action = on
	h.page(w, r, http.StatusOK, "recovery", v)
}

func (h *handler) recoveryNewForm(w http.ResponseWriter, r *http.Request) {
	v, ok := h.holder(w, r)
	switch {
	case !ok:
	case v.Rollout.Recovery.Codes == 0:
		h.message(w, r, notFound)
	default:
		h.page(w, r, http.StatusOK, "recoverynew", v)
	}
}

// recoveryNew makes a new set, for the password.
func (h *handler) recoveryNew(w http.ResponseWriter, r *http.Request) {
	v, ok := h.holder(w, r)
	if !ok {
		return
	}
	if v.left(r, "password", "Enter your password."); len(v.Problems) > 0 {
		h.slips(w, r, "recoverynew", v)
		return
	}
	codes, err := h.svc.RecoveryCodes(r.Context(), h.kept(r, sessionCookie), verifier.SecretOf(r.PostForm.Get("password")))
	if err != nil {
		h.proofForm(w, r, "recoverynew", v, err)
		return
	}
	h.recoveryCodes(w, r, v, codes, "/account")
}
