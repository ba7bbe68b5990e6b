package verifier

import (
	"sync"
	"time"
)

// Clock is the verifier's clock: another one, set off by an amount that the
// tester's side may change. Its methods may be called at once by many.
type Clock struct {
	base func() time.Time

	mu     sync.Mutex
	offset time.Duration
}

// NewClock follows base; time.Now where base is nil.
func NewClock(base func() time.Time) *Clock {
	if base == nil {
		base = time.Now
	}
	return &Clock{base: base}
}

// The instants a clock may be set to: none before 1970, where steps would be
// negative (nor 1970 itself, which stores read as no time), and none too far from today
// for a time.Duration.
var (
	earliest = time.Unix(1, 0).UTC()
	latest   = time.Date(2300, 1, 1, 0, 0, 0, 0, time.UTC)
)

// Now is the time by this clock, in UTC, to the microsecond: what stores keep.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *Clock) now() time.Time { return c.base().Add(c.offset).UTC().Truncate(time.Microsecond) }

// Offset is how far this clock is ahead of its base.
func (c *Clock) Offset() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.offset
}

// Set lets the clock run on from t.
func (c *Clock) Set(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.Before(earliest) || t.After(latest) { // Sub would give the nearest Duration there is
		return &Refusal{Cause: CauseClockOutOfRange}
	}
	return c.move(t.Sub(c.base().Round(0)))
}

// SetOffset puts the clock d ahead of its base, or behind if d is negative.
func (c *Clock) SetOffset(d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.move(d)
}

// Advance moves the clock on by d, or back if d is negative.
func (c *Clock) Advance(d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	sum := c.offset + d
	if (sum > c.offset) != (d > 0) && d != 0 {
		return &Refusal{Cause: CauseClockOutOfRange}
	}
	return c.move(sum)
}

// move refuses, leaving the clock alone, what lies outside earliest and latest.
func (c *Clock) move(offset time.Duration) error {
	if t := c.base().Add(offset); t.Before(earliest) || t.After(latest) {
		return &Refusal{Cause: CauseClockOutOfRange}
	}
	c.offset = offset
	return nil
}
