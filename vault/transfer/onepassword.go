package transfer

import (
	"context"
	"encoding/json"
	"strings"
)

// onepassword is the archive that 1Password writes, or the export.data in it.
var onepassword = Format{
	Name: "1password", Title: "1Password", Files: "1PUX",
	Is: func(p *Probe) bool {
		return zipped(p.Data, named("export.data")) || p.HasList("accounts") && p.Holds("accounts", `"vaults"`)
	},
	Read: readOnePassword,
}

type onepasswordItem struct {
	Favorite truth  `json:"favIndex"`
	Created  number `json:"createdAt"`
	Overview struct {
		Title word  `json:"title"`
		Tags  words `json:"tags"`
	} `json:"overview"`
	Details struct {
		Notes  word `json:"notesPlain"`
		Logins list `json:"loginFields"`
		Parts  list `json:"sections"`
	} `json:"details"`
	Old json.RawMessage `json:"item"` // around all of it, in older ones
}

func readOnePassword(ctx context.Context, in Input) (Export, error) {
	data := in.Data
	if isZip(data) {
		_, content, err := unzipAsking(ctx, in, named("export.data"))
		if err != nil {
			return Export{}, err
		}
		defer clear(content)
		data = content
	}
	var file struct {
		Accounts list `json:"accounts"`
	}
	if err := readJSON(data, &file); err != nil {
		return Export{}, err
	}
	var e Export
	each(&e, file.Accounts, func(account struct {
		Vaults list `json:"vaults"`
	},
	) {
		each(&e, account.Vaults, func(v struct {
			Items list `json:"items"`
		},
		) {
			each(&e, v.Items, func(item onepasswordItem) { takeOnePassword(&e, item) })
		})
	})
	return e.done()
}

func takeOnePassword(e *Export, item onepasswordItem) {
	if len(item.Old) > 0 {
		each(e, list{item.Old}, func(inner onepasswordItem) {
			inner.Old = nil
			takeOnePassword(e, inner)
		})
		return
	}
	title := string(item.Overview.Title)
	in := entry{
		issuer: title, label: heldBeside(title, onepasswordUser(item.Details.Logins)), tags: item.Overview.Tags,
		pinned: bool(item.Favorite), note: string(item.Details.Notes), added: item.Created.moment(),
	}
	for _, part := range item.Details.Parts {
		var section struct {
			Fields list `json:"fields"`
		}
		if json.Unmarshal(part, &section) != nil {
			continue
		}
		for _, raw := range section.Fields {
			var field struct {
				Value struct {
					TOTP word `json:"totp"`
				} `json:"value"`
			}
			if json.Unmarshal(raw, &field) == nil && strings.TrimSpace(string(field.Value.TOTP)) != "" {
				e.takeTitled(string(field.Value.TOTP), in)
			}
		}
	}
}

func onepasswordUser(logins list) string {
	for _, raw := range logins {
		var field struct{ Designation, Value word }
		if json.Unmarshal(raw, &field) == nil && strings.EqualFold(string(field.Designation), "username") {
			return string(field.Value)
		}
	}
	return ""
}
