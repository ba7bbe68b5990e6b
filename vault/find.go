package vault

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// Find is Match over the accounts that are not in the trash, without reading
// the others: one code of a thousand accounts is asked for far more often than
// all of them.
func (v *Vault) Find(filter string) []Account {
	now := v.view.Load()
	pieces, ok := piecesOf(filter)
	if !ok {
		return Match(v.Accounts(), filter)
	}
	var found []Account
	known := map[string]bool{}
	line := make([]byte, 0, 1024)
	for _, e := range now.entries {
		if !e.mayHold(pieces, &line) || !e.settled() || known[e.rec.ID] {
			continue
		}
		known[e.rec.ID] = true
		if e.rec.Removed.IsZero() {
			found = append(found, e.rec.clone())
		}
	}
	return Match(found, filter)
}

// piecesOf are texts that are in the stored line of every account that the
// filter matches: a word of it may join issuer and label with a colon, the line
// has them apart. It is not ok where nothing can be told.
func piecesOf(filter string) (pieces [][]byte, ok bool) {
	for i := range len(filter) {
		if filter[i] >= utf8.RuneSelf || filter[i] == '"' || filter[i] == '\\' {
			return nil, false // folding of case, or an escape, may hide it
		}
	}
	for _, word := range strings.Fields(strings.ToLower(filter)) {
		if strings.HasPrefix(word, "!") {
			continue
		}
		word = strings.TrimSuffix(strings.TrimPrefix(word, "^"), "$")
		for piece := range strings.SplitSeq(word, ":") {
			if piece != "" {
				pieces = append(pieces, []byte(piece))
			}
		}
	}
	return pieces, len(pieces) > 0
}

// mayHold is false only when one of the pieces is nowhere in the entry, case
// ignored.
func (e *entry) mayHold(pieces [][]byte, line *[]byte) bool {
	if e.raw == nil || e.escaped {
		return true
	}
	*line = (*line)[:0]
	for _, c := range e.raw {
		switch {
		case c >= utf8.RuneSelf:
			return true
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		}
		*line = append(*line, c)
	}
	for _, piece := range pieces {
		if !bytes.Contains(*line, piece) {
			return false
		}
	}
	return true
}
