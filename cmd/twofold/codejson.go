package main

import (
	"encoding/json"
	"math"
	"time"

	"twofold/vault"
)

// shownCode is a code that was asked for, with the one after it.
type shownCode struct {
	account    vault.Account
	code, next vault.Code
	at         time.Time // what remaining_seconds counts from
}

// MarshalJSON writes the object that CLI.md promises: times for time-based codes, the counter for the others.
func (s shownCode) MarshalJSON() ([]byte, error) {
	out := struct {
		ID         string     `json:"id"`
		Type       string     `json:"type"`
		Issuer     string     `json:"issuer"`
		Label      string     `json:"label"`
		Code       string     `json:"code"`
		Next       string     `json:"next,omitempty"`
		Period     int        `json:"period,omitempty"`
		Digits     int        `json:"digits"`
		Algorithm  string     `json:"algorithm"`
		Counter    *uint64    `json:"counter,omitempty"`
		ValidFrom  *time.Time `json:"valid_from,omitempty"`
		ValidUntil *time.Time `json:"valid_until,omitempty"`
		Remaining  *int       `json:"remaining_seconds,omitempty"`
	}{
		ID: s.account.ID, Type: string(s.account.Type), Issuer: s.account.Issuer, Label: s.account.Label,
		Code: s.code.Reveal(), Digits: s.account.Digits, Algorithm: string(s.account.Algorithm),
	}
	if s.account.Type == vault.HOTP {
		out.Counter = &s.code.Counter
		return json.Marshal(out)
	}
	remaining := int(math.Ceil(s.code.ValidUntil.Sub(s.at).Seconds()))
	out.Next, out.Period = s.next.Reveal(), s.account.Period
	out.ValidFrom, out.ValidUntil, out.Remaining = &s.code.ValidFrom, &s.code.ValidUntil, &remaining
	return json.Marshal(out)
}
