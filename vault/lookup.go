package vault

import (
	"bytes"
	"encoding/base64"
	"slices"
)

// lookup finds entries of a document without going through them all: it is made
// when it is first asked, and put and drop keep it, so that the thousandth
// account of an open vault is added like the tenth.
type lookup struct {
	twins map[string][]*entry // by the text of their fingerprint
	trash []*entry            // those that may be in the trash
}

// lookups is the lookup of the document as it is now.
func (d *document) lookups() *lookup {
	if d.lookup == nil {
		d.lookup = &lookup{twins: make(map[string][]*entry, len(d.entries))}
		for _, e := range d.entries {
			d.lookup.take(e)
		}
	}
	return d.lookup
}

func (l *lookup) take(e *entry) {
	text := e.fingerprintText()
	l.twins[text] = append(l.twins[text], e)
	if e.mentions(`"removed"`) {
		l.trash = append(l.trash, e)
	}
}

func (l *lookup) lose(gone *entry) {
	is := func(e *entry) bool { return e == gone }
	text := gone.fingerprintText()
	if rest := slices.DeleteFunc(l.twins[text], is); len(rest) > 0 {
		l.twins[text] = rest
	} else {
		delete(l.twins, text)
	}
	l.trash = slices.DeleteFunc(l.trash, is)
}

// exchange puts an entry in the place of another; either may be nil.
func (l *lookup) exchange(before, after *entry) {
	if l == nil {
		return
	}
	if before != nil {
		l.lose(before)
	}
	if after != nil {
		l.take(after)
	}
}

// fingerprintText is the fingerprint as it is stored, found without reading the
// rest where the entry was written as this program writes it.
func (e *entry) fingerprintText() string {
	if !e.escaped {
		_, rest, _ := bytes.Cut(e.raw, []byte(`"fingerprint":"`))
		if text, _, ok := bytes.Cut(rest, []byte{'"'}); ok {
			return string(text)
		}
	}
	return fingerprintText(e.record().Fingerprint)
}

func fingerprintText(b []byte) string { return base64.StdEncoding.EncodeToString(b) }
