package vault

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"
)

// document is what is sealed in index.age and accounts.age: one JSON object.
// What this program does not know in it (fields, entries) is kept as it is.
type document struct {
	head    preface
	unknown map[string]json.RawMessage // fields of the object
	entries []*entry
	plain   []byte   // what it was read from; see forget
	edited  bool     // something differs from what is stored
	pending []*entry // those with an intent
	lookup  *lookup  // nil until it is asked
	recent           // of a keyring vault
}

type preface struct {
	Format int    `json:"format"`
	Kind   Kind   `json:"kind"`  // keyring, or file wherever the secrets are in the file
	Vault  string `json:"vault"` // the id in vault.json
	// Generation grows by one with each save, whichever process makes it.
	Generation uint64    `json:"generation"`
	Saved      time.Time `json:"saved"`
	// FingerprintKey is a random key of this vault; see fingerprint.
	FingerprintKey []byte `json:"fingerprint_key"`
}

// newDocument is an empty one.
func newDocument(h header, kind Kind, random io.Reader) (*document, error) {
	key := make([]byte, 32)
	if _, err := io.ReadFull(random, key); err != nil {
		return nil, err
	}
	return &document{head: preface{Format: format, Kind: kind.stored(), Vault: h.ID, FingerprintKey: key}}, nil
}

func decodeDocument(b []byte, h header, kind Kind) (*document, error) {
	damaged := func(why string) error { return fmt.Errorf("%w: the sealed document %s", ErrDamaged, why) }
	head, lines := splitDocument(b)
	if lines == nil {
		var whole struct {
			Entries []json.RawMessage `json:"entries"`
		}
		head = b
		if err := json.Unmarshal(b, &whole); err == nil {
			lines = whole.Entries
		}
	}
	d := &document{plain: b}
	if err := json.Unmarshal(head, &d.head); err != nil || d.head.Format > format {
		// A newer format may have other types throughout.
		var version struct {
			Format int `json:"format"`
		}
		if json.Unmarshal(head, &version) == nil && version.Format > format {
			return nil, fmt.Errorf("%w: format %d, this one knows %d", ErrNewerFormat, version.Format, format)
		}
		return nil, damaged("is not JSON of this program")
	}
	switch {
	case d.head.Format < 1, len(d.head.FingerprintKey) < 16:
		return nil, damaged("has no preface")
	case d.head.Kind != kind.stored() || d.head.Vault != h.ID:
		return nil, damaged("belongs to another vault")
	case lines == nil:
		return nil, damaged("has no list of entries")
	}
	if err := json.Unmarshal(head, &d.unknown); err != nil {
		return nil, damaged("is not JSON of this program")
	}
	for name := range fieldsOf(d.head) {
		delete(d.unknown, name)
	}
	delete(d.unknown, "entries")
	d.entries = make([]*entry, 0, len(lines))
	together := make([]entry, len(lines))
	for i, raw := range lines {
		e := &together[i]
		e.kind = kind
		e.hold(raw)
		d.entries = append(d.entries, e)
		d.watch(nil, e)
	}
	return d, nil
}

// prefaceOf reads the preface alone, of whatever vault.
func prefaceOf(b []byte) (p preface, err error) {
	head, lines := splitDocument(b)
	if lines == nil {
		head = b
	}
	return p, json.Unmarshal(head, &p)
}

const (
	entriesMark = ",\n\"entries\":["
	endMark     = "\n]}\n"
)

// splitDocument takes a document apart that has one entry a line, as encode
// writes it, without reading the entries. No text in JSON holds a line end. For
// one of another shape the lines are nil.
func splitDocument(b []byte) (head []byte, lines []json.RawMessage) {
	head, body, ok := bytes.Cut(b, []byte(entriesMark))
	if !ok || !bytes.HasSuffix(body, []byte(endMark)) {
		return nil, nil
	}
	head = append(slices.Clone(head), '}')
	body = body[:len(body)-len(endMark)]
	lines = make([]json.RawMessage, 0, bytes.Count(body, []byte{'\n'}))
	if len(body) == 0 {
		return head, lines
	}
	if body[0] != '\n' {
		return nil, nil
	}
	for line := range bytes.SplitSeq(body[1:], []byte(",\n")) {
		if !looksWhole(line) {
			return nil, nil
		}
		lines = append(lines, json.RawMessage(line[:len(line):len(line)]))
	}
	return head, lines
}

// looksWhole is true for a line that is an entry of its own, also one that was
// spoilt between its braces: it is set aside alone when it is read, and written
// back as it was.
func looksWhole(line []byte) bool {
	if bytes.IndexByte(line, '\n') >= 0 {
		return false
	}
	return len(line) > 1 && line[0] == '{' && line[len(line)-1] == '}' || json.Valid(line)
}

// encode writes the document with one entry a line.
func (d *document) encode() ([]byte, error) { return encodeDocument(d.head, d.unknown, d.entries) }

