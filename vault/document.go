package vault

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// document is what is sealed in index.age and accounts.age: one JSON object.
// What this program does not know in it (fields, entries) is kept as it is.
type document struct {
	head    preface
	raw     []byte // as read, nil when new
	entries []*entry
	dropped bool // an entry is gone since it was read
}

type preface struct {
	Format int    `json:"format"`
	Kind   Kind   `json:"kind"`
	Vault  string `json:"vault"` // the id in vault.json
	// Generation grows by one with each save, whichever process makes it.
	Generation uint64    `json:"generation"`
	Saved      time.Time `json:"saved"`
	// FingerprintKey is a random key of this vault; see fingerprint.
	FingerprintKey []byte `json:"fingerprint_key"`
}

// entry is one account, or what could not be read as one.
type entry struct {
	raw     json.RawMessage // as read; written so again unless changed
	record  record
	changed bool
	aside   string // why it was set aside, else empty
}

// record is an entry as it is stored.
type record struct {
	Account
	// Fingerprint tells a secret from another without holding it.
	Fingerprint []byte `json:"fingerprint"`
	// Intent is what was begun with the keyring item of this entry: "add" or
	// "purge". An entry with an intent is not shown.
	Intent string `json:"intent,omitempty"`
	// URI is the complete key URI, in a file vault; a keyring vault has it in
	// the keyring.
	URI string `json:"uri,omitempty"`
}

const (
	intentAdd   = "add"
	intentPurge = "purge"
)

func decodeDocument(b []byte, h header, kind Kind) (*document, error) {
	damaged := func(why string) error { return fmt.Errorf("%w: the sealed document %s", ErrDamaged, why) }
	var whole struct {
		preface
		Entries []json.RawMessage `json:"entries"`
	}
	if err := json.Unmarshal(b, &whole); err != nil || whole.Format > format {
		// A newer format may have other types throughout.
		var version struct {
			Format int `json:"format"`
		}
		if json.Unmarshal(b, &version) == nil && version.Format > format {
			return nil, fmt.Errorf("%w: format %d, this one knows %d", ErrNewerFormat, version.Format, format)
		}
		return nil, damaged("is not JSON of this program")
	}
	d := &document{head: whole.preface, raw: b}
	switch {
	case d.head.Format < 1, len(d.head.FingerprintKey) < 16:
		return nil, damaged("has no preface")
	case d.head.Kind != kind || d.head.Vault != h.ID:
		return nil, damaged("belongs to another vault")
	case whole.Entries == nil:
		return nil, damaged("has no list of entries")
	}
	seen := map[string]bool{}
	for _, raw := range whole.Entries {
		e := &entry{raw: raw}
		e.read(kind)
		if e.aside == "" && seen[e.record.ID] {
			e.aside = "another entry has the same id"
		}
		seen[e.record.ID] = true
		d.entries = append(d.entries, e)
	}
	return d, nil
}

// read fills in the record, or says why it cannot.
func (e *entry) read(kind Kind) {
	if err := json.Unmarshal(e.raw, &e.record); err != nil {
		var id struct {
			ID string `json:"id"`
		}
		_ = json.Unmarshal(e.raw, &id)
		e.record = record{Account: Account{ID: id.ID}}
		e.aside = "it is not an entry that this program knows"
		return
	}
	r := e.record
	if !plainID(r.ID) {
		e.aside = "it has no id"
		return
	}
	if err := r.validate(); err != nil {
		e.aside = err.Error()
		return
	}
	switch r.Intent {
	case "", intentAdd, intentPurge:
	default:
		e.aside = "it has an intent that this program does not know"
		return
	}
	if kind == KindKeyring {
		return
	}
	if r.Intent != "" {
		e.aside = "it has an intent, which only a keyring vault knows"
		return
	}
	k, err := ParseKeyURI(r.URI)
	if err != nil {
		e.aside = err.Error()
		return
	}
	k.Secret.Clear()
}

// encode writes the document with one entry a line. A changed entry keeps the
// fields that this program does not know.
func (d *document) encode() ([]byte, error) {
	var unknown map[string]json.RawMessage
	if d.raw != nil {
		if err := json.Unmarshal(d.raw, &unknown); err != nil {
			return nil, err
		}
		for name := range fieldsOf(d.head) {
			delete(unknown, name)
		}
		delete(unknown, "entries")
	}
	head, err := overlay(unknown, d.head)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	out.Write(head[:len(head)-1])
	out.WriteString(",\n\"entries\":[")
	for i, e := range d.entries {
		line := []byte(e.raw)
		if e.changed || line == nil {
			var old map[string]json.RawMessage
			if line != nil {
				if err := json.Unmarshal(line, &old); err != nil {
					return nil, err
				}
			}
			for name := range knownFields {
				delete(old, name)
			}
			if line, err = overlay(old, e.record); err != nil {
				return nil, err
			}
		}
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteByte('\n')
		out.Write(line)
	}
	out.WriteString("\n]}\n")
	return out.Bytes(), nil
}

// knownFields are the names a record can have, also those it leaves out when empty.
var knownFields = func() map[string]json.RawMessage {
	at := time.Unix(1, 0)
	return fieldsOf(record{Account: Account{
		ID: "x", Type: "x", Issuer: "x", Label: "x", Algorithm: "x", Digits: 1, Period: 1, Counter: 1,
		Tags: []string{"x"}, Pinned: true, Note: "x", Added: at, LastUsed: at, Uses: 1, Removed: at,
	}, Fingerprint: []byte{1}, Intent: "x", URI: "x"})
}()

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

// find gives the readable entry with an id, whatever its intent, else nil.
func (d *document) find(id string) *entry {
	for _, e := range d.entries {
		if e.aside == "" && e.record.ID == id {
			return e
		}
	}
	return nil
}

func (d *document) drop(gone *entry) {
	for i, e := range d.entries {
		if e == gone {
			d.entries = append(d.entries[:i], d.entries[i+1:]...)
			d.dropped = true
			return
		}
	}
}

// fingerprint is an HMAC-SHA256 of a secret under a key that only this vault
// has: enough to tell that a secret is there already without fetching any, and
// of no use elsewhere.
func (d *document) fingerprint(s Secret) []byte {
	mac := hmac.New(sha256.New, d.head.FingerprintKey)
	mac.Write(s.bytes())
	return mac.Sum(nil)
}

// newDocument is an empty one.
func newDocument(h header, kind Kind, random io.Reader) (*document, error) {
	key := make([]byte, 32)
	if _, err := io.ReadFull(random, key); err != nil {
		return nil, err
	}
	return &document{head: preface{Format: format, Kind: kind, Vault: h.ID, FingerprintKey: key}}, nil
}
