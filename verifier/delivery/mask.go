package delivery

import (
	"strings"
	"unicode/utf8"
)

// MaskEmail shows so much of an address that its owner knows it again:
// a•••@example.com.
func MaskEmail(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 1 {
		return "•••"
	}
	_, first := utf8.DecodeRuneInString(address)
	return address[:first] + "•••" + address[at:]
}

// Mask hides most of a recipient, as the channel wants it.
func Mask(channel Channel, to string) string {
	if channel == SMS {
		return MaskPhone(to)
	}
	return MaskEmail(to)
}
