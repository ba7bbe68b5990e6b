package transfer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"iter"
)

// Bounds on JSON. Real exports are nested less than 12 deep, and have some dozens of values an account. A value costs
// far more in memory than the two bytes that it may have in the file.
const (
	maxDepth  = 64
	maxValues = 2_000_000
)

// readJSON reads a document of bounded depth into a value. Errors are [ErrBadFile], and quote nothing.
func readJSON(data []byte, into any) error {
	data = withoutBOM(data)
	switch {
	case deep(data):
		return fmt.Errorf("%w: its JSON is nested deeper than %d", ErrBadFile, maxDepth)
	case crowded(data):
		return fmt.Errorf("%w: its JSON has more than %d values", ErrTooLarge, maxValues)
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%w: it is not the JSON that it should be", ErrBadFile) // the cause quotes values
	}
	return nil
}

// writeJSON writes a document for people to look at, too: indented, and without escapes that only a web page needs.
func writeJSON(out io.Writer, document any) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "    ")
	return encoder.Encode(document)
}

// unquoted are the bytes of JSON outside of its strings.
func unquoted(data []byte) iter.Seq[byte] {
	return func(yield func(byte) bool) {
		quoted := false
		for i := 0; i < len(data); i++ {
			switch c := data[i]; {
			case quoted && c == '\\':
				i++
			case c == '"':
				quoted = !quoted
			case !quoted && !yield(c):
				return
			}
		}
	}
}

// deep counts brackets.
func deep(data []byte) bool {
	depth := 0
	for c := range unquoted(data) {
		switch c {
		case '{', '[':
			if depth++; depth > maxDepth {
				return true
			}
		case '}', ']':
			depth--
		}
	}
	return false
}

// crowded counts commas, where there are enough to be worth it.
func crowded(data []byte) bool {
	if bytes.Count(data, []byte(",")) < maxValues {
		return false
	}
	values := 0
	for c := range unquoted(data) {
		if c != ',' {
			continue
		}
		if values++; values == maxValues {
			return true
		}
	}
	return false
}
