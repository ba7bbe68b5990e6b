// Package zxcvbn finds what is guessable in a passphrase: words and names, also
// backwards and with digits for letters, keyboard rows, repeats, sequences and
// dates. What each part is worth is the business of
// github.com/trustelem/zxcvbn/scoring.
//
// The matchers are those of github.com/trustelem/zxcvbn v1.0.1 (see LICENSE.txt)
// and find the same; a test holds that. That package makes its dictionaries
// when a program starts, which costs 20 ms of processor time: more than twofold
// takes for a code. Here they are made when they are first asked for.
package zxcvbn

import (
	"compress/gzip"
	_ "embed"
	"io"
	"strings"
	"sync"

	"github.com/dlclark/regexp2"
	"github.com/trustelem/zxcvbn/adjacency"
	"github.com/trustelem/zxcvbn/match"
	"github.com/trustelem/zxcvbn/scoring"
)

// words.gz has a line for each dictionary: its name, and its words by how often
// they are used.
//
//go:embed words.gz
var packed string

var dictionaries = sync.OnceValue(func() dictionaryMatch {
	ranked := map[string]rankedDictionnary{}
	r, err := gzip.NewReader(strings.NewReader(packed))
	if err != nil {
		panic(err) // it is a part of the program
	}
	text, err := io.ReadAll(r)
	if err != nil {
		panic(err)
	}
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		ranked[words[0]] = buildRankedDict(words[1:])
	}
	return dictionaryMatch{ranked}
})

// expression is a regular expression that is compiled when it is first asked for.
func expression(text string) func() *regexp2.Regexp {
	return sync.OnceValue(func() *regexp2.Regexp { return regexp2.MustCompile(text, 0) })
}

var leets = map[string][]string{
	"a": {"4", "@"},
	"b": {"8"},
	"c": {"(", "{", "[", "<"},
	"e": {"3"},
	"g": {"6", "9"},
	"i": {"1", "!", "|"},
	"l": {"1", "|", "7"},
	"o": {"0"},
	"s": {"$", "5"},
	"t": {"+", "7"},
	"x": {"%"},
	"z": {"2"},
}

// Omnimatch is every part of a password that one of the matchers knows.
func Omnimatch(password string) []*match.Match {
	words := dictionaries()
	graphs := make([]*adjacency.Graph, 0, 4)
	for _, name := range []string{"qwerty", "dvorak", "keypad", "mac_keypad"} {
		graphs = append(graphs, adjacency.Graphs[name])
	}
	var all []*match.Match
	for _, m := range []match.Matcher{
		words,
		reverseDictionnaryMatch{words},
		l33tMatch{words, leets},
		spatialMatch{graphs},
		repeatMatch{},
		sequenceMatch{},
		yearMatch{},
		dateMatch{},
	} {
		all = append(all, m.Matches(password)...)
	}
	match.Sort(all)
	return all
}

// Guesses is how many attempts someone needs who tries the likely first.
func Guesses(password string) float64 {
	return scoring.MostGuessableMatchSequence(password, Omnimatch(password), false).Guesses
}

// yearMatch finds recent years.
type yearMatch struct{}

func (yearMatch) Matches(password string) []*match.Match {
	var found []*match.Match
	for i := 0; i+4 <= len(password); i++ {
		year := password[i : i+4]
		if all(year, '0', '9') && "1900" <= year && year <= "2019" {
			found = append(found, &match.Match{Pattern: "regex", Token: year, I: i, J: i + 3, RegexName: "recent_year"})
			i += 3
		}
	}
	return found
}
