package transfer

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// textLine is a line of a text that is not blank and no comment.
type textLine struct {
	number int // from 1
	text   string
}

// textLines gives the lines of a text in which each holds an account. Errors are [ErrTooLarge], and [ErrBadFile] where
// it is no text.
func textLines(data []byte) ([]textLine, error) {
	if bytes.IndexByte(data, 0) >= 0 || !utf8.Valid(data) {
		return nil, fmt.Errorf("%w: it is no text", ErrBadFile)
	}
	var all []textLine
	number := 0
	for line := range strings.Lines(string(bytes.TrimPrefix(data, []byte("\ufeff")))) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if len(all) == maxEntries {
			return nil, fmt.Errorf("%w: it has more than %d lines", ErrTooLarge, maxEntries)
		}
		all = append(all, textLine{number, line})
	}
	return all, nil
}

// everyLine tells whether a text is nothing but lines of one kind. It looks at the start of a large one.
func (p *Probe) everyLine(is func(line string) bool) bool {
	data := p.Data[:min(len(p.Data), 1<<20)]
	if at := bytes.LastIndexByte(data, '\n'); len(data) < len(p.Data) && at > 0 {
		data = data[:at]
	}
	lines, err := textLines(data)
	if err != nil || len(lines) == 0 {
		return false
	}
	for _, l := range lines {
		if !is(l.text) {
			return false
		}
	}
	return true
}

// isBase32 is true for what can only be a key, alone in its place: of a length, and of the alphabet.
func isBase32(text string) bool {
	text = strings.TrimRight(text, "=")
	return len(text) >= 8 && strings.Trim(strings.ToUpper(text), "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}

// fewEnough is [ErrTooLarge] for more entries than are looked at.
func fewEnough(entries int) error {
	if entries > maxEntries {
		return fmt.Errorf("%w: it has more than %d entries", ErrTooLarge, maxEntries)
	}
	return nil
}
