package transfer

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// phoneDatabase is the private database of an app on a phone whose owner has the rights to read it. What none of these
// apps made is refused with what to do.
var phoneDatabase = Format{
	Name: "phone-database", Title: "Database of a phone's app", Files: "SQLite of Google Authenticator, Microsoft Authenticator or Stratum",
	Is:   func(p *Probe) bool { return p.Begins(sqliteMagic) },
	Read: readPhoneDatabase,
}

// phoneApps are told apart by a column that only they have.
var phoneApps = []struct {
	column, table string
	take          func(e *Export, r sqliteRow)
}{
	{"oath_secret_key", "accounts", takeMicrosoft},
	{"email", "accounts", takeGoogleRow},
	{"ranking", "authenticator", takeStratumRow},
}

func readPhoneDatabase(_ context.Context, in Input) (Export, error) {
	f, err := openSQLite(in.Data)
	if err != nil {
		return Export{}, err
	}
	for _, app := range phoneApps {
		if !bytes.Contains(bytes.ToLower(in.Data), []byte(app.column)) {
			continue
		}
		rows, err := f.table(app.table)
		if errors.Is(err, ErrNothingInIt) {
			continue
		} else if err != nil {
			return Export{}, err
		}
		if len(rows) > 0 {
			if _, has := rows[0][app.column]; !has {
				continue
			}
		}
		var e Export
		for _, r := range rows {
			app.take(&e, r)
		}
		return e.done()
	}
	return Export{}, fmt.Errorf("%w: no accounts are found in the database; export them in the app that it is of, or enroll again where it exports nothing", ErrRefused)
}

// takeMicrosoft: a work account has a push and no code, and must be enrolled again.
func takeMicrosoft(e *Export, r sqliteRow) {
	one := entry{issuer: r.text("name"), label: r.text("username"), secret: r.text("oath_secret_key")}
	switch kind := r.number("account_type"); kind {
	case 0:
	case 1:
		raw, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(one.secret, "= \r\n"))
		if err != nil {
			e.refuse(one.name(), "its secret is not base64")
			return
		}
		defer clear(raw)
		one.raw, one.digits = raw, 8
	default:
		e.refuse(one.name(), fmt.Sprintf("it is of Microsoft's kind %d, which has no codes; enroll it again where it is used", kind))
		return
	}
	e.take(one)
}

func takeGoogleRow(e *Export, r sqliteRow) {
	one := entry{issuer: r.text("issuer"), label: r.text("email"), secret: r.text("secret")}
	switch kind := r.number("type"); kind {
	case 0:
	case 1:
		one.kind, one.counter = "hotp", uint64(r.number("counter")) //nolint:gosec // a negative one is refused for its size
	default:
		e.refuse(one.name(), fmt.Sprintf("its type is %d, which is not known", kind))
		return
	}
	e.take(one)
}

func takeStratumRow(e *Export, r sqliteRow) {
	one := entry{issuer: r.text("issuer"), label: r.text("username"), secret: r.text("secret")}
	kind := r.number("type")
	var known [2]bool
	one.kind, known[0] = stratumKinds[uint64(kind)]                            //nolint:gosec // a negative one is not known
	one.algorithm, known[1] = stratumAlgorithms[uint64(r.number("algorithm"))] //nolint:gosec // as above
	if known != [2]bool{true, true} {
		e.refuse(one.name(), "its type or its algorithm is not known")
		return
	}
	one.digits, one.period = positive(r.number("digits")), positive(r.number("period"))
	if kind == 1 {
		one.counter = uint64(r.number("counter")) //nolint:gosec // as above
	}
	e.take(one)
}

// positive is for [entry]: what is no number of digits or seconds is refused, and not the usual.
func positive(n int64) int {
	if n < 1 || n > 1<<31-1 {
		return -1
	}
	return int(n)
}
