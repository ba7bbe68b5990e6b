package transfer

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// words is a text as programs write it into JSON: null and anything that is no single value are empty, a number is its
// digits. So a field of the wrong kind spoils its entry at most, and never the file.
type words string

// UnmarshalJSON takes any value.
func (w *words) UnmarshalJSON(data []byte) error {
	*w = ""
	switch {
	case len(data) == 0, data[0] == '{', data[0] == '[', string(data) == "null":
	case data[0] == '"':
		var s string
		if json.Unmarshal(data, &s) == nil {
			*w = words(s)
		}
	default:
		*w = words(data)
	}
	return nil
}

func (w words) String() string { return string(w) }

// amount is a whole number as programs write it into JSON: 6, 6.0, "6"; null, "" and "null" are as good as absent.
type amount struct {
	there bool
	n     int64 // -1 for what is no such number
}

// UnmarshalJSON takes any value.
func (a *amount) UnmarshalJSON(data []byte) error {
	var text words
	_ = text.UnmarshalJSON(data)
	s := strings.TrimSpace(string(text))
	*a = amount{there: true, n: -1}
	if s == "" || strings.EqualFold(s, "null") {
		a.there = len(data) > 0 && (data[0] == '{' || data[0] == '[')
		return nil
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		a.n = n
	} else if f, err := strconv.ParseFloat(s, 64); err == nil && f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		a.n = int64(f)
	}
	return nil
}

// stated is the number for an entry's digits or period: 0 when it was left out, and -1, which will be refused, when it
// is none that can be.
func (a amount) stated() int {
	switch {
	case !a.there:
		return 0
	case a.n <= 0 || a.n > math.MaxInt32:
		return -1
	}
	return int(a.n)
}

// count is the number for a counter or an amount of work: 0 when it was left out, and too large when it is none.
func (a amount) count() uint64 {
	switch {
	case !a.there:
		return 0
	case a.n < 0:
		return math.MaxUint64
	}
	return uint64(a.n)
}

// yes is true for true, "true", 1 and "1".
type yes bool

// UnmarshalJSON takes any value.
func (y *yes) UnmarshalJSON(data []byte) error {
	s := strings.Trim(string(data), `"`)
	*y = yes(s == "1" || strings.EqualFold(s, "true"))
	return nil
}

// bytesOf is an array of Java's signed bytes, or of unsigned ones; nil for anything else.
type bytesOf []byte

// UnmarshalJSON takes any value.
func (b *bytesOf) UnmarshalJSON(data []byte) error {
	*b = nil
	var numbers []int16
	if json.Unmarshal(data, &numbers) != nil {
		return nil
	}
	out := make([]byte, 0, len(numbers))
	for _, n := range numbers {
		if n < -128 || n > 255 {
			return nil
		}
		out = append(out, byte(n)) //nolint:gosec // bounded above
	}
	*b = out
	return nil
}

// each reads the items of a list one by one, so that an item which is not what it should be stands aside alone.
func each[T any](e *Export, list []json.RawMessage, visit func(item T)) {
	for i, raw := range list {
		if i >= maxEntries {
			e.refuse("", "it and what follows it are too many")
			return
		}
		var item T
		if trimmed := bytes.TrimSpace(raw); len(trimmed) == 0 || trimmed[0] != '{' || json.Unmarshal(trimmed, &item) != nil {
			e.refuse("", "it is not what an entry should be")
			continue
		}
		visit(item)
	}
}

// inOrder gives the values of a JSON object in the order of the file, which a map does not keep.
func inOrder(object json.RawMessage) (names []string, values []json.RawMessage) {
	d := json.NewDecoder(bytes.NewReader(object))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, nil
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			break
		}
		var value json.RawMessage
		if d.Decode(&value) != nil {
			break
		}
		text, _ := name.(string)
		names, values = append(names, text), append(values, value)
	}
	return names, values
}

// moment is a time of so many seconds or milliseconds since 1970; what cannot be one is no time at all.
func moment(a amount) time.Time {
	n := a.n
	switch {
	case !a.there || n <= 0:
		return time.Time{}
	case n > 20_000_000_000: // a time in seconds would be beyond the year 2600
		if n /= 1000; n > 20_000_000_000 {
			return time.Time{}
		}
	}
	return time.Unix(n, 0).UTC()
}

// Bounds of vault on what is no part of a key; an entry is cut to them.
const (
	longestNote = 4096 // bytes
	longestTag  = 512  // bytes
	mostTags    = 64
)

func fitNote(note string) string {
	note = strings.ToValidUTF8(note, "\ufffd")
	for end := longestNote; len(note) > longestNote; end-- {
		if utf8.RuneStart(note[end]) {
			note = note[:end]
		}
	}
	return note
}

// fitTags drops what is empty or there twice.
func fitTags(tags []string) []string {
	var out []string
	for _, tag := range tags {
		tag = plainName([]byte(tag))
		if tag == "" || len(tag) > longestTag || slices.Contains(out, tag) || len(out) == mostTags {
			continue
		}
		out = append(out, tag)
	}
	return out
}
