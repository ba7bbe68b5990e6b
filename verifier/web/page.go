package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"twofold/verifier"
	"twofold/verifier/rollout"
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

// pages are the templates by name, each with the frame around it. They are
// parsed by the first handler: the program has many uses without one.
var pages = sync.OnceValue(parse)

func parse() map[string]*template.Template {
	frame := template.Must(template.ParseFS(files, "page/frame.html"))
	pages := map[string]*template.Template{}
	for _, name := range []string{
		"home", "signup", "signin", "signout", "signedout", "account",
		"choose", "confirm", "code", "done", "message",
	} {
		pages[name] = template.Must(template.Must(frame.Clone()).ParseFS(files, "page/"+name+".html"))
	}
	return pages
}

// view is all that a page may show.
type view struct {
	Rollout     rollout.Rollout
	Style, Icon string
	Clock       *clock // where the verifier's differs from the machine's
	Problems    []problem
	Typed       typed

	Flow    *verifier.Progress
	Picture picture
	User    *verifier.User

	Heading, Text string // of a message
	Link          link

	location *time.Location
}

// typed is what a form gets back after an error. Passwords and codes never do.
type typed struct{ Email, Name string }

// problem is one thing to mend, in these fields of the form.
type problem struct {
	Fields []string
	Text   string
}

// clock is the verifier's, for people to compare with theirs.
type clock struct {
	Now time.Time
	Off string
}

func (h *handler) view() view {
	v := view{Rollout: h.svc.Rollout(), Style: stylePath, Icon: iconPath, location: h.options.Location}
	off := h.svc.Clock().Offset()
	switch {
	case off >= time.Second:
		v.Clock = &clock{Now: h.svc.Clock().Now(), Off: lasting(off) + " ahead of"}
	case off <= -time.Second:
		v.Clock = &clock{Now: h.svc.Clock().Now(), Off: lasting(-off) + " behind"}
	}
	return v
}

// Site is what the pages call the organization.
func (v view) Site() string {
	if title := strings.TrimSpace(v.Rollout.Title); title != "" {
		return title
	}
	return v.Rollout.Issuer
}

// Day writes a date for people, and Instant one to the second.
func (v view) Day(t time.Time) string { return t.In(v.location).Format("2 January 2006, 15:04") }

// Instant writes a time of day with its date and zone.
func (v view) Instant(t time.Time) string {
	return t.In(v.location).Format("2 January 2006, 15:04:05 MST")
}

// Stamp writes a time for programs.
func (v view) Stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// Seconds writes a period of the roll-out.
func (v view) Seconds(d rollout.Duration) string { return lasting(d.Std()) }

// Few reports whether so few attempts are left that it should be said.
func (v view) Few() bool { return v.Flow.AttemptsLeft < v.Rollout.Limits.CodeFailures }

// Attempts says how many are left.
func (v view) Attempts() string { return count(v.Flow.AttemptsLeft, "attempt") }

// Groups is the shared key in groups of four, easier to type.
func (v view) Groups() []string {
	var groups []string
	for group := range slices.Chunk([]byte(v.Flow.Enrollment.Key.RevealBase32()), 4) {
		groups = append(groups, string(group))
	}
	return groups
}

// Key is the shared key in one piece, to copy.
func (v view) Key() string { return v.Flow.Enrollment.Key.RevealBase32() }

// KeyURI is the enrollment as a link. The template's list of schemes does not
// have otpauth in it; what the service writes is escaped.
func (v view) KeyURI() template.URL { return template.URL(v.Flow.Enrollment.URI.RevealText()) }

// field is the state of one input.
type field struct {
	Wrong, Focus bool
	DescribedBy  string
}

// Field gives the state of an input: whether it has to be mended, and what
// describes it. The first wrong field has the focus.
func (v view) Field(id string, hints ...string) field {
	var f field
	for i, p := range v.Problems {
		if at := slices.Index(p.Fields, id); at >= 0 {
			f.Wrong, f.Focus = true, f.Focus || i == 0 && at == 0
			hints = append(hints, "problem-"+strconv.Itoa(i))
		}
	}
	f.DescribedBy = strings.Join(hints, " ")
	return f
}

// Main is Field for the one input that a page is about: it has the focus as
// long as nothing is wrong.
func (v view) Main(id string, hints ...string) field {
	f := v.Field(id, hints...)
	f.Focus = f.Focus || len(v.Problems) == 0
	return f
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

// fault writes that something is wrong on this side, and why into the log.
func (h *handler) fault(w http.ResponseWriter, r *http.Request, err error) {
	h.options.Log.ErrorContext(r.Context(), "answer request", "method", r.Method, "path", r.URL.Path, "err", err)
	h.message(w, r, broken)
}

func (h *handler) message(w http.ResponseWriter, r *http.Request, s said) {
	v := h.view()
	v.Heading, v.Text, v.Link = s.heading, s.text, s.link
	h.page(w, r, s.status, "message", v)
}
