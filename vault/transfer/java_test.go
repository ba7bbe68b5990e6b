package transfer

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

// appendJavaText is the other way round, for what a test writes.
func appendJavaText(data []byte, text string) []byte {
	var body []byte
	for _, u := range utf16.Encode([]rune(text)) {
		switch {
		case u != 0 && u < 0x80:
			body = append(body, byte(u))
		case u < 0x800:
			body = append(body, 0xc0|byte(u>>6), 0x80|byte(u&0x3f))
		default:
			body = append(body, 0xe0|byte(u>>12), 0x80|byte(u>>6&0x3f), 0x80|byte(u&0x3f))
		}
	}
	if len(body) > 0xffff {
		return append(binary.BigEndian.AppendUint64(append(data, javaLongString), uint64(len(body))), body...)
	}
	return append(binary.BigEndian.AppendUint16(append(data, javaString), uint16(len(body))), body...) //nolint:gosec // bounded
}

// javaMap writes pairs as a HashMap with its two fields.
func javaMap(pairs ...string) []byte {
	data := []byte(javaMagic + "sr\x00\x11java.util.HashMap\x05\x07\xda\xc1\xc3\x16\x60\xd1\x03\x00\x02F\x00\x0aloadFactorI\x00\x09thresholdxp?@\x00\x00\x00\x00\x00\x0cw\x08\x00\x00\x00\x10")
	data = binary.BigEndian.AppendUint32(data, uint32(len(pairs)/2)) //nolint:gosec // a test's
	for _, text := range pairs {
		data = appendJavaText(data, text)
	}
	return append(data, javaEnd)
}

func TestJavaStrings(t *testing.T) {
	long := strings.Repeat("x", 70_000)
	names, values, err := javaStrings(javaMap("a", "ä\x00日🙂", "b", long))
	if err != nil || !slices.Equal(names, []string{"a", "b"}) || !slices.Equal(values, []string{"ä\x00日🙂", long}) {
		t.Errorf("%q %v", names, err)
	}
	// Null, and a reference to the first text.
	data := javaMap("a", "first", "b", "c")
	data = append(data[:len(data)-9], javaNull, javaReference, 0, 0x7e, 0, 3)
	if names, values, err = javaStrings(data); err != nil || names[1] != "" || values[1] != "first" {
		t.Errorf("%q %q %v", names, values, err)
	}
	for cut := range len(data) {
		if _, _, err := javaStrings(data[:cut]); !errors.Is(err, ErrBadFile) {
			t.Fatalf("the first %d bytes: %v", cut, err)
		}
	}
	for name, bad := range map[string][]byte{
		"another class":   []byte(strings.Replace(string(javaMap("a", "b")), "HashMap", "HashSet", 1)),
		"another element": []byte(strings.Replace(string(javaMap("a", "bb")), "t\x00\x02bb", "sr\x00bb", 1)),
		"too many":        []byte(strings.Replace(string(javaMap("a", "b")), "\x10\x00\x00\x00\x01", "\x10\xff\xff\xff\xff", 1)),
		"no text":         []byte(strings.Replace(string(javaMap("a", "bb")), "bb", "\xff\xff", 1)),
		"a huge text":     append(javaMap("a", "b")[:0:0], []byte(strings.Replace(string(javaMap("a", "bbbbbbbb")), "t\x00\x08bbbbbbbb", "\x7c\xff\xff\xff\xff\xff\xff\xff\xff", 1))...),
	} {
		if _, _, err := javaStrings(bad); !errors.Is(err, ErrBadFile) && !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
