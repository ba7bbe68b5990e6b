package transfer

import (
	"encoding/json"
	"fmt"
)

// maxDepth is how deep JSON may be nested; real exports stay below 12.
const maxDepth = 64

// readJSON reads a document of bounded depth into a value. Errors are [ErrBadFile], and quote nothing.
func readJSON(data []byte, into any) error {
	data = withoutBOM(data)
	if deep(data) {
		return fmt.Errorf("%w: its JSON is nested deeper than %d", ErrBadFile, maxDepth)
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%w: it is not the JSON that it should be", ErrBadFile) // the cause quotes values
	}
	return nil
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
