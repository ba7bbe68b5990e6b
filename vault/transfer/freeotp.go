package transfer

import (
	"context"
	"io"
	"strings"

	"twofold/vault"
)

// freeOTPPlus is the export of FreeOTP+, and of what writes its shape.
var freeOTPPlus = Format{
	Name: "freeotp-plus", Title: "FreeOTP+", Files: "JSON",
	Is:    func(p *Probe) bool { return p.Has("tokens", "tokenOrder") || p.Has("tokens") && isFreeOTPList(p) },
	Read:  readFreeOTPPlus,
	Write: writeFreeOTPPlus,
	Lacks: func(a vault.Account) []Loss {
		losses := room{}.lacks(a)
		if a.Type == vault.Steam && a.Issuer == "" {
			losses = append(losses, Loss{What: "Steam codes without an issuer", Whole: true})
		}
		return losses
	},
}

// freeOTPToken is one account, in all of them. The secret is not in the second generation's.
type freeOTPToken struct {
	Algorithm word      `json:"algo"`
	Counter   number    `json:"counter"`
	Digits    number    `json:"digits"`
	Issuer    word      `json:"issuerExt"`
	IssuerInt word      `json:"issuerInt"`
	IssuerAlt word      `json:"issuerAlt"`
	Label     word      `json:"label"`
	LabelAlt  word      `json:"labelAlt"`
	Period    number    `json:"period"`
	Secret    javaBytes `json:"secret"`
	Type      word      `json:"type"`
}

// entry has the names that are shown: those that the user gave, before those of the enrollment. The counter is taken
// as it is, one below that of the next code which the app would show; a verifier looks ahead by more.
func (t freeOTPToken) entry(secret []byte) entry {
	first := func(names ...word) string {
		for _, name := range names {
			if strings.TrimSpace(string(name)) != "" {
				return string(name)
			}
		}
		return ""
	}
	issuer := first(t.IssuerAlt, t.Issuer, t.IssuerInt)
	in := entry{
		kind: string(t.Type), issuer: issuer, label: first(t.LabelAlt, t.Label), raw: secret,
		algorithm: string(t.Algorithm), digits: t.Digits.orUsual(), period: t.Period.orUsual(), counter: t.Counter.counter(),
	}
	if in.raw == nil {
		in.raw = []byte{} // and no base32 instead
	}
	if t.Issuer == steamIssuer && !strings.EqualFold(in.kind, "hotp") {
		in.kind = "steam" // what the app itself goes by
	}
	return in
}

const steamIssuer = "Steam"

func isFreeOTPList(p *Probe) bool {
	return p.Holds("tokens", `"issuerExt"`) || p.Holds("tokens", `"algo"`)
}

func readFreeOTPPlus(_ context.Context, in Input) (Export, error) {
	var file struct {
		Tokens list `json:"tokens"`
	}
	if err := readJSON(in.Data, &file); err != nil {
		return Export{}, err
	}
	var e Export
	each(&e, file.Tokens, func(t freeOTPToken) { e.take(t.entry(t.Secret)) })
	return e.done()
}

type freeOTPTokenOut struct {
	Algorithm string `json:"algo"`
	Counter   uint64 `json:"counter"`
	Digits    int    `json:"digits"`
	Issuer    string `json:"issuerExt"`
	IssuerInt string `json:"issuerInt"`
	IssuerAlt string `json:"issuerAlt,omitempty"`
	Label     string `json:"label"`
	Period    int    `json:"period"`
	Secret    []int8 `json:"secret"`
	Type      string `json:"type"`
}

// writeFreeOTPPlus has Steam as the app has it: as the issuer, under which a name may be shown. An account of Steam
// with usual codes gets its issuer shown in the same way.
func writeFreeOTPPlus(_ context.Context, out io.Writer, keys []vault.Key, _ Output) error {
	file := struct {
		Order  []string          `json:"tokenOrder"`
		Tokens []freeOTPTokenOut `json:"tokens"`
	}{Order: []string{}, Tokens: []freeOTPTokenOut{}}
	for _, k := range keys {
		t := freeOTPTokenOut{
			Algorithm: string(k.Algorithm), Counter: k.Counter, Digits: k.Digits, Issuer: k.Issuer, Label: heldLabel(k.Account),
			Period: orUsual(k.Period, vault.DefaultPeriod), Type: "TOTP",
		}
		switch {
		case k.Type == vault.HOTP:
			t.Type = "HOTP"
		case k.Type == vault.Steam && k.Issuer != steamIssuer:
			t.Issuer, t.IssuerAlt = steamIssuer, k.Issuer
		case k.Type == vault.TOTP && k.Issuer == steamIssuer:
			t.Issuer, t.IssuerAlt = "", steamIssuer
		}
		t.IssuerInt = t.Issuer
		raw := k.Secret.Reveal()
		for _, b := range raw {
			t.Secret = append(t.Secret, int8(b)) //nolint:gosec // Java's bytes have a sign
		}
		clear(raw)
		id := t.Label
		if t.Issuer != "" {
			id = t.Issuer + ":" + t.Label
		}
		file.Order, file.Tokens = append(file.Order, id), append(file.Tokens, t)
	}
	return writeJSON(out, file)
}
