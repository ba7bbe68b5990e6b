package rollout

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds on what pages show, in characters.
const (
	longestText  = 2000
	longestLabel = 120 // of a button, a heading, a name
)

// hosted is a text that people get to read.
type hosted struct {
	field, text  string
	placeholders []string // that it may hold
	longest      int
	lines        bool // may have several
}

// texts checks every text that the roll-out brings along.
func (c *checker) texts(r Rollout) {
	known := TextKeys()
	var all []hosted
	for _, key := range slices.Sorted(maps.Keys(r.Texts)) {
		field, text := "texts."+key, r.Texts[key]
		if !slices.Contains(known, key) {
			c.that(false, field, "unknown text%s", near(key, known))
			continue
		}
		h := hosted{field: field, text: text, placeholders: placeholders, longest: longestText, lines: strings.HasPrefix(key, "message_")}
		if isWord(key) {
			h.placeholders = nil // words are what placeholders stand for
		}
		if isLabel(key) {
			h.longest = longestLabel
			c.that(strings.TrimSpace(text) != "", field, "is empty")
		}
		if usual := usual[key]; strings.Contains(usual, "{number}") || strings.Contains(usual, "{link}") {
			c.carries(field, text, usual)
		}
		all = append(all, h)
	}
	short := func(field, text string) { all = append(all, hosted{field: field, text: text, longest: longestLabel}) }
	short("title", r.Title)
	short("issuer", r.Issuer)
	short("summary", r.Summary)
	short("support.name", r.Support.Name)
	short("support.email", r.Support.Email)
	short("support.phone", r.Support.Phone)
	short("support.hours", r.Support.Hours)
	for i, a := range r.Apps {
		short(fmt.Sprintf("app[%d].name", i+1), a.Name)
		short(fmt.Sprintf("app[%d].system", i+1), a.System)
	}
	for i, o := range r.Offices {
		short(fmt.Sprintf("office[%d].name", i+1), o.Name)
	}
	for i, q := range r.Helpdesk.Questions {
		short(fmt.Sprintf("helpdesk.questions[%d]", i+1), q)
	}
	for i, p := range r.Phases {
		short(fmt.Sprintf("phase[%d].name", i+1), p.Name)
		all = append(all, hosted{field: fmt.Sprintf("phase[%d].notice", i+1), text: p.Notice, placeholders: placeholders[:filledByText], longest: longestText})
	}
	for _, h := range all {
		c.hosted(h)
	}
}

// carries wants the code or the link of a message to be in it.
func (c *checker) carries(field, text, usual string) {
	for _, needed := range []string{"{number}", "{link}"} {
		c.that(!strings.Contains(usual, needed) || strings.Contains(text, needed), field, "lacks %s, so nobody would get it", needed)
	}
}

// isLabel reports whether a text is pressed or headed by, so never empty.
func isLabel(key string) bool {
	for _, prefix := range []string{"button_", "heading_", "label_", "link_"} {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return strings.HasSuffix(key, "_name") || strings.HasSuffix(key, "_subject")
}

func isWord(key string) bool { return slices.Contains(words, key) }

var (
	inBraces = regexp.MustCompile(`\{[^{}]*\}`)
	// KNX-13: what somebody meant to fill in. Brackets around letters, angle
	// brackets around words, underscores in a row, and the usual reminders.
	unfilled = regexp.MustCompile(`\[[\pL][^\[\]]*\]|<[\pL][^<>]*>|_{3,}|\b(?:TODO|TBD|FIXME|XXX+)\b|(?i:\blorem ipsum\b|\bchange ?me\b)`)
)

// hosted checks one text.
func (c *checker) hosted(h hosted) {
	n := utf8.RuneCountInString(h.text)
	c.that(n <= h.longest, h.field, "is longer than %d characters", h.longest)
	if found := unfilled.FindString(h.text); found != "" {
		c.that(false, h.field, "%q was never filled in", found)
	}
	for _, found := range inBraces.FindAllString(h.text, -1) {
		name := strings.Trim(found, "{}")
		switch {
		case slices.Contains(h.placeholders, name):
		case slices.Contains(placeholders, name):
			c.that(false, h.field, "%s is not filled in here", found)
		default:
			c.that(false, h.field, "%q is no placeholder%s", found, near(name, placeholders))
		}
	}
	c.that(!strings.ContainsAny(inBraces.ReplaceAllString(h.text, ""), "{}"), h.field, "has a brace without its other half")
	c.that(!strings.ContainsFunc(h.text, func(r rune) bool {
		return unicode.IsControl(r) && (r != '\n' || !h.lines) || bidi(r)
	}), h.field, "holds characters that nobody sees")
}

// bidi reports whether r turns the direction of what follows, which lets a text
// look like another one.
func bidi(r rune) bool { return r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 }

// near is "; did you mean ...?" for what is meant, if it is clear.
func near(typed string, known []string) string {
	for _, k := range known {
		if typed != "" && distance(typed, k) <= 2 {
			return fmt.Sprintf("; did you mean %s?", k)
		}
	}
	return ""
}

// distance is how many letters have to be added, dropped or changed to turn a
// into b (Levenshtein), or 3 where they differ in length by more.
func distance(a, b string) int {
	if len(a)-len(b) > 2 || len(b)-len(a) > 2 {
		return 3
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
