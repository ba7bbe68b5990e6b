package web

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"twofold/verifier/rollout"
)

// labPolicy is what the roll-out asks of some roles now.
type labPolicy struct {
	Roles string
	rollout.Policy
}

// Asks says it in words.
func (p labPolicy) Asks() string {
	if p.Exempt {
		return "exempt: never asked for a second step"
	}
	text := labEnrolls[p.Enroll]
	if p.Enroll == rollout.Required && p.Automatic != "" {
		text += "; " + labMethods[p.Automatic] + " begins by itself"
	}
	return text
}

// labEnrolls are the rules in words.
var labEnrolls = map[rollout.Enroll]string{
	rollout.Optional: "optional: nothing is asked",
	rollout.Prompted: "prompted: set-up may be skipped",
	rollout.Required: "required: no sign-in without a second step",
}

// labPolicies are what the roll-out asks of each role now, with equal ones
// together.
func (h *handler) labPolicies(r rollout.Rollout) []labPolicy {
	var out []labPolicy
	for _, role := range rollout.Roles {
		p := r.At(h.svc.Clock().Now(), role, "")
		if at := slices.IndexFunc(out, func(o labPolicy) bool { return o.Policy == p }); at >= 0 {
			out[at].Roles += ", " + role
			continue
		}
		out = append(out, labPolicy{Roles: role, Policy: p})
	}
	if len(out) == 1 {
		out[0].Roles = "everybody"
	}
	return out
}

// labRolloutPage is what the page of the roll-out shows.
type labRolloutPage struct {
	Policies []labPolicy
	Phases   []labPhase
	Facts    []labFact
	Picked   []labFact
	Warnings []string
	Names    []string
	Offices  []rollout.Office
	Apps     []labApp
	Text     string       // in the form
	Changed  bool         // the one in force is not the one that the program brings by this name
	Source   []labSection // of a text that was refused, around its mistakes
}

// labFact is one line of a list.
type labFact struct{ Name, Text string }

// labSection are lines of a text that stand together.
type labSection struct{ Lines []labLine }

// labLine is a line of a text with what is wrong in it.
type labLine struct {
	Number   int
	Text     string
	Mistakes []string
}

func (h *handler) labRollout(w http.ResponseWriter, r *http.Request) {
	h.labRolloutForm(w, r, http.StatusOK, h.labView(r, "rollout"), labRolloutPage{})
}

func (h *handler) labRolloutForm(w http.ResponseWriter, r *http.Request, status int, v labView, page labRolloutPage) {
	text, changed, err := labText(v.Rollout)
	if err != nil {
		h.fault(w, r, err)
		return
	}
	page.Policies, page.Phases = h.labPolicies(v.Rollout), labCalendar(v.Rollout, v.Clock.Now)
	page.Facts, page.Picked, page.Changed = labFacts(v.Rollout), labPicked(v.Rollout), changed
	page.Names, page.Offices, page.Apps = rollout.Names(), v.Rollout.Offices, labApps(v.Rollout)
	_, warnings, err := rollout.Inspect(text)
	if err != nil {
		h.fault(w, r, fmt.Errorf("inspect the roll-out in force: %w", err))
		return
	}
	for _, warning := range warnings {
		page.Warnings = append(page.Warnings, labWithoutLine(warning, changed))
	}
	if page.Text == "" {
		page.Text = string(text)
	}
	v.Data = page
	h.lab(w, r, status, "rollout", v)
}

// labWithoutLine leaves out the line where the text is none that anybody has.
func labWithoutLine(e *rollout.FieldError, changed bool) string {
	shown := *e
	if changed {
		shown.Line = 0
	}
	return shown.Error()
}

// labText gives r as TOML: with its comments, where the program brings it as
// it is. Changed reports that it does not.
func labText(r rollout.Rollout) (text []byte, changed bool, err error) {
	mine, err := toml.Marshal(r)
	if err != nil {
		return nil, false, fmt.Errorf("write roll-out: %w", err)
	}
	if own, err := rollout.Load(r.Name); err == nil {
		if theirs, err := toml.Marshal(own); err == nil && bytes.Equal(mine, theirs) {
			text, err := rollout.Source(r.Name)
			return text, false, err
		}
	}
	return mine, true, nil
}

