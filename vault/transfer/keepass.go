package transfer

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"strings"

	"twofold/vault"
)

// keepass is a database of KeePass, KeePassXC and their many relatives.
var keepass = Format{
	Name: "keepass", Title: "KeePass", Files: "KDBX 3 and 4, with a password and no key file",
	Is:     func(p *Probe) bool { return p.Begins(kdbxMagic) },
	Read:   readKeePass,
	Write:  writeKeePass,
	Lacks:  keepassLacks,
	Locked: AlwaysLocked,
}

// keepassXML is its export in clear text.
var keepassXML = Format{
	Name: "keepass-xml", Title: "KeePass", Files: "XML",
	Is: func(p *Probe) bool {
		return bytes.Contains(p.Data[:min(len(p.Data), 1024)], []byte("<KeePassFile"))
	},
	Read: func(_ context.Context, in Input) (Export, error) { return readKeePassText(withoutBOM(in.Data), nil) },
}

func readKeePass(ctx context.Context, in Input) (Export, error) {
	stream, text, err := readKDBX(ctx, in)
	if err != nil {
		return Export{}, err
	}
	defer clear(text)
	return readKeePassText(text, stream.Unpack)
}

// maxKeePassDepth is how deep groups may lie in each other, in elements.
const maxKeePassDepth = 200

// keepassWalk goes through the XML element by element: protected values are one stream in the order of the file, with
// those of old versions of an entry in it.
type keepassWalk struct {
	unpack func(string) []byte // opens a protected value; nil where all are in clear text
	path   []string            // names of the elements around
	groups []keepassGroup
	bin    string // UUID of the recycle bin

	inHistory int // that many History elements around
	entry     *keepassEntry
	key       string
	protected bool
	text      strings.Builder

	export Export
}

type keepassGroup struct {
	name    string
	removed bool // it is the recycle bin, or in it
}

// keepassEntry is an entry's values by name, in the order of the file.
type keepassEntry struct {
	names  []string
	values map[string]string
	tags   string
}

func readKeePassText(text []byte, unpack func(string) []byte) (Export, error) {
	w := &keepassWalk{unpack: unpack}
	d := xml.NewDecoder(bytes.NewReader(text))
	for {
		token, err := d.Token()
		if err != nil {
			return Export{}, fmt.Errorf("%w: it is not the XML that it should be", ErrBadFile) // the cause quotes it
		}
		switch t := token.(type) {
		case xml.StartElement:
			if len(w.path) == maxKeePassDepth {
				return Export{}, fmt.Errorf("%w: its groups are nested too deep", ErrBadFile)
			}
			w.start(t)
		case xml.CharData:
			w.text.Write(t)
		case xml.EndElement:
			w.end()
			switch {
			case len(w.path) == 0: // what is after it pads the cipher's last block
				return w.export.done()
			case len(w.export.Keys)+len(w.export.Aside) > maxEntries:
				return Export{}, fmt.Errorf("%w: it has more than %d entries", ErrTooLarge, maxEntries)
			}
		}
	}
}

func (w *keepassWalk) start(t xml.StartElement) {
	w.path = append(w.path, t.Name.Local)
	w.text.Reset()
	switch t.Name.Local {
	case "Group":
		removed := len(w.groups) > 0 && w.groups[len(w.groups)-1].removed
		w.groups = append(w.groups, keepassGroup{removed: removed})
	case "History":
		w.inHistory++
	case "Entry":
		if w.inHistory == 0 {
			w.entry = &keepassEntry{values: map[string]string{}}
		}
	case "Value":
		w.protected = false
		for _, a := range t.Attr {
			w.protected = w.protected || a.Name.Local == "Protected" && strings.EqualFold(a.Value, "true")
		}
	}
}

func (w *keepassWalk) end() {
	name, text := w.path[len(w.path)-1], w.text.String()
	w.path = w.path[:len(w.path)-1]
	parent := ""
	if len(w.path) > 0 {
		parent = w.path[len(w.path)-1]
	}
	w.text.Reset()
	switch {
	case parent == "Meta" && name == "RecycleBinUUID":
		w.bin = strings.TrimSpace(text)
	case name == "Group" && len(w.groups) > 0:
		w.groups = w.groups[:len(w.groups)-1]
	case name == "History":
		w.inHistory--
	case parent == "Group" && len(w.groups) > 0:
		w.endOfGroupPart(name, text)
	case name == "Value" && parent == "String":
		if w.protected && w.unpack != nil {
			text = string(w.unpack(strings.TrimSpace(text)))
		}
		if w.entry != nil && w.inHistory == 0 {
			if _, twice := w.entry.values[w.key]; !twice {
				w.entry.names = append(w.entry.names, w.key)
			}
			w.entry.values[w.key] = text
		}
	case name == "Key" && parent == "String":
		w.key = text
	case name == "Tags" && parent == "Entry" && w.entry != nil && w.inHistory == 0:
		w.entry.tags = text
	}
}

func (w *keepassWalk) endOfGroupPart(name, text string) {
	group := &w.groups[len(w.groups)-1]
	switch name {
	case "UUID":
		const none = "AAAAAAAAAAAAAAAAAAAAAA=="
		if id := strings.TrimSpace(text); id != "" && id != none && id == w.bin {
			group.removed = true
		}
	case "Name":
		group.name = text
	case "Entry":
		if w.entry != nil && !group.removed {
			if len(w.groups) > 1 { // the outermost is the database
				w.entry.tags += ";" + strings.NewReplacer(";", " ", ",", " ").Replace(group.name)
			}
			w.entry.take(&w.export)
		}
		w.entry = nil
	}
}

func keepassLacks(a vault.Account) []Loss {
	losses := room{tags: keepassTags(a.Tags), note: true}.lacks(a)
	if a.Type == vault.HOTP && (a.Digits != vault.DefaultDigits || a.Algorithm != vault.SHA1) {
		losses = append(losses, Loss{What: "codes by a counter other than 6 digits of SHA1", Whole: true})
	}
	return losses
}

// keepassTags tells whether tags can be in a list with commas and semicolons between them.
func keepassTags(tags []string) bool { return !strings.ContainsAny(strings.Join(tags, ""), ",;") }
