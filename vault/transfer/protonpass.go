package transfer

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
)

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
