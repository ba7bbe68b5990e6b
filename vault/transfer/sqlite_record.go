package transfer

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// sqliteVarint is 1 to 9 bytes, of which n were read; 0 when they are cut off.
func sqliteVarint(data []byte) (value uint64, n int) {
	for n < len(data) && n < 8 {
		value = value<<7 | uint64(data[n]&0x7f)
		if n++; data[n-1] < 0x80 {
			return value, n
		}
	}
	if n == 8 && len(data) > 8 {
		return value<<8 | uint64(data[8]), 9
	}
	return 0, 0
}

// sqliteRecord takes a record apart.
func sqliteRecord(record []byte) (values []any, ok bool) {
	size, n := sqliteVarint(record)
	if n == 0 || size > uint64(len(record)) || size < uint64(n) { //nolint:gosec // n is 1 to 9
		return nil, false
	}
	head, body := record[n:size], record[size:]
	for len(head) > 0 {
		kind, n := sqliteVarint(head)
		if n == 0 {
			return nil, false
		}
		head = head[n:]
		value, length, ok := sqliteValue(kind, body)
		if !ok {
			return nil, false
		}
		values, body = append(values, value), body[length:]
	}
	return values, true
}

func sqliteValue(kind uint64, body []byte) (value any, length int, ok bool) {
	switch {
	case kind == 0:
		return nil, 0, true
	case kind == 8 || kind == 9:
		return int64(kind - 8), 0, true //nolint:gosec // 0 or 1
	case kind <= 7:
		length = []int{0, 1, 2, 3, 4, 6, 8, 8}[kind]
		if length > len(body) {
			return nil, 0, false
		}
		if kind == 7 {
			return nil, length, true // a float is in none of these tables
		}
		number := int64(int8(body[0])) //nolint:gosec // its sign is meant
		for _, b := range body[1:length] {
			number = number<<8 | int64(b)
		}
		return number, length, true
	case kind < 12 || (kind-12)/2 > uint64(len(body)):
		return nil, 0, false
	}
	length = int((kind - 12) / 2) //nolint:gosec // bounded above
	if kind%2 == 0 {
		return body[:length:length], length, true
	}
	return strings.ToValidUTF8(string(body[:length]), string(utf8.RuneError)), length, true
}

// text of a column, whatever it is kept as.
func (r sqliteRow) text(column string) string {
	switch v := r[column].(type) {
	case string:
		return v
	case []byte:
		return string(v)
	case int64:
		return fmt.Sprint(v)
	}
	return ""
}

// number of a column: -1, to be refused, when there is none.
func (r sqliteRow) number(column string) int64 {
	if v, ok := r[column].(int64); ok {
		return v
	}
	return -1
}
