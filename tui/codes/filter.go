package codes

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// hit is a row that the filter left, and how well it fits.
type hit struct {
	row   int
	score int
}

// What a word found is worth. Where it stands counts first, then how: a whole
// field, its beginning, the beginning of a word in it, anywhere in it. Letters
// that only stand near each other come after all of these.
const (
	worthNear  = 10
	worthIn    = 40
	worthWord  = 60
	worthFront = 80
	worthWhole = 100

	worthIssuer = 8
	worthLabel  = 4

	// most is how many letters may be left out between two of a word that are
	// only near each other: "gthb" finds GitHub, "door" finds no "ada@example.com work".
	most = 2
)

// words are a filter's, as fzf reads them: !word must not be there, ^word
// begins a field, word$ ends one.
func words(filter string) []word {
	var out []word
	for _, text := range strings.Fields(fold(filter)) {
		var w word
		if len(text) > 1 {
			text, w.not = strings.CutPrefix(text, "!")
		}
		if len(text) > 1 {
			text, w.front = strings.CutPrefix(text, "^")
		}
		if len(text) > 1 {
			text, w.end = strings.CutSuffix(text, "$")
		}
		w.text = text
		out = append(out, w)
	}
	return out
}

type word struct {
	text            string // folded
	not, front, end bool
}

// search gives the rows in which every word of the filter is found, each word
// in one field; the best first. Among are the rows to look at; nil means all. An empty filter leaves all rows in their own order.
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
	hits := make([]hit, 0, len(among)/4)
	for _, h := range among {
		score := 0
		for _, w := range ws {
			s := rows[h.row].worth(w)
			if s == 0 {
				score = 0
				break
			}
			score += s
		}
		if score > 0 {
			hits = append(hits, hit{h.row, score})
		}
	}
	best := 0
	for _, h := range hits {
		best = max(best, h.score)
	}
	order := make([]int, len(hits)) // numbers sort faster than hits
	for i, h := range hits {
		order[i] = (best-h.score)*len(rows) + h.row
	}
	slices.Sort(order)
	for i, o := range order {
		hits[i] = hit{o % len(rows), best - o/len(rows)}
	}
	return hits
}

// narrows tells whether every row that now finds was found by before too, so
// that only those need another look.
func narrows(before, now string) bool {
	return before != "" && strings.HasPrefix(now, before) && !strings.ContainsAny(now, "!^$")
}

// worth is what the best field makes of the word; 0 means that none has it.
func (r *row) worth(w word) int {
	best := 0
	for i := range r.fields {
		s := r.fields[i].worth(w)
		if s == 0 {
			continue
		}
		switch i {
		case 0:
			s += worthIssuer
		case 1:
			s += worthLabel
		}
		best = max(best, s)
	}
	if w.not {
		if best > 0 {
			return 0
		}
		return 1
	}
	return best
}

// field is a text as the filter searches it: in lower case and without accents,
// so that "orebro" finds Örebro.
type field struct {
	text  string
	heads []bool // by byte of text: a word begins here; nil where text is empty
	at    []int  // by byte of text: its byte in what is shown; nil where they are the same
}

// asField prepares a text of printable characters.
func asField(shown string) field {
	var f field
	var b strings.Builder
	same := true
	before := ' '
	for i, r := range shown {
		head := !letter(before) && letter(r) || unicode.IsLower(before) && unicode.IsUpper(r) ||
			unicode.IsDigit(r) != unicode.IsDigit(before) && letter(r)
		before = r
		folded := foldRune(r)
		for j := range len(folded) {
			f.heads = append(f.heads, head && j == 0)
			f.at = append(f.at, i)
		}
		same = same && len(folded) == 1 && r < utf8.RuneSelf
		b.WriteString(folded)
	}
	f.text = b.String()
	if same {
		f.at = nil
	}
	return f
}

func letter(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

func fold(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteString(foldRune(r))
	}
	return b.String()
}

// foldRune is r in lower case without its accents; a combining accent is nothing.
func foldRune(r rune) string {
	if r < utf8.RuneSelf {
		return string(unicode.ToLower(r))
	}
	var b strings.Builder
	for _, part := range norm.NFD.String(string(unicode.ToLower(r))) {
		if !unicode.Is(unicode.Mn, part) {
			b.WriteRune(part)
		}
	}
	return b.String()
}

// worth is how well the field has the word, 0 for not at all.
func (f *field) worth(w word) int {
	if w.front || w.end {
		front, end := strings.HasPrefix(f.text, w.text), strings.HasSuffix(f.text, w.text)
		switch {
		case w.front && w.end && f.text != w.text, w.front && !front, w.end && !end:
			return 0
		case front && len(f.text) == len(w.text):
			return worthWhole
		case front:
			return worthFront
		}
		return worthIn
	}
	at := strings.Index(f.text, w.text)
	switch {
	case at < 0 && w.not: // what must not be there has to stand there as it is
		return 0
	case at < 0:
		if f.near(w.text, nil) {
			return worthNear
		}
		return 0
	case at == 0 && len(w.text) == len(f.text):
		return worthWhole
	case at == 0:
		return worthFront
	case f.atWord(w.text) >= 0:
		return worthWord
	}
	return worthIn
}

// atWord is where the word stands at the beginning of one of the field's, or -1.
func (f *field) atWord(word string) int {
	for from := 0; ; {
		at := strings.Index(f.text[from:], word)
		if at < 0 {
			return -1
		}
		if f.heads[from+at] {
			return from + at
		}
		from += at + 1
	}
}

// near finds the letters of a word in their order: the first where a word of
// the field begins, each of the others soon after the one before, or where
// another word begins. Where they are is told to found, unless that is nil.
// What is near for a word is near for its beginning too.
func (f *field) near(word string, found func(at int)) bool {
	if len(word) < 2 || strings.ContainsFunc(word, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return false // bytes of one character are no letters
	}
	for start := range f.text {
		if f.heads[start] && f.text[start] == word[0] && f.nearFrom(word, start, found) {
			return true
		}
	}
	return false
}

func (f *field) nearFrom(word string, at int, found func(at int)) bool {
	var places []int
	for i := range len(word) {
		next := -1
		for j := at; j < len(f.text); j++ {
			if f.text[j] == word[i] && (i == 0 || j-at <= most || f.heads[j]) {
				next = j
				break
			}
		}
		if next < 0 {
			return false
		}
		if found != nil {
			places = append(places, next)
		}
		at = next + 1
	}
	for _, p := range places {
		found(p)
	}
	return true
}

// marks are the bytes of the shown text that the filter's words found in it.
func (f *field) marks(ws []word) map[int]bool {
	out := map[int]bool{}
	mark := func(at int) {
		if f.at != nil {
			at = f.at[at]
		}
		out[at] = true
	}
	for _, w := range ws {
		if w.not || f.worth(w) == 0 {
			continue
		}
		at := strings.Index(f.text, w.text)
		switch {
		case w.front:
			at = 0
		case w.end:
			at = len(f.text) - len(w.text)
		case at > 0:
			if head := f.atWord(w.text); head >= 0 {
				at = head
			}
		}
		if at < 0 {
			f.near(w.text, mark)
			continue
		}
		for i := range len(w.text) {
			mark(at + i)
		}
	}
	return out
}
