package api

import "twofold/verifier"

// Told gives status and words of a cause, and whether the table has it.
func Told(c verifier.Cause) (status int, detail string, ok bool) {
	h, ok := refusals[c]
	return h.status, h.detail, ok
}
