package vault

import "sync"

// view is what was last read: no secrets. It never changes; another one takes
// its place.
type view struct {
	entries []*entry // bare where they came with secrets
	head    preface
	stamps  stamps
	pending bool // an entry has an intent
	sorted  func() *lists
}

// lists are the entries of a view by what they are.
type lists struct {
	accounts, trash []Account
	aside           []Damaged
	byID            map[string]record
}

// newView is a view of d. It leaves the reading of entries to whoever asks first.
func newView(d *document, at stamps) *view {
	now := &view{head: d.head, stamps: at, pending: len(d.pending) > 0, entries: make([]*entry, len(d.entries))}
	for i, e := range d.entries {
		if d.head.Kind != KindKeyring {
			e = e.bare()
		}
		now.entries[i] = e
	}
	now.sorted = sync.OnceValue(now.sort)
	return now
}

func emptyView() *view {
	return &view{sorted: func() *lists { return &lists{} }}
}

func (now *view) sort() *lists {
	all := &lists{byID: make(map[string]record, len(now.entries))}
	for _, e := range now.entries {
		r, why := e.record(), e.aside()
		if _, twice := all.byID[r.ID]; twice && why == "" {
			why = "another entry has the same id"
		}
		switch {
		case why != "":
			id := r.ID
			if !plainID(id) {
				id = "" // any text at all, which nobody should have to print
			}
			all.aside = append(all.aside, Damaged{ID: id, Reason: why})
			continue
		case r.Intent != "":
			continue
		case r.Removed.IsZero():
			all.accounts = append(all.accounts, r.clone())
		default:
			all.trash = append(all.trash, r.clone())
		}
		all.byID[r.ID] = r
	}
	return all
}

// document is enough of one to tell fingerprints.
func (now *view) document() *document { return &document{head: now.head} }
