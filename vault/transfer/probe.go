package transfer

import (
	"bytes"
	"encoding/json"
	"strings"
)

// Probe is the content of a file while its format is looked for.
type Probe struct {
	Data []byte

	parsed bool
	object map[string]json.RawMessage
	array  []json.RawMessage
}

// Begins tells whether the content begins with some bytes.
func (p *Probe) Begins(magic string) bool { return bytes.HasPrefix(p.Data, []byte(magic)) }

// Object is the content as a JSON object, nil when it is none.
func (p *Probe) Object() map[string]json.RawMessage {
	p.parse()
	return p.object
}

// Has tells whether the content is a JSON object with these keys.
func (p *Probe) Has(keys ...string) bool {
	for _, key := range keys {
		if _, there := p.Object()[key]; !there {
			return false
		}
	}
	return len(keys) > 0
}

// Holds tells whether the content is a JSON object with this key, and a text in the value of it.
func (p *Probe) Holds(key, text string) bool { return bytes.Contains(p.Object()[key], []byte(text)) }

// HasList tells whether the content is a JSON object with this key, and a list under it.
func (p *Probe) HasList(key string) bool { return bytes.HasPrefix(p.Object()[key], []byte("[")) }

// First is the first item of a JSON array, as an object; nil when the content is no array of objects.
func (p *Probe) First() map[string]json.RawMessage {
	p.parse()
	if len(p.array) == 0 {
		return nil
	}
	var first map[string]json.RawMessage
	if json.Unmarshal(p.array[0], &first) != nil {
		return nil
	}
	return first
}

// FirstHas tells whether the content is a JSON array whose first item has these keys.
func (p *Probe) FirstHas(keys ...string) bool {
	first := p.First()
	for _, key := range keys {
		if _, there := first[key]; !there {
			return false
		}
	}
	return len(keys) > 0
}

// Line tells whether a line of a text begins with a prefix, case ignored.
func (p *Probe) Line(prefix string) bool {
	if bytes.IndexByte(p.Data, 0) >= 0 {
		return false
	}
	for line := range bytes.Lines(p.Data) {
		line = bytes.TrimSpace(bytes.TrimPrefix(line, []byte("\xef\xbb\xbf")))
		if len(line) >= len(prefix) && strings.EqualFold(string(line[:len(prefix)]), prefix) {
			return true
		}
	}
	return false
}

func (p *Probe) parse() {
	if p.parsed {
		return
	}
	p.parsed = true
	data := withoutBOM(p.Data)
	switch {
	case len(data) == 0 || deep(data) || crowded(data):
	case data[0] == '{':
		_ = json.Unmarshal(data, &p.object)
	case data[0] == '[':
		_ = json.Unmarshal(data, &p.array)
	}
}

func withoutBOM(data []byte) []byte {
	return bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
}