// labPicked is what was chosen where the guide is silent.
func labPicked(r rollout.Rollout) []labFact {
	var out []labFact
	for _, key := range slices.SortedFunc(maps.Keys(r.Picked), labByNumber) {
		out = append(out, labFact{key, r.Picked[key]})
	}
	return out
}

// labByNumber puts KNX-5 before KNX-10.
func labByNumber(a, b string) int {
	id, number := func(key string) string { return strings.TrimRight(key, "0123456789") }, func(key string) int {
		n, _ := strconv.Atoi(strings.TrimLeft(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-")) // none: 0
		return n
	}
	return cmp.Or(strings.Compare(id(a), id(b)), cmp.Compare(number(a), number(b)), strings.Compare(a, b))
}

// labSetRollout takes one that the program brings, or the text in the form.
func (h *handler) labSetRollout(w http.ResponseWriter, r *http.Request) {
	text := r.PostForm.Get("text")
	named := r.PostForm.Has("name")
	var taken rollout.Rollout
	var err error
	if named {
		taken, err = rollout.Load(r.PostForm.Get("name"))
	} else {
		taken, err = rollout.Parse([]byte(text))
	}
	if err == nil {
		if err = h.svc.SetRollout(r.Context(), taken); err == nil {
			labTo(w, r, "/lab/rollout", "rollout")
			return
		}
	}
	v := h.labView(r, "rollout")
	page := labRolloutPage{Text: text}
	var mistakes *rollout.MistakesError
	switch {
	case errors.As(err, &mistakes):
		page.Source = labSource(text, mistakes.Mistakes)
		for _, m := range mistakes.Mistakes {
			v.Problems = append(v.Problems, problem{Fields: []string{"text"}, Text: labSentence(m.Error()) + "."})
		}
	case errors.Is(err, rollout.ErrUnknown), errors.Is(err, rollout.ErrTooLarge):
		id := "text"
		if named {
			id = "name"
		}
		v.Problems = []problem{{Fields: []string{id}, Text: labSentence(err.Error()) + "."}}
	default:
		h.fault(w, r, err)
		return
	}
	h.labRolloutForm(w, r, http.StatusUnprocessableEntity, v, page)
}

// labAround is how many lines are shown around a mistake.
const labAround = 2

// labSource are the lines of text around its mistakes.
func labSource(text string, mistakes []*rollout.FieldError) []labSection {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	near := map[int][]string{}
	for _, m := range mistakes {
		for n := max(1, m.Line-labAround); m.Line > 0 && n <= min(len(lines), m.Line+labAround); n++ {
			near[n] = append(near[n], "")
		}
		if m.Line > 0 {
			reason := *m
			reason.Line = 0
			near[m.Line] = append(near[m.Line], reason.Error())
		}
	}
	var out []labSection
	last := -1
	for _, n := range slices.Sorted(maps.Keys(near)) {
		if n > len(lines) {
			continue
		}
		if n != last+1 {
			out = append(out, labSection{})
		}
		said := slices.DeleteFunc(near[n], func(text string) bool { return text == "" })
		section := &out[len(out)-1]
		section.Lines = append(section.Lines, labLine{Number: n, Text: lines[n-1], Mistakes: said})
		last = n
	}
	return out
}

func (h *handler) labSwitchOffice(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimSpace(r.PostForm.Get("office"))
	var err error
	if name == "" {
		err = labSlipError("Name the office.")
	} else {
		err = h.svc.SwitchOffice(r.Context(), name, rollout.Enroll(r.PostForm.Get("enroll")))
	}
	if err == nil {
		labTo(w, r, "/lab/rollout", "switched")
		return
	}
	if v, status, ok := h.labAgain(w, r, "rollout", "office", err); ok {
		h.labRolloutForm(w, r, status, v, labRolloutPage{})
	}
}
