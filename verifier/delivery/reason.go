package delivery

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// failedError says why a message was not delivered, without what it said.
type failedError struct {
	cause  error
	reason string
}

func (e *failedError) Error() string { return e.reason }
func (e *failedError) Unwrap() error { return e.cause }

// reason gives the words of cause for testers and logs: on one line, of bounded
// length, and without the code and the recipient, should the other side have
// quoted them.
func reason(m Message, cause error) string {
	text := cause.Error()
	if m.To != "" {
		text = strings.ReplaceAll(text, m.To, Mask(m.Channel, m.To))
	}
	for _, secret := range []string{m.Link, m.Code} {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "[code]")
		}
	}
	return oneLine(text, mostReason)
}

// oneLine makes text fit for a line of a log: no control characters, at most n
// bytes.
func oneLine(text string, n int) string {
	text = strings.ToValidUTF8(text, "?")
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r)
	}), " ")
	if len(text) <= n {
		return text
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n] + "…"
}
