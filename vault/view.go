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

// lists are the entries of a view by what they are. They share their tags with
// the entries: whoever gives them away clones them.
type lists struct {
	accounts, trash []Account
	aside           []Damaged
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
	all := &lists{accounts: make([]Account, 0, len(now.entries))}
	known := make(map[string]bool, len(now.entries))
	for _, e := range now.entries {
		r, why := e.record(), e.aside()
		if known[r.ID] && why == "" {
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
			all.accounts = append(all.accounts, r.Account)
		default:
			all.trash = append(all.trash, r.Account)
		}
		known[r.ID] = true
	}
	return all
}

// find gives the settled entry with an id, else nil.
func (now *view) find(id string) *entry {
	d := document{entries: now.entries}
	if e := d.find(id); e != nil && e.settled() {
		return e
	}
	return nil
}

// document is enough of one to tell fingerprints.
func (now *view) document() *document { return &document{head: now.head} }
