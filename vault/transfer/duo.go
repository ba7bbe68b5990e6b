package transfer

import (
	"bytes"
	"context"
	"strings"
)

// duo is the file in which Duo Mobile keeps its accounts.
var duo = Format{
	Name: "duo", Title: "Duo Mobile", Files: "JSON of its private folder",
	Is: func(p *Probe) bool {
		return p.FirstHas("otpGenerator") || p.FirstHas("accountType", "pkey") ||
			p.First() != nil && bytes.Contains(p.Data, []byte(`"otpGenerator"`))
	},
	Read: readDuo,
}

func readDuo(_ context.Context, in Input) (Export, error) {
	var accounts list
	if err := readJSON(in.Data, &accounts); err != nil {
		return Export{}, err
	}
	var e Export
	each(&e, accounts, func(a struct {
		Name      word `json:"name"`
		Generator *struct {
			Secret  word   `json:"otpSecret"`
			Counter number `json:"counter"`
		} `json:"otpGenerator"`
	},
	) {
		if a.Generator == nil || strings.TrimSpace(string(a.Generator.Secret)) == "" {
			e.refuse(string(a.Name), "it has no codes: it answers to pushes of Duo alone, and must be enrolled anew")
			return
		}
		in := entry{label: string(a.Name), secret: string(a.Generator.Secret)}
		if a.Generator.Counter.given {
			in.kind, in.counter = "hotp", a.Generator.Counter.counter()
		}
		e.take(in)
	})
	return e.done()
}
