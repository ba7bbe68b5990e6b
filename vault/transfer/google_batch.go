package transfer

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"twofold/vault"
)

// GoogleExport gathers the parts of exports of Google Authenticator, in whatever order they are seen. Parts of
// different exports are kept apart. The zero value is ready for use.
type GoogleExport struct {
	parts []GooglePart
}

// Add takes a part, and tells whether it was one that was not seen yet. A part that is refused as seen keeps its keys.
//
// The same place is not enough to be the same part: other programs number all of theirs alike.
func (g *GoogleExport) Add(p GooglePart) bool {
	if slices.ContainsFunc(g.parts, func(q GooglePart) bool { return p.place() == q.place() && p.sum == q.sum }) {
		return false
	}
	g.parts = append(g.parts, p)
	return true
}

// takeInto reads a link and adds the accounts of its part to an export, once.
func (g *GoogleExport) takeInto(e *Export, link string) error {
	part, err := ParseGoogle(link)
	if err == nil && g.Add(part) {
		e.Keys, e.Aside = append(e.Keys, part.Keys...), append(e.Aside, part.Aside...)
	}
	return err
}

// tellMissing notes in an export which parts were not seen.
func (g *GoogleExport) tellMissing(e *Export) {
	for _, missing := range g.Missing() {
		e.Parts = append(e.Parts, missing.String())
	}
}

type googlePlace struct {
	batch     int32
	index, of int
}

func (p GooglePart) place() googlePlace { return googlePlace{p.Batch, p.Index, p.Of} }

// Missing gives the parts that were not seen of exports of which another one was, one an export, in the order in which
// the exports were seen.
func (g *GoogleExport) Missing() []MissingParts {
	var missing []MissingParts
	seen := map[googlePlace]bool{}
	for _, p := range g.parts {
		seen[p.place()] = true
	}
	for i, p := range g.parts {
		same := func(q GooglePart) bool { return q.Batch == p.Batch && q.Of == p.Of }
		if slices.ContainsFunc(g.parts[:i], same) {
			continue
		}
		m := MissingParts{Of: p.Of}
		for index := range p.Of {
			if !seen[googlePlace{p.Batch, index, p.Of}] {
				m.Parts = append(m.Parts, index+1)
			}
		}
		if m.Parts == nil {
			continue
		}
		if first := slices.MinFunc(slices.DeleteFunc(slices.Clone(g.parts), func(q GooglePart) bool { return !same(q) }),
			func(a, b GooglePart) int { return a.Index - b.Index }); len(first.Keys) > 0 {
			m.With = first.Keys[0].Account
		}
		missing = append(missing, m)
	}
	return missing
}

// MissingParts are those of one export that were not seen.
type MissingParts struct {
	Parts []int         // counted from 1, ascending
	Of    int           // how many the export has
	With  vault.Account // the first account of those that were seen, to tell exports apart
}

// String is "part 2 of 3 is missing" or "parts 2, 4 and 5 of 6 are missing".
func (m MissingParts) String() string {
	const most = 6
	if len(m.Parts) == 1 {
		return fmt.Sprintf("part %d of %d is missing", m.Parts[0], m.Of)
	}
	if len(m.Parts) > most {
		return fmt.Sprintf("%d of %d parts are missing", len(m.Parts), m.Of)
	}
	words := make([]string, len(m.Parts))
	for i, n := range m.Parts {
		words[i] = strconv.Itoa(n)
	}
	last := len(words) - 1
	return fmt.Sprintf("parts %s and %s of %d are missing", strings.Join(words[:last], ", "), words[last], m.Of)
}

// Clone is a copy to which parts can be added without g having them.
func (g *GoogleExport) Clone() GoogleExport { return GoogleExport{slices.Clone(g.parts)} }
