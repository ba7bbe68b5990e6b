package codes

import (
	"slices"
	"strings"

	"github.com/sahilm/fuzzy"
)

// hit is a row that the filter left, with the bytes of row.text that matched.
type hit struct {
	row     int
	matched []int
	score   int
}

type haystack []row

func (h haystack) String(i int) string { return h[i].text }
func (h haystack) Len() int            { return len(h) }

// search gives the rows in which every word of the filter is found, letters in
// their order, case ignored; the best first. An empty filter leaves all rows in
// their own order.
func search(rows []row, filter string) []hit {
	words := strings.Fields(filter)
	if len(words) == 0 {
		hits := make([]hit, len(rows))
		for i := range rows {
			hits[i].row = i
		}
		return hits
	}
	var hits []hit
	for i, word := range words {
		if i == 0 {
			for _, match := range fuzzy.FindFromNoSort(word, haystack(rows)) {
				hits = append(hits, hit{match.Index, match.MatchedIndexes, match.Score})
			}
			continue
		}
		texts := make([]string, len(hits))
		for j, h := range hits {
			texts[j] = rows[h.row].text
		}
		var both []hit
		for _, match := range fuzzy.FindNoSort(word, texts) {
			h := hits[match.Index]
			h.matched = append(h.matched, match.MatchedIndexes...)
			h.score += match.Score
			both = append(both, h)
		}
		hits = both
	}
	for i := range hits {
		slices.Sort(hits[i].matched)
		hits[i].matched = slices.Compact(hits[i].matched)
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return b.score - a.score })
	return hits
}
