package web

import (
	"bytes"
	_ "embed"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"twofold/verifier"
	"twofold/verifier/rollout"
)

//go:embed static/lab.css
var labStyle []byte

var labStylePath = "/static/lab-" + digest(labStyle) + ".css"

// labPages are the tester's templates by name, each with the frame around it.
var labPages = sync.OnceValue(func() map[string]*template.Template {
	frame := template.Must(template.ParseFS(files, "page/labframe.html", "page/labparts.html"))
	pages := map[string]*template.Template{}
	for _, name := range []string{
		"enter", "overview", "users", "user", "outbox", "clock", "rollout", "events", "faults", "limits", "key",
	} {
		pages[name] = template.Must(template.Must(frame.Clone()).ParseFS(files, "page/lab"+name+".html"))
	}
	return pages
})

// labTabs are the pages of the lab, in the order of their navigation.
var labTabs = []labTab{
	{"overview", "/lab", "Overview"},
	{"users", "/lab/users", "Users"},
	{"outbox", "/lab/outbox", "Outbox"},
	{"events", "/lab/events", "Events"},
	{"clock", "/lab/clock", "Clock"},
	{"rollout", "/lab/rollout", "Roll-out"},
	{"faults", "/lab/faults", "Faults"},
	{"limits", "/lab/limits", "Limits"},
}

type labTab struct{ Name, Path, Text string }

// labView is all that a page of the lab may show.
type labView struct {
	Rollout               rollout.Rollout
	Style, LabStyle, Icon string
	Tab                   string
	Outside               bool   // the token was not given yet: nothing of the lab is shown
	Follow                bool   // the page loads itself again
	Done                  string // what the form before this page did
	Problems              []problem
	Clock                 labTime
	Data                  any // the page's own

	typed    url.Values // what a form gets back after an error; nothing secret
	location *time.Location
}

// labView begins a page.
func (h *handler) labView(r *http.Request, tab string) labView {
	rules := h.svc.Rollout()
	return labView{
		Rollout: rules, Style: stylePath, LabStyle: labStylePath, Icon: iconPath, Tab: tab,
		Done: labDone[r.URL.Query().Get("done")], Clock: h.labTime(), location: rules.Location(),
	}
}

// Tabs are the pages to go to.
func (labView) Tabs() []labTab { return labTabs }

// Typed is what was typed into a field.
func (v labView) Typed(name string) string { return v.typed.Get(name) }

// Ticked reports whether a choice was made.
func (v labView) Ticked(name, value string) bool { return slices.Contains(v.typed[name], value) }

// Field is as for the account holder's pages.
func (v labView) Field(id string, hints ...string) field {
	return view{Problems: v.Problems}.Field(id, hints...)
}

// Main is as for the account holder's pages.
func (v labView) Main(id string, hints ...string) field {
	return view{Problems: v.Problems}.Main(id, hints...)
}

// labList is a list with the page around it, which writes its times.
type labList struct {
	View   labView
	Events []labEvent
	Phases []labPhase
}

// With gives a list to the template that shows it.
func (v labView) With(list any) labList {
	out := labList{View: v}
	switch list := list.(type) {
	case []labEvent:
		out.Events = list
	case []labPhase:
		out.Phases = list
	}
	return out
}

// Instant writes a time in the roll-out's zone.
func (v labView) Instant(t time.Time) string {
	return t.In(v.location).Format("2 Jan 2006, 15:04:05 MST")
}

// Day is Instant without what is less than a minute.
func (v labView) Day(t time.Time) string { return t.In(v.location).Format("2 Jan 2006, 15:04 MST") }

