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
	hits := make([]hit, len(rows))
	for i := range rows {
		hits[i].row = i
	}
	for _, word := range words {
		// Most rows fail a look at their bytes, which costs a tenth of scoring them.
		lower := strings.ToLower(word)
		var left []hit
		var texts []string
		for _, h := range hits {
			if inOrder(rows[h.row].lower, lower) {
				left, texts = append(left, h), append(texts, rows[h.row].text)
			}
		}
		hits = hits[:0]
		for _, match := range fuzzy.FindNoSort(word, texts) {
			h := left[match.Index]
			h.matched = append(h.matched, match.MatchedIndexes...)
			h.score += match.Score
			hits = append(hits, h)
		}
	}
	for i := range hits {
		slices.Sort(hits[i].matched)
		hits[i].matched = slices.Compact(hits[i].matched)
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return b.score - a.score })
	return hits
}

// inOrder tells whether the bytes of word stand in text in their order.
func inOrder(text, word string) bool {
	for i := 0; i < len(word); i++ {
		at := strings.IndexByte(text, word[i])
		if at < 0 {
			return false
		}
		text = text[at+1:]
	}
	return true
}
