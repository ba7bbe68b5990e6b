package web

import (
	"net/http"
)

// labRoutes are the tester's pages. There are none without a lab token; with
// one, each asks for it first (labaccess.go). That they are served on loopback
// only, and to no other site's pages, is package server's.
func (h *handler) labRoutes() map[string]methods {
	if h.options.LabToken.IsZero() {
		return nil
	}
	labPages()
	inside := map[string]methods{
		"/lab":                  {get: h.labOverview},
		"/lab/users":            {get: h.labUsers, post: h.labAddUser},
		"/lab/users/{id}":       {get: h.labUser},
		"/lab/users/{id}/{act}": {get: h.labBackToUser, post: h.labActOnUser},
		"/lab/outbox":           {get: h.labOutbox},
		"/lab/clock":            {get: h.labClock, post: h.labSetClock},
		"/lab/rollout":          {get: h.labRollout, post: h.labSetRollout},
		"/lab/rollout/office":   {get: to("/lab/rollout"), post: h.labSwitchOffice},
		"/lab/events":           {get: h.labEvents},
		"/lab/faults":           {get: h.labFaults, post: h.labSetFaults},
		"/lab/limits":           {get: h.labLimits},
		"/lab/leave":            {get: to("/lab"), post: h.labLeave},
	}
	routes := map[string]methods{
		"/lab/{$}":   {get: to("/lab")},
		"/lab/enter": {get: to("/lab"), post: h.labEnter},
		labStylePath: {get: serve("text/css; charset=utf-8", labStyle)},
	}
	for path, m := range inside {
		routes[path] = methods{get: h.tester(m.get), post: h.tester(m.post)}
	}
	return routes
}

// labRefusalsShown is how many of the last refusals the overview has.
const labRefusalsShown = 6

// labOverviewPage is what the overview shows.
type labOverviewPage struct {
	Policies []labPolicy
	Phases   []labPhase
	Next     *labPhase
	Users    int
	States   []labCount
	Messages int
	Failed   int // messages that failed or were lost
	Events   int
	Refusals []labEvent
	Faulty   bool
}

// labCount is how many there are of something.
type labCount struct {
	Name  string
	Count int
}

func (h *handler) labOverview(w http.ResponseWriter, r *http.Request) {
	users, err := h.svc.Users(r.Context())
	if err != nil {
		h.fault(w, r, err)
		return
	}
	events, err := h.svc.Events(r.Context(), 0)
	if err != nil {
		h.fault(w, r, err)
		return
	}
	v := h.labView(r, "overview")
	page := labOverviewPage{
		Policies: h.labPolicies(v.Rollout), Phases: labCalendar(v.Rollout, v.Clock.Now),
		Users: len(users), States: labStates(users, v.Rollout, v.Clock.Now), Events: len(events),
	}
	page.Next = labNext(page.Phases)
	refused := labFiltered(events, labFilter{Outcome: "refused"})
	for _, e := range refused[:min(len(refused), labRefusalsShown)] {
		page.Refusals = append(page.Refusals, labEventOf(e))
	}
	if box := h.options.Outbox; box != nil {
		messages := box.Messages("")
		page.Messages, page.Failed = len(messages), labNotDelivered(messages)
		page.Faulty = labAnyFault(box.Faults())
	}
	v.Data = page
	h.lab(w, r, http.StatusOK, "overview", v)
}
