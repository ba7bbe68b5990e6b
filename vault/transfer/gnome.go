package transfer

import (
	"context"
	"encoding/json"
	"strings"
)

// gnome is what GNOME Authenticator wrote when it was still in Python: as andOTP's, with the issuer as the first tag.
// Its newer exports are those of other programs. andOTP itself has the issuer in the label when it has none beside it.
var gnome = Format{
	Name: "gnome-old", Title: "GNOME Authenticator, old", Files: "JSON",
	Is:   isGnome,
	Read: readGnome,
}

type gnomeItem struct {
	parameters
	Issuer *word `json:"issuer"`
	Tags   words `json:"tags"`
}

func isGnome(p *Probe) bool {
	if !p.FirstHas("secret", "label", "tags") || p.FirstHas("issuer") {
		return false
	}
	for _, raw := range p.array[:min(len(p.array), 1000)] {
		var one gnomeItem
		if json.Unmarshal(raw, &one) == nil && (one.Issuer != nil || len(one.Tags) == 0 || strings.Contains(string(one.Label), " - ")) {
			return false
		}
	}
	return true
}

func readGnome(_ context.Context, in Input) (Export, error) {
	var items []json.RawMessage
	if err := readJSON(in.Data, &items); err != nil {
		return Export{}, err
	}
	if err := fewEnough(len(items)); err != nil {
		return Export{}, err
	}
	var e Export
	for _, raw := range items {
		var one gnomeItem
		if json.Unmarshal(raw, &one) != nil {
			e.refuse("", "it is no account")
			continue
		}
		account := one.entry()
		if len(one.Tags) > 0 {
			account.issuer, account.tags = one.Tags[0], one.Tags[1:]
		}
		e.take(account)
	}
	return e.done()
}
