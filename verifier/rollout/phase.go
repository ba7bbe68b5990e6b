package rollout

import (
	"errors"
	"slices"
	"sync"
	"time"
	_ "time/tzdata" // calendars must not depend on the machine's time zones
)

// Policy is what a roll-out asks of one person at one instant.
type Policy struct {
	Phase     string // name of the phase in force, if any
	Enroll    Enroll
	Automatic Method // with Required: begun without asking
	Notice    string
	Exempt    bool // never asked for a second step
}

// At gives the policy for somebody of role, working in office, at t. The last
// phase that has begun and concerns the role wins; an office's rule can ask for
// more than that, never for less.
func (r Rollout) At(t time.Time, role, office string) Policy {
	p := Policy{Enroll: r.SecondStep.Enroll, Automatic: r.SecondStep.Automatic}
	var since time.Time
	for _, phase := range r.Phases {
		from, err := phase.Start(r.TimeZone)
		if err != nil || t.Before(from) || from.Before(since) || !phase.concerns(role) {
			continue
		}
		since = from
		p.Phase, p.Enroll, p.Automatic, p.Notice = phase.Name, phase.Enroll, phase.Automatic, r.expand(phase.Notice)
	}
	for _, o := range r.Offices {
		if o.Name == office && o.Enroll.stricter(p.Enroll) {
			p.Enroll = o.Enroll
		}
	}
	p.Exempt = slices.Contains(r.SecondStep.Exempt, role)
	return p
}

func (p Phase) concerns(role string) bool { return len(p.Roles) == 0 || slices.Contains(p.Roles, role) }

func (e Enroll) stricter(than Enroll) bool {
	rank := []Enroll{Optional, Prompted, Required}
	return slices.Index(rank, e) > slices.Index(rank, than)
}

var errPhaseStart = errors.New("not a time like 2006-01-02, 2006-01-02 15:04 or RFC 3339")

// Start is the instant at which p begins, by the calendar of zone.
func (p Phase) Start(zone string) (time.Time, error) {
	at, err := location(zone)
	if err != nil {
		return time.Time{}, err
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, p.From, at); err == nil {
			return t, nil
		}
	}
	return time.Time{}, errPhaseStart
}

// Location is where the organization is: its time zone, or UTC.
func (r Rollout) Location() *time.Location {
	if at, err := location(r.TimeZone); err == nil {
		return at
	}
	return time.UTC
}

var zones sync.Map // name to *time.Location: every flow asks

func location(name string) (*time.Location, error) {
	if at, ok := zones.Load(name); ok {
		return at.(*time.Location), nil
	}
	at, err := time.LoadLocation(name)
	if name == "Local" {
		err = errors.New("differs from machine to machine")
	}
	if err == nil {
		zones.Store(name, at)
	}
	return at, err
}
