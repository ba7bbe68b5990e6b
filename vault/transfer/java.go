package transfer

import (
	"errors"
	"fmt"
	"unicode/utf16"
)

// What stands in Java's object serialization (Object Serialization Stream Protocol, section 6.4). It is read by hand,
// and nothing but a map of texts: a general reader makes whatever objects a file asks for.
const (
	javaMagic = "\xac\xed\x00\x05"

	javaNull       = 0x70
	javaReference  = 0x71
	javaClass      = 0x72
	javaObject     = 0x73
	javaString     = 0x74
	javaBlock      = 0x77
	javaEnd        = 0x78
	javaLongString = 0x7c

	javaFirstHandle = 0x7e0000
)

var errJava = errors.New("it is no map of texts as Java writes it")

// javaStrings reads a HashMap<String, String>, in the order of the file.
func javaStrings(data []byte) (names, values []string, err error) {
	r := &javaReader{byteReader: byteReader{data: data}}
	size := r.mapHeader()
	if size > maxEntries {
		return nil, nil, fmt.Errorf("%w: it says that %d texts are in it", ErrTooLarge, size)
	}
	for range size {
		name, value := r.text(), r.text()
		if r.failed {
			break
		}
		names, values = append(names, name), append(values, value)
	}
	if r.failed {
		return nil, nil, fmt.Errorf("%w: %w", ErrBadFile, errJava)
	}
	return names, values, nil
}

type javaReader struct {
	byteReader
	texts []string // by handle; the class and the map have the first two
}

func (r *javaReader) expect(want string) {
	if got := r.take(uint64(len(want))); string(got) != want {
		r.failed = true
	}
}

// mapHeader reads up to the first name, and gives the number of pairs.
func (r *javaReader) mapHeader() uint64 {
	r.expect(javaMagic + string([]byte{javaObject, javaClass}))
	name := string(r.take(r.big(2)))
	if name != "java.util.HashMap" && name != "java.util.LinkedHashMap" {
		r.failed = true
	}
	r.take(8 + 1) // serial version and flags
	fields := uint64(0)
	for range r.big(2) {
		kind := r.big(1)
		r.take(r.big(2)) // its name
		switch kind {
		case 'F', 'I':
			fields += 4
		default:
			r.failed = true
		}
		if r.failed {
			return 0
		}
	}
	r.expect(string([]byte{javaEnd, javaNull})) // no more of the class, and no class above it
	r.take(fields)
	r.expect(string([]byte{javaBlock, 8}))
	r.take(4) // room in the map
	return r.big(4)
}

// text reads a text, a reference to an earlier one, or null, which is empty.
func (r *javaReader) text() string {
	var size uint64
	switch r.big(1) {
	case javaNull:
		return ""
	case javaReference:
		at := r.big(4) - javaFirstHandle - 2
		if r.failed || at >= uint64(len(r.texts)) {
			r.failed = true
			return ""
		}
		return r.texts[at]
	case javaString:
		size = r.big(2)
	case javaLongString:
		size = r.big(8)
	default:
		r.failed = true
	}
	text, ok := modifiedUTF8(r.take(size))
	if !ok {
		r.failed = true
	}
	r.texts = append(r.texts, text)
	return text
}

// modifiedUTF8 reads Java's UTF-8, in which NUL has two bytes, and what is beyond 16 bits is two surrogates of three.
func modifiedUTF8(data []byte) (string, bool) {
	units := make([]uint16, 0, len(data))
	for len(data) > 0 {
		c := data[0]
		switch {
		case c < 0x80:
			units, data = append(units, uint16(c)), data[1:]
		case c>>5 == 0b110 && len(data) > 1 && data[1]>>6 == 0b10:
			units, data = append(units, uint16(c&0x1f)<<6|uint16(data[1]&0x3f)), data[2:]
		case c>>4 == 0b1110 && len(data) > 2 && data[1]>>6 == 0b10 && data[2]>>6 == 0b10:
			units, data = append(units, uint16(c&0x0f)<<12|uint16(data[1]&0x3f)<<6|uint16(data[2]&0x3f)), data[3:]
		default:
			return "", false
		}
	}
	return string(utf16.Decode(units)), true
}
