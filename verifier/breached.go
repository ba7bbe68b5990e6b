package verifier

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"sort"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// breachedList is the 47,023 best-known passwords of zxcvbn, in small letters,
// sorted, a line each, compressed. Where they are from, and the license, stands
// in breached.txt.gz.license. Made with:
//
//	cut -d' ' -f1 data/passwords.txt | tr A-Z a-z | LC_ALL=C sort -u | gzip -9n > breached.txt.gz
//
//go:embed breached.txt.gz
var breachedList []byte

// breachedLines unpacks the list when the first password is set, so that a
// start pays nothing for it.
var breachedLines = sync.OnceValue(func() []byte {
	unpack, err := gzip.NewReader(bytes.NewReader(breachedList))
	if err == nil {
		var lines []byte
		if lines, err = io.ReadAll(unpack); err == nil {
			return lines
		}
	}
	panic(fmt.Sprintf("unpack the list of well-known passwords: %v", err)) // it is part of the program
})

// breached reports whether a guesser would come to password early (SP
// 800-63B-4, 3.1.1.2; ASVS 6.2.4 and 6.2.11): it is well known, a walk over the
// keyboard, the same thing again and again, or a word of the context (the
// service, the e-mail address) with nothing but digits and signs around it. No
// case is minded.
func breached(password string, context ...string) bool {
	text := strings.ToLower(password)
	unit := repeated(text)
	return wellKnown(text) || wellKnown(unit) || walked(text) ||
		utf8.RuneCountInString(unit) <= longestUnit && unit != text || fromContext(text, context)
}

// longestUnit is how many characters make no password however often they come.
const longestUnit = 4

// wellKnown looks text up by halving the list.
func wellKnown(text string) bool {
	lines := breachedLines()
	lineFrom := func(at int) int { return at + bytes.IndexByte(lines[at:], '\n') + 1 } // the next line's start
	// The first offset whose next line is not less than text. The line at offset
	// 0 follows no other; it is looked at by itself.
	at := sort.Search(len(lines)-1, func(i int) bool {
		start := lineFrom(i)
		return start == len(lines) || string(lineAt(lines, start)) >= text
	})
	start := lineFrom(at)
	return string(lineAt(lines, 0)) == text || start < len(lines) && string(lineAt(lines, start)) == text
}

func lineAt(lines []byte, start int) []byte {
	line, _, _ := bytes.Cut(lines[start:], []byte{'\n'})
	return line
}

// repeated gives the part that text is a repetition of, cut off or not at its
// end, or text itself: "abcabcab" gives "abc".
func repeated(text string) string {
	for n := range text {
		if n > 0 && n <= len(text)/2 && strings.HasPrefix(text, text[n:]) {
			return text[:n]
		}
	}
	return text
}

// walks are the ways over a keyboard and through the alphabet that fingers
// know, there and back.
var walks = func() []string {
	var all []string
	for _, way := range []string{
		"012345678901234567890123456789", "abcdefghijklmnopqrstuvwxyz",
		"1234567890qwertyuiopasdfghjklzxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
	} {
		back := make([]byte, len(way))
		for i := range way {
			back[len(way)-1-i] = way[i]
		}
		all = append(all, way, string(back))
	}
	return all
}()

func walked(text string) bool {
	for _, walk := range walks {
		if text != "" && strings.Contains(walk, text) {
			return true
		}
	}
	return false
}

// shortestWord is what a part of the context must have, in letters, to count.
const shortestWord = 3

// fromContext reports whether text is a word of the context, but for digits
// and signs around it or blanks and signs in it.
func fromContext(text string, context []string) bool {
	core := repeated(letters(strings.TrimFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })))
	for _, c := range context {
		c = strings.ToLower(c)
		local, _, _ := strings.Cut(c, "@")
		words := append(strings.FieldsFunc(c, func(r rune) bool { return !unicode.IsLetter(r) }), c, local)
		for _, word := range words {
			if word = letters(word); utf8.RuneCountInString(word) >= shortestWord && repeated(word) == core {
				return true
			}
		}
	}
	return false
}

// letters drops all that is no letter.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, text)
}
