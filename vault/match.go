package vault

import (
	"slices"
	"strings"
)

// Match gives the accounts that a filter means, in their order.
//
// An exact id, or an exact issuer:label (or the one of the two that an account
// has), wins over everything else, first as written, then with case ignored.
// Otherwise an account matches when each word of the filter is somewhere in its
// issuer and label, in any order, case ignored. As in fzf, a word may begin with
// ^ or end with $ to be held at that end of the issuer or label, and begin with
// ! to be absent. An empty filter matches all.
func Match(accounts []Account, filter string) []Account {
	filter = strings.TrimSpace(filter)
	if filter == "" {
		return slices.Clone(accounts)
	}
	for _, same := range []func(Account) bool{
		func(a Account) bool { return a.ID == filter },
		func(a Account) bool { return a.named(filter, func(s, t string) bool { return s == t }) },
		func(a Account) bool { return a.named(filter, strings.EqualFold) },
	} {
		if found := pickAll(accounts, same); len(found) > 0 {
			return found
		}
	}
	words := strings.Fields(strings.ToLower(filter))
	return pickAll(accounts, func(a Account) bool {
		names := []string{strings.ToLower(a.Issuer), strings.ToLower(a.Label), strings.ToLower(a.Name())}
		for _, w := range words {
			if !hasWord(names, w) {
				return false
			}
		}
		return true
	})
}

// named is same(a.Name(), filter) without putting the name together, which costs
// where accounts are thousands.
func (a Account) named(filter string, same func(s, t string) bool) bool {
	if a.Issuer == "" || a.Label == "" {
		return same(a.Issuer+a.Label, filter)
	}
	// Case may change the number of bytes: each colon could be the one.
	for i := range len(filter) {
		if filter[i] == ':' && same(a.Issuer, filter[:i]) && same(a.Label, filter[i+1:]) {
			return true
		}
	}
	return false
}

func hasWord(names []string, word string) bool {
	if rest, ok := strings.CutPrefix(word, "!"); ok && rest != "" {
		return !hasWord(names, rest)
	}
	test := strings.Contains
	front, end := strings.HasPrefix(word, "^"), strings.HasSuffix(word, "$")
	bare := strings.TrimSuffix(strings.TrimPrefix(word, "^"), "$")
	switch {
	case bare == "": // the sign alone means itself
	case front && end:
		word, test = bare, func(s, w string) bool { return s == w }
	case front:
		word, test = bare, strings.HasPrefix
	case end:
		word, test = bare, strings.HasSuffix
	}
	return slices.ContainsFunc(names, func(n string) bool { return test(n, word) })
}

func pickAll(accounts []Account, want func(Account) bool) []Account {
	var found []Account
	for i := range accounts {
		if want(accounts[i]) {
			found = append(found, accounts[i])
		}
	}
	return found
}
