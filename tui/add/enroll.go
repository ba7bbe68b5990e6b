package add

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"twofold/tui/paste"
	"twofold/tui/widget"
	"twofold/vault"
	"twofold/vault/transfer"
)

// harvest is what the readings of one visit found, up to Esc: parts of an export come one after the other.
type harvest struct {
	candidates []candidate
	export     transfer.GoogleExport
	seen       map[string]bool // the texts of links, each of which counts once
}

// with is the harvest with what was found now. It shares nothing with h that is changed.
func (h harvest) with(texts []found) harvest {
	out := harvest{candidates: append([]candidate(nil), h.candidates...), export: h.export.Clone(), seen: map[string]bool{}}
	for text := range h.seen {
		out.seen[text] = true
	}
	for _, f := range texts {
		text := strings.TrimSpace(f.text)
		if out.seen[text] {
			continue
		}
		out.seen[text] = true
		if transfer.IsGoogle(text) {
			out.takePart(f, text)
		} else {
			out.candidates = append(out.candidates, parse(text, f.from))
		}
	}
	return out
}

// takePart reads a part of an export of Google Authenticator.
func (h *harvest) takePart(f found, text string) {
	part, err := transfer.ParseGoogle(text)
	if err != nil {
		h.candidates = append(h.candidates, candidate{from: f.from, err: err})
		return
	}
	if !h.export.Add(part) {
		return
	}
	for _, k := range part.Keys {
		h.candidates = append(h.candidates, candidate{key: k, from: f.from, wanted: true})
	}
	for _, aside := range part.Aside {
		name := fmt.Sprintf("account %d", aside.Entry)
		if aside.Name != "" {
			name = widget.Clean(aside.Name)
		}
		h.candidates = append(h.candidates, candidate{from: f.from, err: fmt.Errorf("%s: %s", name, aside.Reason)})
	}
}

// missing says which parts of exports were not seen; empty when all were.
func (h harvest) missing() []string {
	var out []string
	for _, m := range h.export.Missing() {
		text := m.String()
		if m.With.Name() != "" {
			text = fmt.Sprintf("of the export with %s, %s", name(m.With), text)
		}
		out = append(out, strings.ToUpper(text[:1])+text[1:]+".")
	}
	return out
}

func parse(text, from string) candidate {
	lower := strings.ToLower(text)
	if !strings.HasPrefix(lower, "otpauth://") && !strings.HasPrefix(lower, "steam://") {
		return candidate{from: from, err: errOther(text)}
	}
	k, err := vault.ParseKeyURI(text)
	if err == nil {
		err = k.Validate()
	}
	return candidate{key: k, from: from, err: err, wanted: err == nil}
}

// enrollingFirst puts what can be added before what a page has besides.
func (h harvest) enrollingFirst() harvest {
	var first, rest []candidate
	for _, c := range h.candidates {
		if c.err == nil {
			first = append(first, c)
		} else {
			rest = append(rest, c)
		}
	}
	h.candidates = append(first, rest...)
	return h
}

// errOther names a text that enrolls nothing by its kind alone: the rest may be anybody's secret.
func errOther(text string) error {
	return errors.New(transfer.What(text))
}

// What names what was found, for a sentence: the account of a single link, or how
// many there are. It holds no secret.
func What(f paste.Found) string {
	switch l, p := len(f.Links), len(f.Paths)+len(f.Pictures); {
	case l == 1 && p == 0:
		if k, err := vault.ParseKeyURI(f.Links[0]); err == nil {
			k.Secret.Clear()
			return name(k.Account)
		}
		return "what was pasted"
	case l == 0 && p == 1:
		return "what is in the picture"
	case p == 0:
		return strconv.Itoa(l) + " accounts"
	}
	return "what was pasted"
}
