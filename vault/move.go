package vault

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// A move fills the new place, makes it count with one write of vault.json, and
// empties the old one:
//
//	moving   the old place counts and is whole; the new one is being filled
//	         ── vault.json is replaced ──
//	leaving  the new place counts and is whole; the old one is being emptied
//
// Whoever finds either mark under the lock clears out the place that does not
// count. The key of the sealed files stays the same in all places.

// ErrSameKind is the error for moving a vault to where it is.
var ErrSameKind = errors.New("the vault is there already")

// ErrOccupied is the error for moving a vault to a kind that the folder has
// another vault of.
var ErrOccupied = errors.New("the folder has another vault of that kind")

// UnreadableError is the error for a move that would leave secrets behind.
type UnreadableError struct {
	Accounts []Account // whose secrets cannot be read
	Cause    error     // of the first
}

func (e *UnreadableError) Error() string {
	return fmt.Sprintf("the secrets of %d accounts cannot be read: %v", len(e.Accounts), e.Cause)
}

// Unwrap gives the cause.
func (e *UnreadableError) Unwrap() error { return e.Cause }

// Progress is told how much of a long work is done.
type Progress func(done, total int)

// Move takes the vault to another kind: every account, also those in the trash
// and those set aside. A crash at any instant leaves one whole vault, and what
// the other place still holds is cleared out by a later change. This Vault
// answers with ErrMoved from then on: open the new one. The passphrase of a
// file vault is asked through Options.Passphrase.
//
// Errors: ErrSameKind, ErrOccupied, *UnreadableError when a secret cannot be
// read (nothing was moved then), those of the keyring.
func (v *Vault) Move(ctx context.Context, to Kind, progress Progress) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := v.move(ctx, to, progress); err != nil {
		return fmt.Errorf("move vault: %w", err)
	}
	return nil
}

