package transfer

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// number is a whole number as programs write it: 6, 6.0, "6", null, or not there at all. It takes every JSON, so that
// what is wrong with one entry is found out when that entry is looked at, and the rest is read.
type number struct {
	value uint64
	given bool
	wrong bool // given, but negative, broken or no number
}

// UnmarshalJSON never fails.
func (n *number) UnmarshalJSON(data []byte) error {
	text := strings.TrimSpace(strings.Trim(string(data), `"`))
	if text == "" || strings.EqualFold(text, "null") {
		*n = number{}
		return nil
	}
	*n = number{given: true}
	value, err := strconv.ParseUint(text, 10, 64)
	if err != nil { // 6.0 and 6e0
		f, err := strconv.ParseFloat(text, 64)
		if n.wrong = err != nil || f != math.Trunc(f) || f < 0 || f >= 1<<53; !n.wrong {
			value = uint64(f)
		}
	}
	n.value = value
	return nil
}

// orUsual is for [entry]: 0, the usual, when the number is not given; -1, to be refused, when it is 0 or none.
func (n number) orUsual() int {
	switch {
	case !n.given:
		return 0
	case n.wrong, n.value == 0, n.value > math.MaxInt32:
		return -1
	}
	return int(n.value)
}

// counter is for [entry]: one that is not given is 0, one that is none is refused.
func (n number) counter() uint64 {
	if n.wrong {
		return math.MaxUint64
	}
	return n.value
}

// millis is the time of so many milliseconds since 1970, zero when that is not given or no time of this world.
func (n number) millis() time.Time {
	if n.wrong || n.value == 0 || n.value > 1<<48 {
		return time.Time{}
	}
	return time.UnixMilli(int64(n.value)).UTC() //nolint:gosec // bounded above
}

// count is how often something happened.
func (n number) count() int {
	if n.wrong || n.value > math.MaxInt32 {
		return 0
	}
	return int(n.value)
}

// word is a text as programs write it: a string, a number, null, or not there. It takes every JSON, as number does.
type word string

// UnmarshalJSON never fails.
func (w *word) UnmarshalJSON(data []byte) error {
	*w = ""
	switch {
	case len(data) == 0 || data[0] == '{' || data[0] == '[' || string(data) == "null":
	case data[0] == '"':
		var s string
		if json.Unmarshal(data, &s) == nil {
			*w = word(s)
		}
	default:
		*w = word(data)
	}
	return nil
}

// words is a list of texts; anything else is an empty one.
type words []string

// UnmarshalJSON never fails.
func (w *words) UnmarshalJSON(data []byte) error {
	*w = nil
	var list []word
	if json.Unmarshal(data, &list) == nil {
		for _, s := range list {
			*w = append(*w, string(s))
		}
	}
	return nil
}

// list is an array of things that are read one by one; anything else is an empty one.
type list []json.RawMessage

// UnmarshalJSON never fails.
func (l *list) UnmarshalJSON(data []byte) error {
	var items []json.RawMessage
	if json.Unmarshal(data, &items) != nil {
		items = nil
	}
	*l = items
	return nil
}

// parameters are the fields of an account that andOTP, cotp and GNOME call by the same names.
type parameters struct {
	Secret    word   `json:"secret"`
	Label     word   `json:"label"`
	Digits    number `json:"digits"`
	Type      word   `json:"type"`
	Algorithm word   `json:"algorithm"`
	Period    number `json:"period"`
	Counter   number `json:"counter"`
}

func (p parameters) entry() entry {
	return entry{
		kind: string(p.Type), label: string(p.Label), secret: string(p.Secret), algorithm: string(p.Algorithm),
		digits: p.Digits.orUsual(), period: p.Period.orUsual(), counter: p.Counter.counter(),
	}
}

// Bounds of what a vault takes beside the names.
const (
	mostTags = 64
	mostTag  = 512  // bytes
	mostNote = 4096 // bytes
)

// plainTags are tags as an account may have them: none twice, none empty, none longer than is held.
func plainTags(tags []string) []string {
	var out []string
	seen := map[string]bool{}
	for _, tag := range tags {
		tag = strings.TrimSpace(cut(plainName([]byte(tag)), mostTag))
		if tag == "" || seen[tag] || len(out) == mostTags {
			continue
		}
		seen[tag] = true
		out = append(out, tag)
	}
	return out
}

// plainNote is a note as an account may have it. One that is too long ends in an ellipsis: an account is not refused
// for its note.
func plainNote(note string) string {
	return cut(strings.ToValidUTF8(note, "\ufffd"), mostNote)
}

// cut shortens a text to so many bytes.
func cut(text string, most int) string {
	const ellipsis = "…"
	if len(text) <= most {
		return text
	}
	text = text[:most-len(ellipsis)]
	for text != "" {
		if r, size := utf8.DecodeLastRuneInString(text); r != utf8.RuneError || size > 1 {
			break
		}
		text = text[:len(text)-1]
	}
	return text + ellipsis
}
