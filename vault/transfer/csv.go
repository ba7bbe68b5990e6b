package transfer

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
)

// columns are the names, in small letters, under which a password manager's table has what is taken of it.
type columns struct {
	totp, title, user, folder, tags, favorite, notes string
}

var bitwardenColumns = columns{totp: "login_totp", title: "name", user: "login_username", folder: "folder", favorite: "favorite", notes: "notes"}

// bitwardenCSV is Bitwarden's vault as a table.
var bitwardenCSV = Format{
	Name: "bitwarden-csv", Title: "Bitwarden", Files: "CSV",
	Is:   bitwardenColumns.are,
	Read: readTable(bitwardenColumns, (*Export).takeText),
}

var onepasswordColumns = columns{totp: "otpauth", title: "title", user: "username", tags: "tags", favorite: "favorite", notes: "notes"}

// onepasswordCSV is 1Password's.
var onepasswordCSV = Format{
	Name: "1password-csv", Title: "1Password", Files: "CSV",
	Is:   onepasswordColumns.are,
	Read: readTable(onepasswordColumns, (*Export).takeTitled),
}

var keepassColumns = columns{totp: "totp", title: "title", user: "username", notes: "notes"}

// keepassCSV is KeePassXC's.
var keepassCSV = Format{
	Name: "keepassxc-csv", Title: "KeePassXC", Files: "CSV",
	Is:   keepassColumns.are,
	Read: readTable(keepassColumns, takeKeePassOTP),
}

// are tells whether the first line of a text names the columns.
func (c columns) are(p *Probe) bool {
	header, err := openTable(p.Data[:min(len(p.Data), 4096)]).Read()
	if err != nil || bytes.IndexByte(p.Data[:min(len(p.Data), 4096)], 0) >= 0 {
		return false
	}
	at := places(header)
	_, totp := at[c.totp]
	_, title := at[c.title]
	return totp && title
}

func openTable(data []byte) *csv.Reader {
	rows := csv.NewReader(bytes.NewReader(withoutBOM(data)))
	rows.FieldsPerRecord, rows.LazyQuotes = -1, true
	return rows
}

func places(header []string) map[string]int {
	at := map[string]int{}
	for i, name := range header {
		at[strings.ToLower(strings.TrimSpace(name))] = i
	}
	return at
}

// readTable reads by the names of the columns. Blank lines are in some, and rows with more columns than the header;
// in Bitwarden's Authenticator the last of those is the key.
func readTable(c columns, take func(e *Export, text string, in entry)) func(context.Context, Input) (Export, error) {
	return func(_ context.Context, in Input) (Export, error) {
		rows := openTable(in.Data)
		header, err := rows.Read()
		if err != nil {
			return Export{}, fmt.Errorf("%w: it has no line of columns", ErrBadFile)
		}
		at := places(header)
		var e Export
		for range maxEntries {
			row, err := rows.Read()
			if errors.Is(err, io.EOF) {
				return e.done()
			}
			if err != nil {
				e.refuse("", "its line is not as it should be")
				continue
			}
			column := func(name string) string {
				if i, there := at[name]; there && i < len(row) {
					return row[i]
				}
				return ""
			}
			text := column(c.totp)
			if last := row[len(row)-1]; strings.TrimSpace(text) == "" && len(row) > len(header) && strings.Contains(last, "://") {
				text = last
			}
			if strings.TrimSpace(text) == "" {
				continue
			}
			favorite := strings.TrimSpace(column(c.favorite))
			take(&e, text, entry{
				issuer: column(c.title), label: heldBeside(column(c.title), column(c.user)), note: column(c.notes),
				tags:   append(strings.Split(column(c.tags), ";"), column(c.folder)),
				pinned: favorite == "1" || strings.EqualFold(favorite, "true"),
			})
		}
		return Export{}, fmt.Errorf("%w: it has more than %d lines", ErrTooLarge, maxEntries)
	}
}
