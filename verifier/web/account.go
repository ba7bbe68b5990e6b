package web

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"twofold/verifier"
	"twofold/verifier/rollout"
)

// signedIn gives the user of the browser's session. A fault counts as none
// here: it shows again, and as one, on the page that needs the user.
func (h *handler) signedIn(r *http.Request) (verifier.User, bool) {
	token := h.kept(r, sessionCookie)
	if token.IsZero() {
		return verifier.User{}, false
	}
	user, err := h.svc.Me(r.Context(), token)
	return user, err == nil
}

// holder gives a view with the user of the browser's session, or writes how to
// get one.
func (h *handler) holder(w http.ResponseWriter, r *http.Request) (view, bool) {
	v := h.view()
	token := h.kept(r, sessionCookie)
	if token.IsZero() {
		http.Redirect(w, r, "/signin", http.StatusSeeOther)
		return v, false
	}
	user, err := h.svc.Me(r.Context(), token)
	if err != nil {
		h.sessionOver(w, r, err)
		return v, false
	}
	v.User, v.Notice = &user, h.svc.Policy(user).Notice
	return v, true
}

// sessionOver asks to sign in again where err says that the session is over.
func (h *handler) sessionOver(w http.ResponseWriter, r *http.Request, err error) {
	if refusedFor(err, verifier.CauseSessionRefused) {
		h.forget(w, r, sessionCookie)
		h.form(w, r, "signin", h.view(), err)
		return
	}
	h.refuse(w, r, err)
}

// account is what the page of an account shows besides its user.
type account struct {
	Policy   rollout.Policy
	Devices  []device
	Recovery int // codes left
}

// account shows the account, under an address that may say what was done just
// now.
func (h *handler) account(w http.ResponseWriter, r *http.Request) {
	v, ok := h.holder(w, r)
	if !ok {
		return
	}
	switch r.PathValue("said") {
	case "":
	case "saved":
		v.Said = v.T("done_saved")
	case "deferred":
		v.Said = v.T("done_deferred")
	case "enabled":
		if v.Factor = v.newest(*v.User); v.Factor != nil {
			v.Said = v.Of("done", v.Factor.Method)
		}
	default:
		h.message(w, r, notFound)
		return
	}
	h.showAccount(w, r, http.StatusOK, "account", v)
}

// manage is the second step on a page of its own.
func (h *handler) manage(w http.ResponseWriter, r *http.Request) {
	v, ok := h.holder(w, r)
	switch {
	case !ok:
	case v.OwnPage():
		h.showAccount(w, r, http.StatusOK, "manage", v)
	default:
		http.Redirect(w, r, "/account", http.StatusSeeOther)
	}
}

func (h *handler) showAccount(w http.ResponseWriter, r *http.Request, status int, name string, v view) {
	a := account{Policy: h.svc.Policy(*v.User)}
	token := h.kept(r, sessionCookie)
	var err error
	if v.Rollout.Recovery.Codes > 0 {
		if a.Recovery, err = h.svc.RecoveryLeft(r.Context(), token); err != nil {
			h.sessionOver(w, r, err)
			return
		}
	}
	if v.TrustsDevices() {
		trusted, err := h.svc.Devices(r.Context(), token)
		if err != nil {
			h.sessionOver(w, r, err)
			return
		}
		a.Devices = devices(trusted)
	}
	v.Account = &a
	if v.Typed.Method == "" {
		v.Typed.Email, v.Typed.Phone, v.Typed.Method = v.User.Email, v.User.Phone, v.current()
	}
	h.page(w, r, status, name, v)
}

// factor is a factor as its owner sees it.
type factor struct {
	ID        string
	Method    verifier.Method
	Name      string // what the person calls it; may be empty
	Target    string // where its codes go
	Added     time.Time
	LastUsed  time.Time // when the last code accepted was shown; zero if none was
	Preferred bool      // asked for first, of several
	Deferred  bool      // set up at the next sign-in
}

func (v view) factorOf(f verifier.Factor) factor {
	out := factor{ID: f.ID, Method: f.Method, Name: f.Name, Target: f.Target, Added: f.Confirmed, Deferred: f.Pending()}
	if f.LastStep != verifier.NoStep && f.Method == verifier.MethodTOTP {
		out.LastUsed = time.Unix(0, 0).Add(time.Duration(f.LastStep) * f.Period)
	}
	return out
}