func encodeDocument(head any, unknown map[string]json.RawMessage, entries []*entry) ([]byte, error) {
	begin, err := overlay(unknown, head)
	if err != nil {
		return nil, err
	}
	size := len(begin) + len(entriesMark) + len(endMark)
	for _, e := range entries {
		size += len(e.raw) + 2
	}
	out := bytes.NewBuffer(make([]byte, 0, size)) // grows nowhere: no copies to clear
	out.Write(begin[:len(begin)-1])
	out.WriteString(entriesMark)
	for i, e := range entries {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteByte('\n')
		out.Write(oneLineOf(e.raw))
	}
	out.WriteString(endMark)
	return out.Bytes(), nil
}

// oneLineOf takes the line ends out of JSON that another program has spread out.
func oneLineOf(raw json.RawMessage) []byte {
	if bytes.IndexByte(raw, '\n') < 0 {
		return raw
	}
	var line bytes.Buffer
	if json.Compact(&line, raw) != nil {
		return raw
	}
	return line.Bytes()
}

func fieldsOf(v any) map[string]json.RawMessage {
	b, err := plainJSON(v)
	if err != nil {
		panic(err) // our own structs
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(b, &fields); err != nil {
		panic(err)
	}
	return fields
}

// overlay is the JSON object of v followed by the unknown fields.
func overlay(unknown map[string]json.RawMessage, v any) ([]byte, error) {
	b, err := plainJSON(v)
	if err != nil || len(unknown) == 0 {
		return b, err
	}
	rest, err := plainJSON(unknown)
	if err != nil {
		return nil, err
	}
	return append(append(b[:len(b)-1], ','), rest[1:]...), nil
}

// plainJSON leaves & as it is, so that a key URI can be read and searched for.
func plainJSON(v any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(out.Bytes(), "\n"), nil
}

// forget overwrites the text that was unsealed, where secrets are in it. Records
// hold copies of them, as strings, that only the garbage collector takes back.
func (d *document) forget() {
	if d.head.Kind != KindKeyring {
		clear(d.plain)
	}
}

// find gives the readable entry with an id, whatever its intent, else nil.
func (d *document) find(id string) *entry {
	start := append(slices.Clone(idStart), id+`"`...)
	for _, e := range d.entries {
		if bytes.HasPrefix(e.raw, idStart) && !bytes.HasPrefix(e.raw, start) {
			continue
		}
		if e.id() == id && e.aside() == "" && e.rec.ID == id {
			return e
		}
	}
	return nil
}

// twin is the entry of a live account that is the same as a.
func (d *document) twin(a Account, fingerprint []byte) *entry {
	for _, e := range d.lookups().twins[fingerprintText(fingerprint)] {
		if !e.settled() {
			continue
		}
		r := e.rec
		if r.Removed.IsZero() && r.ID != a.ID && r.sameParameters(a) && hmac.Equal(r.Fingerprint, fingerprint) {
			return e
		}
	}
	return nil
}

// put stores a record in the place of an entry; before is nil for a new one.
func (d *document) put(r record, before *entry) error {
	e, err := newEntry(d.head.Kind, r, before)
	if err != nil {
		return err
	}
	if before == nil {
		d.entries = append(d.entries, e)
	} else {
		d.entries[slices.Index(d.entries, before)] = e
	}
	d.changed(before, e)
	d.watch(before, e)
	d.edited = true
	return nil
}

// add stores a new account. Where its secret is to be an item of the keyring, it
// is an intent until that is there.
func (d *document) add(kind Kind, k Key) (*entry, error) {
	r := record{Account: k.Account, Fingerprint: d.fingerprint(k.Secret)}
	if kind == KindKeyring {
		r.Intent = intentAdd
	} else {
		r.URI = k.RevealURI()
	}
	if err := d.put(r, nil); err != nil {
		return nil, err
	}
	return d.entries[len(d.entries)-1], nil
}

// watch keeps the list of entries with an intent, and the lookup.
func (d *document) watch(before, after *entry) {
	d.lookup.exchange(before, after)
	if before != nil {
		d.pending = slices.DeleteFunc(d.pending, func(e *entry) bool { return e == before })
	}
	if after != nil && after.mentions(`"intent"`) && after.aside() == "" && after.rec.Intent != "" {
		d.pending = append(d.pending, after)
	}
}

func (d *document) drop(gone *entry) {
	d.entries = slices.DeleteFunc(d.entries, func(e *entry) bool { return e == gone })
	d.left(gone)
	d.watch(gone, nil)
	d.edited = true
}

// fingerprint is an HMAC-SHA256 of a secret under a key that only this vault
// has: enough to tell that a secret is there already without fetching any, and
// of no use elsewhere.
func (d *document) fingerprint(s Secret) []byte {
	mac := hmac.New(sha256.New, d.head.FingerprintKey)
	mac.Write(s.bytes())
	return mac.Sum(nil)
}
