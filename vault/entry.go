package vault

import (
	"bytes"
	"encoding/json"
	"strings"
	"sync"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
)

// entry is one account as it is stored, or what could not be read as one. It
// never changes: a change of an account puts another entry in its place. It is
// read when it is first asked, so that a vault of thousands opens at once.
type entry struct {
	raw     json.RawMessage // as stored, on one line
	escaped bool            // raw has a backslash, which may spell anything
	kind    Kind

	once sync.Once
	rec  *record // once read
	why  string  // it was set aside, else empty
}

// record is an entry as it is stored.
type record struct {
	Account
	// Fingerprint tells a secret from another without holding it.
	Fingerprint []byte `json:"fingerprint"`
	// Intent is what was begun with the keyring item of this entry: "add" or
	// "purge". An entry with an intent is not shown.
	Intent string `json:"intent,omitempty"`
	// URI is the complete key URI, where the secrets are in the file; a keyring
	// vault has it in the keyring. The fields beside it win over it.
	URI string `json:"uri,omitempty"`
}

const (
	intentAdd   = "add"
	intentPurge = "purge"
)

// newEntry is r as an entry. It keeps the fields of before that this program
// does not know; before may be nil.
func newEntry(kind Kind, r record, before *entry) (*entry, error) {
	var unknown map[string]json.RawMessage
	if before != nil {
		if err := json.Unmarshal(before.raw, &unknown); err != nil {
			return nil, err
		}
		for name := range knownFields() {
			delete(unknown, name)
		}
	}
	raw, err := overlay(unknown, r)
	if err != nil {
		return nil, err
	}
	e := readEntry(kind, r)
	e.hold(raw)
	return e, nil
}

func (e *entry) hold(raw json.RawMessage) {
	e.raw, e.escaped = raw, bytes.IndexByte(raw, '\\') >= 0
}

// rawEntry is an entry that was not read yet.
func rawEntry(kind Kind, raw json.RawMessage) *entry {
	e := &entry{kind: kind}
	e.hold(raw)
	return e
}

// readEntry is r as an entry that is not stored.
func readEntry(kind Kind, r record) *entry {
	e := &entry{kind: kind, rec: &r}
	e.once.Do(func() {})
	return e
}

// record is what the entry says; the zero record with an id at most when it was
// set aside.
func (e *entry) record() record {
	e.once.Do(e.read)
	return *e.rec
}

// aside says why the entry was set aside; empty when it was not.
func (e *entry) aside() string {
	e.once.Do(e.read)
	return e.why
}

// settled is true for an entry that is read and has no intent.
func (e *entry) settled() bool { return e.aside() == "" && e.rec.Intent == "" }

// id is the entry's id, found without reading the rest where it stands first.
func (e *entry) id() string {
	if rest, ok := bytes.CutPrefix(e.raw, idStart); ok {
		if id, _, ok := bytes.Cut(rest, []byte{'"'}); ok && plainID(string(id)) {
			return string(id)
		}
	}
	return e.record().ID
}

// idStart is how an entry begins whose id stands first.
var idStart = []byte(`{"id":"`)

// mentions is false only when a text of letters, digits and the signs of base64
// is nowhere in the entry: it saves reading it.
func (e *entry) mentions(text string) bool {
	return e.raw == nil || e.escaped || bytes.Contains(e.raw, []byte(text))
}

// read fills in the record, or says why it cannot.
func (e *entry) read() {
	var r record
	if err := jsonv2.Unmarshal(e.raw, &r); err != nil {
		var id struct {
			ID string `json:"id"`
		}
		_ = json.Unmarshal(e.raw, &id)
		e.rec, e.why = &record{Account: Account{ID: id.ID}}, "it is not an entry that this program knows"
		return
	}
	e.rec, e.why = &r, r.fault(e.kind)
}

// fault says what keeps a record from being used; empty when nothing does.
func (r record) fault(kind Kind) string {
	if !plainID(r.ID) {
		return "it has no id"
	}
	if err := r.validate(); err != nil {
		return err.Error()
	}
	switch r.Intent {
	case "", intentAdd, intentPurge:
	default:
		return "it has an intent that this program does not know"
	}
	if kind == KindKeyring {
		return ""
	}
	if r.Intent != "" {
		return "it has an intent, which only a keyring vault knows"
	}
	if plainURI(r.URI) {
		return ""
	}
	k, err := ParseKeyURI(r.URI)
	if err != nil {
		return err.Error()
	}
	k.Secret.Clear()
	return ""
}

// plainURI is true for a text that has a secret where RevealURI writes it, and
// saves reading the rest, a thousand times over.
func plainURI(uri string) bool {
	_, after, ok := strings.Cut(uri, "?secret=")
	secret, _, more := strings.Cut(after, "&issuer=")
	if !more {
		secret, _, more = strings.Cut(after, "&algorithm=")
	}
	if !ok || !more || len(secret) < 2 || !strings.HasPrefix(uri, "otpauth://") {
		return false
	}
	for _, c := range []byte(secret) {
		if (c < 'A' || c > 'Z') && (c < '2' || c > '7') {
			return false
		}
	}
	return true
}

// renamed gives a URI that is beside the account the names and the counter of
// the account, for whoever opens the file without this program. The letters of
// its secret stay as they are; where they would not, the whole text does.
func (r record) renamed() record {
	k, err := ParseKeyURI(r.URI)
	if err != nil {
		return r // a keyring vault has none
	}
	defer k.Secret.Clear()
	if strings.Contains(r.URI, "secret="+k.Secret.RevealBase32()+"&") {
		r.URI = Key{Account: r.Account, Secret: k.Secret}.RevealURI()
	}
	return r
}

// bare is the entry without its text and its secret, to be kept after those
// were cleared.
func (e *entry) bare() *entry {
	r := e.record()
	r.URI = ""
	b := readEntry(e.kind, r)
	b.why = e.why
	return b
}

// knownFields are the names a record can have, also those it leaves out when empty.
var knownFields = sync.OnceValue(func() map[string]json.RawMessage {
	at := time.Unix(1, 0)
	return fieldsOf(record{Account: Account{
		ID: "x", Type: "x", Issuer: "x", Label: "x", Algorithm: "x", Digits: 1, Period: 1, Counter: 1,
		Tags: []string{"x"}, Pinned: true, Note: "x", Added: at, LastUsed: at, Uses: 1, Removed: at,
	}, Fingerprint: []byte{1}, Intent: "x", URI: "x"})
})
