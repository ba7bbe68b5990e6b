package transfer

import (
	"context"
)

// raivo is the archive that Raivo writes, or the JSON in it.
var raivo = Format{
	Name: "raivo", Title: "Raivo", Files: "ZIP, encrypted, or JSON",
	Is: func(p *Probe) bool {
		return zipped(p.Data, named(raivoFile)) || p.FirstHas("kind", "timer") || p.FirstHas("kind", "secret", "account")
	},
	Read: readRaivo,
}

const raivoFile = "raivo-otp-export.json"

func readRaivo(ctx context.Context, in Input) (Export, error) {
	data := in.Data
	if isZip(data) {
		_, content, err := unzipAsking(ctx, in, named(raivoFile))
		if err != nil {
			return Export{}, err
		}
		defer clear(content)
		data = content
	}
	var accounts list
	if err := readJSON(data, &accounts); err != nil {
		return Export{}, err
	}
	var e Export
	each(&e, accounts, func(a struct {
		Issuer    word   `json:"issuer"`
		Account   word   `json:"account"`
		Secret    word   `json:"secret"`
		Kind      word   `json:"kind"`
		Algorithm word   `json:"algorithm"`
		Digits    number `json:"digits"`
		Period    number `json:"timer"`
		Counter   number `json:"counter"`
		Pinned    truth  `json:"pinned"`
	},
	) {
		e.take(entry{
			kind: string(a.Kind), issuer: string(a.Issuer), label: string(a.Account), secret: string(a.Secret), algorithm: string(a.Algorithm),
			digits: a.Digits.orUsual(), period: a.Period.orUsual(), counter: a.Counter.counter(), pinned: bool(a.Pinned),
		})
	})
	return e.done()
}
