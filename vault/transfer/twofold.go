package transfer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"twofold/vault"
)

// twofold is a backup of this program: as it writes it, or as age -d opens it. Accounts get new ids, as from any other
// program; `twofold vault restore` is what gives the same vault back.
var twofold = Format{
	Name: "twofold", Title: "Twofold backup", Files: "what `twofold vault backup` writes, also opened by age -d",
	Is: func(p *Probe) bool {
		var format string
		return p.Has("format", "accounts") && json.Unmarshal(p.Object()["format"], &format) == nil && format == "twofold backup"
	},
	Read: readTwofold,
}

func readTwofold(ctx context.Context, in Input) (Export, error) {
	if isAge(in.Data) {
		plain, err := unsealAge(ctx, in)
		if err != nil {
			return Export{}, err
		}
		defer clear(plain)
		in.Data = plain
	}
	if err := readJSON(in.Data, &struct{}{}); err != nil { // for its bounds
		return Export{}, err
	}
	b, err := vault.ParseBackup(withoutBOM(in.Data))
	switch {
	case errors.Is(err, vault.ErrNewerBackup):
		return Export{}, fmt.Errorf("%w: a newer version of this program wrote it", ErrRefused)
	case err != nil:
		return Export{}, fmt.Errorf("%w: %w", ErrBadFile, err)
	}
	var e Export
	for _, k := range b.Keys {
		k.ID = ""
		e.Keys = append(e.Keys, k)
	}
	for _, r := range b.Refused {
		e.refuse(r.Name, r.Reason)
	}
	for _, m := range b.Missing {
		e.refuse(m.Name, "its secret could not be read when the backup was made")
	}
	return e.done()
}
