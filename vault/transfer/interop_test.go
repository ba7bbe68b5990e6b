package transfer

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"twofold/vault"
)

// TestGoogleExportsOfOtherPrograms reads the samples in other programs' tests, which are under other licenses and so
// no part of this one: files/google/NAME.txt with a link a line, and what is in them in expected/google__NAME__txt.json.
// A sample without the second is to be refused.
func TestGoogleExportsOfOtherPrograms(t *testing.T) {
	dir := os.Getenv("TWOFOLD_INTEROP")
	if dir == "" {
		t.Skip("missing: TWOFOLD_INTEROP, the folder with files/ and expected/")
	}
	files, err := filepath.Glob(filepath.Join(dir, "files", "google", "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatal(len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var keys []vault.Key
		var failed error
		for line := range strings.Lines(string(text)) {
			if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			p, err := ParseGoogle(line)
			keys, failed = append(keys, p.Keys...), cmp.Or(failed, err)
		}
		expected, err := os.ReadFile(filepath.Join(dir, "expected", "google__"+name+"__txt.json"))
		if os.IsNotExist(err) {
			if failed == nil {
				t.Errorf("%s is not refused", name)
			}
			continue
		}
		if err != nil || failed != nil {
			t.Errorf("%s: %v, %v", name, err, failed)
			continue
		}
		if got, want := shapes(keys), expectedShapes(t, expected); !slices.Equal(got, want) {
			t.Errorf("%s: read as\n%s\nand not\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		t.Logf("%s: %d accounts", name, len(keys))
	}
}

func shapes(keys []vault.Key) []string {
	var out []string
	for _, k := range keys {
		out = append(out, fmt.Sprint(k.Type, k.Issuer, "|", k.Label, k.Secret.RevealBase32(), k.Algorithm, k.Digits, k.Period, k.Counter))
	}
	slices.Sort(out)
	return out
}

func expectedShapes(t *testing.T, file []byte) []string {
	t.Helper()
	var want []struct {
		Type                            vault.Type
		Issuer, Name, Secret, Algorithm string
		Digits                          int
		Period                          *int
		Counter                         *uint64
	}
	if err := json.Unmarshal(file, &want); err != nil {
		t.Fatal(err)
	}
	var keys []vault.Key
	for _, w := range want {
		secret, err := vault.ParseSecret(w.Secret)
		if err != nil {
			t.Fatal(err)
		}
		k := vault.Key{Secret: secret, Account: vault.Account{Type: w.Type, Issuer: w.Issuer, Label: strings.TrimSpace(w.Name), Algorithm: vault.Algorithm(w.Algorithm), Digits: w.Digits}}
		if w.Period != nil {
			k.Period = *w.Period
		}
		if w.Counter != nil {
			k.Counter = *w.Counter
		}
		keys = append(keys, k)
	}
	return shapes(keys)
}
