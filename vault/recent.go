package vault

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
)

// A keyring vault of many accounts keeps its latest changes in a small file of
// its own, so that the thousandth account costs what the tenth did:
//
//	index.age    generation 100, all accounts as they were then
//	recent.age   base 100, generation 117: what was put and dropped since
//
// A save writes recent.age anew. When that has grown, a save writes index.age,
// and recent.age, whose base is an older one now, counts for nothing. Both are
// replaced whole, so each instant has a valid pair.
const recentMost = 32 // accounts in index.age, or changes in recent.age, that are written whole

// recent is what has changed since index.age.
type recent struct {
	base    uint64   // generation of index.age
	changes []*entry // put since, each once
	dropped []string // ids
	rewrite bool     // the next save writes index.age

	sum [sha256.Size]byte // of recent.age as it lies in the folder, overtaken or not
}

// recentPreface is the preface of recent.age.
type recentPreface struct {
	preface
	Base    uint64   `json:"base"`
	Dropped []string `json:"dropped,omitempty"`
}

func (r *recent) changed(before, after *entry) {
	if i := slices.Index(r.changes, before); before != nil && i >= 0 {
		r.changes[i] = after
		return
	}
	r.changes = append(r.changes, after)
}

func (r *recent) left(gone *entry) {
	r.changes = slices.DeleteFunc(r.changes, func(e *entry) bool { return e == gone })
	r.dropped = append(r.dropped, gone.record().ID)
}

// whole tells that index.age is to be written anew.
func (d *document) whole(most int) bool {
	return d.rewrite || len(d.entries) <= most || len(d.changes)+len(d.dropped) > most
}

// encodeRecent is recent.age in the clear.
func (d *document) encodeRecent() ([]byte, error) {
	return encodeDocument(recentPreface{d.head, d.base, d.dropped}, nil, d.changes)
}

// rebase makes the document as it is the content of index.age.
func (d *document) rebase() { d.recent = recent{base: d.head.Generation, sum: d.sum} }

// follow applies recent.age to index.age.
//
// One with an older base was overtaken by an index that holds it. One with a
// newer base lies beside an index that was put back from an older copy: what it
// says is the newest there is, and the next save makes a whole of it.
func (d *document) follow(b []byte, h header) error {
	later, err := decodeDocument(b, h, KindKeyring)
	if err != nil {
		return err
	}
	var p recentPreface
	if err := json.Unmarshal(later.prefaceOf(b), &p); err != nil {
		return fmt.Errorf("%w: the sealed document has no base", ErrDamaged)
	}
	if p.Base < d.base {
		return nil
	}
	d.entries = slices.DeleteFunc(d.entries, func(e *entry) bool { return slices.Contains(p.Dropped, e.id()) })
	place := make(map[string]int, len(d.entries))
	for i, e := range d.entries {
		if _, twice := place[e.id()]; !twice { // the first of an id is the one that is used
			place[e.id()] = i
		}
	}
	for _, e := range later.entries {
		if i, there := place[e.id()]; there {
			d.entries[i] = e
		} else {
			d.entries = append(d.entries, e)
		}
	}
	overtaken := func(e *entry) bool { return !slices.Contains(d.entries, e) }
	d.pending = append(slices.DeleteFunc(d.pending, overtaken), later.pending...)
	older := p.Base > d.base
	d.head.Generation, d.head.Saved = p.Generation, p.Saved
	d.recent = recent{base: d.base, changes: later.entries, dropped: p.Dropped, rewrite: older, sum: d.sum}
	return nil
}

func (d *document) prefaceOf(b []byte) []byte {
	if head, lines := splitDocument(b); lines != nil {
		return head
	}
	return b
}
