package transfer

import (
	"context"
	"fmt"
)

// otpclient is the database of OTPClient, which is its own; it exports as other programs do.
var otpclient = Format{
	Name: "otpclient", Title: "OTPClient", Files: "its own database; its exports are those of Aegis, 2FAS and others", Refused: true,
	Is: func(p *Probe) bool { return p.Begins("OTPClient") },
	Read: func(context.Context, Input) (Export, error) {
		return Export{}, fmt.Errorf("%w: it is OTPClient's own database; in OTPClient, or with otpclient-cli, export it as Aegis or 2FAS", ErrRefused)
	},
}
