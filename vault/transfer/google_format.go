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

// maxGoogleLinks are parts of exports in one file: ten thousand accounts.
const maxGoogleLinks = 1000

func readGoogle(_ context.Context, in Input) (Export, error) {
	var e Export
	var parts GoogleExport
	var damaged error
	lines := 0
	for line := range strings.Lines(string(withoutBOM(in.Data))) {
		if line = strings.TrimSpace(line); !IsGoogle(line) {
			continue
		}
		lines++
		if lines > maxGoogleLinks {
			return Export{}, fmt.Errorf("%w: more than %d links", ErrTooLarge, maxGoogleLinks)
		}
		if err := parts.takeInto(&e, line); err != nil {
			damaged = fmt.Errorf("%w: link %d: %w", ErrBadFile, lines, err)
			e.refuse(fmt.Sprintf("link %d", lines), err.Error())
		}
	}
	if damaged != nil && len(e.Keys) == 0 {
		return Export{}, damaged
	}
	parts.tellMissing(&e)
	return e.done()
}
