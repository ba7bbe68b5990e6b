package rollout

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A FieldError names one field of a roll-out, by its TOML path, and what is
// wrong with it.
type FieldError struct {
	Field  string
	Reason string
}

// Error says "field: reason".
func (e *FieldError) Error() string { return e.Field + ": " + e.Reason }

// Check returns every mistake in r, joined, each a *FieldError; nil if none.
func (r Rollout) Check() error {
	var errs []error
	bad := func(ok bool, field, reason string, args ...any) {
		if !ok {
			errs = append(errs, &FieldError{Field: field, Reason: fmt.Sprintf(reason, args...)})
		}
	}
	between := func(field string, v, low, high int) {
		bad(v >= low && v <= high, field, "%d is not between %d and %d", v, low, high)
	}
	lasts := func(field string, d Duration, low, high time.Duration) {
		bad(d.Std() >= low && d.Std() <= high, field, "%s is not between %s and %s", d.Std(), low, high)
	}

	bad(strings.TrimSpace(r.Name) != "", "name", "is empty")
	bad(strings.TrimSpace(r.Issuer) != "", "issuer", "is empty")
	bad(!strings.Contains(r.Issuer, ":"), "issuer", "may not hold a colon: it ends the issuer in a key URI")

	between("password.min_length", r.Password.MinLength, 8, 64)
	between("password.max_length", r.Password.MaxLength, 64, 1024)

	step := r.SecondStep
	bad(len(step.Methods) > 0, "second_step.methods", "is empty")
	for i, m := range step.Methods {
		bad(m.Known(), "second_step.methods", "%q is not a method", string(m))
		bad(!slices.Contains(step.Methods[:i], m), "second_step.methods", "%q is there twice", string(m))
	}
	bad(slices.Contains(step.Methods, step.Default), "second_step.default", "%q is not among the methods", string(step.Default))
	between("second_step.max_factors", step.MaxFactors, 1, 10)
	bad(!step.Required || !step.Removable, "second_step.removable", "the last factor cannot be removable where the second step is required")

	bad(slices.Contains([]string{"SHA1", "SHA256", "SHA512"}, r.TOTP.Algorithm), "totp.algorithm", "%q is not SHA1, SHA256 or SHA512", r.TOTP.Algorithm)
	between("totp.digits", r.TOTP.Digits, 6, 8)
	lasts("totp.period", r.TOTP.Period, time.Second, 5*time.Minute)
	bad(r.TOTP.Period.Std()%time.Second == 0, "totp.period", "%s is not in whole seconds", r.TOTP.Period.Std())
	between("totp.skew", r.TOTP.Skew, 0, 5)

	between("limits.code_failures", r.Limits.CodeFailures, 1, 20)
	between("limits.password_failures", r.Limits.PasswordFailures, 1, 100)
	lasts("limits.first_lock", r.Limits.FirstLock, time.Second, time.Hour)
	lasts("limits.longest_lock", r.Limits.LongestLock, r.Limits.FirstLock.Std(), 24*time.Hour)
	between("limits.hard_stop", r.Limits.HardStop, r.Limits.CodeFailures, 100)

	lasts("lifetimes.flow", r.Lifetimes.Flow, time.Minute, 24*time.Hour)
	lasts("lifetimes.enrollment", r.Lifetimes.Enrollment, time.Minute, 24*time.Hour)
	lasts("lifetimes.session", r.Lifetimes.Session, time.Minute, 30*24*time.Hour)

	if len(errs) == 0 {
		return nil
	}
	return fmt.Errorf("check roll-out: %w", errors.Join(errs...))
}
