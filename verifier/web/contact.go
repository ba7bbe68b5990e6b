package web

import (
	"net/http"
	"strings"

	"twofold/verifier"
)

func (h *handler) emailForm(w http.ResponseWriter, r *http.Request) {
	if v, ok := h.holder(w, r); ok {
		h.page(w, r, http.StatusOK, "email", v)
	}
}

// changeEmail begins to change the account's address: a code goes to the new
// one.
func (h *handler) changeEmail(w http.ResponseWriter, r *http.Request) {
	v, ok := h.holder(w, r)
	if !ok {
		return
	}
	v.Typed.Email = strings.TrimSpace(r.PostForm.Get("email"))
	v.left(r, "email", "Enter your new e-mail address.")
	h.changeContact(w, r, "email", v, verifier.Contact{Email: v.Typed.Email})
}

func (h *handler) phoneForm(w http.ResponseWriter, r *http.Request) {
	if v, ok := h.holder(w, r); ok {
		h.page(w, r, http.StatusOK, "phone", v)
	}
}

// changePhone begins to change the account's number.
func (h *handler) changePhone(w http.ResponseWriter, r *http.Request) {
	v, ok := h.holder(w, r)
	if !ok {
		return
	}
	h.changeContact(w, r, "phone", v, verifier.Contact{Phone: phone(r, &v.Typed)})
}

func (h *handler) changeContact(w http.ResponseWriter, r *http.Request, page string, v view, c verifier.Contact) {
	v.left(r, "password", "Enter your password.")
	if len(v.Problems) > 0 {
		h.slips(w, r, page, v)
		return
	}
	c.Password = verifier.SecretOf(r.PostForm.Get("password"))
	p, err := h.svc.ChangeContact(r.Context(), h.kept(r, sessionCookie), c)
	if err != nil {
		h.proofForm(w, r, page, v, err)
		return
	}
	h.proceed(w, r, p)
}

// proofForm is form for a page that asks for the password of whoever is signed
// in: there is no address to be wrong.
func (h *handler) proofForm(w http.ResponseWriter, r *http.Request, page string, v view, err error) {
	switch {
	case refusedFor(err, verifier.CauseCredentialsRefused):
		v.Problems = []problem{{Fields: passwordNotRight.fields, Text: passwordNotRight.text}}
		h.page(w, r, passwordNotRight.status, page, v)
	case refusedFor(err, verifier.CauseSessionRefused):
		h.sessionOver(w, r, err)
	default:
		h.form(w, r, page, v, err)
	}
}
