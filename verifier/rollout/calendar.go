package rollout

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// calendar holds the phases and the offices against each other.
func (c *checker) calendar(r Rollout) {
	zone := r.TimeZone
	if _, err := location(zone); err != nil {
		zone = "" // that is a mistake of its own
	}
	starts := make([]time.Time, len(r.Phases))
	for i, p := range r.Phases {
		at := fmt.Sprintf("phase[%d]", i+1)
		c.value(strings.TrimSpace(p.Name) != "", at+".name", "is empty")
		c.that(!slices.ContainsFunc(r.Phases[:i], func(q Phase) bool { return q.Name == p.Name }), at+".name", "%q is there twice", p.Name)
		oneOf(c, at+".enroll", p.Enroll, enrolls...)
		distinct(c, at+".roles", p.Roles, Roles)
		c.automatic(at, p.Enroll, p.Automatic, r.SecondStep.Methods)
		var err error
		starts[i], err = p.Start(zone)
		c.value(err == nil, at+".from", "%q is %v", p.From, errPhaseStart)
		if err == nil {
			c.follows(at+".from", r.Phases[:i], starts[:i], p, starts[i])
		}
	}
	for i, o := range r.Offices {
		at := fmt.Sprintf("office[%d]", i+1)
		c.value(strings.TrimSpace(o.Name) != "", at+".name", "is empty")
		c.that(!slices.ContainsFunc(r.Offices[:i], func(q Office) bool { return q.Name == o.Name }), at+".name", "%q is there twice", o.Name)
		oneOf(c, at+".enroll", o.Enroll, enrolls...)
	}
}

// follows wants p to begin after the phases before it, or with them where they
// are for other roles.
func (c *checker) follows(field string, before []Phase, starts []time.Time, p Phase, start time.Time) {
	for i, q := range before {
		switch {
		case starts[i].IsZero():
		case start.Before(starts[i]):
			c.that(false, field, "is before the start of %q, which stands above it: write the phases in order", q.Name)
			return
		case start.Equal(starts[i]) && sameRole(p, q):
			c.that(false, field, "is the very start of %q, for the same roles: which of them holds?", q.Name)
			return
		}
	}
}

// sameRole reports whether both phases concern one role.
func sameRole(p, q Phase) bool {
	return slices.ContainsFunc(Roles, func(role string) bool { return p.concerns(role) && q.concerns(role) })
}
