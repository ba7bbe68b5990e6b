package zxcvbn

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/trustelem/zxcvbn/frequency"
	"github.com/trustelem/zxcvbn/match"
	"github.com/trustelem/zxcvbn/matching"
)

// TestFindsWhatTheLibraryFinds holds the copy to what it was copied from, on
// passwords made of everything that a matcher looks for.
func TestFindsWhatTheLibraryFinds(t *testing.T) {
	parts := []string{
		"password", "P4ssw0rd", "drowssap", "qwertyuiop", "ZXCVB", "aaaa", "abcabc", "abcdef", "9876", "1987", "2019", "2020", "13.7.1990",
		"19900713", "correct", "horse", " ", "-", "x", "!", "\u00d6rebro", "\u65e5\u672c", "(h@ng3",
	}
	chance := rand.New(rand.NewPCG(1, 2))
	var passwords []string
	for range 150 {
		var b strings.Builder
		for range 1 + chance.IntN(4) {
			b.WriteString(parts[chance.IntN(len(parts))])
		}
		passwords = append(passwords, b.String())
	}
	for _, p := range append(passwords, parts...) {
		got, want := sorted(Omnimatch(p)), sorted(matching.Omnimatch(p, nil))
		if !slices.Equal(got, want) {
			t.Fatalf("in %q were found\n%s\nnot\n%s", p, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

func sorted(found []*match.Match) []string {
	out := make([]string, len(found))
	for i, m := range found {
		out[i] = match.ToString([]*match.Match{m})
	}
	slices.Sort(out)
	return out
}

func TestWordsAreTheLibrarys(t *testing.T) {
	if n := len(dictionaries().rankedDictionaries); n != len(frequency.FrequencyLists) {
		t.Errorf("%d dictionaries, not %d", n, len(frequency.FrequencyLists))
	}
	for name, words := range frequency.FrequencyLists {
		ranked := dictionaries().rankedDictionaries[name]
		for i, w := range words {
			if ranked[w] != i+1 {
				t.Fatalf("%s: %q has rank %d, not %d", name, w, ranked[w], i+1)
			}
		}
	}
}
