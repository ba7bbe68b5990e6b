package web

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"twofold/verifier"
	"twofold/verifier/rollout"
)

// labTime is the verifier's clock as testers see it.
type labTime struct {
	Now, Machine time.Time
	Off          string // from the machine's: "2 days ahead"; empty: none
	Frozen       bool
	Rate         float64
}

// Runs says how the clock runs.
func (t labTime) Runs() string {
	switch {
	case t.Frozen:
		return "stands still"
	case t.Rate != 1:
		return "runs " + strconv.FormatFloat(t.Rate, 'f', -1, 64) + " times as fast"
	}
	return "runs"
}

func (h *handler) labTime() labTime {
	c := h.svc.Clock()
	off := c.Offset()
	t := labTime{Now: c.Now(), Frozen: c.Frozen(), Rate: c.Rate()}
	t.Machine = t.Now.Add(-off)
	switch {
	case off >= time.Second:
		t.Off = lasting(off) + " ahead of this computer’s"
	case off <= -time.Second:
		t.Off = lasting(-off) + " behind this computer’s"
	}
	return t
}

// labPhase is a phase of the calendar.
type labPhase struct {
	rollout.Phase
	Start, Before time.Time // Before: a second earlier
	Begun, On     bool      // On: it is in force for somebody
}

// Whom says whom the phase concerns.
func (p labPhase) Whom() string {
	if len(p.Roles) == 0 {
		return "everybody"
	}
	return strings.Join(p.Roles, ", ")
}

// labCalendar are the phases, and which are on.
func labCalendar(r rollout.Rollout, now time.Time) []labPhase {
	on := map[string]bool{}
	for _, role := range rollout.Roles {
		on[r.At(now, role, "").Phase] = true
	}
	var phases []labPhase
	for _, p := range r.Phases {
		start, err := p.Start(r.TimeZone)
		if err != nil {
			continue // a roll-out in force was checked
		}
		phases = append(phases, labPhase{
			Phase: p, Start: start, Before: start.Add(-time.Second), Begun: !now.Before(start), On: on[p.Name],
		})
	}
	return phases
}

// labNext is the first phase that is still to come.
func labNext(phases []labPhase) *labPhase {
	for _, p := range phases {
		if !p.Begun {
			return &p
		}
	}
	return nil
}

// labClockPage is what the page of the clock shows.
type labClockPage struct {
	Phases []labPhase
	Steps  []labChoice
	Zone   string
}

var labSteps = []labChoice{
	{Value: "30s", Text: "30 seconds"},
	{Value: "1m", Text: "1 minute"},
	{Value: "10m", Text: "10 minutes"},
	{Value: "1h", Text: "1 hour"},
	{Value: "1d", Text: "1 day"},
}

func (h *handler) labClock(w http.ResponseWriter, r *http.Request) {
	h.labClockForm(w, r, http.StatusOK, h.labView(r, "clock"))
}

func (h *handler) labClockForm(w http.ResponseWriter, r *http.Request, status int, v labView) {
	v.Data = labClockPage{Phases: labCalendar(v.Rollout, v.Clock.Now), Steps: labSteps, Zone: v.location.String()}
	h.lab(w, r, status, "clock", v)
}

func (h *handler) labSetClock(w http.ResponseWriter, r *http.Request) {
	change, id, err := labClockChange(r, h.svc.Rollout().Location())
	if err == nil {
		err = h.svc.SetClock(r.Context(), change)
	}
	if err == nil {
		labTo(w, r, "/lab/clock", "clock")
		return
	}
	if v, status, ok := h.labAgain(w, r, "clock", id, err); ok {
		h.labClockForm(w, r, status, v)
	}
}

// labClockChange reads one of the forms of the clock, and says which field it
// is about.
func labClockChange(r *http.Request, zone *time.Location) (c verifier.ClockChange, field string, err error) {
	form := r.PostForm
	switch {
	case form.Has("now"):
		now, err := labInstant(form.Get("now"), zone)
		return verifier.ClockChange{Now: &now}, "now", err
	case form.Has("by"):
		by, err := labDuration(form.Get("by"))
		if form.Has("back") {
			by = -by
		}
		return verifier.ClockChange{Advance: &by}, "by", err
	case form.Has("rate"):
		rate, err := strconv.ParseFloat(strings.TrimSpace(form.Get("rate")), 64)
		if err != nil {
			err = labSlipError("Write how many times as fast as a number, as 60.")
		}
		return verifier.ClockChange{Rate: &rate}, "rate", err
	case form.Get("run") == "freeze", form.Get("run") == "on":
		frozen := form.Get("run") == "freeze"
		return verifier.ClockChange{Frozen: &frozen}, "main", nil
	case form.Get("run") == "machine":
		none, usual := time.Duration(0), 1.0
		return verifier.ClockChange{Offset: &none, Rate: &usual}, "main", nil
	}
	return c, "main", labSlipError("Choose one of the buttons.")
}

// labInstant reads a time: RFC 3339, or a date with or without a time of day
// in zone.
func labInstant(typed string, zone *time.Location) (time.Time, error) {
	typed = strings.TrimSpace(typed)
	for _, layout := range []string{
		time.RFC3339, "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04:05", "2006-01-02T15:04", time.DateOnly,
	} {
		if t, err := time.ParseInLocation(layout, typed, zone); err == nil {
			return t, nil
		}
	}
	return time.Time{}, labSlipError("Write the time as 2026-07-12 23:59, or with its zone as 2026-07-12T23:59:00-04:00.")
}

var labDays = regexp.MustCompile(`^(-?\d{1,6}) ?(?:d|days?)$`)

// labDuration reads a duration: as Go writes them, or in days.
func labDuration(typed string) (time.Duration, error) {
	typed = strings.TrimSpace(typed)
	if days := labDays.FindStringSubmatch(typed); days != nil {
		n, err := strconv.Atoi(days[1])
		if err == nil && n < 100_000 && n > -100_000 { // a Duration has 292 years
			return time.Duration(n) * 24 * time.Hour, nil
		}
	}
	d, err := time.ParseDuration(strings.ReplaceAll(typed, " ", ""))
	if err != nil {
		return 0, labSlipError("Write how far as 90s, 5m, 36h or 2d.")
	}
	return d, nil
}
