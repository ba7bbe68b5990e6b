package vault

import (
	"fmt"
	"strings"
	"testing"
)

func TestStrengthOfPassphrases(t *testing.T) {
	for passphrase, want := range map[string]int{
		"a":                               0,
		"password":                        0,
		"P4ssw0rd":                        0,
		"qwertyuiop":                      0,
		strings.Repeat("a", 1024):         0,
		"Tr0ub4dour&3":                    1,
		"ada 1815":                        1,
		"correct horse battery staple":    4,
		"sextant lamplight otter parquet": 4,
		"\xff\xfe\xfd":                    0,
	} {
		s, err := NewSecret([]byte(passphrase))
		if err != nil {
			t.Fatal(err)
		}
		got := PassphraseStrength(s)
		if got.Score != want {
			t.Errorf("%.40q has score %d (%s), not %d", passphrase, got.Score, got.Words, want)
		}
		if got.Words == "" || got.Weak() != (got.Suggestion != "" && got.Score < 2) {
			t.Errorf("%.40q: %+v", passphrase, got)
		}
		if len(passphrase) > 2 && strings.Contains(fmt.Sprint(got), passphrase) {
			t.Errorf("the answer repeats the passphrase: %v", got)
		}
	}
	if got := PassphraseStrength(Secret{}); got.Score != 0 || !got.Weak() {
		t.Errorf("no passphrase at all is %+v", got)
	}
}

// FuzzPassphraseStrength: whatever is typed gets an answer.
func FuzzPassphraseStrength(f *testing.F) {
	for _, s := range []string{"", "a", "\u00d6rebro\u00d6rebro", "4@({[<3891!|", "\xff1987", strings.Repeat("\u65e5", 30)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if got := PassphraseStrength(hold(append([]byte(nil), raw...))); got.Score < 0 || got.Score > 4 || got.Words == "" {
			t.Errorf("%+v", got)
		}
	})
}
