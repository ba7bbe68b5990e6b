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
		func(a Account) bool { return a.Name() == filter },
		func(a Account) bool { return strings.EqualFold(a.Name(), filter) },
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
	for _, a := range accounts {
		if want(a) {
			found = append(found, a)
		}
	}
	return found
}
