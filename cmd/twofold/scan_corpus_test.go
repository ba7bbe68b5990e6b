package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"twofold/qr/capture"
	"twofold/vault"
	"twofold/vault/transfer"
)

// TestExportsInPicturesOfACorpus reads the codes of exports of Google Authenticator in a collection of pictures, which
// is no part of this program: manifest.tsv has a picture's path in its first column, and the text in its last.
func TestExportsInPicturesOfACorpus(t *testing.T) {
	dir := os.Getenv("TWOFOLD_QR_PICTURES")
	if dir == "" {
		t.Skip("missing: TWOFOLD_QR_PICTURES, the folder with manifest.tsv")
	}
	manifest, err := os.ReadFile(filepath.Join(dir, "manifest.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	pictures, missed := 0, 0
	for line := range strings.Lines(string(manifest)) {
		columns := strings.Split(strings.TrimRight(line, "\n"), "\t")
		file, want := columns[0], strings.TrimSpace(columns[len(columns)-1])
		if !transfer.IsGoogle(want) {
			continue
		}
		pictures++
		expected, err := transfer.ParseGoogle(want)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		codes, err := capture.Codes(context.Background(), data)
		var got []string
		for _, c := range codes {
			if part, failed := transfer.ParseGoogle(c.Text); failed == nil {
				got = append(got, accountShapes(part.Keys)...)
			} else if transfer.IsGoogle(c.Text) {
				err = failed
			}
		}
		for _, shape := range accountShapes(expected.Keys) {
			if !slices.Contains(got, shape) {
				missed++
				t.Errorf("%s: not all of %d accounts: %v", file, len(expected.Keys), err)
				break
			}
		}
		t.Logf("%s: %d accounts, %d aside, part %d of %d", file, len(expected.Keys), len(expected.Aside), expected.Index+1, expected.Of)
	}
	t.Logf("%d pictures, %d missed", pictures, missed)
}

// TestSamplesInPictures reads pictures of other programs' tests and holds the accounts against what those expect:
// files/qr/NAME.EXT and expected/qr__NAME__EXT.json.
func TestSamplesInPictures(t *testing.T) {
	dir := os.Getenv("TWOFOLD_INTEROP")
	if dir == "" {
		t.Skip("missing: TWOFOLD_INTEROP, the folder with files/ and expected/")
	}
	files, err := filepath.Glob(filepath.Join(dir, "expected", "qr__*.json"))
	if err != nil || len(files) == 0 {
		t.Fatal(len(files), err)
	}
	for _, file := range files {
		parts := strings.Split(strings.TrimSuffix(filepath.Base(file), ".json"), "__")
		picture, err := os.ReadFile(filepath.Join(dir, "files", "qr", parts[1]+"."+parts[2]))
		if err != nil {
			t.Fatal(err)
		}
		codes, err := capture.Codes(context.Background(), picture)
		var found []scanned
		for _, c := range codes {
			found = append(found, scanned{source: parts[1], code: c})
		}
		h := gather(found)
		expected, failed := os.ReadFile(file)
		if err := cmp.Or(err, failed); err != nil {
			t.Errorf("%s: %v", parts[1], err)
			continue
		}
		got, want := accountShapes(h.keys()), sampleShapes(t, expected)
		if !slices.Equal(got, want) {
			t.Errorf("%s: read as\n%s\nand not\n%s", parts[1], strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		t.Logf("%s: %d accounts; missing: %v", parts[1], len(h.keys()), h.missing())
	}
}

func accountShapes(keys []vault.Key) []string {
	var out []string
	for _, k := range keys {
		out = append(out, fmt.Sprint(k.Type, k.Issuer, "|", k.Label, k.Secret.RevealBase32(), k.Algorithm, k.Digits, k.Period, k.Counter))
	}
	slices.Sort(out)
	return out
}

func sampleShapes(t *testing.T, file []byte) []string {
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
	return accountShapes(keys)
}
