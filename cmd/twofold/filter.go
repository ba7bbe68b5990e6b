package main

import (
	"cmp"
	"fmt"
	"strings"

	"twofold/vault"
)

// notOneError is a FILTER that names no account, or more than one where one is needed.
type notOneError struct {
	filter     string
	candidates []vault.Account // empty: none matched
	all        int             // accounts in the vault
	trash      bool            // it was looked for in the trash
}

func (e *notOneError) Error() string {
	switch {
	case e.all == 0:
		return "there are no accounts yet"
	case len(e.candidates) == 0 && looksBase32(e.filter):
		return "no account matches that" // it may be a secret that was typed in the wrong place
	case len(e.candidates) == 0:
		return fmt.Sprintf("no account matches %q", e.filter)
	case e.filter == "":
		return fmt.Sprintf("there are %d accounts; say which one", len(e.candidates))
	default:
		return fmt.Sprintf("%q matches %d accounts", e.filter, len(e.candidates))
	}
}

// oneIn is the account of a vault that filter names.
func oneIn(v *vault.Vault, filter string) (vault.Account, error) {
	if found := v.Find(filter); len(found) == 1 {
		return found[0], nil
	}
	return oneAccount(v.Accounts(), filter)
}

// oneAccount is the account that filter names.
func oneAccount(accounts []vault.Account, filter string) (vault.Account, error) {
	found := vault.Match(accounts, filter)
	if len(found) == 1 {
		return found[0], nil
	}
	return vault.Account{}, &notOneError{filter: filter, candidates: found, all: len(accounts)}
}

// looksBase32 reports whether a text could be a secret: 16 or more letters and digits of base32, and nothing else.
func looksBase32(text string) bool {
	text = strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(text))
	return len(text) >= 16 && strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567=") == ""
}

// nameOf is how an account is called in the talk. Where nothing in it had to be made harmless, it can be typed back as a
// FILTER.
func nameOf(acc vault.Account) string {
	return printable(cmp.Or(acc.Name(), "(no name) "+acc.ID))
}

// printable makes a text from outside harmless for a terminal: control characters become visible signs.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r < 0x20, r == 0x7f:
			return '\ufffd'
		case r >= 0x80 && r < 0xa0, r == 0x61c, r == 0x200e, r == 0x200f, r >= 0x2028 && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return '\ufffd'
		}
		return r
	}, text)
}
