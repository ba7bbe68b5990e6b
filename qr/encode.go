package qr

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"rsc.io/qr/coding"
)

// MaxText is the length in bytes of the longest text that always fits into a code: version 40,
// level L, byte mode (ISO/IEC 18004, table 7). Texts of digits alone may be longer.
const MaxText = 2953

// Errors of [Encode].
var (
	ErrNoText      = errors.New("no text for a QR code")
	ErrTextTooLong = errors.New("text too long for a QR code")
	ErrTextNotUTF8 = errors.New("text is not UTF-8")
)

// Symbol is an encoded text: a square of black and white modules, without its quiet zone.
// The zero Symbol has size 0 and draws nothing.
type Symbol struct {
	size    int
	modules []bool // row by row; true is black
}

// Encode returns the smallest symbol that holds text.
//
// The size is decided at error correction level L, because a screen seldom tears and every module
// fewer makes the others bigger. Where a higher level (M, Q or H) fits into the same size, it is
// taken: that costs nothing. The mask is the one with the lowest penalty (ISO/IEC 18004, 7.8.3).
//
// The errors are [ErrNoText] for the empty text, [ErrTextNotUTF8], because readers guess the character
// set, and [ErrTextTooLong].
func Encode(text string) (Symbol, error) {
	if text == "" {
		return Symbol{}, ErrNoText
	}
	if !utf8.ValidString(text) {
		return Symbol{}, ErrTextNotUTF8
	}
	data := segment(text)
	version, ok := smallestVersion(data)
	if !ok {
		return Symbol{}, fmt.Errorf("%w: %d bytes, at most %d fit", ErrTextTooLong, len(text), MaxText)
	}
	level := highestLevel(data, version)

	var best Symbol
	bestPenalty := -1
	for mask := coding.Mask(0); mask < 8; mask++ {
		plan, err := coding.NewPlan(version, level, mask)
		if err != nil {
			return Symbol{}, fmt.Errorf("lay out QR code: %w", err)
		}
		code, err := plan.Encode(data)
		if err != nil {
			return Symbol{}, fmt.Errorf("encode QR code: %w", err)
		}
		symbol := newSymbol(code)
		if p := penalty(symbol); bestPenalty < 0 || p < bestPenalty {
			best, bestPenalty = symbol, p
		}
	}
	return best, nil
}

// Size is the number of modules on a side, without quiet zone: 21 for version 1 to 177 for 40.
func (s Symbol) Size() int { return s.size }

// Black says whether the module in column x of row y is black. Outside the symbol all is white,
// so that the quiet zone needs no case of its own.
func (s Symbol) Black(x, y int) bool {
	return x >= 0 && y >= 0 && x < s.size && y < s.size && s.modules[y*s.size+x]
}

// segment picks the densest mode that holds the whole text.
func segment(text string) coding.Encoding {
	if coding.Num(text).Check() == nil {
		return coding.Num(text)
	}
	if coding.Alpha(text).Check() == nil {
		return coding.Alpha(text)
	}
	return coding.String(text)
}

func smallestVersion(data coding.Encoding) (coding.Version, bool) {
	for v := coding.Version(coding.MinVersion); v <= coding.MaxVersion; v++ {
		if data.Bits(v) <= v.DataBytes(coding.L)*8 {
			return v, true
		}
	}
	return 0, false
}

func highestLevel(data coding.Encoding, v coding.Version) coding.Level {
	for level := coding.H; level > coding.L; level-- {
		if data.Bits(v) <= v.DataBytes(level)*8 {
			return level
		}
	}
	return coding.L
}

func newSymbol(code *coding.Code) Symbol {
	s := Symbol{size: code.Size, modules: make([]bool, code.Size*code.Size)}
	for y := range s.size {
		for x := range s.size {
			s.modules[y*s.size+x] = code.Black(x, y)
		}
	}
	return s
}
