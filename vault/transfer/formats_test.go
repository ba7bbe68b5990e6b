package transfer

import (
	"context"
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"twofold/vault"
)

// open reads a file as a person does who has a password for it, or none.
func open(t *testing.T, data []byte, password string) (Format, Export, error) {
	t.Helper()
	f, err := Recognize(data)
	if err != nil {
		return f, Export{}, err
	}
	e, err := f.Open(t.Context(), Input{Data: data, Password: passwordOf(password)})
	return f, e, err
}

// passwordOf answers once.
func passwordOf(password string) func(context.Context, bool) (vault.Secret, error) {
	return func(_ context.Context, again bool) (vault.Secret, error) {
		if password == "" || again {
			return vault.Secret{}, ErrNeedsPassword
		}
		return vault.NewSecret([]byte(password))
	}
}

// TestInterop reads the files of other programs' own tests, which are under other licenses and so no part of this one:
// TWOFOLD_INTEROP names the folder with manifest.tsv, files/ and expected/. Pictures are read in cmd.
func TestInterop(t *testing.T) {
	dir := os.Getenv("TWOFOLD_INTEROP")
	if dir == "" {
		t.Skip("missing: TWOFOLD_INTEROP, the folder with manifest.tsv")
	}
	manifest, err := os.Open(filepath.Join(dir, "manifest.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer manifest.Close()
	lines := csv.NewReader(manifest)
	lines.Comma, lines.LazyQuotes, lines.FieldsPerRecord = '\t', true, -1
	rows, err := lines.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		file, format, password, expected := row[0], row[1], row[2], row[3]
		if strings.HasPrefix(format, "qr-image") {
			continue
		}
		t.Run(strings.TrimPrefix(file, "files/"), func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(dir, file))
			if err != nil {
				t.Fatal(err)
			}
			f, e, err := open(t, data, password)
			if errors.Is(err, ErrUnknownFormat) && expected != "refuse" {
				t.Skipf("not read yet: %s", format)
			}
			if expected == "refuse" {
				if err == nil && len(e.Keys) > 0 {
					t.Errorf("%s: read %d accounts of a file that must be refused", f.Name, len(e.Keys))
				}
				t.Log(err, e.Aside)
				return
			}
			if err != nil && !errors.Is(err, ErrNothingInIt) {
				t.Fatalf("%s: %v", f.Name, err)
			}
			want, err := os.ReadFile(filepath.Join(dir, expected))
			if err != nil {
				t.Fatal(err)
			}
			got, wanted := shapes(e.Keys), expectedShapes(t, want)
			if !slices.Equal(got, wanted) {
				t.Errorf("%s: read as\n%s\nand not\n%s\naside: %v", f.Name, strings.Join(got, "\n"), strings.Join(wanted, "\n"), e.Aside)
			}
		})
	}
}
