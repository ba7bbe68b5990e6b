// Package web is the verifier as pages: sign up, sign in, set up a second step,
// the account, and what people do when they forgot something.
//
// It promises pages that work without JavaScript (there is none), that hold no
// secret in an address but the one that was mailed as one, and that say the
// same of a refused code or password whatever the cause, unless the roll-out
// turns diagnosis on. A page is chosen by the step that a flow waits for, its
// words and its shape by the roll-out; a handler reads, bounds, calls the
// service and writes. GET changes nothing.
//
// The rules are package verifier's. Listening, Host, and refusing what other
// sites' pages send (http.CrossOriginProtection) are package server's.
package web

import (
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"twofold/verifier"
	"twofold/verifier/delivery"
)

// Options are what pages need besides their service.
type Options struct {
	Secure   bool             // browsers come over TLS; false on plain loopback
	Location *time.Location   // times are written in it, where the roll-out has no time zone; nil: time.Local
	Outbox   *delivery.Outbox // what testers read on /lab pages; nil: those pages have none
	LabToken verifier.Secret  // opens the /lab pages; zero: there are none
	Log      *slog.Logger     // faults, never refusals or secrets; nil: none
}

// bodyLimit bounds what a form may send, in bytes.
const bodyLimit = 64 << 10

// New gives the handler of every page.
func New(svc *verifier.Service, o Options) http.Handler {
	if o.Location == nil {
		o.Location = time.Local
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	pages()
	h := &handler{svc: svc, options: o}
	mux := http.NewServeMux()
	for _, routes := range []map[string]methods{h.routes(), h.labRoutes()} {
		for path, methods := range routes {
			mux.Handle(path, h.only(methods))
		}
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { h.message(w, r, notFound) })
	return headers(mux)
}

type handler struct {
	svc     *verifier.Service
	options Options
}

// routes are the account holder's pages.
func (h *handler) routes() map[string]methods {
	return map[string]methods{
		"/{$}":                    {get: h.home},
		"/signup":                 {get: h.signUpForm, post: h.signUp},
		"/signin":                 {get: h.signInForm, post: h.signIn},
		"/signout":                {get: h.signOutForm, post: h.signOut},
		"/password-reset":         {get: h.forgotForm, post: h.forgot},
		"/password-reset/set":     {get: to("/password-reset"), post: h.resetPassword},
		"/password-reset/{token}": {get: h.resetForm},

		"/flow":          {get: h.flow},
		"/flow/page/{n}": {get: h.setUpPage, post: h.setUpNext},
		"/flow/sms":      {get: h.numberForm, post: h.enroll},
		"/flow/recovery": {get: h.recoveryForm},
		"/flow/sent":     {get: h.sentAgain},
		"/flow/done":     {get: h.setUpDone},
		"/flow/enroll":   {get: to("/flow"), post: h.enroll},
		"/flow/password": {get: to("/flow"), post: h.firstPassword},
		"/flow/code":     {get: h.codeAgain, post: h.code},
		"/flow/send":     {get: to("/flow"), post: h.send},
		"/flow/choose":   {get: to("/flow"), post: h.choose},
		"/flow/skip":     {get: to("/flow"), post: h.skip},
		"/flow/cancel":   {get: to("/flow"), post: h.cancel},
		"/flow/qr.png":   {get: h.png},
		"/flow/qr.svg":   {get: h.svg},

		"/account":                     {get: h.account},
		"/account/{said}":              {get: h.account},
		"/account/disabled":            {get: h.disabled},
		"/account/second-step":         {get: h.manage},
		"/account/profile":             {get: to("/account"), post: h.saveProfile},
		"/account/email":               {get: h.emailForm, post: h.changeEmail},
		"/account/phone":               {get: h.phoneForm, post: h.changePhone},
		"/account/password":            {get: h.passwordForm, post: h.changePassword},
		"/account/methods":             {get: to("/account"), post: h.addMethod},
		"/account/sms":                 {get: h.smsForm, post: h.addMethod},
		"/account/factors/{id}":        {get: h.factor},
		"/account/factors/{id}/name":   {get: back, post: h.rename},
		"/account/factors/{id}/prefer": {get: back, post: h.prefer},
		"/account/factors/{id}/remove": {get: h.removeForm, post: h.remove},
		"/account/recovery":            {get: h.recoveryNewForm, post: h.recoveryNew},
		"/account/devices/forget":      {get: to("/account"), post: h.forgetDevices},
		"/account/devices/{id}/forget": {get: to("/account"), post: h.forgetDevice},

		stylePath: {get: serve("text/css; charset=utf-8", style)},
		iconPath:  {get: serve("image/svg+xml", icon)},
	}
}

// methods are the handlers of one path. HEAD is answered like GET.
type methods struct{ get, post http.HandlerFunc }

// only picks by method, bounds the body, and refuses what a form cannot send.
func (h *handler) only(m methods) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case m.get != nil && (r.Method == http.MethodGet || r.Method == http.MethodHead):
			m.get(w, r)
		case m.post != nil && r.Method == http.MethodPost:
			r.Body = http.MaxBytesReader(w, r.Body, bodyLimit)
			if err := r.ParseForm(); err != nil {
				h.message(w, r, unreadable(err))
				return
			}
			m.post(w, r)
		default:
			var allowed []string
			if m.get != nil {
				allowed = append(allowed, http.MethodGet, http.MethodHead)
			}
			if m.post != nil {
				allowed = append(allowed, http.MethodPost)
			}
			w.Header().Set("Allow", strings.Join(slices.Sorted(slices.Values(allowed)), ", "))
			h.message(w, r, wrongMethod)
		}
	})
}

// to sends on. A form that was refused leaves its own address behind; whoever
// opens that again gets the page it belongs to.
func to(path string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, path, http.StatusSeeOther) }
}

// headers are those of every answer.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		set := w.Header().Set
		set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; "+
			"form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
		set("X-Content-Type-Options", "nosniff")
		// Not no-referrer: that turns the Origin of our own forms into "null",
		// and browsers without Sec-Fetch-Site would be refused.
		set("Referrer-Policy", "same-origin")
		set("Cross-Origin-Opener-Policy", "same-origin")
		set("Cross-Origin-Resource-Policy", "same-origin")
		set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}
