package delivery

import (
	"slices"
	"time"
)

// Fault is what goes wrong with messages on purpose, also where the outbox is
// all there is. Several at once add up; Refused beats Lost, Lost beats the rest.
type Fault struct {
	Late       time.Duration // how long after Message.At it goes, by the verifier's clock
	Lost       bool          // it never arrives, and whoever sent it hears nothing of that
	Twice      bool          // it arrives two times, as two records
	OutOfOrder bool          // it goes after the next one to the same recipient, or when a minute passed
	Refused    bool          // whoever sends it gets ErrRefused
}

// Faults are the faults of each channel.
type Faults struct {
	Email, SMS Fault
}

func (f Faults) of(c Channel) Fault {
	if c == SMS {
		return f.SMS
	}
	return f.Email
}

// SetFaults has messages go wrong from now on. It doesn't change what became of
// those before.
func (o *Outbox) SetFaults(f Faults) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.settle(o.now())
	o.faults = f
}

// Faults are those in force.
func (o *Outbox) Faults() Faults {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.faults
}

// settle lets go what waited for its time or its turn, and reports whether
// there was any. One that goes may be what another waited for.
func (o *Outbox) settle(now time.Time) (any bool) {
	for o.parked > 0 {
		i := slices.IndexFunc(o.entries, func(e *entry) bool { return e.parked && e.ready(now) })
		if i < 0 {
			return any
		}
		e := o.entries[i]
		o.unpark(e)
		o.entries = append(slices.Delete(o.entries, i, i+1), e)
		any = true
		if o.transports[e.Channel] == nil {
			o.arrive(e)
		} else {
			o.enqueue(e)
		}
	}
	return any
}

func (e *entry) ready(now time.Time) bool {
	return !now.Before(e.until) || !e.yield && !now.Before(e.due)
}

// yielding reports whether one already lets m go first.
func (o *Outbox) yielding(m Message) bool {
	return slices.ContainsFunc(o.entries, func(e *entry) bool { return e.parked && e.yield && e.reaches(m) })
}

// passed ends the wait of those that let m go first.
func (o *Outbox) passed(m Message) {
	for _, e := range o.entries {
		if e.parked && e.reaches(m) {
			e.yield = false
		}
	}
}

func (e *entry) reaches(m Message) bool { return e.Channel == m.Channel && e.To == m.To }

// unpark reports whether e waited on purpose, which ends.
func (o *Outbox) unpark(e *entry) bool {
	was := e.parked
	if was {
		e.parked = false
		o.parked--
	}
	return was
}
