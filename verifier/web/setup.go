package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"twofold/verifier"
	"twofold/verifier/rollout"
)

// setUp is one of the pages that set up an authenticator app.
type setUp struct {
	Number, Of int
	Blocks     []rollout.Block
	Back, Next string // addresses; empty at either end
}

// fieldsOf says which inputs each part of a page has.
var fieldsOf = map[rollout.Block][]string{
	rollout.BlockApp:  {"app", "other"},
	rollout.BlockName: {"name"},
	rollout.BlockCode: {"code"},
}

func setUpPath(n int) string { return "/flow/page/" + strconv.Itoa(n) }

// setUpNumber gives page n of the set-up, counted from 1; the first one where
// there is no such page.
func (v view) setUpNumber(n int) *setUp {
	pages := v.Rollout.SetUp.Pages
	if n < 1 || n > len(pages) {
		n = 1
	}
	s := &setUp{Number: n, Of: v.setUpPages(), Blocks: pages[n-1]}
	if n > 1 {
		s.Back = setUpPath(n - 1)
	}
	if n < len(pages) {
		s.Next = setUpPath(n + 1)
	}
	return s
}

// setUpPages is how many pages a set-up has, with the one at the end that says
// that it is done.
func (v view) setUpPages() int {
	n := len(v.Rollout.SetUp.Pages)
	if n > 1 && v.Rollout.SetUp.DonePage {
		n++
	}
	return n
}

// setUpWith gives the page that has an input.
func (v view) setUpWith(field string) *setUp {
	for i, blocks := range v.Rollout.SetUp.Pages {
		for _, b := range blocks {
			if slices.Contains(fieldsOf[b], field) {
				return v.setUpNumber(i + 1)
			}
		}
	}
	return v.setUpNumber(1)
}

// Has reports whether the page has a part.
func (s setUp) Has(b rollout.Block) bool { return slices.Contains(s.Blocks, b) }

// Asks reports whether the page has anything to fill in.
func (s setUp) Asks() bool {
	return slices.ContainsFunc(s.Blocks, func(b rollout.Block) bool { return fieldsOf[b] != nil })
}

// setUp shows the page of v, or the first.
func (h *handler) setUp(w http.ResponseWriter, r *http.Request, status int, p verifier.Progress, v view) {
	if v.SetUp == nil {
		v.SetUp = v.setUpNumber(1)
	}
	if v.Typed.Name == "" {
		v.Typed.Name = p.Enrollment.Name
	}
	if v.Typed.App == "" && v.Typed.Other == "" {
		v.Typed.App = p.Enrollment.Name
		if p.Enrollment.Name != "" && !slices.Contains(v.AppNames(), p.Enrollment.Name) {
			v.Typed.App, v.Typed.Other = otherApp, p.Enrollment.Name
		}
	}
	picture, err := pictureOf(p.Enrollment.URI)
	if err != nil {
		h.fault(w, r, err)
		return
	}
	v.Picture = picture
	h.page(w, r, status, "setup", v)
}

// setUpPage shows a numbered page. Whichever it is, the secret is the same.
func (h *handler) setUpPage(w http.ResponseWriter, r *http.Request) {
	p, ok := h.current(w, r)
	if !ok {
		return
	}
	v := h.flowView(r, p)
	if p.Enrollment != nil {
		n, err := strconv.Atoi(r.PathValue("n"))
		if err != nil || n < 1 || n > len(v.Rollout.SetUp.Pages) {
			h.message(w, r, notFound)
			return
		}
		v.SetUp = v.setUpNumber(n)
	}
	h.step(w, r, http.StatusOK, p, v)
}

// setUpNext keeps what a page asked for and goes to the next one.
func (h *handler) setUpNext(w http.ResponseWriter, r *http.Request) {
	p, ok := h.current(w, r)
	if !ok {
		return
	}
	v := h.flowView(r, p)
	n, err := strconv.Atoi(r.PathValue("n"))
	if p.Enrollment == nil || err != nil || n < 1 || n > len(v.Rollout.SetUp.Pages) {
		h.refuse(w, r, &verifier.Refusal{Cause: verifier.CauseFlowElsewhere})
		return
	}
	v.SetUp = v.setUpNumber(n)
	if !h.keepName(w, r, p, &v) {
		return
	}
	next := v.SetUp.Next
	if next == "" {
		next = setUpPath(n)
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
}

// otherApp is the choice of an app that is not in the list.
const otherApp = "other"

// keepName keeps the name of the app, where the page asked for it. It reports
// whether the answer is still to be written.
func (h *handler) keepName(w http.ResponseWriter, r *http.Request, p verifier.Progress, v *view) bool {
	form := r.PostForm
	page := v.SetUp
	if page == nil {
		page = v.setUpWith("code")
	}
	name := ""
	again := func(field, text string) bool {
		v.SetUp = page
		v.Problems = []problem{{Fields: []string{field}, Text: text}}
		h.step(w, r, http.StatusUnprocessableEntity, p, *v)
		return false
	}
	if page.Has(rollout.BlockApp) {
		v.Typed.App, v.Typed.Other = form.Get("app"), strings.TrimSpace(form.Get("other"))
		name = v.Typed.App
		switch {
		case name == "":
			return again("app", "Choose the app that you will use.")
		case name == otherApp && v.Typed.Other == "":
			return again("other", "Enter the name of your app.")
		case name == otherApp:
			name = v.Typed.Other
		}
	}
	if page.Has(rollout.BlockName) {
		v.Typed.Name = strings.TrimSpace(form.Get("name"))
		name = v.Typed.Name
	}
	if name == "" {
		return true
	}
	_, err := h.svc.Enroll(r.Context(), h.flowID(r), verifier.NewFactor{Method: p.Step.Method, Name: name})
	if refusedFor(err, verifier.CauseNameTooLong) && !page.Has(rollout.BlockName) {
		return again("other", wording[verifier.CauseNameTooLong].text)
	}
	if err != nil {
		h.stepAgain(w, r, *v, err)
	}
	return err == nil
}

// AppNames lists the apps that the roll-out names, each once.
func (v view) AppNames() []string {
	var names []string
	for _, a := range v.Rollout.Apps {
		if !slices.Contains(names, a.Name) {
			names = append(names, a.Name)
		}
	}
	return names
}

// system is a mobile system with the apps that were tried on it.
type system struct {
	Name string
	Apps []rollout.App
}

// Systems lists the apps that the roll-out names by system, unless the page
// names them already.
func (v view) Systems() []system {
	if intro := v.T("intro_scan"); len(v.Rollout.Apps) == 0 || strings.Contains(intro, v.Rollout.Apps[0].Name) {
		return nil
	}
	var list []system
	for _, a := range v.Rollout.Apps {
		at := slices.IndexFunc(list, func(s system) bool { return s.Name == a.System })
		if at < 0 {
			list = append(list, system{Name: a.System})
			at = len(list) - 1
		}
		list[at].Apps = append(list[at].Apps, a)
	}
	return list
}

// Offers reports whether any page of the set-up has this part.
func (v view) Offers(b rollout.Block) bool {
	return slices.ContainsFunc(v.Rollout.SetUp.Pages, func(page []rollout.Block) bool { return slices.Contains(page, b) })
}
