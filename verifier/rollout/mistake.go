package rollout

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A FieldError names one field of a roll-out and what is wrong with it.
type FieldError struct {
	Field  string `json:"field"` // its TOML path: totp.skew, phase[2].from (the second phase's); empty: no TOML
	Line   int    `json:"line"`  // in the text that it was read from, from 1; 0 if from none
	Reason string `json:"reason"`
}

// Error says "line 12: field: reason", without the line where there is none.
func (e *FieldError) Error() string {
	text := e.Field + ": " + e.Reason
	if e.Field == "" {
		text = e.Reason
	}
	if e.Line > 0 {
		return fmt.Sprintf("line %d: %s", e.Line, text)
	}
	return text
}

// MistakesError is everything that is wrong with a roll-out, by line.
type MistakesError struct {
	Mistakes []*FieldError
}

// Error has all mistakes, a line each.
func (e *MistakesError) Error() string {
	lines := make([]string, len(e.Mistakes))
	for i, m := range e.Mistakes {
		lines[i] = m.Error()
	}
	return "check roll-out: " + strings.Join(lines, "\n")
}

// Unwrap gives the mistakes to errors.As.
func (e *MistakesError) Unwrap() []error {
	errs := make([]error, len(e.Mistakes))
	for i, m := range e.Mistakes {
		errs[i] = m
	}
	return errs
}

func newMistakes(mistakes []*FieldError) *MistakesError {
	slices.SortStableFunc(mistakes, func(a, b *FieldError) int { return cmp.Compare(a.Line, b.Line) })
	return &MistakesError{Mistakes: mistakes}
}
