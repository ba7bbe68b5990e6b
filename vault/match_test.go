package vault

import (
	"strings"
	"testing"
)

func TestMatch(t *testing.T) {
	accounts := []Account{
		{ID: "1", Issuer: "GitHub", Label: "alice"},
		{ID: "2", Issuer: "GitHub", Label: "bob"},
		{ID: "3", Issuer: "GitHub Enterprise", Label: "alice@work"},
		{ID: "4", Label: "mail"},
		{ID: "5", Issuer: "Müller", Label: "ÄRGER"},
		{ID: "6", Issuer: "x", Label: "1"},
		{ID: "7", Issuer: "GitHub", Label: "al"},
	}
	for filter, want := range map[string]string{
		"":              "1 2 3 4 5 6 7",
		"  ":            "1 2 3 4 5 6 7",
		"github":        "1 2 3 7",
		"GITHUB al":     "1 3 7",
		"alice git":     "1 3",
		"GitHub:alice":  "1",
		"github:ALICE":  "1",
		"GitHub:al":     "7",
		"hub:al":        "1 7",
		"2":             "2",
		"1":             "1",
		"x:1":           "6",
		"mail":          "4",
		"müller ärger":  "5",
		"nobody":        "",
		"ghb":           "",
		"^git bob$":     "2",
		"^alice":        "1 3",
		"work$":         "3",
		"git !alice":    "2 7",
		"^x$":           "6",
		"enterprise al": "3",
	} {
		var got []string
		for _, a := range Match(accounts, filter) {
			got = append(got, a.ID)
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q: %s, not %s", filter, s, want)
		}
	}
}
