package verifier

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// longestCode bounds what is looked at, in bytes: a recovery code with blanks
// is far shorter.
const longestCode = 64

// CleanCode gives what was typed without blanks of any kind and hyphens, which
// apps and people put between groups of digits. It does nothing else: other
// scripts' digits stay what they are and are refused as no digits. This is the
// only normalization there is, done once, and what is spent is a step, never a
// text (P2). Text that is too long, or no UTF-8, comes back empty.
func CleanCode(typed string) string {
	if len(typed) > longestCode || !utf8.ValidString(typed) {
		return ""
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '-' || r == '\u200b' || r == '\ufeff' {
			return -1
		}
		return r
	}, typed)
}

// onlyDigits reports whether text is nothing but the digits 0 to 9.
func onlyDigits(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r < '0' || r > '9' }) < 0
}
