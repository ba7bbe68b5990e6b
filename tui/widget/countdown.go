package widget

import (
	"fmt"
	"strings"
	"time"

	"twofold/tui/theme"
)

const (
	barFull  = "━"
	barEmpty = "─"
)

// Left is what is left at `at` of the period that a code is in, between one
// nanosecond and the whole period. Periods count from the Unix epoch (RFC 6238, 4.2).
func Left(at time.Time, period time.Duration) time.Duration {
	if period <= 0 {
		return 0
	}
	gone := time.Duration(at.UnixNano() % int64(period))
	if gone < 0 {
		gone += period
	}
	return period - gone
}

// Seconds is a duration in whole seconds, rounded up: a code with half a
// second left has one second left.
func Seconds(left time.Duration) int {
	return int((left + time.Second - 1) / time.Second)
}

// Countdown is a bar of `width` cells with the seconds behind it: what is left
// is heavy, what is gone is light, so it reads without color too.
func Countdown(t theme.Theme, at time.Time, period time.Duration, width int) string {
	left := Left(at, period)
	full := 0
	if period > 0 {
		full = int((int64(width)*int64(left) + int64(period) - 1) / int64(period))
	}
	full = min(max(full, 0), width)
	number := fmt.Sprintf("%2d s", Seconds(left))
	bar := t.Accent.Render(strings.Repeat(barFull, full))
	if full < width {
		bar += t.Faint.Render(strings.Repeat(barEmpty, width-full))
	}
	if width <= 0 {
		return t.Muted.Render(number)
	}
	return bar + " " + t.Muted.Render(number)
}

// Rule is a horizontal line.
func Rule(t theme.Theme, width int) string {
	return t.Faint.Render(strings.Repeat(barEmpty, max(width, 0)))
}
