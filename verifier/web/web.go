// Package web is the verifier as pages: sign up, set up an authenticator app,
// sign in, account, sign out.
//
// It promises pages that work without JavaScript (there is none), that hold no
// secret in an address, and that say the same of a refused code or password
// whatever the cause. A page is chosen by the step that a flow waits for, and
// by nothing else; a handler reads, bounds, calls the service and writes. GET
// changes nothing.
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
)

// Options are what pages need besides their service.
type Options struct {
	Secure   bool           // browsers come over TLS; false on plain loopback
	Location *time.Location // times are written in it; nil: time.Local
	Log      *slog.Logger   // faults, never refusals or secrets; nil: none
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
	for path, methods := range map[string]methods{
		"/{$}":                    {get: h.home},
		"/signup":                 {get: h.signUpForm, post: h.signUp},
		"/signin":                 {get: h.signInForm, post: h.signIn},
		"/signout":                {get: h.signOutForm, post: h.signOut},
		"/flow":                   {get: h.flow},
		"/flow/enroll":            {get: to("/flow"), post: h.enroll},
		"/flow/code":              {get: to("/flow"), post: h.code},
		"/flow/skip":              {get: to("/flow"), post: h.skip},
		"/flow/qr.png":            {get: h.png},
		"/flow/qr.svg":            {get: h.svg},
		"/account":                {get: h.account},
		"/account/authenticators": {get: to("/account"), post: h.addAuthenticator},
		stylePath:                 {get: serve("text/css; charset=utf-8", style)},
		iconPath:                  {get: serve("image/svg+xml", icon)},
	} {
		mux.Handle(path, h.only(methods))
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { h.message(w, r, notFound) })
	return headers(mux)
}

type handler struct {
	svc     *verifier.Service
	options Options
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
