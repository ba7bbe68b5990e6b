package transfer

import (
	"encoding/binary"
	"unicode/utf16"
)

// utf8Text is a text of UTF-16, as Windows writes what is redirected to a file, as UTF-8; everything else as it is.
// The mark in front and a first letter of ASCII tell it.
func utf8Text(data []byte) []byte {
	if len(data) < 4 || len(data)%2 != 0 {
		return data
	}
	var order binary.ByteOrder
	switch {
	case data[0] == 0xff && data[1] == 0xfe && data[2] != 0 && data[3] == 0:
		order = binary.LittleEndian
	case data[0] == 0xfe && data[1] == 0xff && data[2] == 0 && data[3] != 0:
		order = binary.BigEndian
	default:
		return data
	}
	units := make([]uint16, 0, len(data)/2-1)
	for i := 2; i < len(data); i += 2 {
		units = append(units, order.Uint16(data[i:]))
	}
	return []byte(string(utf16.Decode(units)))
}
