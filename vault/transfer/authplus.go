package transfer

import (
	"context"
	"fmt"
)

// authplus is the export of Authenticator Plus: a list of key URIs in a zip archive with a password. Its other backup
// is a database of SQLCipher, which nothing tells from any other encrypted file.
var authplus = Format{
	Name: "authenticator-plus", Title: "Authenticator Plus", Files: "zip with " + authplusFile + " in it",
	Is: func(p *Probe) bool { return zipped(p.Data, named(authplusFile)) },
	Read: func(ctx context.Context, in Input) (Export, error) {
		if !(&Probe{Data: in.Data}).Begins(zipMagic) && !otpauth.Is(&Probe{Data: in.Data}) {
			return Export{}, fmt.Errorf("%w: it is no zip archive, and may be the app's database; in the app choose Settings, Backup & Restore, Export as Text and HTML", ErrRefused)
		}
		return readZippedList(ctx, in, named(authplusFile), nil)
	},
}

const authplusFile = "Accounts.txt"
