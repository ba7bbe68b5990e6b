package transfer

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
)

// A reader of the little of SQLite's file format (https://sqlite.org/fileformat2.html) that tables of accounts need. It
// looks at each page once at most, so that no file keeps it busy; the library itself is not made for hostile files.

const sqliteMagic = "SQLite format 3\x00"

type sqliteFile struct {
	data   []byte
	page   int // bytes of one
	usable int // of these
	seen   map[uint32]bool
	rows   int
}

// sqliteRow has the values of a row by the names of the columns in small letters: nil, int64, string or []byte.
type sqliteRow map[string]any

var errSQLite = fmt.Errorf("%w: the database is not whole", ErrBadFile)

func openSQLite(data []byte) (*sqliteFile, error) {
	if len(data) < 512 || string(data[:len(sqliteMagic)]) != sqliteMagic {
		return nil, errSQLite
	}
	f := &sqliteFile{data: data, page: int(binary.BigEndian.Uint16(data[16:]))}
	if f.page == 1 {
		f.page = 65536
	}
	f.usable = f.page - int(data[20])
	if f.page < 512 || f.page&(f.page-1) != 0 || f.usable < 480 {
		return nil, errSQLite
	}
	if encoding := binary.BigEndian.Uint32(data[56:]); encoding > 1 {
		return nil, fmt.Errorf("%w: the database is not in UTF-8", ErrRefused)
	}
	return f, nil
}

// table gives the rows of a table; the error is [ErrNothingInIt] when there is none of that name.
func (f *sqliteFile) table(name string) ([]sqliteRow, error) {
	f.seen, f.rows = map[uint32]bool{}, 0
	var root uint32
	var columns []string
	err := f.walk(1, 0, func(values []any) {
		if len(values) < 5 || values[0] != "table" || root != 0 {
			return
		}
		is, _ := values[1].(string)
		at, _ := values[3].(int64)
		sql, _ := values[4].(string)
		if strings.EqualFold(is, name) && at > 1 && at <= math.MaxUint32 {
			root, columns = uint32(at), sqliteColumns(sql)
		}
	})
	switch {
	case err != nil:
		return nil, err
	case root == 0:
		return nil, fmt.Errorf("%w: the database has no table of accounts", ErrNothingInIt)
	}
	var rows []sqliteRow
	err = f.walk(root, 0, func(values []any) {
		row := sqliteRow{}
		for i, column := range columns {
			if i < len(values) {
				row[column] = values[i]
			}
		}
		rows = append(rows, row)
	})
	return rows, err
}

// sqliteColumns are the names in a CREATE TABLE.
func sqliteColumns(sql string) []string {
	_, sql, _ = strings.Cut(sql, "(")
	var columns []string
	depth, from := 0, 0
	for i := 0; i <= len(sql); i++ {
		end := i == len(sql)
		switch {
		case !end && sql[i] == '(':
			depth++
		case !end && sql[i] == ')' && depth > 0:
			depth--
		case end, depth == 0 && (sql[i] == ',' || sql[i] == ')'):
			if words := strings.Fields(sql[from:i]); len(words) > 0 {
				columns = append(columns, strings.ToLower(strings.Trim(words[0], "\"'`[]")))
			}
			from = i + 1
			if !end && sql[i] == ')' {
				return columns
			}
		}
	}
	return columns
}

// pageAt gives a page, numbered from 1, the first time that it is asked for.
func (f *sqliteFile) pageAt(number uint32) ([]byte, bool) {
	from := (int64(number) - 1) * int64(f.page)
	if number == 0 || f.seen[number] || from+int64(f.page) > int64(len(f.data)) {
		return nil, false
	}
	f.seen[number] = true
	return f.data[from : from+int64(f.page)], true
}

// walk visits the rows of the tree of a table in their order.
func (f *sqliteFile) walk(number uint32, depth int, visit func(values []any)) error {
	page, ok := f.pageAt(number)
	if !ok || depth > 20 {
		return errSQLite
	}
	at := 0
	if number == 1 {
		at = 100
	}
	head := 8
	if page[at] == 5 {
		head = 12
	} else if page[at] != 13 {
		return errSQLite
	}
	cells := int(binary.BigEndian.Uint16(page[at+3:]))
	if at+head+2*cells > f.usable {
		return errSQLite
	}
	for i := range cells {
		cell := int(binary.BigEndian.Uint16(page[at+head+2*i:]))
		if cell+4 > f.usable {
			return errSQLite
		}
		if head == 12 {
			if err := f.walk(binary.BigEndian.Uint32(page[cell:]), depth+1, visit); err != nil {
				return err
			}
			continue
		}
		record, ok := f.payload(page[:f.usable], cell)
		if !ok {
			return errSQLite
		}
		values, ok := sqliteRecord(record)
		if !ok {
			return errSQLite
		}
		if f.rows++; f.rows > maxEntries {
			return fmt.Errorf("%w: the database has more than %d rows", ErrTooLarge, maxEntries)
		}
		visit(values)
	}
	if head == 12 {
		return f.walk(binary.BigEndian.Uint32(page[at+8:]), depth+1, visit)
	}
	return nil
}

// payload is the record of a cell, the rest of which may lie in a chain of other pages.
func (f *sqliteFile) payload(page []byte, at int) ([]byte, bool) {
	size, n := sqliteVarint(page[at:])
	at += n
	_, m := sqliteVarint(page[min(at, len(page)):])
	at += m
	if n == 0 || m == 0 || size > uint64(len(f.data)) {
		return nil, false
	}
	whole := int(size) //nolint:gosec // bounded above
	local := whole
	if most := f.usable - 35; whole > most {
		least := (f.usable-12)*32/255 - 23
		if local = least + (whole-least)%(f.usable-4); local > most {
			local = least
		}
	}
	if at+local > len(page) {
		return nil, false
	}
	record := page[at : at+local : at+local]
	if local == whole {
		return record, true
	}
	if at+local+4 > len(page) {
		return nil, false
	}
	for next := binary.BigEndian.Uint32(page[at+local:]); len(record) < whole; {
		more, ok := f.pageAt(next)
		if !ok {
			return nil, false
		}
		next = binary.BigEndian.Uint32(more)
		record = append(record, more[4:4+min(f.usable-4, whole-len(record))]...)
	}
	return record, true
}
