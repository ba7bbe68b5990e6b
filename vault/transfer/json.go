package transfer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
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

// deep counts brackets outside of strings.
func deep(data []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

// crowded counts commas outside of strings, where there are enough to be worth it.
func crowded(data []byte) bool {
	if bytes.Count(data, []byte(",")) < maxValues {
		return false
	}
	values, quoted := 0, false
	for i := 0; i < len(data) && values < maxValues; i++ {
		switch c := data[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case c == ',' && !quoted:
			values++
		}
	}
	return values >= maxValues
}