// UTC writes a time in UTC.
func (labView) UTC(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// Stamp writes a time for programs.
func (labView) Stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// Ago says how long before the verifier's present t is, or after it.
func (v labView) Ago(t time.Time) string { return labAgo(v.Clock.Now.Sub(t)) }

// For writes a period of the roll-out.
func (labView) For(d rollout.Duration) string { return lasting(d.Std()) }

func labAgo(d time.Duration) string {
	switch {
	case d >= time.Second:
		return lasting(d) + " ago"
	case d <= -time.Second:
		return "in " + lasting(-d)
	}
	return "just now"
}

// lab writes a page whole, or a fault.
func (h *handler) lab(w http.ResponseWriter, r *http.Request, status int, name string, v labView) {
	var out bytes.Buffer
	if err := labPages()[name].ExecuteTemplate(&out, "labframe", v); err != nil {
		h.fault(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(out.Bytes()) // the browser may be gone
}

// labKept is what of a form its page may show again.
func labKept(form url.Values) url.Values {
	kept := url.Values{}
	for name, values := range form {
		if !slices.Contains([]string{"password", "token", "answer"}, name) {
			kept[name] = values
		}
	}
	return kept
}

// labDone says what a form did, on the page that it leads to.
var labDone = map[string]string{
	"added":              "The account is there.",
	"added-temporary":    "The account is there. Its temporary password is in the outbox.",
	"added-invite":       "The account is there. Its invitation is in the outbox.",
	"unlock":             "The failures are forgotten; the account is open.",
	"reset-mfa":          "The second step, the trusted devices and the sessions are gone.",
	"temporary-password": "A new temporary password is in the outbox; sessions and trusted devices have ended.",
	"invite":             "An invitation is in the outbox.",
	"disable":            "The account is disabled; its sessions have ended.",
	"enable":             "The account may sign in again.",
	"role":               "The role is set.",
	"office":             "The office is set.",
	"questions":          "The questions are set.",
	"helpdesk":           "Passed: all answers were right. The second step is off; the owner was told by e-mail.",
	"clock":              "The clock is set.",
	"rollout":            "The roll-out is in force, from the next request on.",
	"switched":           "The office’s rule is in force, from the next request on.",
	"faults":             "From the next message on.",
}

// labTo sends on to a page that says what was done.
func labTo(w http.ResponseWriter, r *http.Request, path, done string) {
	http.Redirect(w, r, path+"?done="+url.QueryEscape(done), http.StatusSeeOther)
}

// labAgain begins the page of a form anew, with what was typed and what err says
// of the field; not ok means that err was a fault, and is written.
func (h *handler) labAgain(w http.ResponseWriter, r *http.Request, tab, field string, err error) (v labView, status int, ok bool) {
	text, status, ok := labRefused(err)
	if !ok {
		h.fault(w, r, err)
		return labView{}, 0, false
	}
	v = h.labView(r, tab)
	v.typed, v.Problems = labKept(r.PostForm), []problem{{Fields: []string{field}, Text: text}}
	return v, status, true
}

// labSlipError is what is wrong with what was typed, in words.
type labSlipError string

func (e labSlipError) Error() string { return string(e) }

// labRefused gives the words for a refusal, and the status; not ok means that
// err is a fault.
func labRefused(err error) (text string, status int, ok bool) {
	var slip labSlipError
	var mistakes *rollout.MistakesError
	var refusal *verifier.Refusal
	switch {
	case errors.As(err, &slip):
		return string(slip), http.StatusUnprocessableEntity, true
	case errors.As(err, &mistakes):
		return labSentence(mistakes.Mistakes[0].Error()) + ".", http.StatusUnprocessableEntity, true
	case !errors.As(err, &refusal):
		return "", 0, false
	}
	row := labCauses[refusal.Cause]
	status = http.StatusUnprocessableEntity
	if refusal.Cause == verifier.CauseUserNotFound {
		status = http.StatusNotFound
	}
	text = row.Means + " " + row.Next
	if refusal.RetryAfter > 0 {
		text += " It opens in " + lasting(refusal.RetryAfter) + "."
	}
	return text, status, true
}

// labPaging is one page of a long list, newest first.
type labPaging struct {
	Page, Pages, Total int
	Older, Newer       string // addresses; empty: there are none
}

// labPaged cuts the page out of all that the address asks for.
func labPaged[T any](r *http.Request, all []T, size int) ([]T, labPaging) {
	p := labPaging{Page: 1, Pages: max(1, (len(all)+size-1)/size), Total: len(all)}
	if n, err := strconv.Atoi(r.URL.Query().Get("page")); err == nil {
		p.Page = min(max(n, 1), p.Pages)
	}
	at := func(page int) string {
		q := r.URL.Query()
		q.Del("done")
		q.Del("follow")
		q.Set("page", strconv.Itoa(page))
		return r.URL.Path + "?" + q.Encode()
	}
	if p.Page < p.Pages {
		p.Older = at(p.Page + 1)
	}
	if p.Page > 1 {
		p.Newer = at(p.Page - 1)
	}
	return all[(p.Page-1)*size : min(p.Page*size, len(all))], p
}