// Title is the factor's name, or its method's.
func (v view) Title(f factor) string {
	switch {
	case f.Name != "":
		return f.Name
	case f.Target != "":
		return v.Of("method", f.Method, "name") + ", " + f.Target
	}
	return v.Of("method", f.Method, "name")
}

// Factors lists the confirmed factors of the user.
func (v view) Factors() []factor {
	var list []factor
	confirmed := v.User.Confirmed()
	first, _ := v.User.First()
	for _, f := range confirmed {
		one := v.factorOf(f)
		one.Preferred = len(confirmed) > 1 && f.ID == first.ID
		list = append(list, one)
	}
	return list
}

// newest is the factor that was confirmed last; nil if there is none.
func (v view) newest(user verifier.User) *factor {
	confirmed := user.Confirmed()
	if len(confirmed) == 0 {
		return nil
	}
	newest := slices.MaxFunc(confirmed, func(a, b verifier.Factor) int { return a.Confirmed.Compare(b.Confirmed) })
	f := v.factorOf(newest)
	return &f
}

// current is the method that is used, or will be from the next sign-in on.
func (v view) current() verifier.Method {
	if f, ok := v.User.Deferred(); ok {
		return f.Method
	}
	f, _ := v.User.First()
	return f.Method
}

// choice is a method that the roll-out offers, as a thing to switch on and off.
type choice struct {
	Method verifier.Method
	Factor *factor // nil: off
}

// Choices lists the methods that the roll-out offers.
func (v view) Choices() []choice {
	var list []choice
	for _, m := range v.Rollout.SecondStep.Methods {
		c := choice{Method: m}
		for _, f := range v.User.Factors {
			if f.Method == m && (!f.Pending() || f.Deferred) {
				one := v.factorOf(f)
				c.Factor = &one
			}
		}
		list = append(list, c)
	}
	return list
}

// OwnPage reports whether the second step is one switch, and so has a page for
// itself.
func (v view) OwnPage() bool {
	step := v.Rollout.SecondStep
	return len(step.Methods) == 1 && step.Removable && !step.Several
}

// Shape is how the account shows the second step: "preferred" where one of
// several methods is always in use, "choices" where one may be, "list" else.
func (v view) Shape() string {
	step := v.Rollout.SecondStep
	switch {
	case step.Several || len(step.Methods) == 1:
		return "list"
	case step.Removable:
		return "choices"
	}
	return "preferred"
}

// MayAdd reports whether the roll-out has room for one more factor.
func (v view) MayAdd() bool {
	step := v.Rollout.SecondStep
	return !step.Several || len(v.User.Confirmed()) < step.MaxFactors
}

// MayRemove reports whether taking a factor away is worth offering; the service
// decides.
func (v view) MayRemove() bool {
	step := v.Rollout.SecondStep
	return len(v.User.Confirmed()) > 1 || step.Removable && v.Account.Policy.Enroll != rollout.Required
}

// refusedFor reports whether err is a refusal that the account holder hears as
// cause.
func refusedFor(err error, cause verifier.Cause) bool {
	var refusal *verifier.Refusal
	return errors.As(err, &refusal) && refusal.Heard() == cause
}

// agent is what the browser says of itself, as people know it.
func agent(r *http.Request) string {
	sent := r.UserAgent()
	find := func(names ...string) string {
		for i := 0; i < len(names); i += 2 {
			if strings.Contains(sent, names[i]) {
				return names[i+1]
			}
		}
		return ""
	}
	browser := find("Firefox", "Firefox", "Edg", "Edge", "OPR", "Opera", "Chrom", "Chrome", "Safari", "Safari", "curl", "curl")
	system := find("Android", "Android", "iPhone", "iPhone", "iPad", "iPad", "Windows", "Windows", "Mac OS", "macOS", "Linux", "Linux")
	switch {
	case browser != "" && system != "":
		return browser + " on " + system
	case browser+system != "":
		return browser + system
	}
	return sent
}

// Waiting is the method that is set up at the next sign-in; empty if none is.
func (v view) Waiting() verifier.Method {
	f, _ := v.User.Deferred()
	return f.Method
}

// UsesPhone reports whether the account has any use for a number.
func (v view) UsesPhone() bool {
	return v.User.Phone != "" || slices.Contains(v.Rollout.SecondStep.Methods, verifier.MethodSMS)
}
