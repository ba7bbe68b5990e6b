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
	Secret    word   `json:"secret"`
	Label     word   `json:"label"`
	Issuer    *word  `json:"issuer"`
	Tags      words  `json:"tags"`
	Type      word   `json:"type"`
	Algorithm word   `json:"algorithm"`
	Digits    number `json:"digits"`
	Period    number `json:"period"`
	Counter   number `json:"counter"`
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
		account := entry{
			kind: string(one.Type), label: string(one.Label), secret: string(one.Secret), algorithm: string(one.Algorithm),
			digits: one.Digits.orUsual(), period: one.Period.orUsual(), counter: one.Counter.counter(),
		}
		if len(one.Tags) > 0 {
			account.issuer, account.tags = one.Tags[0], one.Tags[1:]
		}
		e.take(account)
	}
	return e.done()
}
