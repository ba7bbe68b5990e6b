package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"

	"twofold/verifier"
)

// labCookie holds the proof that somebody typed the lab token. Other users of
// this computer can reach loopback too, and the pages show codes on their way.
var labCookie = cookie{name: "twofold_lab", prefix: "__Secure-", path: "/lab"}

// labPass is what the cookie holds: made from the token, so that it ends with
// it, and of no use as the token at the HTTP API.
func (h *handler) labPass() verifier.Secret {
	mac := hmac.New(sha256.New, h.options.LabToken.Reveal())
	mac.Write([]byte("pages of the lab"))
	return verifier.SecretOf(base64.RawURLEncoding.EncodeToString(mac.Sum(nil)))
}

// tester lets requests through that have the pass; others get the form for the
// lab token.
func (h *handler) tester(next http.HandlerFunc) http.HandlerFunc {
	if next == nil {
		return nil
	}
	return func(w http.ResponseWriter, r *http.Request) {
		if h.labPass().Equal(h.kept(r, labCookie)) {
			next(w, r)
			return
		}
		h.labAsk(w, r, labBack(r.URL.Path), "")
	}
}

// labBack is where to go after the token was given: to the page that was asked
// for, and nowhere outside /lab. What a form would have done is not done.
func labBack(path string) string {
	if path != "/lab" && !strings.HasPrefix(path, "/lab/") || strings.ContainsAny(path, "\\\r\n") || strings.Contains(path, "//") {
		return "/lab"
	}
	return path
}

// labAsk shows the form for the lab token.
func (h *handler) labAsk(w http.ResponseWriter, r *http.Request, back, wrong string) {
	v := h.labView(r, "")
	v.Outside, v.Data = true, back
	if wrong != "" {
		v.Problems = []problem{{Fields: []string{"token"}, Text: wrong}}
	}
	h.lab(w, r, http.StatusUnauthorized, "enter", v)
}

func (h *handler) labEnter(w http.ResponseWriter, r *http.Request) {
	back := labBack(r.PostForm.Get("back"))
	typed := strings.TrimSpace(r.PostForm.Get("token"))
	if typed == "" {
		h.labAsk(w, r, back, "Enter the lab token.")
		return
	}
	// Digests, so that the comparison takes as long whatever the length.
	want, got := verifier.DigestOf(h.options.LabToken), verifier.DigestOf(verifier.SecretOf(typed))
	if !verifier.NewSecret(want[:]).Equal(verifier.NewSecret(got[:])) {
		h.labAsk(w, r, back, "That is not the lab token. It is printed where the verifier was started, and is another one after each start.")
		return
	}
	h.keep(w, r, labCookie, h.labPass())
	http.Redirect(w, r, back, http.StatusSeeOther)
}

// labLeave has the browser drop its pass.
func (h *handler) labLeave(w http.ResponseWriter, r *http.Request) {
	h.forget(w, r, labCookie)
	http.Redirect(w, r, "/", http.StatusSeeOther)
}
