package web

import (
	"net"
	"net/http"
	"strconv"
	"time"

	"twofold/verifier"
)

// cookie is one of the bearer credentials that a browser keeps.
type cookie struct {
	name   string
	prefix string // over TLS
	path   string
}

// The prefixes __Host- and __Secure- make browsers refuse a cookie without
// Secure, and a cookie with Secure set over plain HTTP on loopback is refused
// by some. So they are used over TLS only. __Host- also wants the path "/",
// so that the cookies which no other page needs have __Secure-.
var (
	sessionCookie = cookie{name: "twofold_session", prefix: "__Host-", path: "/"}
	flowCookie    = cookie{name: "twofold_flow", prefix: "__Secure-", path: "/flow"}
	deviceCookie  = cookie{name: "twofold_device", prefix: "__Secure-", path: "/signin"}
)

// named gives the cookie's name in answers to r. It has the port in it: to
// browsers all ports of a host are one, and two verifiers on this computer
// would take each other's cookies.
func (h *handler) named(r *http.Request, c cookie) string {
	name := c.name
	if addr, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr); ok {
		name += "_" + strconv.Itoa(addr.Port)
	}
	if h.options.Secure {
		name = c.prefix + name
	}
	return name
}

// kept gives the credential that a browser sent; zero if none.
func (h *handler) kept(r *http.Request, c cookie) verifier.Secret {
	sent, err := r.Cookie(h.named(r, c))
	if err != nil {
		return verifier.Secret{}
	}
	return verifier.SecretOf(sent.Value)
}

// keep has the browser keep a credential until it closes. There is no expiry:
// the verifier's clock decides that, and it may differ from the browser's.
func (h *handler) keep(w http.ResponseWriter, r *http.Request, c cookie, value verifier.Secret) {
	http.SetCookie(w, h.cookie(r, c, value.RevealText(), 0))
}

// trust has the browser keep the token of a trusted device for as long as the
// roll-out trusts one. That it outlives the browser is its use.
func (h *handler) trust(w http.ResponseWriter, r *http.Request, token verifier.Secret) {
	lasts := int(h.svc.Rollout().Device.Lifetime.Std() / time.Second)
	http.SetCookie(w, h.cookie(r, deviceCookie, token.RevealText(), lasts))
}

// forget has the browser drop a credential.
func (h *handler) forget(w http.ResponseWriter, r *http.Request, c cookie) {
	http.SetCookie(w, h.cookie(r, c, "", -1))
}

func (h *handler) cookie(r *http.Request, c cookie, value string, maxAge int) *http.Cookie {
	return &http.Cookie{
		Name: h.named(r, c), Value: value, Path: c.path, MaxAge: maxAge,
		Secure: h.options.Secure, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	}
}
