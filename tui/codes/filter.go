package codes

import (
	"cmp"
	"slices"
	"strings"

	"github.com/junegunn/fzf/src/algo"
	"github.com/junegunn/fzf/src/util"
	"golang.org/x/text/unicode/norm"
)

func init() { algo.Init("default") } // fzf's own weights

// worth is what an issuer that fits has ahead of a tag, and what a label has.
// It is less than what fzf gives for the beginning of a word.
var worth = [...]int{4, 2}

// hit is a row that the filter left, and how well it fits.
type hit struct {
	row    int
	score  int // fzf's, of all words
	length int // of the fields that have them
}

// word is one of a filter's, and fzf's way to look for it.
type word struct {
	text  []rune
	match algo.Algo
	plain bool // without accents, it finds letters with any
	not   bool
}

// words are a filter's, as fzf reads them: word finds its letters in their
// order, 'word the word as it is, 'word' as a whole, ^word and word$ at the
// ends of a field, and !word drops what has it. A sign alone is no word yet.
func words(filter string) []word {
	var out []word
	for _, text := range strings.Fields(fold(filter)) {
		w := word{match: algo.FuzzyMatchV2}
		var front, end, exact, whole bool
		text, w.not = strings.CutPrefix(text, "!")
		if text != "$" {
			text, end = strings.CutSuffix(text, "$")
		}
		if text, exact = strings.CutPrefix(text, "'"); !exact {
			text, front = strings.CutPrefix(text, "^")
		} else if len(text) > 1 {
			text, whole = strings.CutSuffix(text, "'")
		}
		switch {
		case whole:
			w.match = algo.ExactMatchBoundary
		case front && end:
			w.match = algo.EqualMatch
		case front:
			w.match = algo.PrefixMatch
		case end && !exact:
			w.match = algo.SuffixMatch
		case exact != w.not: // !'word drops what has only the letters
			w.match = algo.ExactMatchNaive
		}
		w.text = []rune(text)
		w.plain = slices.Equal(w.text, algo.NormalizeRunes(w.text))
		if text != "" {
			out = append(out, w)
		}
	}
	return out
}

// fold makes one of the ways to write the same: case counts for nothing, and an
// accent is part of its letter.
func fold(filter string) string { return strings.ToLower(norm.NFC.String(filter)) }

// narrows tells whether every row that now finds was found by before too, so
// that only those need another look.
func narrows(before, now string) bool {
	return before != "" && strings.HasPrefix(fold(now), fold(before)) && !strings.ContainsAny(now, "!'^$")
}

// search gives the rows in which every word is found, each in one field: the
// best first, of equals the shorter one. Among are the rows to look at; nil
// means all. Without words all rows stay in their own order.
func search(rows []row, among []hit, ws []word) []hit {
	if among == nil {
		among = make([]hit, len(rows))
		for i := range rows {
			among[i].row = i
		}
	}
	if len(ws) == 0 {
		return among
	}
	slab := util.MakeSlab(16<<10, 2<<10) // for the longest field and a word of 32 letters
	hits := make([]hit, 0, len(among)/4)
	for _, h := range among {
		if fit, ok := rows[h.row].fits(ws, slab); ok {
			fit.row = h.row
			hits = append(hits, fit)
		}
	}
	slices.SortFunc(hits, func(a, b hit) int {
		return cmp.Or(b.score-a.score, a.length-b.length, a.row-b.row)
	})
	return hits
}

// fits tells whether the row has every word, and how well.
func (r *row) fits(ws []word, slab *util.Slab) (h hit, ok bool) {
	for _, w := range ws {
		field, found := r.best(&w, slab)
		if w.not != (field < 0) {
			return h, false
		}
		if field >= 0 {
			h.score += found.Score
			h.length += r.fields[field].plain.Length()
		}
	}
	return h, true
}

// best is the field that has the word best, or -1.
func (r *row) best(w *word, slab *util.Slab) (field int, best algo.Result) {
	field = -1
	for i := range r.fields {
		found, _ := w.find(&r.fields[i], false, slab)
		if found.Start < 0 {
			continue
		}
		if i < len(worth) {
			found.Score += worth[i]
		}
		if field < 0 || found.Score > best.Score {
			field, best = i, found
		}
	}
	return field, best
}

// marks are the characters of a field, by number, for which the filter found
// the row.
func (r *row) marks(field int, ws []word) map[int]bool {
	out := map[int]bool{}
	for _, w := range ws {
		if best, _ := r.best(&w, nil); w.not || best != field {
			continue
		}
		found, apart := w.find(&r.fields[field], true, nil)
		if apart != nil {
			for _, at := range *apart {
				out[at] = true
			}
			continue
		}
		for at := found.Start; at < found.End; at++ {
			out[at] = true
		}
	}
	return out
}

// find looks for the word in a field. Where its letters may stand apart, and
// that is asked for, it tells their places.
func (w *word) find(f *field, places bool, slab *util.Slab) (algo.Result, *[]int) {
	text := &f.shown
	if w.plain {
		text = &f.plain
	}
	return w.match(false, false, true, text, w.text, places, slab)
}
