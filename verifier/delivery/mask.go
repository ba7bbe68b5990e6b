package delivery

import (
	"strings"
	"unicode/utf8"
)

// MaskEmail shows so much of an address that its owner knows it again:
// a••@example.com.
func MaskEmail(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 1 {
		return "••"
	}
	_, first := utf8.DecodeRuneInString(address)
	return address[:first] + "••" + address[at:]
}

// mask hides the recipient of m as its channel wants it.
func mask(m Message) string {
	if m.Channel == SMS {
		return MaskPhone(m.To)
	}
	return MaskEmail(m.To)
}
