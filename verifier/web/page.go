package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"

	"twofold/verifier"
)

var (
	//go:embed static/style.css
	style []byte
	//go:embed static/icon.svg
	icon []byte
	//go:embed page/*.html
	files embed.FS
)

// Paths with a hash in them may be kept by browsers for ever.
var (
	stylePath = "/static/style-" + digest(style) + ".css"
	iconPath  = "/static/icon-" + digest(icon) + ".svg"
)

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:8])
}

func serve(kind string, content []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		_, _ = w.Write(content) // the browser may be gone
	}
}

// pages are the templates by the name of their file, each with the frame around
// it and the parts that several pages share. They are parsed by the first
// handler: the program has many uses without one.
var pages = sync.OnceValue(parse)

func parse() map[string]*template.Template {
	frame := template.Must(template.ParseFS(files, "page/frame.html", "page/parts.html"))
	pages := map[string]*template.Template{}
	found, err := fs.Glob(files, "page/*.html")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	for _, file := range found {
		name := strings.TrimSuffix(path.Base(file), ".html")
		if name != "frame" && name != "parts" && !strings.HasPrefix(name, "lab") {
			pages[name] = template.Must(template.Must(frame.Clone()).ParseFS(files, file))
		}
	}
	return pages
}

// page writes a page whole, or a fault.
func (h *handler) page(w http.ResponseWriter, r *http.Request, status int, name string, v view) {
	var out bytes.Buffer
	if err := pages()[name].ExecuteTemplate(&out, "frame", v); err != nil {
		h.options.Log.ErrorContext(r.Context(), "write page", "page", name, "err", err)
		http.Error(w, "Something went wrong here.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(out.Bytes()) // the browser may be gone
}

// form writes a form again with what was wrong about it, or what else err
// says.
func (h *handler) form(w http.ResponseWriter, r *http.Request, name string, v view, err error) {
	s, ok := h.said(err)
	if !ok || len(s.fields) == 0 {
		h.refuse(w, r, err)
		return
	}
	retryAfter(w, err)
	v.Problems = []problem{{Fields: s.fields, Text: s.text}}
	h.page(w, r, s.status, name, v)
}

// slips writes a form again where something was left out of it. That is no
// attempt, and nothing was asked of the service.
func (h *handler) slips(w http.ResponseWriter, r *http.Request, name string, v view) {
	h.page(w, r, http.StatusUnprocessableEntity, name, v)
}

// refuse writes a refusal as a page of its own.
func (h *handler) refuse(w http.ResponseWriter, r *http.Request, err error) {
	s, ok := h.said(err)
	if !ok {
		h.fault(w, r, err)
		return
	}
	retryAfter(w, err)
	h.message(w, r, s)
}

func retryAfter(w http.ResponseWriter, err error) {
	var refusal *verifier.Refusal
	if !errors.As(err, &refusal) {
		return
	}
	wait := refusal.RetryAfter
	if refusal.Cause == verifier.CauseBusy {
		wait = max(wait, 5*time.Second)
	}
	if wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((wait+time.Second-1)/time.Second)))
	}
}

// fault writes that something is wrong on this side, and why into the log. The
// path is the route's, as the one asked for may have a token in it.
func (h *handler) fault(w http.ResponseWriter, r *http.Request, err error) {
	h.options.Log.ErrorContext(r.Context(), "answer request", "method", r.Method, "path", r.Pattern, "err", err)
	h.message(w, r, broken)
}

func (h *handler) message(w http.ResponseWriter, r *http.Request, s said) {
	v := h.view()
	v.Heading, v.Text, v.Link = s.heading, s.text, s.link
	if v.Link == toSignIn {
		v.Link.Text = v.T("button_sign_in")
	}
	v.Help = s.status >= http.StatusBadRequest
	h.page(w, r, s.status, "message", v)
}
