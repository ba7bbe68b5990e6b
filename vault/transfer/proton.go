package transfer

import (
	"context"
	"encoding/base64"
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
