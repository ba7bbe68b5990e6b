package web

import (
	"net/http"
	"slices"
	"strings"

	"twofold/verifier"
)

// addMethod begins a further method, in a flow of its own.
func (h *handler) addMethod(w http.ResponseWriter, r *http.Request) {
	v, ok := h.holder(w, r)
	if !ok {
		return
	}
	want := newFactor(r)
	want.Phone = phone(r, &v.Typed)
	if want.Method == verifier.MethodSMS && !hasPhone(r) {
		http.Redirect(w, r, "/account/sms", http.StatusSeeOther)
		return
	}
	p, err := h.svc.AddFactor(r.Context(), h.kept(r, sessionCookie), want)
	switch {
	case err == nil:
		h.added(w, r, p)
	case aboutPhone(err):
		v.Action = "/account/sms"
		h.form(w, r, "number", v, err)
	default:
		h.sessionOver(w, r, err)
	}
}

// added goes on after a method was begun in the account: there is a page for
// what it waits for, or it is done already.
func (h *handler) added(w http.ResponseWriter, r *http.Request, p verifier.Progress) {
	if p.Step.Kind != verifier.StepDone {
		h.proceed(w, r, p)
		return
	}
	on := "/account/enabled"
	if user, ok := h.signedIn(r); ok {
		if _, waits := user.Deferred(); waits {
			on = "/account/deferred"
		}
	}
	http.Redirect(w, r, on, http.StatusSeeOther)
}

// smsForm asks for the number that codes go to.
func (h *handler) smsForm(w http.ResponseWriter, r *http.Request) {
	if v, ok := h.holder(w, r); ok {
		h.page(w, r, http.StatusOK, "number", v.number("/account/sms"))
	}
}

// one gives a view of one of the user's factors, or writes that it is gone.
func (h *handler) one(w http.ResponseWriter, r *http.Request) (view, bool) {
	v, ok := h.holder(w, r)
	if !ok {
		return v, false
	}
	f, found := v.User.Factor(r.PathValue("id"))
	if !found || f.Pending() && !f.Deferred {
		h.refuse(w, r, &verifier.Refusal{Cause: verifier.CauseFactorUnknown})
		return v, false
	}
	shown := v.factorOf(f)
	first, _ := v.User.First()
	shown.Preferred = first.ID == f.ID
	v.Factor, v.Account = &shown, &account{Policy: h.svc.Policy(*v.User)}
	v.Typed.Name = shown.Name
	return v, true
}

func (h *handler) factor(w http.ResponseWriter, r *http.Request) {
	if v, ok := h.one(w, r); ok {
		h.page(w, r, http.StatusOK, "factor", v)
	}
}

// back is where the forms of a factor's page belong.
func back(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, "/account/factors/"+r.PathValue("id"), http.StatusSeeOther)
}

func (h *handler) rename(w http.ResponseWriter, r *http.Request) {
	v, ok := h.one(w, r)
	if !ok {
		return
	}
	v.Typed.Name = strings.TrimSpace(r.PostForm.Get("name"))
	err := h.svc.RenameFactor(r.Context(), h.kept(r, sessionCookie), v.Factor.ID, v.Typed.Name)
	if err != nil {
		h.form(w, r, "factor", v, err)
		return
	}
	http.Redirect(w, r, "/account/saved", http.StatusSeeOther)
}

func (h *handler) prefer(w http.ResponseWriter, r *http.Request) {
	v, ok := h.one(w, r)
	if !ok {
		return
	}
	if err := h.svc.Prefer(r.Context(), h.kept(r, sessionCookie), v.Factor.ID); err != nil {
		h.refuse(w, r, err)
		return
	}
	http.Redirect(w, r, "/account/saved", http.StatusSeeOther)
}

func (h *handler) removeForm(w http.ResponseWriter, r *http.Request) {
	if v, ok := h.one(w, r); ok {
		h.page(w, r, http.StatusOK, "disable", v)
	}
}

// remove takes a factor away, for the password, and a code where the roll-out
// asks for one.
func (h *handler) remove(w http.ResponseWriter, r *http.Request) {
	v, ok := h.one(w, r)
	if !ok {
		return
	}
	proof := verifier.Proof{
		Password: verifier.SecretOf(r.PostForm.Get("password")), Code: verifier.SecretOf(r.PostForm.Get("code")),
	}
	v.left(r, "password", "Enter your password.")
	if v.AsksCode() {
		v.left(r, "code", "Enter the code.")
	}
	if len(v.Problems) > 0 {
		h.slips(w, r, "disable", v)
		return
	}
	err := h.svc.RemoveFactor(r.Context(), h.kept(r, sessionCookie), v.Factor.ID, proof)
	if err != nil {
		h.form(w, r, "disable", v, err)
		return
	}
	if len(v.User.Confirmed()) > 1 || v.Factor.Deferred {
		http.Redirect(w, r, "/account/saved", http.StatusSeeOther)
		return
	}
	http.Redirect(w, r, "/account/disabled", http.StatusSeeOther)
}

