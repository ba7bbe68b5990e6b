package codes

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"twofold/tui/theme"
	"twofold/vault"
)

func shelf() []row {
	return prepare([]vault.Account{
		{ID: "1", Issuer: "GitHub", Label: "ada@example.com", Tags: []string{"work"}},
		{ID: "2", Issuer: "Door", Label: "front"},
		{ID: "3", Issuer: "Bank of O\u0308rebro", Label: "1815-12-10"},
		{ID: "4", Issuer: "GitLab", Label: "ada"},
		{ID: "5", Issuer: "", Label: "lonely@example.com"},
		{ID: "6", Issuer: "Example", Label: "digit@example.com"},
		{ID: "7", Issuer: "日本銀行", Label: "ada"},
		{ID: "8", Issuer: "Mail", Label: "outdoor@example.com"},
	})
}

func TestFilterFindsAndRanks(t *testing.T) {
	for filter, want := range map[string]string{
		"":            "Bank of Örebro, Door, Example, GitHub, GitLab, lonely@example.com, Mail, 日本銀行",
		"door":        "Door, Mail", // not GitHub: d…o…o…r runs through three of its fields
		"git":         "GitHub, GitLab, Example",
		"GIT ada":     "GitLab, GitHub",
		"ada git":     "GitLab, GitHub",
		"gh":          "GitHub",
		"gthb":        "GitHub",
		"boo":         "Bank of Örebro",
		"orebro":      "Bank of Örebro",
		"öre":         "Bank of Örebro",
		"銀行":          "日本銀行",
		"work":        "GitHub",
		"lonely":      "lonely@example.com",
		"xyz":         "",
		"git !lab":    "GitHub, Example",
		"^git":        "GitHub, GitLab",
		"ada$":        "GitLab, 日本銀行",
		"^ada$":       "GitLab, 日本銀行",
		"example.com": "lonely@example.com, GitHub, Example, Mail", // of equals the shorter
		"'git":        "GitHub, GitLab, Example",
		"'gh":         "",
		"'door'":      "Door",
		"!'gh !mail":  "Bank of Örebro, Door, Example, GitLab, lonely@example.com, 日本銀行",
		"'ore":        "Bank of Örebro",
		"'ôre":        "",               // its accents are meant where a word has some
		"O\u0308RE":   "Bank of Örebro", // an accent typed after its letter
		// A sign alone is no word yet: the list stays while the word is typed.
		"!":      "Bank of Örebro, Door, Example, GitHub, GitLab, lonely@example.com, Mail, 日本銀行",
		"git !":  "GitHub, GitLab, Example",
		"door '": "Door, Mail",
		"$":      "",
	} {
		rows := shelf()
		var got []string
		for _, h := range search(rows, nil, words(filter)) {
			got = append(got, rows[h.row].title())
		}
		if s := strings.Join(got, ", "); s != want {
			t.Errorf("/%s finds %s; not %s", filter, s, want)
		}
	}
}

// TestNarrowingIsSearchingAgain: what is found among those found before is
// what a look at all rows finds.
func TestNarrowingIsSearchingAgain(t *testing.T) {
	rows := shelf()
	random := rand.New(rand.NewPCG(1, 2))
	letters := []rune("adegihotbrlnx m@ö\u0308銀!'^$")
	for range 5000 {
		before, filter := "", ""
		var found []hit
		for range 6 {
			filter += string(letters[random.IntN(len(letters))])
			var among []hit
			if narrows(before, filter) {
				among = found
			}
			found = search(rows, among, words(filter))
			if all := search(rows, nil, words(filter)); !slices.Equal(found, all) {
				t.Fatalf("from %q to %q: %v among the found, %v among all", before, filter, found, all)
			}
			before = filter
		}
	}
}

func TestFoundLettersAreUnderlined(t *testing.T) {
	rows := shelf()
	for _, c := range []struct{ filter, text, want string }{
		{"hub", "GitHub", "Git[Hub]"},
		{"gh", "GitHub", "[G]it[H]ub"},
		{"orebro", "Bank of Örebro", "Bank of [Örebro]"},
		{"of bank", "Bank of Örebro", "[Bank] [of] Örebro"},
		{"!lab git", "GitHub", "[Git]Hub"},
		{"銀行", "日本銀行", "日本[銀行]"},
		{"boo", "Bank of Örebro", "[B]ank [o]f [Ö]rebro"},
		{"'reb o$", "Bank of Örebro", "Bank of Ö[reb]r[o]"},
	} {
		i := slices.IndexFunc(rows, func(r row) bool { return r.title() == c.text })
		m := Model{words: words(c.filter)}
		m.theme = theme.Theme{}
		m.theme.Match = m.theme.Match.Transform(func(s string) string { return "[" + s + "]" })
		if got := strings.TrimRight(m.mark(rows[i], 0, c.text, m.theme.Text, 20), " "); got != c.want {
			t.Errorf("/%s marks %s, not %s", c.filter, got, c.want)
		}
	}
}

func BenchmarkSearch(b *testing.B) {
	var accounts []vault.Account
	for i := range 10000 {
		accounts = append(accounts, vault.Account{ID: fmt.Sprint(i), Issuer: fmt.Sprintf("Bank of Örebro %d", i), Label: "ada@example.com"})
	}
	rows := prepare(accounts)
	for _, filter := range []string{"b", "bank 9", "xyz", "bo"} {
		b.Run(filter, func(b *testing.B) {
			for b.Loop() {
				search(rows, nil, words(filter))
			}
		})
	}
}
