package rollout

import (
	"slices"
	"strings"
)

// lineOf is the line, from 1, that an offset into the text lies on.
func (in *reading) lineOf(offset uint32) int {
	before, _ := slices.BinarySearch(in.breaks, int(offset))
	return before + 1
}

// has reports whether the text has something under path.
func (in *reading) has(path string) bool { _, ok := in.lines[path]; return ok }

// mistaken reports whether path, something in it or something around it was
// read with a mistake: what the rules say of it then is worth nothing.
func (in *reading) mistaken(path string) bool {
	for _, m := range in.mistakes {
		if m.Field != "" && (within(path, m.Field) || within(m.Field, path)) {
			return true
		}
	}
	return false
}

// add takes the mistakes that the rules found, but for what was read wrong.
func (in *reading) add(found []*FieldError) {
	var sound []*FieldError
	for _, m := range found {
		if !in.mistaken(m.Field) {
			sound = append(sound, m)
		}
	}
	in.mistakes = append(in.mistakes, sound...)
}

func within(path, around string) bool {
	rest, ok := strings.CutPrefix(path, around)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// placed gives each mistake its line: the field's own, or that of the table
// around it, or the first.
func (in *reading) placed(mistakes []*FieldError) []*FieldError {
	for _, m := range mistakes {
		for path := m.Field; m.Line == 0; {
			if line, ok := in.lines[path]; ok {
				m.Line = line
				break
			}
			cut := strings.LastIndexAny(path, ".[")
			if cut < 0 {
				m.Line = 1
				break
			}
			path = path[:cut]
		}
	}
	return mistakes
}
