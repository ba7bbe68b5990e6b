package transfer

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"

	"twofold/vault"
)

// each reads the items of a list one by one, so that one which is not what it should be stands aside alone.
func each[T any](e *Export, items list, visit func(item T)) {
	for i, raw := range items {
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
func inOrder(object json.RawMessage) (names []string, values list) {
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

// namedByID are the names of folders and the like by what their items call them.
func namedByID(folders list) map[string]string {
	names := map[string]string{}
	for _, raw := range folders {
		var folder struct{ ID, Name word }
		if json.Unmarshal(raw, &folder) == nil && folder.ID != "" {
			names[string(folder.ID)] = string(folder.Name)
		}
	}
	return names
}

// truth is true for true, "true", 1 and "1", and false for everything else.
type truth bool

// UnmarshalJSON never fails.
func (t *truth) UnmarshalJSON(data []byte) error {
	s := strings.Trim(string(data), `"`)
	*t = truth(s == "1" || strings.EqualFold(s, "true"))
	return nil
}

// javaBytes is an array of signed bytes, or of unsigned ones; nil for anything else.
type javaBytes []byte

// UnmarshalJSON never fails.
func (b *javaBytes) UnmarshalJSON(data []byte) error {
	*b = nil
	var numbers []int16
	wrong := json.Unmarshal(data, &numbers) != nil
	out := make([]byte, 0, len(numbers))
	for _, n := range numbers {
		wrong = wrong || n < -128 || n > 255
		out = append(out, byte(n)) //nolint:gosec // checked above
	}
	if !wrong {
		*b = out
	}
	return nil
}

// moment is the time of so many seconds or milliseconds since 1970, as a program writes now one and now the other.
func (n number) moment() time.Time {
	const beyond = 20_000_000_000 // in seconds the year 2603
	if n.wrong || n.value == 0 {
		return time.Time{}
	}
	if n.value < beyond {
		return time.Unix(int64(n.value), 0).UTC() //nolint:gosec // bounded above
	}
	return n.millis()
}

// takeText adds what password managers have in a field for it: an otpauth:// text, steam:// with the secret, or the
// bare secret. What in says of names is for texts that have none of their own.
func (e *Export) takeText(text string, in entry) {
	text = strings.TrimSpace(strings.TrimPrefix(text, "\ufeff"))
	scheme, rest, found := strings.Cut(text, "://")
	switch {
	case !found:
		in.secret = text
	case strings.EqualFold(scheme, "steam"):
		in.kind = "steam"
		in.secret = strings.TrimRight(strings.ReplaceAll(strings.ToUpper(rest), "%3D", ""), "/")
	default:
		e.takeURI(text, in)
		return
	}
	e.take(in)
}

// takeTitled is takeText where the item's title is the issuer of a text that names none.
func (e *Export) takeTitled(text string, in entry) {
	before := len(e.Keys)
	e.takeText(text, in)
	if len(e.Keys) > before && e.Keys[before].Issuer == "" {
		e.Keys[before].Issuer = plainName([]byte(in.issuer))
	}
}

// takeURI adds the key of an otpauth:// text. The names of in are for one without any.
func (e *Export) takeURI(text string, in entry) {
	k, err := vault.ParseKeyURI(withoutParameters(text, "image", "icon"))
	if err != nil {
		e.refuse(in.name(), strings.TrimPrefix(err.Error(), "key URI: "))
		return
	}
	if k.Issuer == "" && k.Label == "" {
		k.Issuer, k.Label = splitName(plainName([]byte(in.issuer)), plainName([]byte(in.label)))
	}
	k.Tags, k.Pinned, k.Note = plainTags(in.tags), in.pinned, plainNote(in.note)
	k.Added, k.LastUsed, k.Uses, k.Removed = in.added, in.lastUsed, in.uses, in.removed
	if err := k.Validate(); err != nil {
		e.refuse(k.Name(), err.Error())
		return
	}
	e.Keys = append(e.Keys, k)
}
