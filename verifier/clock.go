package verifier

import (
	"math"
	"sync"
	"time"
)

// Clock is the verifier's clock: another one, set off by an amount that the
// tester's side may change. It can also stand still, or run fast. Its methods
// may be called at once by many.
type Clock struct {
	base func() time.Time

	mu     sync.Mutex
	offset time.Duration // ahead of base, while rate is 1
	rate   float64       // seconds a second of base; 0 stands still
	anchor time.Time     // reading of base at which this clock stood at stood, while rate is not 1
	stood  time.Time
}

// NewClock follows base; time.Now where base is nil.
func NewClock(base func() time.Time) *Clock {
	if base == nil {
		base = time.Now
	}
	return &Clock{base: base, rate: 1}
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

func (c *Clock) now() time.Time { return c.at(c.base()).UTC().Truncate(time.Microsecond) }

// at is this clock's time when base reads t.
func (c *Clock) at(t time.Time) time.Time {
	if c.rate == 1 {
		return t.Add(c.offset)
	}
	run := float64(t.Round(0).Sub(c.anchor)) * c.rate
	if run > float64(math.MaxInt64)/2 { // faster than a Duration can say
		return latest
	}
	if now := c.stood.Add(time.Duration(run)); now.Before(latest) {
		return now
	}
	return latest
}

// Offset is how far this clock is ahead of its base.
func (c *Clock) Offset() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	base := c.base()
	return c.at(base).Sub(base.Round(0))
}

// Rate is how fast this clock runs: 1 is as fast as its base, 0 stands still.
func (c *Clock) Rate() float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.rate
}

// Frozen reports whether this clock stands still.
func (c *Clock) Frozen() bool { return c.Rate() == 0 }

// fastest is how fast a clock may run: a day passes in less than a second.
const fastest = 100_000

func checkRate(rate float64) error {
	if !(rate >= 0 && rate <= fastest) { // also not a number
		return &Refusal{Cause: CauseClockOutOfRange}
	}
	return nil
}

// SetRate lets the clock run at rate from the present on: 1 as fast as its
// base, 0 not at all, at most 100,000.
func (c *Clock) SetRate(rate float64) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := checkRate(rate); err != nil {
		return err
	}
	base := c.base()
	now := c.at(base)
	c.rate, c.anchor, c.stood, c.offset = rate, base.Round(0), now, now.Sub(base.Round(0))
	return nil
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
	base := c.base()
	offset := c.at(base).Sub(base.Round(0))
	sum := offset + d
	if (sum > offset) != (d > 0) && d != 0 {
		return &Refusal{Cause: CauseClockOutOfRange}
	}
	return c.move(sum)
}

// move refuses, leaving the clock alone, what lies outside earliest and latest.
func (c *Clock) move(offset time.Duration) error {
	base := c.base()
	t := base.Add(offset)
	if t.Before(earliest) || t.After(latest) {
		return &Refusal{Cause: CauseClockOutOfRange}
	}
	c.offset, c.anchor, c.stood = offset, base.Round(0), t
	return nil
}
