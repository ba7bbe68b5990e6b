package transfer

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
)

// proton is the export of Proton Authenticator.
var proton = Format{
	Name: "proton", Title: "Proton Authenticator", Files: "JSON, encrypted or not",
	Is: func(p *Probe) bool {
		return isProtonLocked(p) || p.Holds("entries", `"entry_type"`)
	},
	Read: readProton,
}

func isProtonLocked(p *Probe) bool {
	return p.Has("version", "salt", "content") && !p.Has("entries")
}

type protonFile struct {
	Version number `json:"version"`
	Salt    word   `json:"salt"`
	Content word   `json:"content"`
	Entries list   `json:"entries"`
}

type protonEntry struct {
	Content struct {
		URI  word `json:"uri"`
		Type word `json:"entry_type"`
		Name word `json:"name"`
	} `json:"content"`
	Note word `json:"note"`
}

func readProton(ctx context.Context, in Input) (Export, error) {
	var file protonFile
	if err := readJSON(in.Data, &file); err != nil {
		return Export{}, err
	}
	if file.Content != "" && file.Entries == nil {
		plain, err := file.open(ctx, in)
		if err != nil {
			return Export{}, err
		}
		defer clear(plain)
		if err := readJSON(plain, &file); err != nil {
			return Export{}, err
		}
	}
	var e Export
	each(&e, file.Entries, func(p protonEntry) {
		name := string(p.Content.Name)
		text, issuer := string(p.Content.URI), ""
		if strings.EqualFold(string(p.Content.Type), "steam") || strings.HasPrefix(strings.ToLower(text), "steam:") {
			issuer = "Steam"
		}
		text = protonURI(text, name)
		e.takeText(text, entry{issuer: issuer, label: heldBeside(issuer, name), note: string(p.Note)})
	})
	return e.done()
}

// protonURI is a key URI whose label is the name alone, as Proton writes it: a colon in that parts nothing. The issuer
// of the parameter is put in front of it, for vault would take the name's first half for the issuer.
func protonURI(uri, name string) string {
	front, query, _ := strings.Cut(uri, "?")
	at := strings.LastIndexByte(front, '/')
	label, err := url.PathUnescape(front[at+1:])
	if err != nil || label != name || strings.Index(name, ":") <= 0 {
		return uri
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return uri
	}
	issuer, _ := splitName(values.Get("issuer"), name)
	if issuer == "" || strings.HasPrefix(name, issuer+":") {
		return uri
	}
	return front[:at+1] + url.PathEscape(issuer+":"+name) + "?" + query
}

// protonData is authenticated beside what is encrypted.
const protonData = "proton.authenticator.export.v1"

func (f protonFile) open(ctx context.Context, in Input) ([]byte, error) {
	const nonce, tag = 12, 16
	if f.Version.counter() > 1 {
		return nil, fmt.Errorf("%w: it is of version %d, and 1 is known", ErrRefused, f.Version.counter())
	}
	salt, err := base64.StdEncoding.DecodeString(string(f.Salt))
	if err != nil {
		return nil, fmt.Errorf("%w: its salt is no base64", ErrBadFile)
	}
	content, err := base64.StdEncoding.DecodeString(string(f.Content))
	if err != nil || len(content) < nonce+tag {
		return nil, fmt.Errorf("%w: its content is no base64, or too short", ErrBadFile)
	}
	return unlock(ctx, in, ErrPasswordOrFile, func(password []byte) ([]byte, bool, error) {
		in.Progress("deriving the key")
		key, err := argon2idKey(password, salt, 2, 19<<10, 1)
		if err != nil {
			return nil, false, err
		}
		defer clear(key)
		plain, ok := openGCM(key, content[:nonce], content[nonce:], []byte(protonData))
		return plain, ok, nil
	})
}

// protonPass is the archive that Proton Pass writes, or the data.json in it.
var protonPass = Format{
	Name: "proton-pass", Title: "Proton Pass", Files: "ZIP, not encrypted with PGP",
	Is: func(p *Probe) bool {
		return zipped(p.Data, isProtonPassFile) || p.Has("vaults", "userId") || p.Has("vaults", "version")
	},
	Read: readProtonPass,
}

func isProtonPassFile(name string) bool {
	name = strings.ToLower(name)
	return name == "proton pass/data.json" || name == "data.json" || name == "proton pass/data.pgp"
}

type protonItem struct {
	State number `json:"state"` // 2 is the trash
	Time  number `json:"modifyTime"`
	Pin   truth  `json:"pinned"`
	Data  struct {
		Metadata struct {
			Name word `json:"name"`
			Note word `json:"note"`
		} `json:"metadata"`
		Extra   list `json:"extraFields"`
		Content struct {
			TOTP     word `json:"totpUri"`
			User     word `json:"itemUsername"`
			Email    word `json:"itemEmail"`
			Sections list `json:"sections"`
		} `json:"content"`
	} `json:"data"`
}

func readProtonPass(ctx context.Context, in Input) (Export, error) {
	data := in.Data
	if isZip(data) {
		name, content, err := unzipAsking(ctx, in, isProtonPassFile)
		if err != nil {
			return Export{}, err
		}
		if strings.HasSuffix(strings.ToLower(name), ".pgp") {
			return Export{}, fmt.Errorf("%w: it is encrypted with PGP; export again without, or decrypt it with gpg first", ErrRefused)
		}
		defer clear(content)
		data = content
	}
	var file struct {
		Vaults json.RawMessage `json:"vaults"`
	}
	if err := readJSON(data, &file); err != nil {
		return Export{}, err
	}
	var e Export
	_, vaults := inOrder(file.Vaults)
	each(&e, vaults, func(v struct {
		Items list `json:"items"`
	},
	) {
		each(&e, v.Items, func(item protonItem) { takeProtonItem(&e, item) })
	})
	return e.done()
}

func takeProtonItem(e *Export, item protonItem) {
	user := item.Data.Content.User
	if user == "" {
		user = item.Data.Content.Email
	}
	name := string(item.Data.Metadata.Name)
	in := entry{issuer: name, label: heldBeside(name, string(user)), note: string(item.Data.Metadata.Note), pinned: bool(item.Pin)}
	if item.State.counter() == 2 {
		in.removed = item.Time.moment()
	}
	take := func(text word) {
		if strings.TrimSpace(string(text)) == "" {
			return
		}
		before := len(e.Keys)
		e.takeText(string(text), in)
		// Where an item has no user, Proton Pass writes its own name for one, and the item's for the issuer. Its
		// authenticator turns that round, and so does everyone who reads both.
		if len(e.Keys) > before {
			if k := &e.Keys[before]; k.Label == "Proton Pass" && k.Issuer != "" {
				k.Issuer, k.Label = k.Label, k.Issuer
			}
		}
	}
	take(item.Data.Content.TOTP)
	fields := item.Data.Extra
	for _, raw := range item.Data.Content.Sections {
		var section struct {
			Fields list `json:"sectionFields"`
		}
		if json.Unmarshal(raw, &section) == nil {
			fields = append(fields, section.Fields...)
		}
	}
	for _, raw := range fields {
		var field struct {
			Type word `json:"type"`
			Data struct {
				TOTP word `json:"totpUri"`
			} `json:"data"`
		}
		if json.Unmarshal(raw, &field) == nil {
			take(field.Data.TOTP)
		}
	}
}
