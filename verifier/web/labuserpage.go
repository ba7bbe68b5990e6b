package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"twofold/verifier"
	"twofold/verifier/rollout"
)

// labUserEvents is how many events the page of a user has.
const labUserEvents = 20

// labUserPage is what the page of a user shows.
type labUserPage struct {
	labUser
	Held           verifier.Held
	Roles, Offices []string
	Questions      []labQuestion // in the form that sets them
	Asked          []string      // those that are set
	Operators      []string
	Events         []labEvent
	MoreEvents     string
}

// labQuestion is a question in the form that sets them.
type labQuestion struct {
	At  int
	Ask string
}

func (h *handler) labUser(w http.ResponseWriter, r *http.Request) {
	h.labUserForm(w, r, http.StatusOK, h.labView(r, "users"))
}

func (h *handler) labBackToUser(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, "/lab/users/"+url.PathEscape(r.PathValue("id")), http.StatusSeeOther)
}

func (h *handler) labUserForm(w http.ResponseWriter, r *http.Request, status int, v labView) {
	user, err := h.svc.User(r.Context(), r.PathValue("id"))
	if labIs(err, verifier.CauseUserNotFound) {
		h.message(w, r, notFound)
		return
	}
	users, usersErr := h.svc.Users(r.Context())
	events, eventsErr := h.svc.Events(r.Context(), 0)
	held, heldErr := h.svc.Held(r.Context(), user.ID)
	if err := errors.Join(err, usersErr, eventsErr, heldErr); err != nil {
		h.fault(w, r, err)
		return
	}
	page := labUserPage{
		labUser: h.labUserOf(user, v), Held: held, Roles: rollout.Roles, Offices: labOffices(v.Rollout, users),
		Questions:  labQuestions(user, v),
		MoreEvents: "/lab/events?" + url.Values{"user": {user.Email}}.Encode(),
	}
	for _, q := range user.Questions {
		page.Asked = append(page.Asked, q.Ask)
	}
	for _, u := range users {
		if (u.Role == verifier.RoleHelpdesk || u.Role == verifier.RoleAdmin) && u.Disabled.IsZero() && u.ID != user.ID {
			page.Operators = append(page.Operators, u.Email)
		}
	}
	for _, e := range labFiltered(events, labFilter{}) {
		if e.User == user.Email && len(page.Events) < labUserEvents {
			page.Events = append(page.Events, labEventOf(e))
		}
	}
	v.Data = page
	h.lab(w, r, status, "user", v)
}

// labSpareQuestions is how many empty questions the form has.
const labSpareQuestions = 1

// labQuestions are those of the form: typed ones, else those that are set, else
// the roll-out's.
func labQuestions(user verifier.User, v labView) []labQuestion {
	asks := v.typed["ask"]
	if len(asks) == 0 {
		for _, q := range user.Questions {
			asks = append(asks, q.Ask)
		}
		if len(asks) == 0 {
			asks = append(asks, v.Rollout.Helpdesk.Questions...)
		}
		asks = append(asks, make([]string, labSpareQuestions)...)
	}
	out := make([]labQuestion, len(asks))
	for i, ask := range asks {
		out[i] = labQuestion{At: i, Ask: ask}
	}
	return out
}

// labActs are what a form can do to a user.
var labActs = map[string]func(*handler, context.Context, string, url.Values) error{
	"unlock":             func(h *handler, ctx context.Context, id string, _ url.Values) error { return h.svc.Unlock(ctx, id) },
	"temporary-password": func(h *handler, ctx context.Context, id string, _ url.Values) error { return h.svc.Temporary(ctx, id) },
	"invite":             func(h *handler, ctx context.Context, id string, _ url.Values) error { return h.svc.Invite(ctx, id) },
	"disable": func(h *handler, ctx context.Context, id string, _ url.Values) error {
		return h.svc.SetDisabled(ctx, id, true)
	},
	"enable": func(h *handler, ctx context.Context, id string, _ url.Values) error {
		return h.svc.SetDisabled(ctx, id, false)
	},
	"reset-mfa": func(h *handler, ctx context.Context, id string, form url.Values) error {
		return h.svc.ResetMFA(ctx, id, form.Get("reset-operator"))
	},
	"role": func(h *handler, ctx context.Context, id string, form url.Values) error {
		return h.svc.SetRole(ctx, id, form.Get("role"))
	},
	"office": func(h *handler, ctx context.Context, id string, form url.Values) error {
		return h.svc.SetOffice(ctx, id, form.Get("office"))
	},
	"questions": labSetQuestions,
	"helpdesk":  labHelpdeskCase,
}

func (h *handler) labActOnUser(w http.ResponseWriter, r *http.Request) {
	name, id := r.PathValue("act"), r.PathValue("id")
	act, ok := labActs[name]
	if !ok {
		h.message(w, r, notFound)
		return
	}
	err := act(h, r.Context(), id, r.PostForm)
	if err == nil {
		labTo(w, r, "/lab/users/"+url.PathEscape(id), name)
		return
	}
	if v, status, ok := h.labAgain(w, r, "users", labFieldOf(err, labFieldsOfActs[name]), err); ok {
		h.labUserForm(w, r, status, v)
	}
}

// labFieldsOfActs are the fields that a refusal is about where the cause does
// not say. The others have none: then it is the page.
var labFieldsOfActs = map[string]string{
	"role": "role", "office": "office", "questions": "ask-0", "helpdesk": "answer-0",
	"unlock": "main", "temporary-password": "main", "invite": "main", "disable": "main", "enable": "main", "reset-mfa": "main",
}

func labSetQuestions(h *handler, ctx context.Context, id string, form url.Values) error {
	var set []verifier.QuestionAnswer
	answers := form["answer"]
	for i, ask := range form["ask"] {
		answer := ""
		if i < len(answers) {
			answer = answers[i]
		}
		if ask != "" && answer == "" {
			return labSlipError("Question " + strconv.Itoa(i+1) + " has no answer. Type it, or leave the question empty to drop it.")
		}
		set = append(set, verifier.QuestionAnswer{Ask: ask, Answer: verifier.SecretOf(answer)})
	}
	return h.svc.SetQuestions(ctx, id, set)
}

func labHelpdeskCase(h *handler, ctx context.Context, id string, form url.Values) error {
	c := verifier.HelpdeskCase{UserID: id, Operator: form.Get("operator"), Note: form.Get("note")}
	for _, answer := range form["answer"] {
		c.Answers = append(c.Answers, verifier.SecretOf(answer))
	}
	return h.svc.Helpdesk(ctx, c)
}

// labIs reports whether err is a refusal for that cause.
func labIs(err error, cause verifier.Cause) bool {
	return errors.Is(err, &verifier.Refusal{Cause: cause})
}
