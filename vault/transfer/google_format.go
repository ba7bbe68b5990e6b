package transfer

import (
	"context"
	"fmt"
	"strings"
)

// google is the links of Google Authenticator's export, one a line, all parts of a batch in any order.
var google = Format{
	Name: "google", Title: "Google Authenticator", Files: "otpauth-migration:// links, and pictures of them",
	Is:   func(p *Probe) bool { return p.Line(googleScheme) },
	Read: readGoogle, Write: writeGoogle, Lacks: googleLacks,
}

func readGoogle(_ context.Context, in Input) (Export, error) {
	var e Export
	var parts GoogleExport
	lines := 0
	for line := range strings.Lines(string(withoutBOM(in.Data))) {
		if line = strings.TrimSpace(line); !IsGoogle(line) {
			continue
		}
		lines++
		part, err := ParseGoogle(line)
		if err != nil {
			return Export{}, fmt.Errorf("%w: link %d: %w", ErrBadFile, lines, err)
		}
		if !parts.Add(part) {
			continue // seen before
		}
		e.Keys, e.Aside = append(e.Keys, part.Keys...), append(e.Aside, part.Aside...)
	}
	for _, missing := range parts.Missing() {
		e.Parts = append(e.Parts, missing.String())
	}
	return e.done()
}