// AsksCode reports whether taking the page's factor away takes a code.
func (v view) AsksCode() bool { return v.Rollout.SecondStep.RemoveCode && !v.Factor.Deferred }

// disabled says that the second step is off.
func (h *handler) disabled(w http.ResponseWriter, r *http.Request) {
	v, ok := h.holder(w, r)
	switch {
	case !ok:
	case len(v.User.Confirmed()) > 0:
		http.Redirect(w, r, "/account", http.StatusSeeOther)
	default:
		h.page(w, r, http.StatusOK, "disabled", v)
	}
}

// left notes a field that was left empty.
func (v *view) left(r *http.Request, field, text string) {
	if strings.TrimSpace(r.PostForm.Get(field)) == "" {
		v.Problems = append(v.Problems, problem{Fields: []string{field}, Text: text})
	}
}

// saveProfile saves the method, the address and the number of a profile that
// has all three in one form. One of them can be proven at a time.
func (h *handler) saveProfile(w http.ResponseWriter, r *http.Request) {
	v, ok := h.holder(w, r)
	if !ok {
		return
	}
	now := v.current()
	number := phone(r, &v.Typed)
	v.Typed.Email, v.Typed.Method = strings.TrimSpace(r.PostForm.Get("email")), verifier.Method(r.PostForm.Get("method"))
	changed := []string{}
	if v.Typed.Email != v.User.Email {
		changed = append(changed, "email")
	}
	if number != v.User.Phone && v.Typed.Method != verifier.MethodSMS || number != v.User.Phone && now == verifier.MethodSMS {
		changed = append(changed, "phone")
	}
	if v.Typed.Method != now {
		changed = append(changed, "method")
	}
	switch {
	case len(changed) == 0:
		http.Redirect(w, r, "/account/saved", http.StatusSeeOther)
	case len(changed) > 1:
		v.Problems = []problem{{Fields: changed[:1], Text: "Change one thing at a time: each has to be confirmed first."}}
		h.showAccount(w, r, http.StatusUnprocessableEntity, "account", v)
	case changed[0] == "method":
		want := verifier.NewFactor{Method: v.Typed.Method}
		if want.Method == verifier.MethodSMS {
			want.Phone = number
		}
		p, err := h.svc.AddFactor(r.Context(), h.kept(r, sessionCookie), want)
		if err != nil {
			h.profileAgain(w, r, v, err)
			return
		}
		h.added(w, r, p)
	default:
		h.saveContact(w, r, v, changed[0], number)
	}
}

// saveContact begins to change the address or number of a profile.
func (h *handler) saveContact(w http.ResponseWriter, r *http.Request, v view, what, number string) {
	c := verifier.Contact{Email: v.Typed.Email, Password: verifier.SecretOf(r.PostForm.Get("password"))}
	if what == "phone" {
		c.Email, c.Phone = "", number
	}
	if v.left(r, "password", "Enter your password to change this."); len(v.Problems) > 0 {
		h.showAccount(w, r, http.StatusUnprocessableEntity, "account", v)
		return
	}
	p, err := h.svc.ChangeContact(r.Context(), h.kept(r, sessionCookie), c)
	if err != nil {
		h.profileAgain(w, r, v, err)
		return
	}
	h.proceed(w, r, p)
}

// profileAgain shows the profile with what is wrong about it.
func (h *handler) profileAgain(w http.ResponseWriter, r *http.Request, v view, err error) {
	s, ok := h.said(err)
	if !ok || len(s.fields) == 0 || refusedFor(err, verifier.CauseSessionRefused) {
		h.sessionOver(w, r, err)
		return
	}
	if refusedFor(err, verifier.CauseCredentialsRefused) {
		s = passwordNotRight
	}
	retryAfter(w, err)
	fields := slices.DeleteFunc(slices.Clone(s.fields), func(f string) bool { return f == "country" })
	v.Problems = []problem{{Fields: fields, Text: s.text}}
	h.showAccount(w, r, s.status, "account", v)
}