func (v *Vault) move(ctx context.Context, to Kind, progress Progress) error {
	switch {
	case to == v.kind:
		return ErrSameKind
	case to != KindKeyring && to != KindFile && to != KindKeyedFile || v.kind == KindThrowaway:
		return fmt.Errorf("a vault cannot be moved from %s to %q", v.kind, string(to))
	}
	if to.usesKeyring() {
		if state := v.items.probe(ctx); state.Err != nil {
			return state.Err
		}
	}
	var passphrase Secret
	if to.usesPassphrase() {
		p, err := v.askPassphrase(ctx, true) // before the lock: people need their time
		if err != nil {
			return err
		}
		defer p.Clear()
		passphrase = p
	}
	unlock, err := v.lockExisting(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if v.head.Also != "" {
		return ErrOccupied
	}
	if err := v.ownsItems(); err != nil {
		return err
	}
	d, err := v.wholeForMove(ctx, to)
	if err != nil {
		return err
	}
	defer d.forget()
	h := v.head
	h.Moving = to
	if err := v.writeHeader(h); err != nil {
		return err
	}
	m := mover{Vault: v, to: to, progress: counted(progress)}
	if err := m.fill(ctx, d, passphrase); err != nil {
		return err
	}
	h.Kind, h.Moving, h.Leaving, h.Provider = to, "", v.kind, v.providerOf(ctx, to)
	if err := v.writeHeader(h); err != nil {
		return err
	}
	if to.stored() == KindFile {
		v.remember(ctx, d.head.Generation)
	}
	return m.clearOut(ctx, d, v.kind)
}

// wholeForMove is the document with nothing left to finish.
func (v *Vault) wholeForMove(ctx context.Context, to Kind) (*document, error) {
	if v.head.Moving == to {
		v.head.Moving = "" // what was filled is filled again
	}
	if err := v.changeLocked(ctx, func(*document) error { return nil }); err != nil {
		return nil, err
	}
	d, _, err := v.load()
	return d, err
}

// mover carries a vault to another kind. The vault is the one that counts when
// it begins.
type mover struct {
	*Vault
	to       Kind
	progress Progress
}

func counted(p Progress) Progress {
	if p == nil {
		return func(int, int) {}
	}
	return p
}

// fill makes the new place whole.
func (m mover) fill(ctx context.Context, d *document, passphrase Secret) error {
	if m.to.usesKeyring() && !m.kind.usesKeyring() {
		if err := m.setItem(ctx, indexUser(m.head.ID), string(m.key.bytes())); err != nil {
			return err
		}
	}
	if m.to.usesPassphrase() {
		if err := m.writeIdentity(m.key, passphrase); err != nil {
			return err
		}
	}
	switch {
	case m.to.stored() == m.kind.stored():
		return nil // the same file
	case m.to == KindKeyring:
		return m.fillKeyring(ctx, d)
	}
	return m.fillFile(ctx, d)
}

// fillKeyring makes one item for each account, and the index.
func (m mover) fillKeyring(ctx context.Context, d *document) error {
	index := d.of(m.to)
	for i, e := range d.entries {
		if e.aside() != "" {
			if text := e.text(); text != "" && plainID(e.id()) && d.find(e.id()) == nil {
				if err := m.setItem(ctx, e.id(), text); err != nil {
					return err
				}
			}
			index.entries = append(index.entries, e.as(m.to))
			continue
		}
		r := e.record()
		if err := m.setItem(ctx, r.ID, r.URI); err != nil {
			return err
		}
		r.URI = ""
		if err := index.move(r, e); err != nil {
			return err
		}
		m.progress(i+1, len(d.entries))
	}
	return m.saveAs(index, m.to)
}

// atOnce is how many secrets are fetched together, between two looks at the
// progress.
const atOnce = 25

// fillFile makes one file of all items.
func (m mover) fillFile(ctx context.Context, d *document) error {
	all := d.of(m.to)
	var lost UnreadableError
	for from := 0; from < len(d.entries); from += atOnce {
		some := d.entries[from:min(from+atOnce, len(d.entries))]
		texts, err := m.textsOf(ctx, idsOf(some))
		if err != nil {
			return err
		}
		for _, e := range some {
			if e.aside() != "" {
				all.entries = append(all.entries, e.with(texts[e.id()]).as(m.to))
				continue
			}
			r := e.record()
			k, err := d.joinItem(r, texts)
			if err != nil {
				lost.Accounts = append(lost.Accounts, r.clone())
				lost.Cause = errors.Join(lost.Cause, err)
				continue
			}
			r.URI = k.RevealURI()
			k.Secret.Clear()
			if err := all.move(r, e); err != nil {
				return err
			}
		}
		m.progress(from+len(some), len(d.entries))
	}
	if len(lost.Accounts) > 0 {
		return &lost
	}
	return m.saveAs(all, m.to)
}

func (d *document) joinItem(r record, texts map[string]string) (Key, error) {
	text, there := texts[r.ID]
	if !there {
		return Key{}, missing(r.ID)
	}
	return d.join(r, text)
}

// of is a document of another kind that has the preface of d, and no entries.
func (d *document) of(kind Kind) *document {
	head := d.head
	head.Kind = kind.stored()
	return &document{head: head, unknown: d.unknown}
}

// move takes an entry over from a document of another kind.
func (d *document) move(r record, from *entry) error {
	e, err := newEntry(d.head.Kind, r, from)
	d.entries = append(d.entries, e)
	return err
}

// saveAs writes d as the document of another kind, and reads it back.
func (m mover) saveAs(d *document, kind Kind) error {
	d.head.Format = format
	d.head.Generation++
	d.head.Saved = m.now().UTC()
	plain, err := d.encode()
	if err != nil {
		return err
	}
	defer clear(plain)
	_, err = m.sealInto(kind.document(), plain, false)
	return err
}

func idsOf(entries []*entry) []string {
	ids := make([]string, 0, len(entries))
	for _, e := range entries {
		if id := e.id(); plainID(id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// as is the entry among those of another kind.
func (e *entry) as(kind Kind) *entry { return rawEntry(kind, slices.Clone(e.raw)) }

// text is the secret beside an entry that was set aside, as far as it has one.
func (e *entry) text() string {
	var r struct {
		URI string `json:"uri"`
	}
	if json.Unmarshal(e.raw, &r) != nil {
		return ""
	}
	return r.URI
}

// with is an entry that was set aside together with its item of the keyring,
// which goes when the vault leaves it. Whatever else stands in it stays.
func (e *entry) with(item string) *entry {
	raw := bytes.TrimSpace(e.raw)
	if item == "" || e.text() != "" || !bytes.HasSuffix(raw, []byte{'}'}) {
		return e
	}
	text, err := plainJSON(item)
	if err != nil {
		return e
	}
	return rawEntry(e.kind, slices.Concat(raw[:len(raw)-1], []byte(`,"uri":`), text, []byte{'}'}))
}
